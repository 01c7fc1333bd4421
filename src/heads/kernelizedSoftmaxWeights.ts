import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { coefficientsOf } from './kernelizedSoftmaxCoefficients.js';
import { seriesWithEnds } from './kernelizedSoftmaxEnds.js';
import { learnableParameter } from './kernelizedSoftmaxKernel.js';
import type { ResolvedOptions } from './kernelizedSoftmaxOptions.js';
import { kernelProfile } from './kernelizedSoftmaxProfiles.js';
import { fixedProfile } from './kernelizedSoftmaxScores.js';
import type { SphereKernel } from './sphereKernel.js';

/** Ids of classes, `[S]` for all examples or `[B, S]` for each its own. */
export type ClassIds = tf.Tensor1D | tf.Tensor2D;

/** The weights of a layer. */
export interface HeadWeights {
  /** Directions of the classes, `[D, C K]`; those of a class lie side by side. */
  readonly kernel: tfl.LayerVariable;
  /** Free parameters of a learnt series, `[n]` or `[C, n]`; of another kernel, the logarithm of its parameter. */
  readonly free?: tfl.LayerVariable;
  readonly logTemperature?: tfl.LayerVariable;
}

/** Logits `[B, S]` of the cosines `[B, S K]` with the classes `ids`, or with all of them in order. */
export function logitsOf(
  t: tf.Tensor2D,
  options: ResolvedOptions,
  { free, logTemperature }: HeadWeights,
  ids?: ClassIds,
): tf.Tensor2D {
  const { kernel, temperature, weightsPerClass } = options;
  const scale = logTemperature === undefined ? 1 / temperature : tf.exp(tf.neg(logTemperature.read()));
  const logits =
    kernel === 'learned'
      ? seriesWithEnds(t, tf.mul(seriesOf(options, free!, ids), scale), options, free!.trainable)
      : tf.mul<tf.Tensor2D>(profileOf(t, kernel, free), scale);
  return weightsPerClass === 1
    ? logits
    : tf.mean<tf.Tensor2D>(tf.reshape(logits, [t.shape[0], -1, weightsPerClass]), 2);
}

/** Coefficients `[n]`, or `[S K, n]` or `[B, S K, n]` where classes have their own. */
function seriesOf(options: ResolvedOptions, free: tfl.LayerVariable, ids: ClassIds | undefined): tf.Tensor {
  const { nonNegativity, perClassKernel, weightsPerClass } = options;
  const all = free.read();
  const own = perClassKernel && ids !== undefined ? tf.gather(all, ids) : all;
  const coefficients = coefficientsOf(own, nonNegativity);
  if (!perClassKernel || weightsPerClass === 1) return coefficients;
  const [classes, count] = coefficients.shape.slice(-2) as [number, number];
  const before = coefficients.shape.slice(0, -2);
  const apart = tf.reshape(coefficients, [...before, classes, 1, count]);
  const repeated = tf.tile(apart, [...before.map(() => 1), 1, weightsPerClass, 1]);
  return tf.reshape(repeated, [...before, classes * weightsPerClass, count]);
}

function profileOf(t: tf.Tensor2D, kernel: SphereKernel, free: tfl.LayerVariable | undefined): tf.Tensor2D {
  const { name, parameters } = kernel;
  const learnt = free === undefined ? undefined : learnableParameter(kernel);
  if (learnt === undefined || name === 'linear' || name === 'power-series' || name === 'custom') {
    return fixedProfile(t, kernel);
  }
  const value = tf.add<tf.Scalar>(tf.exp(free!.read()), learnt.above);
  return kernelProfile(t, name, { ...parameters, [learnt.name]: value });
}

/** Directions of some classes as rows, `[S K, D]`, or `[B, S K, D]`. */
export function rowsOf({ kernel }: HeadWeights, weightsPerClass: number, ids: ClassIds): tf.Tensor2D | tf.Tensor3D {
  const weights = kernel.read();
  const [dimension, columns] = weights.shape as [number, number];
  const grouped = tf.reshape(weights, [dimension, columns / weightsPerClass, weightsPerClass]);
  const picked = tf.transpose(tf.gather(grouped, tf.reshape(ids, [ids.size]), 1), [1, 2, 0]);
  const shape = [...ids.shape.slice(0, -1), ids.shape.at(-1)! * weightsPerClass, dimension];
  return tf.reshape<tf.Rank>(picked, shape) as tf.Tensor2D | tf.Tensor3D;
}
