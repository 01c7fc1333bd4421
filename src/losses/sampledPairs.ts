import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Pairs of an example and one of its labels, P in all. */
export interface PositivePairs {
  /** Number of the example of each pair, ascending, `[P]`; gathers its features. */
  readonly examples: Int32Array;
  /** The label of each pair, `[P]`, in the order in which the example has them. */
  readonly labels: Int32Array;
  /** One over the number of labels of the example, `[P]`: as `exampleWeights` they let every example count alike. */
  readonly shares: Float32Array;
}

/**
 * Reduces multi-label targets to pairs of an example and one positive: the targets of the losses on sampled negatives.
 *
 * An example of several labels stands in as many pairs, in each of which its other labels are negatives like all classes; one
 * without labels stands in none. The sum of the losses over the pairs is the "pick all labels" reduction, its rows counted
 * by the number of labels; weighted by `shares` it is the normalised one.
 *
 * @param labels For each example the class ids that it carries, integers in `0..numClasses-1`, none twice; may be empty.
 * @param numClasses Number of classes C.
 * @returns The pairs.
 * @throws InvalidArgumentError If a label is out of range or occurs twice in one list; the message says where.
 * @example
 * ```ts
 * import { positivePairs } from 'tfjs-longtail/losses';
 * const { examples, labels, shares } = positivePairs([[4, 0], [], [2]], 5);
 * console.log(examples.join(' '), '|', labels.join(' '), '|', shares.join(' ')); // 0 0 2 | 4 0 2 | 0.5 0.5 1
 * ```
 * @see Menon et al., "Multilabel reductions: what is my loss optimising?", NeurIPS 2019 (pick all labels).
 */
export function positivePairs(labels: ArrayLike<ArrayLike<number>>, numClasses: number): PositivePairs {
  const where = 'positivePairs';
  checkNumber(where, 'numClasses', numClasses, { min: 1, integer: true });
  const pairs = Array.from(labels).flatMap((list, example) => {
    checkList(where, list, example, numClasses);
    return Array.from(list, (label) => ({ example, label, share: 1 / list.length }));
  });
  return {
    examples: Int32Array.from(pairs, ({ example }) => example),
    labels: Int32Array.from(pairs, ({ label }) => label),
    shares: Float32Array.from(pairs, ({ share }) => share),
  };
}

function checkList(where: string, list: ArrayLike<number>, example: number, numClasses: number): void {
  const seen = new Set<number>();
  for (let i = 0; i < list.length; i++) {
    const range = { min: 0, max: numClasses - 1, integer: true };
    const label = checkNumber(where, `labels[${example}][${i}]`, list[i], range);
    if (seen.has(label)) {
      throw new InvalidArgumentError(where, `distinct labels in labels[${example}]`, `${label} twice`);
    }
    seen.add(label);
  }
}
