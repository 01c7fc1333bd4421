import { checkProbabilities, type ProbabilityOptions } from './probabilities.js';

/** The two most probable classes of every item. */
export interface TopTwoClasses {
  /** Most probable class, `[n]`. */
  readonly best: Int32Array;
  /** Second most probable class, `[n]`. */
  readonly second: Int32Array;
}

/**
 * The two most probable classes of each item: which class it is predicted to be in, and on which decision boundary it sits.
 * Of classes that tie the smaller comes first.
 *
 * @param probabilities `[n, C]`, row by row; each row sums to 1.
 * @param options The number of classes.
 * @returns Class ids in `0 .. C - 1`.
 * @throws InvalidArgumentError If a probability is negative or not a number, or a row does not sum to 1.
 * @example
 * ```ts
 * import { topTwoClasses } from 'tfjs-longtail/subset';
 * const probabilities = Float32Array.of(0.5, 0.45, 0.05, 0.1, 0.2, 0.7);
 * const { best, second } = topTwoClasses(probabilities, { numClasses: 3 });
 * console.log(best, second); // Int32Array(2) [ 0, 2 ] Int32Array(2) [ 1, 1 ]: [0, 2] and [1, 1]
 * ```
 */
export function topTwoClasses(probabilities: ArrayLike<number>, { numClasses }: ProbabilityOptions): TopTwoClasses {
  const size = checkProbabilities('topTwoClasses', probabilities, numClasses);
  const best = new Int32Array(size);
  const second = new Int32Array(size);
  for (let row = 0, at = 0; row < size; row++, at += numClasses) {
    let first = probabilities[at + 1]! > probabilities[at]! ? 1 : 0;
    let next = 1 - first;
    for (let c = 2; c < numClasses; c++) {
      const p = probabilities[at + c]!;
      if (p > probabilities[at + first]!) {
        next = first;
        first = c;
      } else if (p > probabilities[at + next]!) {
        next = c;
      }
    }
    best[row] = first;
    second[row] = next;
  }
  return { best, second };
}
