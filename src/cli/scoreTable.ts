import type { CalibratedScores, Scores } from '../experiment/index.js';
import { percent, table } from './output.js';

/** What {@link scoreTable} shows. */
export interface ShownScores {
  readonly raw: Scores['raw'];
  /** `null` where nothing could be adjusted. */
  readonly posthoc: Scores['posthoc'] | null;
  /** Whether to show calibration by group as well. */
  readonly details?: boolean;
  /** Calibration at a fitted temperature. */
  readonly calibrated?: CalibratedScores | null;
}

const groupNames = ['head', 'torso', 'tail'] as const;

/** Raw and post-hoc scores side by side, as people compare them. */
export function scoreTable({ raw, posthoc, details = false, calibrated = null }: ShownScores): string {
  const columns = posthoc === null ? [raw] : [raw, posthoc];
  // Without class counts there are no groups; with them an empty one is shown as such.
  const shownGroups = groupNames.some((name) => raw.groups[name] !== null) ? groupNames : [];
  const row = (name: string, value: (scores: Scores['raw']) => string): string[] => [name, ...columns.map(value)];
  const groups = (value: (scores: NonNullable<Scores['raw']['groups']['head']>) => number): string[][] =>
    shownGroups.map((name) => {
      const classes = raw.groups[name]?.classes ?? 0;
      return row(`  ${name} (${classes} ${classes === 1 ? 'class' : 'classes'})`, ({ groups }) =>
        percent(groups[name] && value(groups[name])),
      );
    });
  const head = ['%', 'raw', ...(posthoc === null ? [] : [`post-hoc, tau ${Number(posthoc.tau.toFixed(3))}`])];
  const ofPairs = raw.ranking === undefined ? '' : ' of (point, label) pairs';
  return table(head, [
    ...rankingRows(columns.map(({ ranking }) => ranking)),
    row(`balanced accuracy${ofPairs}`, ({ balancedAccuracy }) => percent(balancedAccuracy)),
    ...groups(({ balancedAccuracy }) => balancedAccuracy),
    row(`accuracy${ofPairs}`, ({ accuracy }) => percent(accuracy)),
    row('calibration error (ECE)', ({ ece }) => percent(ece)),
    ...(details ? groups(({ ece }) => ece) : []),
    row('loss (NLL), nats', ({ nll }) => nll.toFixed(4)),
    ...(details ? [row('Brier score', ({ brier }) => brier.toFixed(4))] : []),
    ...(calibrated === null ? [] : atTemperature(calibrated)),
  ]);
}

/** How the labels of multi-label points are ranked; nothing where an example has one label. */
function rankingRows(rankings: readonly Scores['raw']['ranking'][]): string[][] {
  const shown = rankings.filter((ranking) => ranking !== undefined);
  if (shown.length === 0) return [];
  const rows = shown[0]!.at.flatMap(({ k }, at) => [
    [`precision at ${k}`, ...shown.map((ranking) => percent(ranking.at[at]!.precision))],
    ['  propensity-scored', ...shown.map((ranking) => percent(ranking.at[at]!.propensityPrecision))],
  ]);
  const last = shown[0]!.at.length - 1;
  const recall = groupNames.map((name) => [
    `  ${name} labels`,
    ...shown.map(({ groups }) => percent(groups[name]?.at[last]?.recall ?? null)),
  ]);
  const k = shown[0]!.at[last]!.k;
  return [...rows, [`recall at ${k}`, ...shown.map(({ at }) => percent(at[last]!.recall))], ...recall];
}

function atTemperature({ temperature, raw, posthoc }: CalibratedScores): string[][] {
  const columns = posthoc === null ? [raw] : [raw, posthoc];
  return [
    [`at temperature ${Number(temperature.toFixed(3))}: ECE`, ...columns.map(({ ece }) => percent(ece))],
    ['  NLL, nats', ...columns.map(({ nll }) => nll.toFixed(4))],
    ['  Brier score', ...columns.map(({ brier }) => brier.toFixed(4))],
  ];
}
