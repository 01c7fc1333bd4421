import { sum } from '../statistics.js';
import type { Series, Study } from '../study.js';
import { bandsOf } from './recall.js';
import { chart, type Chart } from './theme.js';

/** Classes up to which each one is a row; more are joined into bands of equal size. */
const SINGLE_CLASSES = 20;

/** A cell of the confusion matrix, runs pooled. */
export interface ConfusionCell {
  /** True class, or band of classes. */
  readonly truth: string;
  /** Predicted class, or band of classes. */
  readonly predicted: string;
  /** Share of the true class's test items predicted so, percent. */
  readonly share: number;
}

/** A confusion of one class with another, runs pooled. */
export interface Confusion {
  /** True class. */
  readonly truth: number;
  /** Class predicted instead. */
  readonly predicted: number;
  /** Number of test items, over all runs. */
  readonly items: number;
  /** Share of the true class's test items, 0..1. */
  readonly share: number;
}

/** Sum of the confusion matrices of all runs; `null` where a run has none. */
export function pooledConfusion({ scored }: Series): number[][] | null {
  const matrices = scored.flatMap(({ scores }) => (scores.confusion ? [scores.confusion] : []));
  if (matrices.length < scored.length) return null;
  const [first, ...others] = matrices;
  return first!.map((row, y) => row.map((value, k) => value + sum(others.map((matrix) => matrix[y]![k]!))));
}

/** Names of the bands from head to tail: of the class itself, or the ranks of its classes. */
function bandNames(bands: readonly (readonly number[])[], className: Study['className']): string[] {
  if (bands.every(({ length }) => length === 1)) return bands.map(([y]) => className(y!));
  let rank = 0;
  return bands.map(({ length }) => `${rank + 1}–${(rank += length)}`);
}

/** Rows of the matrix as shares, head to tail; rows without test items are left out. */
export function confusionCells(
  matrix: readonly (readonly number[])[],
  { classCounts, className }: Study,
): ConfusionCell[] {
  const bands = bandsOf(classCounts, SINGLE_CLASSES);
  const names = bandNames(bands, className);
  return bands.flatMap((truths, i) => {
    const total = sum(truths.flatMap((y) => matrix[y]!));
    if (total === 0) return [];
    return bands.map((predictions, j) => {
      const items = sum(truths.flatMap((y) => predictions.map((k) => matrix[y]![k]!)));
      return { truth: names[i]!, predicted: names[j]!, share: (100 * items) / total };
    });
  });
}

/** The confusions that take the largest share of a class, largest first. */
export function largestConfusions(matrix: readonly (readonly number[])[], most: number): Confusion[] {
  const all = matrix.flatMap((row, truth) => {
    const total = sum(row);
    return row.flatMap((items, predicted) =>
      items === 0 || predicted === truth ? [] : [{ truth, predicted, items, share: items / total }],
    );
  });
  return all.sort((a, b) => b.share - a.share || b.items - a.items || a.truth - b.truth).slice(0, most);
}

/** A heat map: rows are true classes, columns predictions, both from head to tail. */
export function confusionChart(matrix: readonly (readonly number[])[], study: Study): Chart {
  const values = confusionCells(matrix, study);
  const order = [...new Set(values.map(({ predicted }) => predicted))];
  const ordinal = (field: string, axis: object) => ({
    field,
    type: 'nominal',
    sort: order,
    scale: { domain: order, paddingInner: 0.04 },
    axis: { labelLimit: 84, labelFontSize: 10, domain: false, ticks: false, grid: false, ...axis },
  });
  return chart(
    {
      data: { values },
      encoding: {
        x: ordinal('predicted', { title: 'predicted', labelAngle: -60 }),
        y: ordinal('truth', {
          title: 'true class',
          titleAngle: 0,
          titleAnchor: 'end',
          titleAlign: 'left',
          titleX: -60,
          titleY: -8,
        }),
      },
      layer: [
        {
          mark: { type: 'rect', color: 'var(--heat)' },
          encoding: {
            fillOpacity: {
              field: 'share',
              type: 'quantitative',
              scale: { domain: [0, 100], range: [0.06, 1] },
              legend: null,
            },
          },
        },
        {
          transform: [{ filter: 'datum.share >= 10' }],
          mark: { type: 'text', fontSize: 9 },
          encoding: {
            text: { field: 'share', type: 'quantitative', format: '.0f' },
            color: { condition: { test: 'datum.share >= 70', value: 'var(--on-heat)' }, value: 'var(--ink)' },
          },
        },
      ],
    },
    350,
  );
}
