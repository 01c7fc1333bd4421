import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../core/index.js';
import { offsetCrossEntropy } from './offsetCrossEntropy.js';
import type { LossCurve, SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { weightVector } from './options.js';
import { checkTargets } from './targets.js';

/** Options of {@link focalCrossEntropy}. */
export interface FocalOptions extends SoftmaxLossOptions {
  /** How much less an example counts that is predicted well already, at least 0; 0 gives plain cross-entropy. Default 2. */
  readonly gamma?: number;
  /** Factor of each class's loss, length C, at least 0; {@link effectiveNumberWeights} make it class-balanced. Default: 1. */
  readonly classWeights?: tf.Tensor1D | ArrayLike<number>;
}

/**
 * Focal loss: cross-entropy that turns to the examples which are still hard.
 *
 * $`FL(y, f) = w_y (1 - p_y)^gamma (-log p_y)`$ with $`p = softmax(f)`$; a distribution $`q`$ gives $`sum_y q_y FL(y, f)`$. It weighs hard
 * examples, not rare classes: it is not consistent for the balanced error.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `gamma`, `classWeights`, and those of every softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { focalCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const loss = focalCrossEntropy(tf.tensor1d([2], 'int32'), logits, { gamma: 2 });
 * console.log((await loss.data())[0]?.toFixed(4)); // 1.3091
 * ```
 * @see Lin et al., "Focal loss for dense object detection", ICCV 2017, section 3.2.
 */
export function focalCrossEntropy(targets: tf.Tensor, logits: tf.Tensor2D, options: FocalOptions = {}): tf.Tensor {
  return tf.tidy(() => {
    const where = 'focalCrossEntropy';
    checkTargets(where, targets, logits);
    const gamma = checkNumber(where, 'gamma', options.gamma ?? 2, { min: 0 });
    const { classWeights: weights } = options;
    const classWeights = weights && weightVector(where, 'classWeights', weights, logits.shape[1]);
    const terms = { classWeights, ...(gamma === 0 ? {} : { curve: focalCurve(gamma) }) };
    return offsetCrossEntropy(where, targets, logits, terms, options);
  });
}

/** Below this `1 - p` is rounding error of float32. */
const ROUNDING = 1e-7;

/** `(1 - p)^gamma s` and its derivative `(1 - p)^gamma (1 + gamma p s / (1 - p))` in the surprise `s = -log p`. */
function focalCurve(gamma: number): LossCurve {
  const missing = (p: tf.Tensor): tf.Tensor => tf.relu(tf.sub(1, p));
  return {
    value: (s) => tf.mul(tf.pow(missing(tf.exp(tf.neg(s))), gamma), s),
    slope: (s) => {
      const p = tf.exp(tf.neg(s));
      const rest = missing(p);
      const ratio = tf.div(tf.mul(p, s), tf.maximum(rest, ROUNDING));
      return tf.mul(tf.pow(rest, gamma), tf.add(1, tf.mul(ratio, gamma)));
    },
  };
}
