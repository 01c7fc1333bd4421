import type { Series } from '../study.js';
import { chart, colorOf, shapeOf, type Chart } from './theme.js';

/** One row of a dot chart. */
export interface DotRow {
  /** Whose value. */
  readonly series: Series;
  /** The value. */
  readonly value: number;
  /** Half the length of the whisker; `null` for none. */
  readonly spread: number | null;
  /** The value in words, at the end of the row. */
  readonly text: string;
}

/** A value with its whisker for each series, the name above it: long names then fit on a phone. */
export function dotChart(rows: readonly DotRow[], title: string, reference: number | null): Chart {
  const values = rows.map(({ series, value, spread, text }) => ({
    series: series.label,
    text,
    value,
    low: value - (spread ?? 0),
    high: value + (spread ?? 0),
  }));
  const domain = values.map(({ series }) => series);
  const channel = <T>(range: T[]) => ({ field: 'series', type: 'nominal', scale: { domain, range }, legend: null });
  const color = channel(rows.map(({ series }) => colorOf(series)));
  const label = { type: 'text', dy: -11, fontSize: 11, color: 'var(--ink)' };
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { zero: reference === null, nice: true },
    axis: { title, grid: true, tickCount: 5 },
  });
  return chart(
    {
      data: { values },
      encoding: { y: { field: 'series', type: 'nominal', sort: domain, axis: null, scale: { padding: 0.2 } } },
      layer: [
        ...(reference === null
          ? []
          : [
              {
                data: { values: [{}] },
                mark: { type: 'rule', color: 'var(--axis)' },
                encoding: { x: { datum: reference, type: 'quantitative' }, y: null },
              },
            ]),
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
          encoding: { x: x('low'), x2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: { x: x('value'), color, shape: channel(rows.map(({ series }) => shapeOf(series))) },
        },
        { mark: { ...label, align: 'left' }, encoding: { x: { value: 0 }, text: { field: 'series' } } },
        { mark: { ...label, align: 'right' }, encoding: { x: { value: 'width' }, text: { field: 'text' } } },
      ],
    },
    40 + 40 * rows.length,
  );
}
