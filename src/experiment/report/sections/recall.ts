import { bandsOf, classSizeChart, headToTail, meanRecall, recallChart, recallPoints } from '../charts/recall.js';
import { count, listed, percent, plural } from '../format.js';
import type { Block, Figure, Section } from '../section.js';
import { adjustedSeries, bestSeries, rawSeries } from '../selection.js';
import { sum } from '../statistics.js';
import type { Series, Study } from '../study.js';

/** Classes up to which every one has a row in the table of recalls. */
const TABLE_CLASSES = 1000;

/** Recall of the classes against how often the training data shows them. */
export function recall(study: Study): Section | null {
  const { classCounts } = study;
  const raw = rawSeries(study);
  if (raw.length === 0) return null;
  const adjusted = adjustedSeries(study);
  const bands = bandsOf(classCounts);
  const joined =
    bands.length < classCounts.length
      ? ` Each point is the mean of about ${count(classCounts.length / bands.length)} classes of similar frequency.`
      : '';
  return {
    title: 'Recall by class frequency',
    blocks: [
      {
        type: 'figures',
        legend: adjusted === null ? raw : [...raw, ...adjusted.filter(({ treatment }) => treatment !== 'raw')],
        figures: [
          sizes(classCounts),
          recallFigure('Recall, raw', raw, study, joined),
          ...(adjusted ? [recallFigure('Recall, adjusted where a method is', adjusted, study, joined)] : []),
        ],
      },
      ...classTable(study),
    ],
  };
}

function sizes(classCounts: readonly number[]): Figure {
  const [most, least] = [Math.max(...classCounts), Math.min(...classCounts)];
  const ratio = least > 0 ? `, a ratio of ${count(most / least)}` : '';
  return {
    title: 'Training examples per class',
    caption: `${plural(classCounts.length, 'class')} with ${count(most)} examples at the head to ${count(least)} at the tail${ratio}; ${count(sum(classCounts))} examples in all.`,
    chart: classSizeChart(classCounts),
  };
}

function recallFigure(title: string, series: readonly Series[], study: Study, joined: string): Figure {
  const told = [series[0]!, bestSeries(study)!].filter((one, i, all) => series.includes(one) && all.indexOf(one) === i);
  const ends = told.flatMap((one) => {
    const points = recallPoints(one, study.classCounts);
    const [head, tail] = [points[0], points.at(-1)];
    return head && tail
      ? [`${one.label} from ${percent(head.recall / 100)} % at the head to ${percent(tail.recall / 100)} % at the tail`]
      : [];
  });
  return {
    title,
    caption: `Recall on the test set: ${listed(ends)}.${joined}`,
    chart: recallChart(series, study.classCounts),
  };
}

/** Recall of each class, for a reader without the charts. */
function classTable({ series, classCounts, className }: Study): Block[] {
  if (classCounts.length > TABLE_CLASSES) return [];
  const support = series[0]!.scored[0]!.scores.support;
  const rows = headToTail(classCounts).map((y) => [
    className(y),
    { text: count(classCounts[y]!), value: classCounts[y]! },
    { text: count(support[y]!), value: support[y]! },
    ...series.map((one) => {
      const value = meanRecall(one, y);
      return { text: value === null ? '–' : percent(value), value };
    }),
  ]);
  const columns = ['Class', 'Training examples', 'Test items', ...series.map(({ label }) => `${label}, %`)];
  const caption = 'Recall of each class, mean over runs, from head to tail';
  return [
    {
      type: 'details',
      summary: `Recall of all ${count(classCounts.length)} classes`,
      blocks: [{ type: 'table', caption, columns, rows }],
    },
  ];
}
