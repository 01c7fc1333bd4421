import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';
import { resolveReduction, rowScale, vector } from './options.js';
import type { LossOptions } from './options.js';
import { checkTargets, targetRows } from './targets.js';

/** Options of every softmax loss. */
export interface SoftmaxLossOptions extends LossOptions {
  /** Share of the target that is spread evenly over the classes that take part, 0..1. Default 0. */
  readonly labelSmoothing?: number;
}

/** Finite, and below every logit. */
const LOWEST = -3e38;

/**
 * `sum_y q_y * -log softmax(z)_y` with `z = logits + offsets` and the closed-form gradient
 * `mass * softmax(z) - q`, where `mass = sum_y q_y`: the one implementation behind the softmax losses.
 *
 * A pairwise margin is an offset too: the row `[B, C]` that the example's target picks. The gradient cannot be
 * differentiated again: to the tape the softmax in it is a constant.
 *
 * @param offsets Constants, `[C]` or `[B, C]`, made inside the caller's `tf.tidy`.
 */
export function offsetCrossEntropy(
  where: string,
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  offsets: tf.Tensor | undefined,
  options: SoftmaxLossOptions,
): tf.Tensor {
  checkTargets(where, targets, logits);
  const numClasses = logits.shape[1];
  const perExample = resolveReduction(where, options) === 'none';
  // Everything but the logits is a constant here: inside customGrad nothing reaches the tape.
  const loss = tf.customGrad((x, save) => {
    const keep = save as tf.GradSaveFunc;
    const rows = targetRows(where, targets, numClasses, options);
    const scale = rowScale(where, rows.mass, options);
    const { shifted, exponentials, total } = exponentiate(where, x as tf.Tensor2D, offsets, options);
    const values = tf.mul(scale, tf.sub(tf.mul(rows.mass, tf.log(total)), rows.expectation(shifted)));
    keep([exponentials, tf.div(rows.mass, total), scale, rows.kept]);
    return {
      value: perExample ? tf.reshape(values, [-1]) : tf.sum(values),
      gradFunc: (dy, saved) => {
        refuseSecondDerivative(where);
        const [e, massOverTotal, factor, kept] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const upstream = tf.mul(perExample ? tf.reshape(dy, [-1, 1]) : dy, factor);
        return tf.sub(tf.mul(e, tf.mul(massOverTotal, upstream)), tf.mul(rows.distribution(kept), upstream));
      },
    };
  });
  return loss(logits);
}

function refuseSecondDerivative(where: string): void {
  if (!tf.engine().isTapeOn()) return;
  const hint = 'The loss has first derivatives only: take its gradient outside any other gradient';
  throw new InvalidArgumentError(where, 'to be differentiated once', 'a gradient inside another one', hint);
}

/** The softmax of `x + offsets` in parts: scores below their row's largest, their exponentials, the sum of those. */
function exponentiate(
  where: string,
  x: tf.Tensor2D,
  offsets: tf.Tensor | undefined,
  { classMask }: LossOptions,
): { readonly shifted: tf.Tensor2D; readonly exponentials: tf.Tensor; readonly total: tf.Tensor } {
  const moved = offsets === undefined ? x : tf.add(x, offsets);
  const z = classMask === undefined ? moved : masked(moved, vector(where, 'classMask', classMask, x.shape[1]));
  const shifted = tf.sub<tf.Tensor2D>(z, tf.max(z, 1, true));
  const exponentials = tf.exp(shifted);
  return { shifted, exponentials, total: tf.sum(exponentials, 1, true) };
}

function masked(z: tf.Tensor, mask: tf.Tensor1D): tf.Tensor {
  return tf.add(tf.mul(z, mask), tf.mul(tf.sub(1, mask), LOWEST));
}
