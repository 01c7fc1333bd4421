import * as tf from '@tensorflow/tfjs-core';

/** `count` entries of a vector, as a row of a matrix: webgl cannot cut a vector that a product of matrices made. */
export function sliceVector(vector: tf.Tensor, start: number, count: number): tf.Tensor1D {
  return tf.reshape(tf.slice(tf.reshape(vector, [1, vector.size]), [0, start], [1, count]), [count]);
}
