import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, checkNumber, checkShape } from '../core/index.js';

/** Options of {@link tauNormalize}. */
export interface TauNormalizeOptions {
  /** Exponent of the norm, at least 0: 0 leaves the kernel as it is, 1 makes every column a unit vector. Default 1. */
  readonly tau?: number;
}

/**
 * Weight normalisation of a classifier that was trained on long-tailed data.
 *
 * $`w_c / ||w_c||^tau`$ for the weights $`w_c`$ of each class: the norms that grew with the class sizes shrink towards 1. A
 * class whose weights are all 0 keeps them. Logits of the new kernel are taken without the bias, as the paper does.
 *
 * @param kernel Kernel of a dense layer, `[D, C]` float32, one column a class.
 * @param options `tau` (default 1).
 * @returns The scaled kernel, `[D, C]` float32.
 * @throws InvalidArgumentError If the kernel is not `[D, C]` float32 or tau is negative or not finite.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { tauNormalize } from 'tfjs-longtail/heads';
 * const kernel = tf.tensor2d([[3, 1, 0], [4, 0, 0.5]]);
 * console.log((await tauNormalize(kernel).array())[0]!.map((w) => w.toFixed(1))); // [ '0.6', '1.0', '0.0' ]
 * ```
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, section 4.2.
 */
export function tauNormalize(kernel: tf.Tensor2D, options: TauNormalizeOptions = {}): tf.Tensor2D {
  const { tau = 1 } = options;
  checkShape('tauNormalize', 'kernel', kernel, [null, null]);
  checkDtype('tauNormalize', 'kernel', kernel, 'float32');
  checkNumber('tauNormalize', 'tau', tau, { min: 0 });
  return tf.tidy(() => tf.div(kernel, tf.pow(columnNorms(kernel), tf.scalar(tau))));
}

/** `||w_c||` as `[1, C]`, 1 where it is 0; entries are divided by the largest first, whose square may leave float32. */
function columnNorms(kernel: tf.Tensor2D): tf.Tensor2D {
  const largest = tf.max(tf.abs(kernel), 0, true);
  const unit = tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest));
  const norm = tf.mul(unit, tf.sqrt(tf.sum(tf.square(tf.div(kernel, unit)), 0, true)));
  return tf.where(tf.greater(norm, 0), norm, tf.onesLike(norm)) as tf.Tensor2D;
}
