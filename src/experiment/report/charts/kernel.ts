import type { EpochRecord } from '../../runFolder.js';
import { spread } from '../statistics.js';
import type { Method, Series } from '../study.js';
import { numberIn } from './curves.js';
import { chart, seriesEncoding, yAxis, type Chart } from './theme.js';

/** Cosines at which a profile is drawn. */
const POINTS = 81;

/** Coefficients of `t^1, t^2, ...` in a record; none where the kernel is not learnt. */
export function coefficientsIn(record: EpochRecord | undefined): number[] {
  const coefficients: number[] = [];
  for (let m = 1; record !== undefined; m++) {
    const value = numberIn(record, `kernel/${m}`);
    if (value === null) break;
    coefficients.push(value);
  }
  return coefficients;
}

/** `kappa(t) = sum_m alpha_m t^m`. */
export function seriesAt(coefficients: readonly number[], t: number): number {
  return coefficients.reduceRight((sum, coefficient) => (sum + coefficient) * t, 0);
}

/** The kernel of every run after its last epoch. */
export function profileChart(series: readonly Series[]): Chart {
  const values = series.flatMap(({ label, method }) =>
    method.runs.flatMap(({ name, epochs }) => {
      const coefficients = coefficientsIn(epochs.at(-1));
      if (coefficients.length === 0) return [];
      return Array.from({ length: POINTS }, (_, i) => {
        const cosine = -1 + (2 * i) / (POINTS - 1);
        return { series: label, run: name, cosine, kappa: seriesAt(coefficients, cosine) };
      });
    }),
  );
  const { color, strokeDash, detail } = seriesEncoding(series);
  return chart({
    data: { values },
    mark: 'line',
    encoding: {
      x: { field: 'cosine', type: 'quantitative', scale: { domain: [-1, 1] }, axis: { title: 'cosine' } },
      y: { field: 'kappa', type: 'quantitative', axis: yAxis('kernel') },
      color,
      strokeDash,
      detail: [detail, { field: 'run', type: 'nominal' }],
    },
  });
}

/** Coefficients over epochs, the mean over the runs of a method, stacked by power. */
export function coefficientChart({ runs }: Method): Chart {
  const epochs = [...new Set(runs.flatMap((run) => run.epochs.map(({ epoch }) => epoch)))];
  const values = epochs.flatMap((epoch) => {
    const all = runs.map((run) => coefficientsIn(run.epochs.find((record) => record.epoch === epoch)));
    const present = all.filter(({ length }) => length > 0);
    return (present[0] ?? []).map((_, i) => ({
      power: `t^${i + 1}`,
      order: i,
      epoch,
      value: spread(present.map((coefficients) => coefficients[i]))!.mean,
    }));
  });
  return chart({
    data: { values },
    mark: { type: 'area', line: false },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', axis: { title: 'epoch', format: 'd', tickMinStep: 1 } },
      y: { field: 'value', type: 'quantitative', stack: 'zero', axis: yAxis('coefficient') },
      color: {
        field: 'power',
        type: 'nominal',
        sort: { field: 'order' },
        scale: { scheme: 'viridis' },
        legend: { title: 'power', orient: 'right', symbolType: 'square' },
      },
      order: { field: 'order' },
    },
  });
}
