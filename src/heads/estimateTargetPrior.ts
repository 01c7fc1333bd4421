import { checkNumber, checkOneOf, InvalidArgumentError, readScoredRows, resolveClassPrior } from '../core/index.js';
import type { ClassPrior, ClassStatistics, ScoresLike } from '../core/index.js';
import { rowsOf } from './scoresShape.js';
import { numClassesOf } from './tuneTau.js';

/** Options of {@link estimateTargetPrior}: one of `classCounts` and `classPrior` is required. */
export interface TargetPriorOptions extends ClassStatistics {
  /** What the scores are: raw `'logits'` (default), or `'probabilities'` whose rows sum to 1. */
  readonly scores?: 'logits' | 'probabilities';
  /** The estimate is done when no prior can raise the mean log-likelihood by more than this, in nats. Default 1e-8. */
  readonly tolerance?: number;
  /** Largest number of iterations. Default 1000. */
  readonly maxIterations?: number;
  /** Smaller entries of the result are raised to this, so that it can be a `targetPrior`, in 0..1/C. Default 1e-6. */
  readonly floor?: number;
}

/** What {@link estimateTargetPrior} found. */
export interface TargetPriorResult {
  /** The estimated prior, length C, sums to 1. */
  readonly prior: number[];
  /** Iterations made. */
  readonly iterations: number;
  /** Whether the tolerance was reached. */
  readonly converged: boolean;
  /** Mean log-likelihood of the scores above that under the prior of training, in nats, not negative. */
  readonly gain: number;
}

/**
 * The class prior of unlabelled data, from the scores of a model trained under another prior.
 *
 * Expectation maximisation of $`L(nu) = mean_i log sum_k nu_k p_ik / pi_k`$, with $`p`$ the softmax of the scores and $`pi`$ the
 * prior that they have in them, in float64: $`nu_k <- mean_i nu_k r_ik / sum_j nu_j r_ij`$ with $`r = p / pi`$, from $`pi`$ on.
 * $`L`$ is concave and no step lowers it; the step's own factors bound how much is left to gain, which ends it. The model must
 * be calibrated under $`pi`$ (see {@link fitTemperature}), and only the prior may have shifted. The result is a `targetPrior`
 * of {@link adjustLogits} and of the logit-adjusted loss.
 *
 * @param scores Logits or probabilities of unlabelled data, `[N, C]`: a tensor, rows, or a typed array row by row.
 * @param options `classCounts` or `classPrior` of the training data, `scores`, `tolerance`, `maxIterations`, `floor`.
 * @returns The prior, and how the iteration ended.
 * @throws InvalidArgumentError If there is no row, a score is not finite, or probabilities do not sum to 1.
 * @example
 * ```ts
 * import { estimateTargetPrior } from 'tfjs-longtail/heads';
 * const probabilities = [[0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.2, 0.8]];
 * const { prior } = await estimateTargetPrior(probabilities, { classPrior: [0.5, 0.5], scores: 'probabilities' });
 * console.log(prior.map((share) => share.toFixed(3)).join(' ')); // 0.220 0.780
 * ```
 * @see Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", 2002,
 *   equation 2.9.
 */
export async function estimateTargetPrior(scores: ScoresLike, options: TargetPriorOptions): Promise<TargetPriorResult> {
  const where = 'estimateTargetPrior';
  const { tolerance = 1e-8, maxIterations = 1000, floor = 1e-6 } = options;
  const kind = checkOneOf(where, 'scores', options.scores ?? 'logits', ['logits', 'probabilities']);
  const prior = resolveClassPrior(where, options, numClassesOf(options));
  const { numClasses } = prior;
  checkNumber(where, 'tolerance', tolerance, { min: 0 });
  checkNumber(where, 'maxIterations', maxIterations, { min: 1, integer: true });
  checkNumber(where, 'floor', floor, { min: 0, max: 1 / numClasses });
  const rows = rowsOf(where, scores, numClasses);
  if (rows === 0) throw new InvalidArgumentError(where, 'at least one row of scores', 0);
  const read = await readScoredRows(where, new Int32Array(rows), scores, numClasses);
  const ratios = kind === 'logits' ? ratiosOfLogits(read.scores, prior) : ratiosOfProbabilities(read.scores, prior);
  const { estimate, ...ended } = maximise(ratios, prior, tolerance, maxIterations);
  const raised = Array.from(estimate, (share) => Math.max(share, floor));
  const total = raised.reduce((sum, share) => sum + share, 0);
  return { prior: raised.map((share) => share / total), ...ended };
}

/** The iteration, over `ratios [N, C]`. */
function maximise(
  ratios: Float64Array,
  { probabilities, numClasses }: ClassPrior,
  tolerance: number,
  maxIterations: number,
): {
  readonly estimate: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
  readonly gain: number;
} {
  const estimate = probabilities.slice();
  const gradient = new Float64Array(numClasses);
  for (let iterations = 0; ; iterations++) {
    const gain = likelihood(ratios, estimate, gradient);
    // L is concave and sum_k nu_k gradient_k = 1, hence max L - L(nu) <= max_k gradient_k - 1.
    const converged = gradient.reduce((a, b) => Math.max(a, b)) - 1 <= tolerance;
    if (converged || iterations === maxIterations) return { estimate, iterations, converged, gain };
    for (let y = 0; y < numClasses; y++) estimate[y]! *= gradient[y]!;
  }
}

/** `mean_i log sum_k nu_k r_ik`; its gradient is written to `gradient`. */
function likelihood(ratios: Float64Array, prior: Float64Array, gradient: Float64Array): number {
  const numClasses = prior.length;
  const rows = ratios.length / numClasses;
  let total = 0;
  gradient.fill(0);
  for (let start = 0; start < ratios.length; start += numClasses) {
    let evidence = 0;
    for (let y = 0; y < numClasses; y++) evidence += prior[y]! * ratios[start + y]!;
    total += Math.log(evidence);
    for (let y = 0; y < numClasses; y++) gradient[y]! += ratios[start + y]! / (evidence * rows);
  }
  return total / rows;
}

/** `softmax(f)_k / pi_k`. */
function ratiosOfLogits(logits: ArrayLike<number>, { logProbabilities, numClasses }: ClassPrior): Float64Array {
  const ratios = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += numClasses) {
    let largest = -Infinity;
    for (let y = 0; y < numClasses; y++) largest = Math.max(largest, logits[start + y]!);
    let total = 0;
    for (let y = 0; y < numClasses; y++) total += Math.exp(logits[start + y]! - largest);
    const normaliser = largest + Math.log(total);
    for (let y = 0; y < numClasses; y++) {
      ratios[start + y] = Math.exp(logits[start + y]! - normaliser - logProbabilities[y]!);
    }
  }
  return ratios;
}

/** Rounded outputs of another program may miss 1 by a little; rows of logits miss it by far. */
const SUM_TOLERANCE = 1e-3;

/** `p_k / pi_k`, rows normalised. */
function ratiosOfProbabilities(values: ArrayLike<number>, { probabilities, numClasses }: ClassPrior): Float64Array {
  const ratios = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += numClasses) {
    let total = 0;
    let least = Infinity;
    for (let y = 0; y < numClasses; y++) {
      total += values[start + y]!;
      least = Math.min(least, values[start + y]!);
    }
    if (least < 0 || Math.abs(total - 1) > SUM_TOLERANCE) {
      const row = start / numClasses;
      const got = least < 0 ? `${least} in row ${row}` : `a sum of ${total} in row ${row}`;
      throw new InvalidArgumentError('estimateTargetPrior', 'rows of probabilities that sum to 1', got);
    }
    for (let y = 0; y < numClasses; y++) ratios[start + y] = values[start + y]! / (total * probabilities[y]!);
  }
  return ratios;
}
