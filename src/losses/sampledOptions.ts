import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';
import { LOWEST } from './offsetCrossEntropy.js';
import type { LossOptions } from './options.js';

/** Options of the losses on sampled negatives. */
export interface SampledLossOptions extends Omit<LossOptions, 'classMask'> {
  /**
   * Natural logarithm of the weight of each negative, in nats, `-Infinity` for none: `[B, S]`, as numbers row by row, or `[S]` for
   * all examples alike. Constants. Default: 0, weights of 1.
   */
  readonly logWeights?: tf.Tensor | ArrayLike<number>;
  /** 1 for the negatives to drop, else 0: `[B, S]`, as numbers row by row, or `[S]`. Default: none. */
  readonly accidentalHits?: tf.Tensor | ArrayLike<number>;
}

/** The log weights, `[B, S]` or `[1, S]`; {@link LOWEST} for a negative that is dropped or has no weight. */
export function logWeightsOf(
  where: string,
  { logWeights, accidentalHits }: SampledLossOptions,
  shape: readonly [number, number],
): tf.Tensor2D {
  const weights =
    logWeights === undefined
      ? tf.zeros<tf.Rank.R2>([1, shape[1]])
      : tf.maximum<tf.Tensor2D>(table(where, 'logWeights', onDevice(where, logWeights), shape), LOWEST);
  if (accidentalHits === undefined) return weights;
  const hits = tf.cast(table(where, 'accidentalHits', accidentalHits, shape), 'bool');
  return tf.where<tf.Tensor2D>(hits, LOWEST, weights);
}

/** No infinity and no NaN goes to the device. */
function onDevice(where: string, logWeights: tf.Tensor | ArrayLike<number>): tf.Tensor | Float32Array {
  if (logWeights instanceof tf.Tensor) return logWeights;
  return Float32Array.from(logWeights, (value, at) => {
    if (value < Infinity) return Math.max(value, LOWEST);
    throw new InvalidArgumentError(where, `logWeights[${at}] to be finite or -Infinity`, value);
  });
}

/** `[B, S]`, or `[1, S]` of values that all examples share, float32. */
function table(
  where: string,
  name: string,
  values: tf.Tensor | ArrayLike<number>,
  [rows, columns]: readonly [number, number],
): tf.Tensor2D {
  const shape = values instanceof tf.Tensor ? values.shape : [values.length];
  const [shared, full] = [[columns], values instanceof tf.Tensor ? [rows, columns] : [rows * columns]];
  const fits = [shared, full].some((wanted) => wanted.join() === shape.join());
  if (!fits) {
    const expected = `${name} of shape [${rows}, ${columns}] or [${columns}]`;
    const got = values instanceof tf.Tensor ? `[${shape.join(', ')}]` : `${values.length} numbers`;
    throw new InvalidArgumentError(where, expected, got);
  }
  const flat = values instanceof tf.Tensor ? values : tf.tensor1d(Float32Array.from(values));
  return tf.cast(tf.reshape<tf.Rank.R2>(flat, [-1, columns]), 'float32');
}
