import { dotChart } from '../charts/dots.js';
import { listed, plural } from '../format.js';
import type { Figure, Section } from '../section.js';
import { drawnSeries, groupAccuracy } from '../selection.js';
import type { Study } from '../study.js';
import { spreadRows } from './spreads.js';

const names = { head: 'Head classes', torso: 'Torso classes', tail: 'Tail classes' } as const;

/** Balanced accuracy over the frequent, the middle and the rare classes. */
export function groups(study: Study): Section | null {
  const figures = (['head', 'torso', 'tail'] as const).flatMap((group) => figure(study, group) ?? []);
  if (figures.length === 0) return null;
  return { title: 'Head, torso and tail', blocks: [{ type: 'figures', legend: [], figures }] };
}

function figure(study: Study, group: keyof typeof names): Figure | null {
  const rows = spreadRows(drawnSeries(study), groupAccuracy(group));
  if (rows.length === 0) return null;
  const { classes } = rows[0]!.series.scored[0]!.scores.groups[group]!;
  const whiskers = rows.some(({ spread }) => spread !== null) ? ' Whiskers are one standard deviation over seeds.' : '';
  return {
    title: names[group],
    caption: `Balanced accuracy over ${plural(classes, 'class')}, %: ${listed(rows.map((row) => `${row.series.label} ${row.text}`))}.${whiskers}`,
    chart: dotChart(rows, 'balanced accuracy, %', null),
  };
}
