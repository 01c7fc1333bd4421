import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkOneOf, InvalidArgumentError } from '../core/index.js';
import { sampledForm, type SampledForm } from './sampledForm.js';
import type { SampledLossOptions } from './sampledOptions.js';
import { FARTHEST } from './targets.js';

/** A pair of margin losses: {@link sampledDecoupledLoss} says which. */
export type DecoupledKind = 'logistic' | 'hinge' | 'contrastive';

/** Options of {@link sampledDecoupledLoss}. */
export interface SampledDecoupledOptions extends SampledLossOptions {
  /** The losses of label and negatives. Default `'logistic'`. */
  readonly kind?: DecoupledKind;
  /** Cosine above which a negative costs something, -1..1; of the contrastive loss only. Default 0. */
  readonly margin?: number;
}

/**
 * A loss of the label's score and one of each sampled negative's, added up.
 *
 * $`L = phi(f_y) + sum_{y' in N} w_{y y'} varphi(-f_{y'})`$ with the drawn classes N, each as often as it was drawn, and their weights.
 * Its expectation over the draw is exactly $`phi(f_y) + sum_{y' != y} rho_{y y'} varphi(-f_{y'})`$, $`rho`$ being the expected total weight
 * of a class, for a sample of any size.
 *
 * | `kind`        | `phi(f)`           | `varphi(-f)`      |
 * | ------------- | ------------------ | ----------------- |
 * | `logistic`    | $`log[1 + exp(-f)]`$ | $`log[1 + exp(f)]`$ |
 * | `hinge`       | `[1 - f]_+`        | `[1 + f]_+`       |
 * | `contrastive` | `1 - f`            | `[f - margin]_+`  |
 *
 * The contrastive loss is one for cosines, of unit vectors.
 *
 * @param positiveLogits Raw scores of the labels, `[B]` float32.
 * @param negativeLogits Raw scores of the sampled classes, `[B, S]` float32.
 * @param options `kind`, `margin`; `logWeights` from `samplingWeights` and `accidentalHits` of the draw; `reduction`,
 *   `exampleWeights`.
 * @returns Scalar, or `[B]` with `reduction: 'none'`.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a log weight given as a number is NaN or `Infinity`.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { sampledDecoupledLoss } from 'tfjs-longtail/losses';
 * const negatives = tf.tensor2d([[0.5, -1]]);
 * const loss = sampledDecoupledLoss(tf.tensor1d([1]), negatives, { logWeights: [Math.log(1.5), Math.log(1.5)] });
 * console.log((await loss.data())[0]?.toFixed(4)); // 2.2443
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021 (decoupled loss).
 */
export function sampledDecoupledLoss(
  positiveLogits: tf.Tensor1D,
  negativeLogits: tf.Tensor2D,
  options: SampledDecoupledOptions = {},
): tf.Tensor {
  return tf.tidy(() => {
    const where = 'sampledDecoupledLoss';
    const curves = curvesOf(where, options);
    return sampledForm(where, positiveLogits, negativeLogits, options, (positive, negative, logWeights) =>
      decoupled(curves, positive, negative, logWeights),
    );
  });
}

/** A loss that rises with its argument, and its derivative. */
interface Curve {
  value<T extends tf.Tensor>(x: T): T;
  slope<T extends tf.Tensor>(x: T): T;
}

/** The losses of `-f_y` and of `f_{y'}`. */
interface Curves {
  readonly positive: Curve;
  readonly negative: Curve;
}

const logistic: Curve = { value: (x) => tf.softplus(x), slope: (x) => tf.sigmoid(x) };
const linear: Curve = { value: (x) => tf.add(x, 1), slope: (x) => tf.onesLike(x) };
const hinge = (margin: number): Curve => ({
  value: (x) => tf.relu(tf.sub(x, margin)),
  slope: (x) => tf.step(tf.sub(x, margin)),
});

function curvesOf(where: string, { kind = 'logistic', margin }: SampledDecoupledOptions): Curves {
  checkOneOf(where, 'kind', kind, ['logistic', 'hinge', 'contrastive']);
  if (margin !== undefined && kind !== 'contrastive') {
    throw new InvalidArgumentError(where, "margin with kind 'contrastive' only", `it with '${kind}'`);
  }
  switch (kind) {
    case 'logistic':
      return { positive: logistic, negative: logistic };
    case 'hinge':
      return { positive: hinge(-1), negative: hinge(-1) };
    case 'contrastive':
      return { positive: linear, negative: hinge(checkNumber(where, 'margin', margin ?? 0, { min: -1, max: 1 })) };
  }
}

/** Weights above this count as this large, so that no product overflows. */
const LARGEST_LOG_WEIGHT = Math.log(-FARTHEST);

function decoupled(curves: Curves, positive: tf.Tensor1D, negative: tf.Tensor2D, logWeights: tf.Tensor2D): SampledForm {
  const near = <T extends tf.Tensor>(x: T): T => tf.clipByValue(x, FARTHEST, -FARTHEST);
  const weights = tf.exp(tf.minimum(logWeights, LARGEST_LOG_WEIGHT));
  const own = tf.neg(positive);
  const others = near(tf.mul<tf.Tensor2D>(weights, curves.negative.value(negative)));
  return {
    values: tf.add(near(curves.positive.value(own)), tf.sum(others, 1)),
    kept: [curves.positive.slope(own), tf.mul(weights, curves.negative.slope(negative))],
    gradient: ([pull, push], upstream) => [
      tf.neg(tf.mul(upstream, pull!)),
      tf.mul(push!, tf.reshape(upstream, [-1, 1])),
    ],
  };
}
