import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Options of {@link propensities}. */
export interface PropensityOptions {
  /** Number of training examples N, at least 3; not the number of labels. */
  readonly examples: number;
  /** Exponent A, not negative. Default 0.55. */
  readonly a?: number;
  /** Offset B of the counts, positive. Default 1.5. */
  readonly b?: number;
}

/**
 * How likely a true label is to be in the labels at all, by how often the training set shows it.
 *
 * $`p_y = 1 / (1 + C (n_y + B)^-A)`$ with $`C = (ln N - 1) (B + 1)^A`$: taggers overlook rare labels more often than frequent
 * ones, so a hit on a rare label says more; {@link rankingMetrics} weighs it by $`1 / p_y`$.
 *
 * @param labelCounts Training examples of each class $`n_y`$, length C, from 0 to `examples`.
 * @param options `examples`, and $`a`$, $`b`$ where the data have their own; 0.6 and 2.6 for Amazon, 0.5 and 0.4 for Wikipedia.
 * @returns Propensities `[C]`, in 0..1, both excluded, growing with the count.
 * @throws InvalidArgumentError If a count or an option is out of range.
 * @example
 * ```ts
 * import { propensities } from 'tfjs-longtail/metrics';
 * const p = propensities([5197, 18], { examples: 12920 });
 * console.log(p[0]!.toFixed(3), p[1]!.toFixed(3)); // 0.888 0.268
 * ```
 * @see Jain et al., "Extreme Multi-label Loss Functions for Recommendation, Tagging, Ranking & Other Missing Label
 *   Applications", KDD 2016, section 4.
 */
export function propensities(labelCounts: ArrayLike<number>, options: PropensityOptions): Float64Array {
  const where = 'propensities';
  const { examples, a = 0.55, b = 1.5 } = options;
  checkNumber(where, 'examples', examples, { min: 3, integer: true }); // ln N > 1, else propensities exceed 1
  checkNumber(where, 'a', a, { min: 0 });
  if (!(b > 0 && b < Infinity)) throw new InvalidArgumentError(where, 'b to be a positive number', b);
  const c = (Math.log(examples) - 1) * (b + 1) ** a;
  return Float64Array.from(labelCounts, (count, y) => {
    checkNumber(where, `labelCounts[${y}]`, count, { min: 0, max: examples });
    return 1 / (1 + c * (count + b) ** -a);
  });
}
