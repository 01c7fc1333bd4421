import { spread, sum } from '../statistics.js';
import type { Series } from '../study.js';
import { chart, seriesEncoding, yAxis, type Chart } from './theme.js';

/** Classes up to which each one is a point; more are joined into {@link BANDS} bands of equal size. */
const SINGLE_CLASSES = 40;
const BANDS = 12;

/** Mean recall of one class, or of a band of classes that are about as frequent. */
export interface RecallPoint {
  /** Label of the series. */
  readonly series: string;
  /** Training examples a class, the mean over the band. */
  readonly examples: number;
  /** Recall in percent, the mean over the band and over runs. */
  readonly recall: number;
}

/** Classes from the most to the least frequent one, equal counts by index. */
export function headToTail(classCounts: readonly number[]): number[] {
  return [...classCounts.keys()].sort((a, b) => classCounts[b]! - classCounts[a]! || a - b);
}

/** Classes from head to tail, one by one or in bands of equal size. */
export function bandsOf(classCounts: readonly number[], single = SINGLE_CLASSES): number[][] {
  const order = headToTail(classCounts);
  if (order.length <= single) return order.map((y) => [y]);
  const edge = (band: number): number => Math.round((band * order.length) / BANDS);
  return Array.from({ length: BANDS }, (_, band) => order.slice(edge(band), edge(band + 1)));
}

/** Mean recall of a class over runs, 0..1; `null` without test items. */
export function meanRecall({ scored }: Series, y: number): number | null {
  return spread(scored.map(({ scores }) => scores.perClassRecall[y]))?.mean ?? null;
}

/** Recall against frequency, head to tail. */
export function recallPoints(series: Series, classCounts: readonly number[]): RecallPoint[] {
  return bandsOf(classCounts).flatMap((classes) => {
    const recall = spread(classes.map((y) => meanRecall(series, y)));
    const examples = sum(classes.map((y) => classCounts[y]!)) / classes.length;
    return recall === null ? [] : [{ series: series.label, examples, recall: 100 * recall.mean }];
  });
}

/** Recall by training examples, a line for each series. */
export function recallChart(series: readonly Series[], classCounts: readonly number[]): Chart {
  const values = series.flatMap((one) => recallPoints(one, classCounts));
  const { color, shape, strokeDash, detail } = seriesEncoding(series);
  return chart({
    data: { values },
    encoding: {
      x: { field: 'examples', type: 'quantitative', ...frequencyAxis(classCounts) },
      y: { field: 'recall', type: 'quantitative', scale: { domain: [0, 100] }, axis: yAxis('recall, %') },
      color,
      detail,
    },
    layer: [
      { mark: 'line', encoding: { strokeDash } },
      { mark: { type: 'point', filled: true, size: 36, opacity: 1 }, encoding: { shape } },
    ],
  });
}

/** Class sizes from head to tail. */
export function classSizeChart(classCounts: readonly number[]): Chart {
  const values = headToTail(classCounts).map((y, rank) => ({ rank: rank + 1, examples: classCounts[y]! }));
  return chart({
    data: { values },
    mark: { type: 'area', line: { color: 'var(--ink)', strokeWidth: 1.5 }, color: 'var(--grid)', interpolate: 'step' },
    encoding: {
      x: {
        field: 'rank',
        type: 'quantitative',
        scale: { domain: [1, values.length], nice: false },
        axis: { title: 'classes, from head to tail', format: 'd', tickMinStep: 1 },
      },
      y: { field: 'examples', type: 'quantitative', axis: { ...yAxis('training examples'), format: '~s' } },
    },
  });
}

/** Head on the left; logarithmic, except where a class without examples or equal counts forbid it. */
function frequencyAxis(classCounts: readonly number[]) {
  const [least, most] = [Math.min(...classCounts), Math.max(...classCounts)];
  const type = least > 0 && most > least ? 'log' : 'linear';
  return {
    scale: { type, reverse: true, nice: false, ...(type === 'linear' ? { zero: false } : {}) },
    axis: {
      title: 'training examples of the class, head to tail',
      format: '~s',
      ...(type === 'log' ? { values: ticks(least, most) } : {}),
    },
  };
}

/** 1, 2 and 5 times powers of ten within the range. */
function ticks(least: number, most: number): number[] {
  const powers = Array.from({ length: 10 }, (_, power) => 10 ** power);
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((tick) => tick >= least && tick <= most);
}
