import * as tf from '@tensorflow/tfjs-core';
import { closedForm } from './closedForm.js';
import { vector } from './options.js';
import type { LossOptions } from './options.js';
import { checkTargets, targetRows } from './targets.js';
import type { LabelRows } from './targets.js';

/** Options of every softmax loss. */
export interface SoftmaxLossOptions extends LossOptions {
  /** Share of the target that is spread evenly over the classes that take part, 0..1. Default 0. */
  readonly labelSmoothing?: number;
}

/** What a member of the family changes in plain cross-entropy; its tensors are constants of the caller's `tf.tidy`. */
export interface SoftmaxTerms {
  /** The scores of the softmax: the logits plus constants, which may depend on the row's own class id. */
  readonly shift?: (logits: tf.Tensor2D, labels: LabelRows | undefined) => tf.Tensor2D;
  /** Factor of each class's loss, `[C]`. */
  readonly classWeights?: tf.Tensor1D | undefined;
  /** What becomes of the surprise `-log p` of a target; default: it is the loss. */
  readonly curve?: LossCurve;
}

/** A loss as a function of the target's surprise `-log p`, at least 0. */
export interface LossCurve {
  /** The loss. */
  value(surprise: tf.Tensor): tf.Tensor;
  /** Its derivative. */
  slope(surprise: tf.Tensor): tf.Tensor;
}

/** Finite, and below every logit. */
export const LOWEST = -3e38;

/**
 * `sum_y a_y * -log softmax(z)_y` with scores `z = shift(logits)`, `a_y` the target's share times the class weight, and
 * the closed-form gradient `mass * softmax(z) - a`, where `mass = sum_y a_y`: the implementation behind the softmax losses.
 */
export function offsetCrossEntropy(
  where: string,
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  terms: SoftmaxTerms,
  options: SoftmaxLossOptions,
): tf.Tensor {
  checkTargets(where, targets, logits);
  const { shift, classWeights, curve } = terms;
  return closedForm(where, logits, options, (x) => {
    const rows = targetRows(where, targets, logits.shape[1], { ...options, classWeights });
    const scores = withoutMasked(where, shift ? shift(x, rows.labels) : x, options);
    const { shifted, exponentials, total } = exponentiate(scores);
    const surprise = rows.surprise(shifted, total);
    return {
      values: rows.weigh(curve ? curve.value(surprise) : surprise),
      present: rows.present,
      kept: [exponentials, total, ...rows.kept(curve?.slope(surprise))],
      gradient: ([e, sum, ...kept], upstream) => rows.gradient(e as tf.Tensor2D, sum as tf.Tensor2D, kept, upstream),
    };
  });
}

/** Scores in which the classes outside the mask lie below every other. */
export function withoutMasked(where: string, scores: tf.Tensor2D, { classMask }: LossOptions): tf.Tensor2D {
  if (classMask === undefined) return scores;
  const mask = vector(where, 'classMask', classMask, scores.shape[1]);
  return tf.add(tf.mul(scores, mask), tf.mul(tf.sub(1, mask), LOWEST));
}

/** The largest of each row, `[B, 1]`. */
function largestOf(z: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() !== 'webgl') return tf.max(z, 1, true);
  // webgl's maximum starts at -1e20; scaled by a power of two, which is exact, every score lies above that.
  return tf.mul(tf.max<tf.Tensor2D>(tf.mul(z, 2 ** -64), 1, true), 2 ** 64);
}

/** The parts of a softmax of `z`. */
export interface SoftmaxParts {
  /** The largest score of each row, `[B, 1]`. */
  readonly largest: tf.Tensor2D;
  /** Scores below the largest, `[B, C]`. */
  readonly shifted: tf.Tensor2D;
  /** Their exponentials. */
  readonly exponentials: tf.Tensor2D;
  /** The sums of those, `[B, 1]`, at least 1. */
  readonly total: tf.Tensor2D;
}

/** The softmax of `z` in parts, none of which overflows. */
export function exponentiate(z: tf.Tensor2D): SoftmaxParts {
  const largest = largestOf(z);
  const shifted = tf.sub<tf.Tensor2D>(z, largest);
  const exponentials = tf.exp(shifted);
  return { largest, shifted, exponentials, total: tf.sum(exponentials, 1, true) };
}
