import { sum } from '../statistics.js';
import type { Series } from '../study.js';
import { chart, seriesEncoding, yAxis, type Chart } from './theme.js';

/** One bin of a reliability diagram, runs pooled. */
export interface ReliabilityPoint {
  /** Label of the series. */
  readonly series: string;
  /** Mean confidence, percent. */
  readonly confidence: number;
  /** Share predicted right, percent. */
  readonly accuracy: number;
  /** Share of all test items, percent. */
  readonly share: number;
}

/** The bins that hold examples, least confident first; runs are pooled, weighted by their examples. */
export function reliabilityPoints({ label, scored }: Series): ReliabilityPoint[] {
  const runs = scored.flatMap(({ scores }) => (scores.reliability ? [scores.reliability] : []));
  const total = sum(runs.flatMap((bins) => bins.map(({ count }) => count)));
  return (runs[0] ?? []).flatMap((_, index) => {
    const bins = runs.flatMap((run) => run[index] ?? []).filter(({ count }) => count > 0);
    const count = sum(bins.map((bin) => bin.count));
    if (count === 0) return [];
    const weighted = (of: (bin: (typeof bins)[number]) => number | null): number =>
      (100 * sum(bins.map((bin) => bin.count * (of(bin) ?? 0)))) / count;
    const confidence = weighted((bin) => bin.confidence);
    return [{ series: label, confidence, accuracy: weighted((bin) => bin.accuracy), share: (100 * count) / total }];
  });
}

const percentScale = { domain: [0, 100] };

/** Accuracy against confidence, the diagonal of perfect calibration behind; `null` without bins. */
export function reliabilityChart(series: readonly Series[]): Chart | null {
  const values = series.flatMap(reliabilityPoints);
  if (values.length === 0) return null;
  const { color, shape, strokeDash, detail } = seriesEncoding(series);
  const x = { field: 'confidence', type: 'quantitative', scale: percentScale, axis: { title: 'confidence, %' } };
  const y = { field: 'accuracy', type: 'quantitative', scale: percentScale, axis: yAxis('predicted right, %') };
  return chart(
    {
      data: { values },
      layer: [
        {
          data: { values: [0, 100].map((value) => ({ confidence: value, accuracy: value })) },
          mark: { type: 'line', color: 'var(--axis)', strokeWidth: 1, strokeDash: [2, 3] },
          encoding: { x, y },
        },
        { mark: 'line', encoding: { x, y, color, detail, strokeDash } },
        {
          mark: { type: 'point', filled: true, opacity: 1 },
          encoding: {
            x,
            y,
            color,
            shape,
            size: {
              field: 'share',
              type: 'quantitative',
              scale: { domain: [0, 50], range: [12, 160], clamp: true },
              legend: null,
            },
          },
        },
      ],
    },
    300,
  );
}

/** How confident the predictions are: share of the test items by confidence; `null` without bins. */
export function confidenceChart(series: readonly Series[]): Chart | null {
  const values = series.flatMap(reliabilityPoints);
  if (values.length === 0) return null;
  const { color, shape, strokeDash, detail } = seriesEncoding(series);
  return chart(
    {
      data: { values },
      encoding: {
        x: { field: 'confidence', type: 'quantitative', scale: percentScale, axis: { title: 'confidence, %' } },
        y: { field: 'share', type: 'quantitative', axis: yAxis('share of the test items, %') },
        color,
        detail,
      },
      layer: [
        { mark: 'line', encoding: { strokeDash } },
        { mark: { type: 'point', filled: true, size: 30, opacity: 1 }, encoding: { shape } },
      ],
    },
    300,
  );
}
