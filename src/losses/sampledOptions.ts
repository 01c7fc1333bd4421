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

/** Log weights above this count as this large, so that a score can be added to them. */
const HIGHEST = 1e38;

/** The log weights, `[B, S]` or `[1, S]`; {@link LOWEST} or less for a negative that is dropped or has no weight. */
export function logWeightsOf(
  where: string,
  { logWeights, accidentalHits }: SampledLossOptions,
  shape: readonly [number, number],
): tf.Tensor2D {
  const weights =
    logWeights === undefined
      ? tf.zeros<tf.Rank.R2>([1, shape[1]])
      : table(where, 'logWeights', inRange(where, logWeights), shape);
  if (accidentalHits === undefined) return weights;
  // What a sampler gives holds few hits: their places are cheaper to hand over than a mask.
  if (accidentalHits instanceof Uint8Array && accidentalHits.length === shape[0] * shape[1]) {
    return without(placesOf(accidentalHits), weights, shape);
  }
  const hits = tf.cast(table(where, 'accidentalHits', accidentalHits, shape), 'bool');
  return tf.where<tf.Tensor2D>(hits, LOWEST, weights);
}

/** The places of `[B, S]`, row by row, where `flags` are 1. */
function placesOf(flags: Uint8Array): Int32Array {
  const places: number[] = [];
  for (let at = flags.indexOf(1); at >= 0; at = flags.indexOf(1, at + 1)) places.push(at);
  return Int32Array.from(places);
}

/** Weights of which those at `places` count nothing. */
function without(places: Int32Array, weights: tf.Tensor2D, shape: readonly [number, number]): tf.Tensor2D {
  if (places.length === 0) return weights;
  const indices = tf.tensor2d(places, [places.length, 1]);
  const drops = tf.scatterND(indices, tf.fill([places.length], LOWEST), [shape[0] * shape[1]]);
  return tf.add(weights, tf.reshape(drops, [...shape]));
}

/** No infinity and no NaN goes to the device. */
function inRange(where: string, logWeights: tf.Tensor | ArrayLike<number>): tf.Tensor | Float32Array {
  if (logWeights instanceof tf.Tensor) return tf.clipByValue(tf.cast(logWeights, 'float32'), LOWEST, HIGHEST);
  // A loop, because `from` with a function takes a hundred times as long.
  const weights = new Float32Array(logWeights.length);
  for (let at = 0; at < weights.length; at++) {
    const value = logWeights[at]!;
    if (!(value < Infinity)) {
      throw new InvalidArgumentError(where, `logWeights[${at}] to be finite or -Infinity`, value);
    }
    weights[at] = Math.min(Math.max(value, LOWEST), HIGHEST);
  }
  return weights;
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
