import { chart, yAxis, type Chart } from './theme.js';

/** Parts of a pool and of a selection. */
export interface Histogram {
  readonly names: readonly string[];
  readonly pool: readonly number[];
  readonly selected: readonly number[];
}

/** Share of each part in the pool and in the selection, in the order given. */
export function histogramChart({ names, pool, selected }: Histogram): Chart {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0) || 1;
  const sides = [
    { of: 'pool', counts: pool, total: total(pool) },
    { of: 'selection', counts: selected, total: total(selected) },
  ];
  const values = sides.flatMap(({ of, counts, total: all }) =>
    names.map((name, rank) => ({
      name: name.replace(/^(class|boundary) /, ''),
      rank,
      of,
      share: (100 * counts[rank]!) / all,
    })),
  );
  const few = names.length <= 12;
  return chart({
    data: { values },
    mark: few ? { type: 'bar' } : { type: 'line', interpolate: 'step' },
    encoding: {
      x: few
        ? {
            field: 'name',
            type: 'nominal',
            sort: { field: 'rank' },
            axis: { title: null, labelAngle: -40, labelLimit: 90 },
          }
        : { field: 'rank', type: 'quantitative', axis: { title: 'rank in the pool', format: 'd', tickMinStep: 1 } },
      y: { field: 'share', type: 'quantitative', stack: null, axis: yAxis('share, %') },
      ...(few ? { xOffset: { field: 'of', type: 'nominal' } } : {}),
      color: {
        field: 'of',
        type: 'nominal',
        scale: { domain: ['pool', 'selection'], range: ['var(--axis)', 'var(--accent)'] },
        legend: { title: null, orient: 'top-right', symbolType: few ? 'square' : 'stroke' },
      },
    },
  });
}

/** Points of a curve: more than the pixels of a chart show nothing more. */
const POINTS = 400;

/** Gain of each item, in the order in which items were taken. */
export function gainChart(gains: ArrayLike<number>): Chart {
  const step = Math.max(1, Math.ceil(gains.length / POINTS));
  const values = Array.from({ length: Math.ceil(gains.length / step) }, (_, at) => ({
    item: at * step + 1,
    gain: gains[at * step]!,
  }));
  return chart({
    data: { values },
    mark: { type: 'line', color: 'var(--accent)' },
    encoding: {
      x: { field: 'item', type: 'quantitative', axis: { title: 'items selected', format: 'd', tickMinStep: 1 } },
      y: { field: 'gain', type: 'quantitative', scale: { zero: false }, axis: yAxis('gain') },
    },
  });
}
