import * as tf from '@tensorflow/tfjs-core';
import type { ClosedForm } from './closedForm.js';
import { exponentiate, withoutMasked } from './offsetCrossEntropy.js';
import type { LossOptions } from './options.js';
import { FARTHEST } from './targets.js';
import type { DenseTargets } from './targets.js';

/** Margins more than 80 nats apart may underflow the sums. */
const SMALLEST = 1e-37;

/**
 * `sum_y a_y [log sum_j exp(Delta_{yj} + f_j) - f_y]` with `Delta_{yy} = 0`: the loss of distributions under a full matrix of
 * margins, two products of `[B, C]` with `[C, C]`.
 *
 * With `K_{yj} = exp(Delta_{yj} - M_y)`, `M_y` the largest margin of row y, and `e = exp(f - max f)`, the sum is `K e`.
 */
export function matrixMargin(
  where: string,
  f: tf.Tensor2D,
  matrix: tf.Tensor2D,
  { shares, present }: DenseTargets,
  options: LossOptions,
): ClosedForm {
  const margins = tf.mul<tf.Tensor2D>(matrix, tf.sub(1, tf.eye(f.shape[1])));
  const largest = tf.max(margins, 1);
  const kernel = tf.exp<tf.Tensor2D>(tf.sub(margins, tf.reshape(largest, [-1, 1])));
  const { shifted, exponentials } = exponentiate(withoutMasked(where, f, options));
  const sums = tf.maximum(tf.matMul(exponentials, kernel, false, true), SMALLEST);
  // A masked class has a score out of range, and no share.
  const surprise = tf.sub(tf.add(tf.log(sums), largest), tf.maximum(shifted, FARTHEST));
  return {
    values: tf.sum(tf.mul(shares, surprise), 1),
    present,
    kept: [shares, exponentials, sums, kernel],
    gradient: ([a, e, s, k], upstream) => {
      const pull = tf.mul(e!, tf.matMul(tf.div<tf.Tensor2D>(a!, s!), k as tf.Tensor2D));
      return tf.mul(tf.sub(pull, a!), tf.reshape(upstream, [-1, 1]));
    },
  };
}
