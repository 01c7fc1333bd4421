import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { BatchOrder } from './batchOrder.js';

/** Options of {@link deferredOrder}. */
export interface DeferredOrderOptions {
  /** Order of the passes before `fromPass`, such as `shuffledOrder`. */
  readonly before: BatchOrder;
  /** Order from then on, such as `classBalancedOrder`. */
  readonly after: BatchOrder;
  /** The first pass, counted from 0, that takes `after`. */
  readonly fromPass: number;
}

/**
 * Deferred re-sampling: one batch order for the first passes, another from then on.
 *
 * Features are learnt from the data as they are; the classifier is then balanced. From `fromPass` on the prior of the
 * batches is that of `after`: a loss that adjusts for the class prior must not be combined with class-balanced passes.
 *
 * @param options `before`, `after`, `fromPass`.
 * @returns A function of a random stream and the number of the pass, counted from 0, that gives example indices.
 * @throws InvalidArgumentError If `fromPass` is not a non-negative integer; when called, if it is not told the pass.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { classBalancedOrder, deferredOrder, shuffledOrder } from 'tfjs-longtail/sampling';
 * const labels = [0, 0, 0, 0, 0, 0, 0, 1];
 * const order = deferredOrder({ before: shuffledOrder(8), after: classBalancedOrder(labels, 2), fromPass: 160 });
 * const distinct = (pass: number) => new Set(order(randomStream(1), pass)).size;
 * console.log(distinct(0), distinct(160) < 8); // 8 true
 * ```
 * @see Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss", NeurIPS 2019, section 3
 *   (deferred re-balancing).
 */
export function deferredOrder({ before, after, fromPass }: DeferredOrderOptions): BatchOrder {
  checkNumber('deferredOrder', 'fromPass', fromPass, { min: 0, integer: true });
  return (random, pass) => {
    if (pass === undefined) throw new InvalidArgumentError('deferredOrder', 'the number of the pass', pass);
    return (pass < fromPass ? before : after)(random, pass);
  };
}
