import { ConfigError } from '../core/index.js';
import { fitTemperature } from '../heads/index.js';
import { scoreExamples, type ExampleSource } from '../train/index.js';
import { computeClassifier, type NormTau } from './classifiers.js';
import { priorOfLogits, removedPrior, targetPriorOf, type TargetPrior, type WantedPrior } from './labelShift.js';
import { openRun, type CheckpointRecord, type OpenedRun, type OpenRunOptions } from './openRun.js';
import type { splits } from './options.js';
import { posthocTau } from './run.js';
import type { Adjustment, CalibratedScores } from './scorer.js';
import { adjustsPosthoc, pointsOf, scoreSource, withRankings, type Scores } from './scoring.js';
import type { ComputedClassifier } from './secondStage.js';

/** Options of {@link evaluateRun}. */
export interface EvaluateOptions extends OpenRunOptions {
  /** Which examples. Default `'test'`. */
  readonly split?: (typeof splits)[number];
  /** Tau of the post-hoc scores. Default: as the run chose it. */
  readonly tau?: number;
  /** Class prior of the scored examples, or `'estimate'`. Default: uniform. */
  readonly targetPrior?: WantedPrior;
  /** A classifier computed from the run in place of its own. Default: its own. */
  readonly classifier?: ComputedClassifier;
  /** Exponent of the classifier `tau-norm`. Default: tuned on the hold-out, or 1 without one. */
  readonly normTau?: number;
}

/** What {@link evaluateRun} returns. */
export interface Evaluation extends Scores {
  /** Folder of the run. */
  readonly run: string;
  /** Backend that computed it. */
  readonly backend: string;
  /** Data set with its profile. */
  readonly dataset: string;
  /** The examples that were scored. */
  readonly split: string;
  /** Checkpoint, with the epochs and steps behind it. */
  readonly checkpoint: CheckpointRecord;
  /** Calibration after division by a temperature fitted on the hold-out; `null` without one. */
  readonly calibrated: CalibratedScores | null;
  /** The prior that the post-hoc scores were adjusted to; `null`: uniform. */
  readonly targetPrior: TargetPrior | null;
  /** The computed classifier; left out for the run's own. */
  readonly classifier?: { readonly name: ComputedClassifier; readonly normTau: NormTau | null };
}

/**
 * Scores a checkpoint of a run, raw and post hoc.
 *
 * @throws RunFolderError If the folder holds no run.
 * @throws CheckpointError If it has no such checkpoint, or a damaged one.
 */
export async function evaluateRun(options: EvaluateOptions): Promise<Evaluation> {
  const { run, split = 'test', signal } = options;
  const opened = await openRun(options);
  const { data, trainee, backend, checkpoint } = opened;
  try {
    const source = { test: data.test, holdout: data.holdout, train: data.trainAsIs }[split];
    if (source === null) throw new ConfigError('evaluate', 'a run with a hold-out for --split holdout', 'one without');
    const computed = await computedPart(options, opened);
    const { adjustment, ...rest } = await scoringRules(options, opened, source);
    const rules = { ...adjustment, temperature: rest.temperature, groups: data.groups, signal };
    const scored = await scoreSource(trainee.classifier, source, rules);
    const ranking = { ...rules, points: pointsOf(data, split) };
    const scores = await withRankings({ raw: scored.raw(), posthoc: scored.posthoc()! }, trainee.classifier, ranking);
    return {
      run,
      backend,
      dataset: data.name,
      split,
      checkpoint,
      ...computed,
      ...scores,
      calibrated: scored.calibrated(),
      targetPrior: rest.targetPrior,
    };
  } finally {
    trainee.dispose();
  }
}

/** How the logits are adjusted, and what calibrates them. */
interface ScoringRules {
  readonly adjustment: Adjustment;
  readonly temperature: number | null;
  readonly targetPrior: TargetPrior | null;
}

async function scoringRules(
  options: EvaluateOptions,
  { config: runConfig, data, trainee }: OpenedRun,
  source: ExampleSource,
): Promise<ScoringRules> {
  const { signal, tau: wantedTau, targetPrior: wanted } = options;
  const config = { ...runConfig, classifier: options.classifier ?? runConfig.classifier };
  const logitsOf = (from: ExampleSource) => scoreExamples(trainee.classifier, from, { signal });
  const held = data.holdout && (await logitsOf(data.holdout));
  // The hold-out has the prior of training: where the logits are nearer to a uniform one, so must its weights be.
  const classBalanced = removedPrior(config) > 0.5;
  const temperature = held && (await fitTemperature(held.labels, held.logits, { classBalanced })).temperature;
  const { tau: ownTau } = await posthocTau(config, data, trainee, held);
  // A run that is not adjusted by itself has another prior in its logits, and none of its own tau.
  const keepsPrior = adjustsPosthoc(config) || wantedTau !== undefined || wanted === undefined;
  const classPrior = keepsPrior ? trainee.classPrior : priorOfLogits(config, trainee.classPrior);
  const read = async () => (await logitsOf(source)).logits;
  const targetPrior = await targetPriorOf(wanted, { classPrior, temperature, read });
  const tau = wantedTau ?? (keepsPrior ? ownTau : 1);
  return { adjustment: { classPrior, tau, targetPrior: targetPrior?.prior }, temperature, targetPrior };
}

/** Puts the classifier that was asked for into the model. */
async function computedPart(
  { classifier: name, normTau, signal }: EvaluateOptions,
  { data, trainee }: OpenedRun,
): Promise<Pick<Evaluation, 'classifier'>> {
  if (normTau !== undefined && name !== 'tau-norm') {
    throw new ConfigError('evaluate', '--norm-tau with --classifier tau-norm', name ?? 'no classifier');
  }
  if (name === undefined) return {};
  const { classifier } = trainee;
  return { classifier: { name, normTau: await computeClassifier(name, classifier, { data, normTau, signal }) } };
}
