import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, checkShape, refuseWrongWebgl } from '../core/index.js';
import { unitVectors } from './kernelizedSoftmaxCosine.js';
import { alphaOf, kernelFrom } from './kernelizedSoftmaxKernel.js';
import { kernelProfile } from './kernelizedSoftmaxProfiles.js';
import { powerSeries } from './kernelizedSoftmaxSeries.js';
import { seriesWithEnds } from './kernelizedSoftmaxEnds.js';
import type { SphereKernel } from './sphereKernel.js';

/** How {@link kernelizedScores} makes logits of cosines. */
export interface KernelizedScoresOptions {
  /** Coefficients of $`t^1..t^M`$, `[M]` float32; a gradient reaches them. Without them, `kernel`. */
  readonly coefficients?: tf.Tensor1D;
  /** A kernel of `sphereKernels`. Default: the cosine itself. */
  readonly kernel?: SphereKernel;
  /** Divides kappa into logits, above 0: a number or a scalar. Default 1/16. */
  readonly temperature?: number | tf.Scalar;
}

/**
 * Logits of kernelized softmax for rows of weights that the caller chose: the sampled classes of a step.
 *
 * $`z_bj = kappa(<f_b, w_j> / (||f_b|| ||w_j||)) / temperature`$; rows may come from anywhere, a class table or the other tower.
 *
 * @param features `[B, D]` float32; a zero row has cosine 0 with everything and gradient 0.
 * @param rows Weights, one row a class: `[S, D]` for all examples or `[B, S, D]` for each its own, float32.
 * @param options `coefficients` or `kernel`; `temperature`.
 * @returns `[B, S]` float32, for `sampledSoftmaxCrossEntropy` and its like.
 * @throws InvalidArgumentError If shapes or dtypes do not fit, or the gradient is taken inside another one.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { kernelizedScores, sphereKernels } from 'tfjs-longtail/heads';
 * const features = tf.tensor2d([[2, 0]]);
 * const rows = tf.tensor2d([[1, 0], [0, 3]]);
 * const scores = kernelizedScores(features, rows, { kernel: sphereKernels.gaussian({ gamma: 0.5 }), temperature: 1 });
 * console.log(Array.from(await scores.data(), (z) => z.toFixed(2))); // [ '1.00', '0.37' ]
 * ```
 * @see Jayasumana et al., "Kernelized classification in deep networks", arXiv 2012.09607.
 */
export function kernelizedScores(
  features: tf.Tensor2D,
  rows: tf.Tensor2D | tf.Tensor3D,
  options: KernelizedScoresOptions = {},
): tf.Tensor2D {
  checkFeatures('kernelizedScores', features, rows.shape.at(-1)!);
  checkShape('kernelizedScores', 'rows', rows, rows.rank === 3 ? [features.shape[0], null, null] : [null, null]);
  checkDtype('kernelizedScores', 'rows', rows, 'float32');
  return tf.tidy(() => scoresOfCosines(cosinesOfRows(features, rows), options));
}

/** `kappa(t) / temperature`. */
export function scoresOfCosines(t: tf.Tensor2D, options: KernelizedScoresOptions): tf.Tensor2D {
  const { coefficients, kernel, temperature = 1 / 16 } = options;
  const kappa = coefficients ? powerSeries(t, coefficients, true) : fixedProfile(t, kernel);
  return tf.div<tf.Tensor2D>(kappa, temperature);
}

/** Cosines of each example with the rows `[S, D]`, or with those of its own, `[B, S, D]`. */
export function cosinesOfRows(features: tf.Tensor2D, rows: tf.Tensor2D | tf.Tensor3D): tf.Tensor2D {
  const unit = unitVectors(features);
  if (rows.rank === 2) return tf.matMul(unit, unitVectors(rows as tf.Tensor2D), false, true);
  const [batch, dimension] = features.shape;
  const products = tf.matMul(tf.reshape(unit, [batch, 1, dimension]), unitVectors(rows as tf.Tensor3D), false, true);
  return tf.reshape(products, [batch, rows.shape[1]]);
}

/** `kappa(t)` of a kernel with fixed parameters; the cosine itself without one. */
export function fixedProfile<T extends tf.Tensor>(t: T, kernel: SphereKernel | undefined): T {
  const { name, parameters } = kernel === undefined ? { name: 'linear' as const, parameters: {} } : kernelFrom(kernel);
  if (name === 'linear' || name === 'custom') return t;
  if (name !== 'power-series') return kernelProfile(t, name, parameters);
  const { oddBracket, evenBracket } = parameters;
  const brackets = oddBracket !== 0 || evenBracket !== 0;
  const coefficients = [...alphaOf(parameters), ...(brackets ? [oddBracket!, evenBracket!] : [])];
  return seriesWithEnds(t, tf.tensor1d(coefficients), { constantTerm: true, brackets }, false);
}

/** Throws unless features are `[B, dimension]` float32, on a backend that multiplies them right. */
export function checkFeatures(where: string, features: tf.Tensor, dimension: number): void {
  refuseWrongWebgl(where);
  checkShape(where, 'features', features, [null, dimension]);
  checkDtype(where, 'features', features, 'float32');
}
