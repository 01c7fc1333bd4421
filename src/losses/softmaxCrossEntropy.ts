import * as tf from '@tensorflow/tfjs-core';
import { offsetCrossEntropy } from './offsetCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';

/**
 * Softmax cross-entropy on raw logits $`f`$.
 *
 * $`CE(y, f) = -log softmax(f)_y`$, gradient $`softmax(f) - onehot(y)`$; a distribution $`q`$ gives $`sum_y q_y CE(y, f)`$.
 * Finite for every finite logit: a class more than 1e30 below the largest counts as 1e30 below it. Values are never
 * read, so a class id outside 0..C-1 is no error here, its row is ignored: the data readers and `classificationMetrics`
 * check labels.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options Reduction, example weights, class mask, label smoothing.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { softmaxCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const loss = softmaxCrossEntropy(tf.tensor1d([2], 'int32'), logits);
 * console.log((await loss.data())[0]?.toFixed(4)); // 1.8459
 * ```
 */
export function softmaxCrossEntropy(
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: SoftmaxLossOptions = {},
): tf.Tensor {
  return tf.tidy(() => offsetCrossEntropy('softmaxCrossEntropy', targets, logits, {}, options));
}
