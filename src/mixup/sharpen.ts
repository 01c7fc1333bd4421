import * as tf from '@tensorflow/tfjs-core';
import { checkShape, InvalidArgumentError } from '../core/index.js';

/**
 * Sharpens distributions: $`p_c^(1/T) / sum_j p_j^(1/T)`$; of a softmax it is the softmax of the logits over $`T`$.
 *
 * @param probabilities Class distributions, `[B, C]`, entries at least 0. They need not sum to 1; a row of zeros stays one.
 * @param temperature T, above 0: below 1 sharpens, 1 normalises, above 1 flattens. MixMatch: 0.5.
 * @returns Distributions, `[B, C]` float32.
 * @throws InvalidArgumentError If the shape does not fit or the temperature is not positive.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { sharpen } from 'tfjs-longtail/mixup';
 * const sharp = sharpen(tf.tensor2d([[0.6, 0.3, 0.1]]), 0.5);
 * console.log(Array.from(await sharp.data(), (p) => p.toFixed(4)).join(' ')); // 0.7826 0.1957 0.0217
 * ```
 * @see Berthelot et al., "MixMatch: a holistic approach to semi-supervised learning", 2019.
 */
export function sharpen(probabilities: tf.Tensor2D, temperature: number): tf.Tensor2D {
  checkShape('sharpen', 'probabilities', probabilities, [null, null]);
  checkTemperature('sharpen', 'temperature', temperature);
  return tf.tidy(() => {
    // Over the largest entry: no power underflows in a whole row.
    const relative = tf.divNoNan(probabilities, tf.max(probabilities, 1, true));
    const powers = temperature === 1 ? relative : tf.pow(relative, 1 / temperature);
    return tf.divNoNan<tf.Tensor2D>(powers, tf.sum(powers, 1, true));
  });
}

/** Throws unless a temperature is positive and finite. */
export function checkTemperature(where: string, name: string, temperature: number): void {
  if (temperature > 0 && temperature < Infinity) return;
  throw new InvalidArgumentError(where, `${name} to be positive and finite`, temperature);
}
