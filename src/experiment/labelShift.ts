import { classPriorFrom, ConfigError, type ClassPrior } from '../core/index.js';
import { estimateTargetPrior, type TargetPriorResult } from '../heads/index.js';
import type { TrainConfig } from './config.js';
import { isComputed } from './secondStage.js';

/** A class prior to adjust to: known, or to be estimated from the scores. */
export type WantedPrior = 'estimate' | readonly number[];

/** The class prior that scores were adjusted to. */
export interface TargetPrior {
  /** Probability of each class. */
  readonly prior: readonly number[];
  /** How it was estimated from the scores without their labels; `null` for one that was given. */
  readonly estimated: Omit<TargetPriorResult, 'prior'> | null;
}

/** What an estimate needs of the scores. */
export interface ShiftedScores {
  /** The prior that the scores have in them. */
  readonly classPrior: ClassPrior;
  /** What calibrates the scores; `null` takes them as calibrated. */
  readonly temperature: number | null;
  /** Reads the scores, `[N, C]` row by row. */
  readonly read: () => Promise<ArrayLike<number>>;
}

/** The prior that was asked for, or `null`; a given one is scaled to sum to 1. */
export async function targetPriorOf(
  wanted: WantedPrior | undefined,
  { classPrior, temperature, read }: ShiftedScores,
): Promise<TargetPrior | null> {
  if (wanted === undefined) return null;
  if (wanted !== 'estimate') return { prior: givenPrior(wanted, classPrior.numClasses), estimated: null };
  const scores = await read();
  const calibrated = temperature === null ? scores : Float64Array.from(scores, (score) => score / temperature);
  const { prior, ...estimated } = await estimateTargetPrior(calibrated, { classPrior });
  return { prior, estimated };
}

function givenPrior(values: readonly number[], numClasses: number): number[] {
  if (values.length !== numClasses) {
    throw new ConfigError('evaluate', `--target-prior of ${numClasses} classes`, values.length);
  }
  return Array.from(classPriorFrom(values).probabilities);
}

/**
 * The prior that the logits of a trained run have in them: `pi^(1 - tau)` under the logit-adjusted loss, whose minimiser is
 * `log P(y | x) - tau log pi`, and under the one with class scales beside it; `pi` where a loss moves no prior, as if tau
 * were 0; and the uniform one under what balances the classes.
 */
export function priorOfLogits(config: PriorOptions, classPrior: ClassPrior): ClassPrior {
  const removed = removedPrior(config);
  return classPriorFrom(classPrior.logProbabilities.map((value) => Math.exp((1 - removed) * value)));
}

/** Options that decide what prior logits have in them. */
type PriorOptions = Pick<
  TrainConfig,
  'loss' | 'sampler' | 'drsEpoch' | 'classifier' | 'tau' | 'weighting' | 'negatives'
>;

/** The share of `log pi` that is no longer in the logits of a run: 0 of all, 1 where their prior is uniform. */
export function removedPrior(config: PriorOptions): number {
  const isBalanced = config.sampler !== 'shuffled' || config.drsEpoch !== null || isComputed(config.classifier);
  return isBalanced ? 1 : removedByLoss(config);
}

/** The share of `log pi` that a loss takes out of the logits. */
function removedByLoss({ loss, tau, weighting, negatives }: PriorOptions): number {
  switch (loss) {
    case 'ce':
    case 'focal':
    case 'ldam':
    case 'sigmoid':
      return 0;
    case 'logit-adjusted':
    case 'vector-scaling':
      return tau ?? 1;
    case 'sampled-softmax':
    case 'sampled-decoupled':
      if (weighting === 'logit-adjusted') return tau ?? 1;
      // Negatives as frequent as their classes, all of one weight, balance nearly all of it: there is no closed form.
      return weighting === 'constant' && (negatives === 'class-prior' || negatives === 'within-batch') ? 1 : 0;
    case 'balanced-softmax':
    case 'class-balanced':
    case 'equalized':
    case 'weighted-ce':
      return 1;
  }
}
