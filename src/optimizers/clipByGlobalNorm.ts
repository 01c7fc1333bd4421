import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from './checks.js';

/** Stands for the largest magnitude where all are smaller, so that zeros can be divided by it. */
const TINY = 1e-30;

/** What {@link clipByGlobalNorm} returns. */
export interface ClippedGradients {
  /** The gradients, scaled, by the same names, without those that were null; the caller disposes them. */
  readonly gradients: tf.NamedTensorMap;
  /** Norm of all gradients together before clipping, a scalar; the caller disposes it. */
  readonly norm: tf.Scalar;
}

/**
 * Scales all gradients by one factor so that their joint norm is at most `maxNorm`.
 *
 * $`norm = sqrt(sum of all squares)`$, $`g <- g * maxNorm / max(norm, maxNorm)`$. No value is read: the norm stays a tensor.
 * Squares of large gradients do not overflow: they are relative to the largest entry.
 *
 * @param gradients Gradients by variable name, as `tf.variableGrads` returns them, null for frozen variables; they stay the
 *   caller's.
 * @param maxNorm Largest norm, above 0.
 * @returns New gradients, and the norm before clipping. A norm that is infinite or NaN, as that of such gradients is,
 *   makes them useless: look at the norm.
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
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, tf.Tensor | null>>,
  maxNorm: number,
): ClippedGradients {
  checkPositive('clipByGlobalNorm', 'maxNorm', maxNorm);
  const given = Object.entries(gradients).filter((entry): entry is [string, tf.Tensor] => entry[1] !== null);
  const [norm, ...scaled] = tf.tidy(() => {
    const joint = jointNorm(given.map(([, gradient]) => gradient));
    const factor = tf.div(maxNorm, tf.maximum(joint, maxNorm));
    return [joint, ...given.map(([, gradient]) => tf.mul(gradient, factor))];
  });
  return {
    gradients: Object.fromEntries(given.map(([name], i) => [name, scaled[i]!])),
    norm: norm as tf.Scalar,
  };
}

function jointNorm(gradients: readonly tf.Tensor[]): tf.Tensor {
  const filled = gradients.filter(({ size }) => size > 0);
  const largest = filled
    .map((gradient) => tf.max(tf.maximum(gradient, tf.neg(gradient))))
    .reduce((a, b) => tf.maximum(a, b), tf.scalar(TINY));
  const squares = filled.map((gradient) => tf.sum(tf.square(tf.div(gradient, largest))));
  return squares.length === 0 ? tf.scalar(0) : tf.mul(largest, tf.sqrt(tf.addN(squares)));
}
