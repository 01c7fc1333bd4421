import { dotChart } from '../charts/dots.js';
import { count, listed, percent } from '../format.js';
import type { Figure, Section } from '../section.js';
import { drawnSeries, type Measure } from '../selection.js';
import type { Study } from '../study.js';
import { spreadCell, spreadRows } from './spreads.js';

const groupNames = ['head', 'torso', 'tail'] as const;

/** How well labels are ranked, where points carry several. */
export function ranking(study: Study): Section | null {
  const first = study.series[0]?.scored[0]?.scores.ranking;
  if (first === undefined) return null;
  const last = first.at.length - 1;
  const longest = first.at[last]!.k;
  const columns: [string, Measure][] = [
    ...first.at.flatMap(({ k }, i): [string, Measure][] => [
      [`Precision at ${k}, %`, (scores) => scores.ranking?.at[i]?.precision],
      [`Propensity-scored at ${k}, %`, (scores) => scores.ranking?.at[i]?.propensityPrecision],
    ]),
    [`Recall at ${longest}, %`, (scores) => scores.ranking?.at[last]?.recall],
    ...groupNames.map((name): [string, Measure] => [
      `${capital(name)} recall at ${longest}, %`,
      (scores) => scores.ranking?.groups[name]?.at[last]?.recall,
    ]),
  ];
  const rows = study.series.map((one) => [
    one.label,
    ...columns.map(([, measure]) => spreadCell(one, measure, percent)),
  ]);
  const figures = groupNames.flatMap((name) => figure(study, name, last, longest) ?? []);
  return {
    title: 'Ranking',
    blocks: [
      { type: 'figures', legend: [], figures },
      {
        type: 'table',
        caption: `Rankings of the labels of ${count(first.examples)} test points`,
        columns: ['Method', ...columns.map(([head]) => head)],
        rows,
      },
      {
        type: 'note',
        text:
          'Precision at k is the share of the first k labels that are right. Propensity-scored precision counts a hit the more, the ' +
          'more easily a label is overlooked, over the most that can be reached. Recall is the share of the labels found, those of ' +
          'frequent and of rare labels apart. All other scores on this page take each pair of a point and one of its labels as an item.',
      },
    ],
  };
}

function figure(study: Study, name: (typeof groupNames)[number], at: number, k: number): Figure | null {
  const measure: Measure = (scores) => scores.ranking?.groups[name]?.at[at]?.recall;
  const rows = spreadRows(drawnSeries(study), measure);
  if (rows.length === 0) return null;
  const told = listed(rows.map((row) => `${row.series.label} ${row.text}`));
  return {
    title: `${capital(name)} labels`,
    caption: `Recall at ${k} of ${name} labels, %: ${told}.`,
    chart: dotChart(rows, `recall at ${k}, %`, null),
  };
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}
