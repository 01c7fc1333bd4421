import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from '../core/index.js';
import type { LogitAdjustmentOptions } from '../core/index.js';
import { offsetCrossEntropy } from './offsetCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { logitOffsets } from './priors.js';

/** Options of {@link logitAdjustedCrossEntropy}: one of `classCounts` and `classPrior` is required. */
export interface LogitAdjustedOptions extends SoftmaxLossOptions, LogitAdjustmentOptions {}

/**
 * Softmax cross-entropy on logits shifted by the log prior; predict with the raw logits, never adjusted again.
 *
 * $`LA(y, f) = -log softmax(f + tau log pi)_y = log[1 + sum_{y' != y} (pi_{y'} / pi_y)^tau exp(f_{y'} - f_y)]`$, with $`pi`$
 * the class prior of the training set and $`f`$ the logits. With a target prior $`nu`$, $`pi / nu`$ stands for $`pi`$. Its
 * minimiser is $`f_y = log P(y|x) - tau log pi_y`$ up to a constant, so at `tau = 1` the argmax of the raw logits
 * minimises the balanced error. With class-balanced batches the prior is uniform and plain cross-entropy is right.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, `tau`, `targetPrior`, and those of every softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const loss = logitAdjustedCrossEntropy(tf.tensor1d([2], 'int32'), logits, { classCounts: [70, 20, 10] });
 * console.log((await loss.data())[0]?.toFixed(4)); // 3.3417
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 10.
 */
export function logitAdjustedCrossEntropy(
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: LogitAdjustedOptions,
): tf.Tensor {
  return tf.tidy(() => adjustedCrossEntropy('logitAdjustedCrossEntropy', targets, logits, options));
}

/** {@link logitAdjustedCrossEntropy} under the name `where`, inside the caller's `tf.tidy`. */
export function adjustedCrossEntropy(
  where: string,
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: LogitAdjustedOptions,
): tf.Tensor {
  checkShape(where, 'logits', logits, [null, null]);
  const offsets = logitOffsets(where, options, logits.shape[1]);
  return offsetCrossEntropy(where, targets, logits, { shift: (x) => tf.add(x, offsets) }, options);
}
