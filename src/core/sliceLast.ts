import * as tf from '@tensorflow/tfjs-core';

/** `count` entries of the last axis, cut from the rows of a matrix: webgl cannot cut a vector that a product of matrices made. */
export function sliceLast<T extends tf.Tensor>(x: T, start: number, count: number): T {
  const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
  return tf.reshape(tf.slice(rows, [0, start], [-1, count]), [...x.shape.slice(0, -1), count]) as T;
}
