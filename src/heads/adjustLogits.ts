import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, checkShape, logitAdjustment, refuseWrongWebgl } from '../core/index.js';
import type { LogitAdjustmentOptions } from '../core/index.js';

/**
 * Post-hoc logit adjustment of a model trained with plain cross-entropy.
 *
 * $`g_y = f_y - tau log pi_y`$, with $`pi`$ the class prior of the training set; predict `argmax g`. With a target prior
 * $`nu`$, $`pi / nu`$ stands for $`pi`$. Never for a model trained with an adjusted loss: that would adjust twice.
 *
 * @param logits Raw scores $`f`$, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, `tau` (default 1), `targetPrior` (default uniform).
 * @returns Adjusted scores, `[B, C]` float32.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { adjustLogits } from 'tfjs-longtail/heads';
 * const adjusted = adjustLogits(tf.tensor2d([[1, 0.5, -0.2]]), { classCounts: [70, 20, 10] });
 * console.log((await tf.argMax(adjusted, 1).data())[0]); // 1
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 9.
 */
export function adjustLogits(logits: tf.Tensor2D, options: LogitAdjustmentOptions): tf.Tensor2D {
  refuseWrongWebgl('adjustLogits');
  checkShape('adjustLogits', 'logits', logits, [null, null]);
  checkDtype('adjustLogits', 'logits', logits, 'float32');
  return tf.tidy(() => tf.sub(logits, logitAdjustment('adjustLogits', options, logits.shape[1])));
}
