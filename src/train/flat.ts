import * as tf from '@tensorflow/tfjs-core';

/** Float32 tensors as one vector, one behind the other; made and read at once, because each read costs a call. */
export function flatten(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  return tf.tidy(() => tf.concat1d(tensors.map((tensor) => tf.reshape<tf.Rank.R1>(tensor, [-1]))));
}

/** The tensors that {@link flatten} joined, new, with the shapes of `likes`; the caller disposes them. */
export function unflatten(values: Float32Array, likes: readonly tf.Tensor[]): tf.Tensor[] {
  let offset = 0;
  return likes.map(({ shape, size }) => {
    offset += size;
    // A copy, because the values may be shared memory, and backends upload later than they are given them.
    return tf.tensor(values.slice(offset - size, offset), shape, 'float32');
  });
}
