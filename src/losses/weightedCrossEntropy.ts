import * as tf from '@tensorflow/tfjs-core';
import { offsetCrossEntropy } from './offsetCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { weightVector } from './options.js';
import { checkTargets } from './targets.js';

/** Options of {@link weightedCrossEntropy}. */
export interface WeightedOptions extends SoftmaxLossOptions {
  /**
   * Factor of each class's loss, length C, at least 0: {@link inverseFrequencyWeights} for "balanced" cross-entropy,
   * {@link effectiveNumberWeights} for class-balanced cross-entropy. Constants.
   */
  readonly classWeights: tf.Tensor1D | ArrayLike<number>;
}

/**
 * Cross-entropy whose examples count by their class.
 *
 * $`L(y, f) = w_y (-log softmax(f)_y)`$, gradient $`w_y (softmax(f) - onehot(y))`$. With $`w_y = 1 / pi_y`$ it is consistent for the
 * balanced error; on data that the network fits exactly the weights lose their effect, unlike margins. `'mean'` divides by
 * the number of rows, not by the sum of the weights as PyTorch does.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classWeights`, and those of every softmax loss; smoothing spreads the target first.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats times weight.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { effectiveNumberWeights, weightedCrossEntropy } from 'tfjs-longtail/losses';
 * const classWeights = effectiveNumberWeights([70, 20, 10], { beta: 0.99 });
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const loss = weightedCrossEntropy(tf.tensor1d([2], 'int32'), logits, { classWeights });
 * console.log((await loss.data())[0]?.toFixed(4)); // 3.2302
 * ```
 * @see Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019, section 4.
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 11 with margins of 0.
 */
export function weightedCrossEntropy(targets: tf.Tensor, logits: tf.Tensor2D, options: WeightedOptions): tf.Tensor {
  return tf.tidy(() => {
    const where = 'weightedCrossEntropy';
    checkTargets(where, targets, logits);
    const classWeights = weightVector(where, 'classWeights', options.classWeights, logits.shape[1]);
    return offsetCrossEntropy(where, targets, logits, { classWeights }, options);
  });
}
