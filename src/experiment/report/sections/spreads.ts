import type { DotRow } from '../charts/dots.js';
import { percent, withSpread } from '../format.js';
import type { Cell } from '../section.js';
import { spreadOf, type Measure } from '../selection.js';
import type { Series } from '../study.js';

/** Mean and spread of a number over the runs of a series, as a cell of a table. */
export function spreadCell(series: Series, measure: Measure, format: (value: number) => string): Cell {
  const value = spreadOf(series, measure);
  return { text: withSpread(value, format), value: value?.mean ?? null };
}

/** Mean and spread in percent of every series that has the number, as rows of a chart of dots. */
export function spreadRows(series: readonly Series[], measure: Measure): DotRow[] {
  return series.flatMap((one) => {
    const value = spreadOf(one, measure);
    if (value === null) return [];
    const spread = value.deviation === null ? null : 100 * value.deviation;
    return [{ series: one, value: 100 * value.mean, spread, text: withSpread(value, percent) }];
  });
}
