import { InvalidArgumentError, resolveClassPrior } from '../core/index.js';

/**
 * Weights that make every class count alike: $`1 / pi_y`$, where $`pi_y = n_y / sum(n)`$.
 *
 * They are not rescaled; their mean over the training examples is C.
 *
 * @param classCounts Training-set class counts, length C >= 2, every entry > 0.
 * @returns The weights, float64, length C; at least 1.
 * @throws InvalidArgumentError If there are fewer than 2 classes or a count is not a positive number; the message names it.
 * @example
 * ```ts
 * import { inverseFrequencyWeights } from 'tfjs-longtail/losses';
 * console.log(Array.from(inverseFrequencyWeights([50, 25, 25]))); // [ 2, 4, 4 ]
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, section 3.
 */
export function inverseFrequencyWeights(classCounts: ArrayLike<number>): Float64Array {
  const where = 'inverseFrequencyWeights';
  return resolveClassPrior(where, { classCounts }, classCounts.length).probabilities.map((prior) => 1 / prior);
}

/** Options of {@link effectiveNumberWeights}. */
export interface EffectiveNumberOptions {
  /** How much a further example of a class adds, 0..1 without 1: 0 weighs classes alike, near 1 by inverse frequency. */
  readonly beta: number;
}

/**
 * Class-balanced weights: inverse to the effective number of examples, $`w_y = (1 - beta) / (1 - beta^{n_y})`$, rescaled to sum
 * to C.
 *
 * @param classCounts Training-set class counts, length C >= 2, every entry > 0.
 * @param options `beta`: 0.9999 is the usual value.
 * @returns The weights, float64, length C, sum C.
 * @throws InvalidArgumentError If there are fewer than 2 classes, a count is not a positive number, or `beta` is not at least 0 and below 1.
 * @example
 * ```ts
 * import { effectiveNumberWeights } from 'tfjs-longtail/losses';
 * const weights = effectiveNumberWeights([70, 20, 10], { beta: 0.9999 });
 * console.log(Array.from(weights, (weight) => weight.toFixed(4)).join(' ')); // 0.2615 0.9131 1.8253
 * ```
 * @see Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019, section 4.
 */
export function effectiveNumberWeights(classCounts: ArrayLike<number>, { beta }: EffectiveNumberOptions): Float64Array {
  const where = 'effectiveNumberWeights';
  resolveClassPrior(where, { classCounts }, classCounts.length);
  if (!(beta >= 0 && beta < 1)) throw new InvalidArgumentError(where, 'beta to be at least 0 and below 1', beta);
  // 1 - beta^n without the cancellation near beta = 1; the factor 1 - beta goes with the scale.
  const weights = Float64Array.from(classCounts, (count) => -1 / Math.expm1(count * Math.log(beta)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (weight * weights.length) / total);
}
