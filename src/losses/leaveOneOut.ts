import * as tf from '@tensorflow/tfjs-core';
import type { ClosedForm } from './closedForm.js';
import { withNegative } from './margins.js';
import type { MarginVectors } from './margins.js';
import { exponentiate, LOWEST, withoutMasked } from './offsetCrossEntropy.js';
import type { LossOptions } from './options.js';
import { FARTHEST, oneHot } from './targets.js';
import type { DenseTargets } from './targets.js';

/**
 * `sum_y a_y log(1 + exp(u_y))` with `u_y = positive_y - f_y + lambda_y`, where `lambda_y` is the log-sum-exp of
 * `g = f + negative` over the classes other than y: the separable margin loss of distributions in O(B C).
 *
 * With `m` the largest `g` of the row and `T = sum_k exp(g_k - m)`, every class but the largest has
 * `lambda_y = m + log(T - exp(g_y - m))`, which cannot cancel, because the difference is at least 1; the largest has the
 * log-sum-exp of the rest, taken from its own maximum.
 */
export function leaveOneOut(
  where: string,
  f: tf.Tensor2D,
  vectors: MarginVectors,
  { shares, present }: DenseTargets,
  options: LossOptions,
): ClosedForm {
  const g = withoutMasked(where, withNegative(f, vectors), options);
  const { largest, exponentials } = exponentiate(g);
  const top = oneHot(tf.argMax(g, 1), f.shape[1]);
  const notTop = tf.sub<tf.Tensor2D>(1, top);
  const others = tf.mul(exponentials, notTop);
  const left = tf.sub(tf.add(1, tf.sum(others, 1, true)), others);
  const rest = exponentiate(tf.add(tf.mul(g, notTop), tf.mul(top, LOWEST)));
  // Differences of scores first: a sum with a small logarithm would lose that.
  const ofTop = tf.add(tf.sub(rest.largest, f), tf.log(rest.total));
  const ofOthers = tf.add(tf.sub(largest, f), tf.log(left));
  const u = inRange(tf.where(tf.cast(top, 'bool'), ofTop, ofOthers), vectors);
  return {
    values: tf.sum(tf.mul(shares, softplus(u)), 1),
    present,
    kept: [tf.mul(shares, tf.sigmoid(u)), top, others, left, tf.div(tf.mul(rest.exponentials, notTop), rest.total)],
    gradient: (kept, upstream) => tf.mul(gradientRows(kept), tf.reshape(upstream, [-1, 1])),
  };
}

/** `u + positive`, within the range in which the product with 0 is 0. */
function inRange(u: tf.Tensor, { positive }: MarginVectors): tf.Tensor {
  return tf.clipByValue(positive === undefined ? u : tf.add(u, positive), FARTHEST, -FARTHEST);
}

function softplus(u: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(u), tf.log1p(tf.exp(tf.neg(tf.abs(u)))));
}

/**
 * `sum_{y != j} a_y exp(g_j - lambda_y) - a_j` with the push `a_y = share_y sigmoid(u_y)`.
 *
 * The largest class is summed apart from the others, again because the difference would cancel.
 */
function gradientRows([a, top, others, left, restShare]: readonly tf.Tensor[]): tf.Tensor {
  const ofTop = tf.mul(a!, top!);
  const w = tf.div(tf.sub(a!, ofTop), left!);
  const fromOthers = tf.mul(tf.add(others!, top!), tf.sub(tf.sum(w, 1, true), w));
  const fromTop = tf.mul(restShare!, tf.sum(ofTop, 1, true));
  return tf.sub(tf.add(fromOthers, fromTop), a!);
}
