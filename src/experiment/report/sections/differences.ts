import { dotChart } from '../charts/dots.js';
import { listed, points } from '../format.js';
import type { Figure, Section } from '../section.js';
import { balancedAccuracy, bySeed, drawnSeries, groupAccuracy, type Measure } from '../selection.js';
import { pairedDifference } from '../statistics.js';
import type { Series, Study } from '../study.js';
import { differencesTable } from './results.js';

const measures: readonly (readonly [title: string, measure: Measure])[] = [
  ['Balanced accuracy', balancedAccuracy],
  ['Head classes', groupAccuracy('head')],
  ['Tail classes', groupAccuracy('tail')],
];

/** What each method gains over the baseline, seed by seed. */
export function differences(study: Study): Section | null {
  const table = differencesTable(study);
  if (table === null) return null;
  const others = drawnSeries(study).filter((one) => one !== study.baseline);
  const figures = measures.flatMap(([title, measure]) => figure(title, measure, others, study.baseline!) ?? []);
  const reference = study.baseline!.label;
  return {
    title: `Differences to ${reference}`,
    blocks: [
      {
        type: 'note',
        text:
          `Runs of the same seed see the same data in the same order, so they are compared pair by pair; ` +
          `the line at 0 is ${reference}. Whiskers are one standard error.`,
      },
      { type: 'figures', legend: [], figures },
      table,
    ],
  };
}

function figure(title: string, measure: Measure, series: readonly Series[], baseline: Series): Figure | null {
  const reference = bySeed(baseline, measure);
  const rows = series.flatMap((one) => {
    const difference = pairedDifference(bySeed(one, measure), reference);
    if (difference === null) return [];
    const { mean, standardError } = difference;
    return [
      {
        series: one,
        value: 100 * mean,
        spread: standardError === null ? null : 100 * standardError,
        text: points(difference),
      },
    ];
  });
  if (rows.length === 0) return null;
  return {
    title,
    caption: `Points gained: ${listed(rows.map((row) => `${row.series.label} ${row.text}`))}.`,
    chart: dotChart(rows, 'percentage points', 0),
  };
}
