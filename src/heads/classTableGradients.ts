import * as tf from '@tensorflow/tfjs-core';

/** Adds the gradient of entry i to row `places[i]` of `sums`, `[R, width]`; `empty` says that these are all 0. */
export type AddTo = (sums: Float32Array, places: Int32Array, empty: boolean) => void;

/** What one backward pass left of a score: the gradient of the rows, still on the device. */
export interface PendingGradient {
  /** Class id of each row that was scored; a class may have several. */
  readonly ids: Int32Array;
  /** Reads it. */
  read(): Promise<AddTo>;
  /** Frees the tensors. */
  dispose(): void;
}

/** The gradient of rows that all examples share, from `dy` `[B, S]` and features `[B, W]`: `dy^T x`, one product. */
export function sharedGradient(ids: Int32Array, dy: tf.Tensor2D, features: tf.Tensor2D): PendingGradient {
  const gradient = tf.keep(tf.matMul(dy, features, true, false));
  const width = features.shape[1];
  return {
    ids,
    async read() {
      const values = await gradient.data<'float32'>();
      return (sums, places, empty) => {
        // Distinct rows that come first are a copy.
        if (empty && places.every((place, i) => place === i)) return sums.set(values);
        for (let i = 0; i < places.length; i++) {
          const [to, from] = [places[i]! * width, i * width];
          for (let d = 0; d < width; d++) sums[to + d]! += values[from + d]!;
        }
      };
    },
    dispose: () => gradient.dispose(),
  };
}

/**
 * The gradient of rows of which every example has its own S: `dy_{bs} x_b`. The factors are read and multiplied on the host, because
 * `[B, S, W]` numbers would take longer to read than to make.
 */
export function ownGradient(ids: Int32Array, dy: tf.Tensor2D, features: tf.Tensor2D): PendingGradient {
  const kept = [tf.keep(tf.clone(dy)), tf.keep(tf.clone(features))] as const;
  const [size, width] = features.shape;
  return {
    ids,
    async read() {
      const [upstream, x] = await Promise.all(kept.map((tensor) => tensor.data<'float32'>()));
      return (sums, places) => {
        const each = places.length / size;
        for (let i = 0; i < places.length; i++) {
          const [to, from] = [places[i]! * width, Math.floor(i / each) * width];
          const factor = upstream![i]!;
          for (let d = 0; d < width; d++) sums[to + d]! += factor * x![from + d]!;
        }
      };
    },
    dispose: () => tf.dispose([...kept]),
  };
}
