import { checkLabels, checkNumber, positionsByClass, type RandomStream } from '../core/index.js';

/** The examples of one pass over a data set, counted from 0, in the order in which batches take them. */
export type BatchOrder = (random: RandomStream, pass?: number) => Int32Array;

/**
 * Every example once per pass, in random order.
 *
 * @param size Number of examples, at least 1.
 * @returns A function of a random stream that gives the indices `0..size-1` in random order, `[size]`.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { shuffledOrder } from 'tfjs-longtail/sampling';
 * console.log(shuffledOrder(4)(randomStream(1)).length); // 4
 * ```
 */
export function shuffledOrder(size: number): BatchOrder {
  return (random) => random.permutation(size);
}

/**
 * As many draws per pass as there are examples, the class uniform, the example uniform within the class.
 *
 * A draw takes class `y` with probability `1/C` (of the classes present) and goes round the shuffled examples of that
 * class, so that a tail class repeats its few examples evenly. The prior of the batches is uniform: a loss that
 * adjusts for the class prior must not be combined with it.
 *
 * @param labels Class ids of the examples, `[N]`, integers in `0..numClasses-1`.
 * @param numClasses Number of classes C.
 * @returns A function of a random stream that gives `[N]` example indices, repeats included.
 * @throws InvalidArgumentError If a label is not a class id, or there is no example.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { classBalancedOrder } from 'tfjs-longtail/sampling';
 * const labels = [0, 0, 0, 0, 0, 0, 0, 1];
 * const order = classBalancedOrder(labels, 2)(randomStream(1));
 * console.log(order.filter((index) => labels[index] === 1).length); // about 4
 * ```
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", 2020, section 4.1.
 */
export function classBalancedOrder(labels: ArrayLike<number>, numClasses: number): BatchOrder {
  checkNumber('classBalancedOrder', 'labels.length', labels.length, { min: 1 });
  checkLabels('classBalancedOrder', labels, numClasses);
  const members = positionsByClass(labels, numClasses).filter((positions) => positions.length > 0);
  return (random) => {
    const shuffled = members.map((group) => ({ group, order: random.permutation(group.length), next: 0 }));
    return Int32Array.from({ length: labels.length }, () => {
      const chosen = shuffled[random.integer(shuffled.length)]!;
      if (chosen.next === chosen.group.length) {
        chosen.order = random.permutation(chosen.group.length);
        chosen.next = 0;
      }
      return chosen.group[chosen.order[chosen.next++]!]!;
    });
  };
}
