import * as tf from '@tensorflow/tfjs-core';
import type { ClassStatistics } from '../core/index.js';
import { adjustedCrossEntropy } from './logitAdjustedCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';

/** Options of {@link balancedSoftmaxCrossEntropy}: one of `classCounts` and `classPrior` is required. */
export interface BalancedSoftmaxOptions extends SoftmaxLossOptions, ClassStatistics {}

/**
 * Balanced softmax: cross-entropy whose normaliser counts each class as often as the training set does.
 *
 * $`BS(y, f) = -log[n_y exp(f_y) / sum_k n_k exp(f_k)]`$ with counts $`n`$: the logit-adjusted loss at `tau = 1`.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, and those of every softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { balancedSoftmaxCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const loss = balancedSoftmaxCrossEntropy(tf.tensor1d([0], 'int32'), logits, { classCounts: [70, 20, 10] });
 * console.log((await loss.data())[0]?.toFixed(4)); // 0.1958
 * ```
 * @see Ren et al., "Balanced Meta-Softmax for Long-Tailed Visual Recognition", NeurIPS 2020.
 */
export function balancedSoftmaxCrossEntropy(
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: BalancedSoftmaxOptions,
): tf.Tensor {
  return tf.tidy(() => adjustedCrossEntropy('balancedSoftmaxCrossEntropy', targets, logits, { ...options, tau: 1 }));
}
