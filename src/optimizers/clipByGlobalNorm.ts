import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from './checks.js';

/** What {@link clipByGlobalNorm} returns. */
export interface ClippedGradients {
  /** The gradients, scaled, by the same names; the caller disposes them. */
  readonly gradients: tf.NamedTensorMap;
  /** Norm of all gradients together before clipping, a scalar; the caller disposes it. */
  readonly norm: tf.Scalar;
}

/**
 * Scales all gradients by one factor so that their joint norm is at most `maxNorm`.
 *
 * `norm = sqrt(sum of all squares)`, `g <- g * maxNorm / max(norm, maxNorm)`. No value is read: the norm stays a tensor.
 *
 * @param gradients Gradients by variable name, as `tf.variableGrads` returns them; they stay the caller's.
 * @param maxNorm Largest norm, above 0.
 * @returns New gradients, and the norm before clipping. An infinite or NaN gradient makes the norm and all of them NaN
 *   or 0: look at the norm.
 * @throws InvalidArgumentError If `maxNorm` is not a positive number.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { clipByGlobalNorm } from 'tfjs-longtail/optimizers';
 * const { gradients, norm } = clipByGlobalNorm({ w: tf.tensor1d([3, 4]) }, 1);
 * const clipped = await gradients['w']!.data();
 * console.log((await norm.data())[0], clipped[0]!.toFixed(1), clipped[1]!.toFixed(1)); // 5 0.6 0.8
 * ```
 * @see Pascanu et al., "On the difficulty of training recurrent neural networks", 2013, algorithm 1.
 */
export function clipByGlobalNorm(gradients: tf.NamedTensorMap, maxNorm: number): ClippedGradients {
  checkPositive('clipByGlobalNorm', 'maxNorm', maxNorm);
  const names = Object.keys(gradients);
  const [norm, ...scaled] = tf.tidy(() => {
    const squares = names.map((name) => tf.sum(tf.square(gradients[name]!)));
    const joint = squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.addN(squares));
    const factor = tf.div(maxNorm, tf.maximum(joint, maxNorm));
    return [joint, ...names.map((name) => tf.mul(gradients[name]!, factor))];
  });
  return {
    gradients: Object.fromEntries(names.map((name, i) => [name, scaled[i]!])),
    norm: norm as tf.Scalar,
  };
}
