import { checkNumber, ClassPrior, InvalidArgumentError, readScoredRows, resolveClassPrior } from '../core/index.js';
import type { ClassStatistics, LabelsLike, ScoresLike } from '../core/index.js';
import { balancedLikelihood, minimiseConvex } from './balancedLikelihood.js';
import type { Likelihood } from './balancedLikelihood.js';

/** Options of {@link tuneTau}: one of `classCounts` and `classPrior` is required. */
export interface TuneTauOptions extends ClassStatistics {
  /** Largest `tau` considered, at least 0; a result equal to it means that the data ask for more. Default 10. */
  readonly maxTau?: number;
}

/** What {@link tuneTau} found. */
export interface TuneTauResult {
  /** The exponent of the prior, in `0..maxTau`. */
  readonly tau: number;
  /** Class-balanced negative log-likelihood there, in nats. */
  readonly nll: number;
  /** Held-out items of each class. */
  readonly support: number[];
  /** Number of classes without held-out items; the likelihood leaves them out. */
  readonly classesWithoutItems: number;
}

/** Tau is found to this absolute accuracy. */
const TOLERANCE = 1e-9;

/**
 * The `tau` of {@link adjustLogits} that fits held-out data best.
 *
 * Minimises $`L(tau) = mean_y mean_{i: y_i = y} -log softmax(f_i - tau log pi)_y`$ over `0 <= tau <= maxTau`, the outer mean
 * over the classes with items, in float64. $`L`$ is convex: its second derivative is a mean of variances of $`log pi`$ under
 * the adjusted softmax. Tune on data held out from training, never on the test set.
 *
 * @param targets Class ids, `[B]`; -1 is ignored.
 * @param logits Raw scores of the held-out data, `[B, C]`: a tensor, rows, or a typed array row by row.
 * @param options `classCounts` or `classPrior` of the training set, `maxTau`.
 * @returns The minimiser, the likelihood there, and how many items of each class it rests on.
 * @throws InvalidArgumentError If there is no item, a label is out of range, or a logit is not finite.
 * @example
 * ```ts
 * import { tuneTau } from 'tfjs-longtail/heads';
 * const { tau, support } = await tuneTau([0, 0, 1], [[2, 0], [1, 0], [1, 0.5]], { classCounts: [90, 10] });
 * console.log(tau.toFixed(3), support); // 0.448 [ 2, 1 ]
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021 (tau tuned on held-out data).
 */
export async function tuneTau(
  targets: LabelsLike,
  logits: ScoresLike,
  options: TuneTauOptions,
): Promise<TuneTauResult> {
  const maxTau = checkNumber('tuneTau', 'maxTau', options.maxTau ?? 10, { min: 0 });
  const prior = resolveClassPrior('tuneTau', options, numClassesOf(options));
  const rows = await readScoredRows('tuneTau', targets, logits, prior.numClasses);
  const support = countLabels(rows.labels, prior.numClasses);
  const classesWithItems = support.filter((items) => items > 0).length;
  if (classesWithItems === 0) throw new InvalidArgumentError('tuneTau', 'at least one held-out item', 0);
  const weights = support.map((items) => (items === 0 ? 0 : 1 / (items * classesWithItems)));
  // Any shift of log pi cancels in the softmax; this one makes a uniform prior exactly flat.
  const logPrior = prior.logProbabilities.map((value) => value - prior.logProbabilities[0]!);
  const at = (tau: number): Likelihood => balancedLikelihood(rows, logPrior, weights, tau);
  const tau = minimiseConvex(at, maxTau, TOLERANCE);
  return { tau, nll: at(tau).nll, support, classesWithoutItems: prior.numClasses - classesWithItems };
}

/** The number of classes that the statistics have. */
export function numClassesOf({ classCounts, classPrior }: ClassStatistics): number {
  if (classPrior instanceof ClassPrior) return classPrior.numClasses;
  return (classCounts ?? classPrior)?.length ?? 0;
}

function countLabels(labels: ArrayLike<number>, numClasses: number): number[] {
  const counts = new Array<number>(numClasses).fill(0);
  for (let row = 0; row < labels.length; row++) if (labels[row] !== -1) counts[labels[row]!]! += 1;
  return counts;
}
