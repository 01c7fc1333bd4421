import * as tf from '@tensorflow/tfjs-core';
import { refuseWrongWebgl, refuseSecondDerivative } from '../core/index.js';
import { resolveReduction, rowScale } from './options.js';
import type { LossOptions } from './options.js';

/** The losses of a batch, and how their gradient is made of what the backward pass keeps. */
export interface ClosedForm {
  /** Loss of each row, `[B]`, before weights and reduction; finite in ignored rows too. */
  readonly values: tf.Tensor1D;
  /** 1 for a row that is not ignored, else 0, `[B]`. */
  readonly present: tf.Tensor1D;
  /** What the backward pass needs. */
  readonly kept: readonly tf.Tensor[];
  /** The gradient `[B, C]`; row i times `upstream[i]`, `[B]`, which is 0 for an ignored row. */
  gradient(kept: readonly tf.Tensor[], upstream: tf.Tensor1D): tf.Tensor;
}

/**
 * Reduces the loss of each row, with the gradient that `compute` gives: what all losses of this room have in common.
 *
 * Everything but the logits is a constant: inside customGrad nothing reaches the tape. The gradient cannot be
 * differentiated again, because to the tape what it is made of is constant.
 */
export function closedForm(
  where: string,
  logits: tf.Tensor2D,
  options: LossOptions,
  compute: (x: tf.Tensor2D) => ClosedForm,
): tf.Tensor {
  refuseWrongWebgl(where);
  const perExample = resolveReduction(where, options) === 'none';
  const loss = tf.customGrad((x, save) => {
    const { values, present, kept, gradient } = compute(x as tf.Tensor2D);
    const scale = rowScale(where, present, options);
    const weighted = tf.mul(values, scale);
    (save as tf.GradSaveFunc)([scale, ...kept]);
    return {
      value: perExample ? weighted : tf.sum(weighted),
      gradFunc: (dy, saved) => {
        refuseSecondDerivative(where);
        const [factor, ...rest] = saved as [tf.Tensor, ...tf.Tensor[]];
        return gradient(rest, tf.mul<tf.Tensor1D>(dy, factor));
      },
    };
  });
  return loss(logits);
}
