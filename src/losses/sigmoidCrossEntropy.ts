import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { closedForm } from './closedForm.js';
import type { ClosedForm } from './closedForm.js';
import { vector, weightVector } from './options.js';
import type { LossOptions } from './options.js';
import { checkTargets, FARTHEST, labelRows, oneHot } from './targets.js';

/** Options of {@link sigmoidCrossEntropy}. */
export interface SigmoidOptions extends LossOptions {
  /** Factor of each class's term, length C, at least 0. Default: 1. */
  readonly classWeights?: tf.Tensor1D | ArrayLike<number>;
  /** Share of the training examples that carry each label, length C, each above 0 and below 1. Default: no adjustment. */
  readonly labelPrior?: ArrayLike<number>;
  /** Strength of the adjustment by `labelPrior`, at least 0. Default 1. */
  readonly tau?: number;
}

/**
 * Binary cross-entropy of each class, summed over the classes: for targets that may carry several labels, or none.
 *
 * $`L(q, f) = sum_c w_c [log(1 + exp(z_c)) - q_c z_c]`$ with $`z_c = f_c + tau log(p_c / (1 - p_c))`$ and $`p`$ the label prior; the gradient
 * is $`w_c (sigmoid(z_c) - q_c)`$. Adjusted at `tau = 1`, the sign of the raw logit minimises the balanced error of each label, as
 * the argmax does for one label per example. Entries of the targets lie in 0..1 and need not sum to 1; a negative entry is an
 * unknown label and has no loss. `'mean'` divides by the number of rows with a known label.
 *
 * @param targets Label rows, `[B, C]`; or one class id per row, `[B]` int32, those outside 0..C-1, such as -1, ignored. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classWeights`, `labelPrior`, `tau`, and those of every loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats, summed over the classes.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { sigmoidCrossEntropy } from 'tfjs-longtail/losses';
 * const labels = tf.tensor2d([[1, 0, 1]]);
 * const loss = sigmoidCrossEntropy(labels, tf.tensor2d([[1, 0.5, -0.2]]), { labelPrior: [0.5, 0.2, 0.1] });
 * console.log((await loss.data())[0]?.toFixed(4)); // 3.1427
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 10, for each label against the rest.
 */
export function sigmoidCrossEntropy(targets: tf.Tensor, logits: tf.Tensor2D, options: SigmoidOptions = {}): tf.Tensor {
  return tf.tidy(() => {
    const where = 'sigmoidCrossEntropy';
    checkTargets(where, targets, logits);
    const offsets = logOdds(where, options, logits.shape[1]);
    return closedForm(where, logits, options, (x) => {
      const z = offsets === undefined ? x : tf.add<tf.Tensor2D>(x, offsets);
      return binaryLosses(z, labelTerms(where, targets as tf.Tensor1D | tf.Tensor2D, logits.shape[1], options));
    });
  });
}

/** `tau log(p / (1 - p))`, made in float64. */
function logOdds(where: string, { labelPrior, tau = 1 }: SigmoidOptions, numClasses: number): tf.Tensor1D | undefined {
  checkNumber(where, 'tau', tau, { min: 0 });
  if (labelPrior === undefined) return undefined;
  const odds = Array.from(labelPrior, (prior, c) => {
    if (prior > 0 && prior < 1) return tau * Math.log(prior / (1 - prior));
    throw new InvalidArgumentError(where, `labelPrior[${c}] to be above 0 and below 1`, prior);
  });
  return vector(where, 'labelPrior', odds, numClasses);
}

/** The parts of the loss that come from the targets. */
interface LabelTerms {
  /** The labels, `[B, C]`. */
  readonly q: tf.Tensor;
  /** What each entry counts, 0 for one that has no loss; `[B, C]`. */
  readonly weight: tf.Tensor;
  /** 1 for a row that has a known label, else 0, `[B]`. */
  readonly present: tf.Tensor1D;
}

function labelTerms(
  where: string,
  targets: tf.Tensor1D | tf.Tensor2D,
  numClasses: number,
  { classMask, classWeights }: SigmoidOptions,
): LabelTerms {
  const { q, known } =
    targets.rank === 1 ? ofIds(where, targets as tf.Tensor1D, numClasses, classMask) : ofRows(targets);
  const mask = classMask === undefined ? undefined : vector(where, 'classMask', classMask, numClasses);
  const inside = mask === undefined ? known : tf.mul(known, mask);
  return {
    q,
    weight: classWeights ? tf.mul(inside, weightVector(where, 'classWeights', classWeights, numClasses)) : inside,
    present: tf.step(tf.max(inside, 1)),
  };
}

function ofIds(where: string, ids: tf.Tensor1D, numClasses: number, classMask: LossOptions['classMask']) {
  const { present } = labelRows(where, ids, numClasses, classMask === undefined ? {} : { classMask });
  return { q: oneHot(ids, numClasses), known: tf.tile(tf.reshape(present, [-1, 1]), [1, numClasses]) };
}

function ofRows(rows: tf.Tensor) {
  const q = tf.cast(rows, 'float32');
  return { q, known: tf.cast(tf.greaterEqual(q, 0), 'float32') };
}

function binaryLosses(z: tf.Tensor2D, { q, weight, present }: LabelTerms): ClosedForm {
  // The sum over the classes must not overflow either.
  const near = tf.clipByValue(z, FARTHEST, -FARTHEST);
  // The large parts of softplus(z) - q z first: the loss of a label that is hardly in doubt is small beside either.
  const linear = tf.sub(tf.relu(near), tf.mul(q, near));
  return {
    values: tf.sum(tf.mul(weight, tf.add(linear, tf.log1p(tf.exp(tf.neg(tf.abs(near)))))), 1),
    present,
    kept: [z, q, weight],
    gradient: ([scores, labels, factor], upstream) => {
      const slope = tf.mul(factor!, tf.sub(tf.sigmoid(scores!), labels!));
      return tf.mul(slope, tf.reshape(upstream, [-1, 1]));
    },
  };
}
