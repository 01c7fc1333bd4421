import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkOneOf, refuseWrongWebgl } from '../core/index.js';
import type { LabelsLike } from '../core/index.js';
import { checkFeatures, ClassSums } from './classSums.js';

const where = 'nearestClassMean';

/** How near a feature vector is to a class mean. */
export type MeanMetric = 'cosine' | 'euclidean';

/** Options of {@link nearestClassMean}. */
export interface NearestClassMeanOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
  /** `'cosine'` similarity, or minus the squared `'euclidean'` distance. Default `'cosine'`. */
  readonly metric?: MeanMetric;
}

/** Weights of a dense layer. */
export interface DenseWeights {
  /** Kernel, `[D, C]` float32. */
  readonly kernel: tf.Tensor2D;
  /** Bias, `[C]` float32. */
  readonly bias: tf.Tensor1D;
}

/** What {@link nearestClassMean} makes: class means that grow batch by batch, and the classifier that they define. */
export interface NearestClassMean {
  /** Feature vectors seen of each class, length C. */
  readonly support: readonly number[];
  /**
   * Adds a batch to the means, in float64: class ids `[B]`, -1 is ignored, and their features `[B, D]` float32.
   *
   * @throws InvalidArgumentError If a shape does not fit, a label is out of range, or a feature is not finite.
   */
  update(targets: LabelsLike, features: tf.Tensor2D): Promise<void>;
  /**
   * The mean of each class, `[C, D]` float32.
   *
   * @throws InvalidArgumentError If a class has no example (the message names it).
   */
  means(): tf.Tensor2D;
  /**
   * Similarity of features `[B, D]` to each class mean, `[B, C]` float32; predict the largest. The cosine with a zero
   * vector is 0. These are no calibrated scores: their softmax is no probability.
   *
   * @throws InvalidArgumentError If the shape does not fit, or a class has no example.
   */
  logits(features: tf.Tensor2D): tf.Tensor2D;
  /**
   * A dense layer that predicts the same classes: its logits are $`||x|| cos(x, m_c)`$, or $`||x||^2 - ||x - m_c||^2`$ up to a
   * constant, which differ from {@link NearestClassMean.logits} by what all classes of an example share.
   *
   * @throws InvalidArgumentError If a class has no example.
   */
  toDense(): DenseWeights;
}

/**
 * The nearest-class-mean classifier: an example belongs to the class whose mean feature vector is nearest to its own.
 *
 * $`m_c`$ is the mean of the training features of class c, and the score of a class $`cos(x, m_c)`$ or $`-||x - m_c||^2`$. No
 * class prior enters, so it needs no adjustment. (With features and means of unit length, the distance ranks as the
 * cosine does.)
 *
 * @param options `numClasses`, `metric` (default `'cosine'`).
 * @returns The classifier, without any example yet; it holds no tensors.
 * @throws InvalidArgumentError If an option is not valid.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { nearestClassMean } from 'tfjs-longtail/heads';
 * const classifier = nearestClassMean({ numClasses: 2 });
 * await classifier.update([0, 0, 1], tf.tensor2d([[1, 0], [3, 0], [0, 2]]));
 * const logits = classifier.logits(tf.tensor2d([[0, 5]]));
 * console.log(classifier.support, await logits.data()); // [ 2, 1 ] Float32Array(2) [ 0, 1 ]
 * ```
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, section 4.2.
 */
export function nearestClassMean(options: NearestClassMeanOptions): NearestClassMean {
  const { numClasses, metric = 'cosine' } = options;
  checkNumber(where, 'numClasses', numClasses, { min: 2, integer: true });
  checkOneOf(where, 'metric', metric, ['cosine', 'euclidean']);
  const sums = new ClassSums(where, numClasses);
  return {
    get support() {
      return [...sums.support];
    },
    update: (targets, features) => sums.add(targets, features),
    means: () => matrix(sums.means(), numClasses),
    logits(features) {
      refuseWrongWebgl(where);
      const means = sums.means();
      checkFeatures(where, features, [null, sums.dimension]);
      return tf.tidy(() => (metric === 'cosine' ? cosines : minusSquaredDistances)(features, means, numClasses));
    },
    toDense: () => (metric === 'cosine' ? cosineDense : distanceDense)(sums.means(), numClasses),
  };
}

/** `[C, D]` from float64 numbers. */
function matrix(values: Float64Array, numClasses: number): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(values), [numClasses, values.length / numClasses]);
}

/** Rows divided by their length; a row of zeros stays one. */
function unitRows(rows: Float64Array, numClasses: number): Float64Array {
  const dimension = rows.length / numClasses;
  const squares = new Float64Array(numClasses);
  rows.forEach((value, i) => (squares[Math.floor(i / dimension)]! += value * value));
  return rows.map((value, i) => value / (Math.sqrt(squares[Math.floor(i / dimension)]!) || 1));
}

function cosines(features: tf.Tensor2D, means: Float64Array, numClasses: number): tf.Tensor2D {
  const largest = tf.max(tf.abs(features), 1, true);
  const unit = tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest));
  const scaled = tf.div(features, unit); // so that squares stay in the range of float32
  const norms = tf.maximum(tf.sqrt(tf.sum(tf.square(scaled), 1, true)), 1e-30);
  const products = tf.matMul<tf.Tensor2D>(scaled, matrix(unitRows(means, numClasses), numClasses), false, true);
  return tf.div(products, norms);
}

/** `-||x||^2 + 2 x . m - ||m||^2` about the mean of the means: far from the origin the squares would cancel. */
function minusSquaredDistances(features: tf.Tensor2D, means: Float64Array, numClasses: number): tf.Tensor2D {
  const { centre, centred } = centring(means, numClasses);
  const x = tf.sub(features, tf.tensor1d(Float32Array.from(centre)));
  const m = matrix(centred, numClasses);
  const products = tf.matMul<tf.Tensor2D>(x, m, false, true);
  const squares = tf.add(tf.sum(tf.square(x), 1, true), tf.sum(tf.square(m), 1));
  return tf.minimum(tf.sub(tf.mul(products, 2), squares), 0);
}

function cosineDense(means: Float64Array, numClasses: number): DenseWeights {
  return tf.tidy(() => ({
    kernel: tf.transpose(matrix(unitRows(means, numClasses), numClasses)),
    bias: tf.zeros<tf.Rank.R1>([numClasses]),
  }));
}

/** With `g` the centre and `m'` the centred means: kernel `2 m'`, bias `-2 g . m' - ||m'||^2`. */
function distanceDense(means: Float64Array, numClasses: number): DenseWeights {
  const { centre, centred } = centring(means, numClasses);
  const dimension = centre.length;
  const bias = Float32Array.from({ length: numClasses }, (_, c) => {
    const mean = centred.subarray(c * dimension, (c + 1) * dimension);
    return -mean.reduce((sum, value, d) => sum + value * (2 * centre[d]! + value), 0);
  });
  return tf.tidy(() => ({
    kernel: tf.mul<tf.Tensor2D>(tf.transpose(matrix(centred, numClasses)), 2),
    bias: tf.tensor1d(bias),
  }));
}

/** The mean of the class means, `[D]`, and the class means about it. */
function centring(means: Float64Array, numClasses: number): { centre: Float64Array; centred: Float64Array } {
  const dimension = means.length / numClasses;
  const centre = new Float64Array(dimension);
  means.forEach((value, i) => (centre[i % dimension]! += value / numClasses));
  return { centre, centred: means.map((value, i) => value - centre[i % dimension]!) };
}
