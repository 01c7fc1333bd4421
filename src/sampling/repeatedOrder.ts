import { checkNumber } from '../core/index.js';
import type { BatchOrder } from './batchOrder.js';

/**
 * An order gone through again and again, for passes of another length: a few labelled examples beside many unlabelled ones.
 *
 * Each repetition is drawn anew; the last one is cut off.
 *
 * @param order The order to repeat, such as `shuffledOrder`; a pass of it has at least 1 example.
 * @param length Examples of a pass, an integer of at least 1.
 * @returns A function of a random stream and the number of the pass that gives `[length]` example indices.
 * @throws InvalidArgumentError If `length` is not a positive integer.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { repeatedOrder, shuffledOrder } from 'tfjs-longtail/sampling';
 * const order = repeatedOrder(shuffledOrder(2), 6)(randomStream(1));
 * console.log(order.filter((index) => index === 0).length); // 3
 * ```
 */
export function repeatedOrder(order: BatchOrder, length: number): BatchOrder {
  checkNumber('repeatedOrder', 'length', length, { min: 1, integer: true });
  return (random, pass) => {
    const indices = new Int32Array(length);
    for (let start = 0, repetition = 0; start < length; repetition++) {
      const part = order(random.child(`repetition ${repetition}`), pass).subarray(0, length - start);
      indices.set(part, start);
      start += part.length;
    }
    return indices;
  };
}
