import * as tf from '@tensorflow/tfjs-core';
import { marginCrossEntropy } from './marginCrossEntropy.js';
import type { MarginMatrix, SeparableMargins } from './margins.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { weightVector } from './options.js';
import { checkTargets } from './targets.js';

/** Options of {@link pairwiseMarginCrossEntropy}. */
export interface PairwiseMarginOptions extends SoftmaxLossOptions {
  /**
   * The margins $`Delta_{y y'}`$, in nats: separable ones, or a matrix `[C, C]` whose row is the target class and whose
   * diagonal is not read. The margins of a matrix row must lie within 80 nats of each other when targets are distributions.
   */
  readonly margins: SeparableMargins | MarginMatrix;
  /** The weights $`alpha_y`$, length C, at least 0. Default: 1. */
  readonly weights?: tf.Tensor1D | ArrayLike<number>;
}

/**
 * The pairwise-margin loss that contains the others: softmax cross-entropy with a weight for each target class and a margin
 * for each pair of target and other class.
 *
 * $`L(y, f) = alpha_y log[1 + sum_{y' != y} exp(Delta_{y y'}) exp(f_{y'} - f_y)]`$, gradient
 * $`alpha_y exp(Delta_{yj} + f_j - f_y) / (1 + S)`$ for `j != y` with $`S`$ the sum, and minus their sum for `j = y`; a
 * distribution $`q`$ gives $`sum_y q_y L(y, f)`$. Separable margins $`Delta_{y y'} = positive_y + negative_{y'}`$ take O(B C) and are
 * never expanded. A matrix takes O(B C) for class ids and two matrix products for distributions.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `margins`, `weights`, and those of every softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { pairwiseMarginCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const margins = { positive: [0, 0.5, 1] };
 * const loss = pairwiseMarginCrossEntropy(tf.tensor1d([2], 'int32'), logits, { margins });
 * console.log((await loss.data())[0]?.toFixed(4)); // 2.7408
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 11.
 */
export function pairwiseMarginCrossEntropy(
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: PairwiseMarginOptions,
): tf.Tensor {
  return tf.tidy(() => {
    const where = 'pairwiseMarginCrossEntropy';
    checkTargets(where, targets, logits);
    const { margins, weights } = options;
    const classWeights = weights && weightVector(where, 'weights', weights, logits.shape[1]);
    return marginCrossEntropy(where, targets, logits, margins, { ...options, classWeights });
  });
}
