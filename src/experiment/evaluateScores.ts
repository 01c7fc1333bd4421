import { classPriorFrom, ConfigError } from '../core/index.js';
import { fitTemperature, tuneTau } from '../heads/index.js';
import { groupClasses, type ClassificationResult } from '../metrics/index.js';
import { disagreement } from './agreement.js';
import { targetPriorOf, type TargetPrior, type WantedPrior } from './labelShift.js';
import { readScoreFile, type ScoreFile } from './scoreFiles.js';
import { scorer, type Adjustment, type CalibratedScores, type Scores } from './scorer.js';

/** Options of {@link evaluateScores}. */
export interface EvaluateScoresOptions {
  /** `.npy` file of logits or log-probabilities, `[N, C]`. */
  readonly scores: string;
  /** `.npy` file of class ids, `[N]`. */
  readonly labels: string;
  /** Training examples per class. Default: not known, then there are neither groups nor post-hoc scores. */
  readonly classCounts?: readonly number[];
  /** Strength of the adjustment. Default: tuned on the hold-out, or 1 without one. */
  readonly tau?: number;
  /** `.npy` files of a hold-out: they fit tau and temperature. */
  readonly holdout?: { readonly scores: string; readonly labels: string };
  /** Class prior of the scored examples. Default: uniform. */
  readonly targetPrior?: WantedPrior;
  /** Told what looks wrong but is possible. */
  readonly onWarning?: (message: string) => void;
}

/** What {@link evaluateScores} returns; `raw` and `posthoc` are those of a run's report. */
export interface ScoresEvaluation {
  /** File of the scores. */
  readonly scores: string;
  /** File of the labels. */
  readonly labels: string;
  /** Number of classes. */
  readonly numClasses: number;
  /** Training examples per class; `null` where not given. */
  readonly classCounts: readonly number[] | null;
  /** Where tau comes from; `null` without post-hoc scores. */
  readonly chosenBy: { readonly tau: 'fixed' | 'holdout' | null };
  /** Of the scores as they are. */
  readonly raw: ClassificationResult;
  /** After adjustment; `null` without class counts. */
  readonly posthoc: Scores['posthoc'] | null;
  /** After division by the temperature of the hold-out; `null` without one. */
  readonly calibrated: CalibratedScores | null;
  /** The prior that the scores were adjusted to; `null`: uniform. */
  readonly targetPrior: TargetPrior | null;
}

/** Rows scored at once: what is copied of the file to adjust it. */
const BATCH_ROWS = 1024;

/**
 * Scores the outputs of a model from any framework, raw and post hoc.
 *
 * @throws DataFormatError If a file cannot be read, or labels and scores cannot belong together.
 * @throws ConfigError If an option needs another one.
 */
export async function evaluateScores(options: EvaluateScoresOptions): Promise<ScoresEvaluation> {
  const { targetPrior: wanted, tau, classCounts = null } = options;
  checkTogether(options);
  const file = await readScoreFile(options.scores, options.labels);
  const { numClasses, scores, labels } = file;
  checkCounts(classCounts, file, options.scores);
  const holdout = options.holdout && (await readHoldout(options.holdout, numClasses, options.scores));
  const temperature = holdout ? (await fitTemperature(holdout.labels, holdout.scores)).temperature : null;
  const adjusted = classCounts && (await adjust(classCounts, { tau, holdout, temperature, wanted, scores }));
  const scored = scorer({
    numClasses,
    groups: classCounts ? groupClasses(classCounts) : undefined,
    adjustment: adjusted && adjusted.adjustment,
    temperature,
  });
  for (let row = 0; row < labels.length; row += BATCH_ROWS) {
    const end = Math.min(labels.length, row + BATCH_ROWS);
    await scored.add(labels.subarray(row, end), scores.subarray(row * numClasses, end * numClasses));
  }
  const raw = scored.raw();
  const suspicious = disagreement(raw);
  if (suspicious !== null) options.onWarning?.(`${options.scores}, ${options.labels}: ${suspicious}`);
  return {
    scores: options.scores,
    labels: options.labels,
    numClasses,
    classCounts,
    chosenBy: { tau: adjusted && (tau === undefined && holdout ? 'holdout' : 'fixed') },
    raw,
    posthoc: scored.posthoc(),
    calibrated: scored.calibrated(),
    targetPrior: adjusted && adjusted.targetPrior,
  };
}

/** Tau and target prior of scores whose training counts are known. */
async function adjust(
  classCounts: readonly number[],
  given: {
    readonly tau: number | undefined;
    readonly holdout: ScoreFile | undefined;
    readonly temperature: number | null;
    readonly wanted: WantedPrior | undefined;
    readonly scores: ArrayLike<number>;
  },
): Promise<{ adjustment: Adjustment; targetPrior: TargetPrior | null }> {
  const { holdout, temperature, wanted, scores } = given;
  const classPrior = classPriorFrom(classCounts);
  const tuned = holdout && (await tuneTau(holdout.labels, holdout.scores, { classPrior })).tau;
  const targetPrior = await targetPriorOf(wanted, {
    classPrior,
    temperature,
    read: () => Promise.resolve(scores),
  });
  const tau = given.tau ?? tuned ?? 1;
  return { adjustment: { classPrior, tau, targetPrior: targetPrior?.prior }, targetPrior };
}

function checkTogether({ classCounts, tau, targetPrior }: EvaluateScoresOptions): void {
  if (classCounts !== undefined) return;
  const needing = tau !== undefined ? '--tau' : targetPrior !== undefined ? '--target-prior' : null;
  if (needing === null) return;
  const hint = 'What is adjusted is the class prior of the training data';
  throw new ConfigError('evaluate', `--class-counts with ${needing}`, 'none', hint);
}

function checkCounts(classCounts: readonly number[] | null, { numClasses }: ScoreFile, path: string): void {
  if (classCounts === null) return;
  if (classCounts.length !== numClasses) {
    const expected = `--class-counts of ${numClasses} classes, one for each column of ${path}`;
    throw new ConfigError('evaluate', expected, classCounts.length);
  }
  const empty = classCounts.findIndex((count) => !(count > 0));
  if (empty < 0) return;
  throw new ConfigError('evaluate', '--class-counts above 0', `${classCounts[empty]} for class ${empty}`);
}

async function readHoldout(
  { scores, labels }: { readonly scores: string; readonly labels: string },
  numClasses: number,
  scoresPath: string,
): Promise<ScoreFile> {
  const file = await readScoreFile(scores, labels);
  if (file.numClasses === numClasses) return file;
  const expected = `a hold-out with the ${numClasses} classes of ${scoresPath}`;
  throw new ConfigError(scores, expected, `${file.numClasses} columns`);
}
