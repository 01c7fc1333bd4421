import { checkProbabilities, type ProbabilityOptions } from './probabilities.js';

/**
 * How close each item is to a decision boundary: `u = 1 - (P[b] - P[b'])` for its most probable class b and the next, b'.
 *
 * @param probabilities `[n, C]`, row by row; each row sums to 1.
 * @param options The number of classes.
 * @returns `[n]`, in `[0, 1]`; 1 is on a boundary.
 * @throws InvalidArgumentError If a probability is negative or not a number, or a row does not sum to 1.
 * @example
 * ```ts
 * import { marginUtility } from 'tfjs-longtail/subset';
 * const utility = marginUtility([0.5, 0.25, 0.25, 0.125, 0.125, 0.75], { numClasses: 3 });
 * console.log(utility); // Float64Array(2) [ 0.75, 0.375 ]
 * ```
 * @see Ramalingam et al., "Less is more: Selecting informative and diverse subsets with balancing constraints", 2021.
 */
export function marginUtility(probabilities: ArrayLike<number>, { numClasses }: ProbabilityOptions): Float64Array {
  return eachRow('marginUtility', probabilities, numClasses, (start) => {
    let best = 0;
    let second = 0;
    for (let at = start; at < start + numClasses; at++) {
      const p = probabilities[at]!;
      if (p > best) {
        second = best;
        best = p;
      } else if (p > second) {
        second = p;
      }
    }
    return 1 - (best - second);
  });
}

/**
 * Entropy of each item's prediction in nats: $`u = -sum_c P[c] ln P[c]`$, with $`0 ln 0 = 0`$.
 *
 * @param probabilities `[n, C]`, row by row; each row sums to 1.
 * @param options The number of classes.
 * @returns `[n]`, in `[0, ln C]` up to rounding.
 * @throws InvalidArgumentError If a probability is negative or not a number, or a row does not sum to 1.
 * @example
 * ```ts
 * import { entropyUtility } from 'tfjs-longtail/subset';
 * const utility = entropyUtility([0.5, 0.5, 1, 0], { numClasses: 2 });
 * console.log(utility); // Float64Array(2) [ 0.6931471805599453, 0 ]
 * ```
 * @see Settles, "Active Learning Literature Survey", 2009, section 3.1.
 */
export function entropyUtility(probabilities: ArrayLike<number>, { numClasses }: ProbabilityOptions): Float64Array {
  return eachRow('entropyUtility', probabilities, numClasses, (start) => {
    let entropy = 0;
    for (let at = start; at < start + numClasses; at++) {
      const p = probabilities[at]!;
      if (p > 0) entropy -= p * Math.log(p);
    }
    return entropy;
  });
}

/**
 * How little the most probable class is trusted: $`u = 1 - max_c P[c]`$.
 *
 * @param probabilities `[n, C]`, row by row; each row sums to 1.
 * @param options The number of classes.
 * @returns `[n]`, in `[0, 1 - 1/C]` up to rounding.
 * @throws InvalidArgumentError If a probability is negative or not a number, or a row does not sum to 1.
 * @example
 * ```ts
 * import { leastConfidenceUtility } from 'tfjs-longtail/subset';
 * const utility = leastConfidenceUtility([0.75, 0.25, 0.5, 0.5], { numClasses: 2 });
 * console.log(utility); // Float64Array(2) [ 0.25, 0.5 ]
 * ```
 * @see Settles, "Active Learning Literature Survey", 2009, section 3.1.
 */
export function leastConfidenceUtility(
  probabilities: ArrayLike<number>,
  { numClasses }: ProbabilityOptions,
): Float64Array {
  return eachRow('leastConfidenceUtility', probabilities, numClasses, (start) => {
    let best = 0;
    for (let at = start; at < start + numClasses; at++) best = Math.max(best, probabilities[at]!);
    return 1 - best;
  });
}

/** A number for each row of checked probabilities, from where the row starts. */
function eachRow(
  where: string,
  probabilities: ArrayLike<number>,
  numClasses: number,
  utility: (start: number) => number,
): Float64Array {
  const size = checkProbabilities(where, probabilities, numClasses);
  return Float64Array.from({ length: size }, (_, row) => utility(row * numClasses));
}
