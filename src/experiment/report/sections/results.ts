import { defaultConfig } from '../../options.js';
import { count, fixed, listed, percent, plural, points, quantity } from '../format.js';
import type { Block, Section } from '../section.js';
import { balancedAccuracy, bestSeries, bySeed, groupAccuracy, spreadOf, type Measure } from '../selection.js';
import { pairedDifference, sum } from '../statistics.js';
import type { Study } from '../study.js';
import { spreadCell } from './spreads.js';

/** A column of the table: what it measures, and how it is written. */
interface Column {
  readonly head: string;
  readonly measure: Measure;
  readonly format: (value: number) => string;
}

const columns: readonly Column[] = [
  { head: 'Balanced accuracy, %', measure: balancedAccuracy, format: percent },
  { head: 'Head, %', measure: groupAccuracy('head'), format: percent },
  { head: 'Torso, %', measure: groupAccuracy('torso'), format: percent },
  { head: 'Tail, %', measure: groupAccuracy('tail'), format: percent },
  { head: 'Accuracy, %', measure: ({ accuracy }) => accuracy, format: percent },
  { head: 'ECE, %', measure: ({ ece }) => ece, format: percent },
  { head: 'NLL, nats', measure: ({ nll }) => nll, format: quantity },
  { head: 'Brier', measure: ({ brier }) => brier, format: (value) => fixed(value, 3) },
];

/** The scores of every method, mean and spread over seeds. */
export function results(study: Study): Section {
  const title = 'Results';
  if (study.series.length === 0) {
    return { title, blocks: [{ type: 'text', text: 'No run is finished yet: there are no scores on the test set.' }] };
  }
  const used = columns.filter(({ measure }) => study.series.some((one) => spreadOf(one, measure) !== null));
  const rows = study.series.map((one) => [
    one.label,
    { text: count(one.scored.length), value: one.scored.length },
    ...used.map(({ measure, format }) => spreadCell(one, measure, format)),
  ]);
  const several = study.series.some(({ scored }) => scored.length > 1);
  const caption =
    `Scores on the ${count(study.series[0]!.scored[0]!.scores.examples)} test items` +
    (several ? ': mean ± standard deviation over seeds' : '');
  return {
    title,
    blocks: [
      { type: 'text', text: headline(study) },
      { type: 'table', caption, columns: ['Method', 'Runs', ...used.map(({ head }) => head)], rows },
      { type: 'note', text: legend(study) },
    ],
  };
}

/** The result in one sentence. */
function headline(study: Study): string {
  const { baseline } = study;
  const best = bestSeries(study)!;
  const value = spreadOf(best, balancedAccuracy)!;
  const over =
    value.deviation === null ? '' : ` (mean of ${value.n} runs, standard deviation ${percent(value.deviation)})`;
  const first = `${study.series.length === 1 ? '' : 'Highest balanced accuracy: '}${best.label}, ${percent(value.mean)} %${over}`;
  if (baseline === null || baseline === best) return `${first}.`;
  const difference = pairedDifference(bySeed(best, balancedAccuracy), bySeed(baseline, balancedAccuracy));
  if (difference === null)
    return `${first}; ${baseline.label} reaches ${percent(spreadOf(baseline, balancedAccuracy)!.mean)} %.`;
  const { pairs, standardError } = difference;
  const certainty =
    standardError === null ? '' : ` (standard error ${percent(standardError)}, ${plural(pairs, 'pair')} of runs)`;
  const way = difference.mean < 0 ? 'below' : 'above';
  return `${first}, ${percent(Math.abs(difference.mean))} points ${way} ${baseline.label}${certainty}.`;
}

/** What the columns mean, with the sizes of the groups. */
function legend({ series, classCounts, methods }: Study): string {
  const { groups } = series[0]!.scored[0]!.scores;
  const [above, below] = (methods[0]!.config['groupThresholds'] ?? defaultConfig.groupThresholds) as number[];
  const sizes = (['head', 'torso', 'tail'] as const).map((name) => {
    const bounds = {
      head: `more than ${above} training examples`,
      torso: `${below} to ${above}`,
      tail: `fewer than ${below}`,
    }[name];
    return `${name}: ${bounds}, ${plural(groups[name]?.classes ?? 0, 'class')}`;
  });
  return (
    `Balanced accuracy is the mean of the recalls of all classes; head, torso and tail are the same over classes by frequency ` +
    `(${listed(sizes)}; ${count(sum(classCounts))} training examples in all). ECE, NLL and Brier score measure calibration: lower is better. ` +
    `Post hoc means that the logits were adjusted by the class prior after training.`
  );
}

/** Differences of every series to the baseline, by seed; `null` with nothing to compare. */
export function differencesTable({ series, baseline }: Study): Block | null {
  const isAlone = series.every(({ method, scored }) => method.slot === 0 && scored.length === 1);
  if (baseline === null || isAlone) return null;
  const measures = [
    ['Balanced accuracy', balancedAccuracy],
    ['Head', groupAccuracy('head')],
    ['Torso', groupAccuracy('torso')],
    ['Tail', groupAccuracy('tail')],
  ] as const;
  const rows = series.flatMap((one) => {
    const differences = measures.map(([, measure]) =>
      pairedDifference(bySeed(one, measure), bySeed(baseline, measure)),
    );
    const [overall] = differences;
    if (one === baseline || !overall) return [];
    return [
      [
        one.label,
        { text: count(overall.pairs), value: overall.pairs },
        { text: `${overall.above} of ${overall.pairs}`, value: overall.above },
        ...differences.map((difference) =>
          difference ? { text: points(difference), value: difference.mean } : { text: '–', value: null },
        ),
      ],
    ];
  });
  if (rows.length === 0) return null;
  return {
    type: 'table',
    caption: `Difference to ${baseline.label} in percentage points: mean ± standard error over pairs of runs of the same seed`,
    columns: ['Method', 'Pairs', 'Better', ...measures.map(([name]) => name)],
    rows,
  };
}
