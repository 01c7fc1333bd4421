import * as tf from '@tensorflow/tfjs-core';
import {
  checkDtype,
  checkShape,
  InvalidArgumentError,
  refuseWrongWebgl,
  refuseSecondDerivative,
} from '../core/index.js';
import { resolveReduction, vector } from './options.js';
import { logWeightsOf, type SampledLossOptions } from './sampledOptions.js';

/** The losses of a batch, and how their gradients are made of what the backward pass keeps. */
export interface SampledForm {
  /** Loss of each row, `[B]`, before weights and reduction. */
  readonly values: tf.Tensor1D;
  /** What the backward pass needs. */
  readonly kept: readonly tf.Tensor[];
  /** The gradients `[B]` and `[B, S]`; row i times `upstream[i]`, `[B]`. */
  gradient(kept: readonly tf.Tensor[], upstream: tf.Tensor1D): [positive: tf.Tensor, negative: tf.Tensor];
}

/** Scores further from 0 count as this far: weights can be added, and a dropped negative stays below every other. */
const FARTHEST_SCORE = 1e38;

/**
 * Reduces the loss of each row, with the gradients that `compute` gives, from scores of the labels within 1e38 of 0, negatives of
 * at most 1e38, and log weights `[B, S]` or `[1, S]`: what the losses on sampled negatives have in common. Everything but the
 * two scores is a constant.
 */
export function sampledForm(
  where: string,
  positiveLogits: tf.Tensor1D,
  negativeLogits: tf.Tensor2D,
  options: SampledLossOptions,
  compute: (positive: tf.Tensor1D, negative: tf.Tensor2D, logWeights: tf.Tensor2D) => SampledForm,
): tf.Tensor {
  refuseWrongWebgl(where);
  checkScores(where, positiveLogits, negativeLogits);
  const perExample = resolveReduction(where, options) === 'none';
  const loss = tf.customGrad((...args) => {
    const [positive, negative, save] = args as [tf.Tensor1D, tf.Tensor2D, tf.GradSaveFunc];
    const logWeights = logWeightsOf(where, options, negative.shape);
    const { values, kept, gradient } = compute(inRange(positive), tf.minimum(negative, FARTHEST_SCORE), logWeights);
    const scale = scaleOf(where, positive.size, options);
    const weighted = tf.mul(values, scale);
    save([scale, ...kept]);
    return {
      value: perExample ? weighted : tf.sum(weighted),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        refuseSecondDerivative(where);
        const [factor, ...rest] = saved as [tf.Tensor, ...tf.Tensor[]];
        return gradient(rest, tf.mul<tf.Tensor1D>(dy, factor));
      },
    };
  });
  return loss(positiveLogits, negativeLogits);
}

/** The factor of each row's loss, `[B]`, or one of all; no row is ignored here. */
function scaleOf(where: string, rows: number, options: SampledLossOptions): tf.Tensor {
  const share = resolveReduction(where, options) === 'mean' ? 1 / rows : 1;
  if (options.exampleWeights === undefined) return tf.scalar(share);
  return tf.mul(vector(where, 'exampleWeights', options.exampleWeights, rows), share);
}

function inRange<T extends tf.Tensor>(scores: T): T {
  return tf.clipByValue(scores, -FARTHEST_SCORE, FARTHEST_SCORE);
}

function checkScores(where: string, positive: tf.Tensor, negative: tf.Tensor): void {
  checkShape(where, 'positiveLogits', positive, [null]);
  checkDtype(where, 'positiveLogits', positive, 'float32');
  checkShape(where, 'negativeLogits', negative, [positive.size, null]);
  checkDtype(where, 'negativeLogits', negative, 'float32');
  if (negative.shape[1] === 0) throw new InvalidArgumentError(where, 'at least one negative for each example', 'none');
}
