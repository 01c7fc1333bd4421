import * as tf from '@tensorflow/tfjs-core';

/**
 * What `forward` returns, without a record of its operations on a gradient tape: they would be kept for a gradient that nobody takes.
 *
 * @param forward Computes one tensor; what it makes besides is freed.
 */
export function offTape<T extends tf.Tensor>(forward: () => T): T {
  return tf.tidy(() => tf.customGrad(() => ({ value: forward(), gradFunc: () => [] }))());
}
