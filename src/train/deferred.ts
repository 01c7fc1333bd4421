import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { supervised } from './objective.js';
import type { BoundLoss, Objective, StepContext } from './objective.js';

/** Options of {@link deferred}. */
export interface DeferredOptions {
  /** The loss of the epochs before `fromEpoch`, with its options bound, or an objective such as `mixupObjective(...)`. */
  readonly before: BoundLoss | Objective;
  /** The loss or objective from then on. */
  readonly after: BoundLoss | Objective;
  /** The epoch, counted from 0, at which `after` takes over; at least 0. */
  readonly fromEpoch: number;
}

/**
 * Deferred re-weighting (DRW): one loss until an epoch, another from then on.
 *
 * Class weights from the start disturb the features; put off until the learning rate has fallen once, they correct the
 * classifier only. Which loss a step takes depends on the epoch alone, so a resumed run goes on with the same one.
 *
 * @param options `before`, `after`, `fromEpoch`.
 * @returns An objective over the stream `labelled`.
 * @throws InvalidArgumentError If `fromEpoch` is not a number of at least 0, or the objectives read other streams.
 * @example
 * ```ts
 * import { effectiveNumberWeights, ldamCrossEntropy } from 'tfjs-longtail/losses';
 * import { deferred } from 'tfjs-longtail/train';
 * const classCounts = [500, 60, 5];
 * const classWeights = effectiveNumberWeights(classCounts, { beta: 0.9999 });
 * const objective = deferred({
 *   before: (targets, logits) => ldamCrossEntropy(targets, logits, { classCounts }),
 *   after: (targets, logits) => ldamCrossEntropy(targets, logits, { classCounts, classWeights }),
 *   fromEpoch: 160,
 * });
 * console.log(objective.streams); // [ 'labelled' ]
 * ```
 * @see Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss", NeurIPS 2019, section 3
 *   (deferred re-balancing).
 */
export function deferred({ before, after, fromEpoch }: DeferredOptions): Objective {
  checkNumber('deferred', 'fromEpoch', fromEpoch, { min: 0 });
  const [early, late] = [before, after].map((one) => (typeof one === 'function' ? supervised(one) : one));
  if (early!.streams.join() !== late!.streams.join()) {
    const got = `${early!.streams.join(', ')} before and ${late!.streams.join(', ')} after`;
    throw new InvalidArgumentError('deferred', 'objectives over the same streams', got);
  }
  const current = ({ epoch }: StepContext): Objective => (epoch < fromEpoch ? early! : late!);
  return {
    streams: early!.streams,
    prepare: async (classifier, batches, context) => current(context).prepare?.(classifier, batches, context),
    loss: (classifier, batches, context) => current(context).loss(classifier, batches, context),
  };
}
