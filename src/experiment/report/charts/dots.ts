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

/** Characters of a name in one line, which leaves room for the value at its end. */
const LINE_CHARACTERS = 42;

/** Pixels from line to line of a name. */
const LINE_HEIGHT = 13;

/** A value with its whisker for each series, the name above it: long names then fit on a phone. */
export function dotChart(rows: readonly DotRow[], title: string, reference: number | null): Chart {
  const names = rows.map(({ series }) => lines(series.label));
  const most = Math.max(...names.map((name) => name.length));
  const values = rows.map(({ series, value, spread, text }, i) => ({
    series: series.label,
    // Empty lines on top bring the last ones of all names to the same distance from their marks.
    name: [...Array<string>(most - names[i]!.length).fill(''), ...names[i]!],
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
        {
          mark: { ...label, align: 'left', dy: label.dy - LINE_HEIGHT * (most - 1), lineHeight: LINE_HEIGHT },
          encoding: { x: { value: 0 }, text: { field: 'name' } },
        },
        { mark: { ...label, align: 'right' }, encoding: { x: { value: 'width' }, text: { field: 'text' } } },
      ],
    },
    40 + (40 + LINE_HEIGHT * (most - 1)) * rows.length,
  );
}

/** A name broken between words where a line would be too long for the chart. */
function lines(name: string): string[] {
  return name.split(' ').reduce<string[]>((done, word) => {
    const longer = `${done.at(-1) ?? ''} ${word}`;
    return done.length > 0 && longer.length <= LINE_CHARACTERS ? [...done.slice(0, -1), longer] : [...done, word];
  }, []);
}
