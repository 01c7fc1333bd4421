import type * as tf from '@tensorflow/tfjs-core';
import type { LossOptions } from './options.js';

/**
 * Binds a loss to its options as a drop-in for `model.compile`.
 *
 * The result is per example, so that `classWeight` in `fit` works: tfjs applies it to what the loss returns and
 * averages afterwards. `fit` wants targets of the output's shape: one-hot rows `[B, C]`, not class ids.
 *
 * @param loss A loss of this package.
 * @param options Its options but `reduction`.
 * @returns A function `(yTrue, yPred) => [B]`; the model's output is the logits, without a softmax.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { forCompile, logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: 'zeros' })] });
 * model.compile({ optimizer: 'sgd', loss: forCompile(logitAdjustedCrossEntropy, { classCounts: [70, 20, 10] }) });
 * const history = await model.fit(tf.ones([1, 2]), tf.tensor2d([[0, 1, 0]]), { verbose: 0 });
 * console.log(Number(history.history['loss']?.[0]).toFixed(4)); // 1.6094, which is -log 0.2
 * ```
 */
export function forCompile<O extends LossOptions>(
  loss: (targets: tf.Tensor, logits: tf.Tensor2D, options: O) => tf.Tensor,
  options: Omit<O, 'reduction'>,
): (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor {
  return (yTrue, yPred) => loss(yTrue, yPred as tf.Tensor2D, { ...options, reduction: 'none' } as unknown as O);
}
