import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf, checkShape, InvalidArgumentError } from '../core/index.js';
import { softmaxCrossEntropy, type Reduction } from '../losses/index.js';
import { gatherSum } from './gatherSum.js';
import { mixTargets } from './mixTargets.js';
import { checkBatch, termsOf, type MixingPlan, type Term } from './plan.js';

/** A loss with all its options bound but the reduction. */
export type BoundLoss = (
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: { readonly reduction: Reduction },
) => tf.Tensor;

/** Options of {@link mixupCrossEntropy}. */
export interface MixupCrossEntropyOptions {
  /** The plan by which the inputs of the logits were mixed. */
  readonly plan: MixingPlan;
  /** Any loss of this package with its options bound, or one of yours. Default: `softmaxCrossEntropy`. */
  readonly loss?: BoundLoss;
  /**
   * `'targets'` (default) gives the loss the mixed targets, once: the same where the loss of a distribution is $`sum_y q_y L(y, f)`$,
   * as that of every loss of this package is. `'losses'` sums the loss of each point times its share: for losses that are
   * not linear in the target, that take class ids faster than distributions (margin losses with many classes), or whose
   * label rows have entries that mean something else than a share, such as the unknown labels of `sigmoidCrossEntropy`.
   */
  readonly mix?: 'targets' | 'losses';
  /** As in every loss; a mixture is a row, ignored if all of its points are. Default `'mean'`. */
  readonly reduction?: Reduction;
}

/**
 * The loss of mixed inputs: $`L_b = sum_k l_bk L(y_{pi_k(b)}, f(x~_b))`$.
 *
 * Logit adjustment, margins and weights act on each point as they would on it alone.
 *
 * @param targets Unmixed: class ids, `[B]` int32, those outside 0..C-1, such as -1, without a loss; or class distributions, `[B, C]`.
 * @param logits Raw scores of the mixed inputs, `[B, C]` float32.
 * @param options The plan and the loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in the unit of the loss.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or the loss refuses.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
 * import { drawMixingPlan, mixInputs, mixupCrossEntropy } from 'tfjs-longtail/mixup';
 * const plan = drawMixingPlan({ batchSize: 3, points: 3, random: randomStream(1) });
 * const logits = mixInputs(tf.zeros<tf.Rank.R2>([3, 2]), plan); // of a model that knows nothing
 * const loss = mixupCrossEntropy(tf.tensor1d([0, 0, 0], 'int32'), logits, {
 *   plan,
 *   loss: (targets, f, options) => logitAdjustedCrossEntropy(targets, f, { classCounts: [90, 10], ...options }),
 * });
 * console.log((await loss.data())[0]?.toFixed(4)); // 0.1054
 * ```
 * @see Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018, for K = 2.
 */
export function mixupCrossEntropy(
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: MixupCrossEntropyOptions,
): tf.Tensor {
  const where = 'mixupCrossEntropy';
  const { plan, loss = softmaxCrossEntropy, mix = 'targets', reduction = 'mean' } = options;
  checkOneOf(where, 'mix', mix, ['targets', 'losses']);
  checkOneOf(where, 'reduction', reduction, ['mean', 'sum', 'none']);
  checkShape(where, 'logits', logits, [null, null]);
  checkBatch(where, 'targets', targets.shape[0], plan);
  checkBatch(where, 'logits', logits.shape[0], plan);
  const numClasses = logits.shape[1];
  return tf.tidy(() =>
    mix === 'targets'
      ? loss(mixTargets(targets, plan, { numClasses }), logits, { reduction })
      : summed(where, targets, logits, termsOf(where, plan), loss, reduction),
  );
}

function summed(
  where: string,
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  terms: readonly Term[],
  loss: BoundLoss,
  reduction: Reduction,
): tf.Tensor {
  const rows = logits.shape[0];
  const parts = terms.map(({ partners, weights }) => {
    const values = loss(tf.gather(targets, tf.tensor1d(partners.slice(), 'int32')), logits, { reduction: 'none' });
    if (values.rank === 1 && values.shape[0] === rows) return tf.mul(values, tf.tensor1d(weights.slice()));
    const expected = `loss to give [${rows}] values with reduction: 'none'`;
    throw new InvalidArgumentError(where, expected, `[${values.shape.join(', ')}]`);
  });
  const values = tf.addN(parts);
  if (reduction === 'none') return values;
  const total = tf.sum(values);
  return reduction === 'sum' ? total : tf.div(total, tf.maximum(presentRows(targets, terms, logits.shape[1]), 1));
}

/** How many mixtures have a point with a class. */
function presentRows(targets: tf.Tensor, terms: readonly Term[], numClasses: number): tf.Tensor {
  const known =
    targets.rank === 1
      ? tf.logicalAnd(tf.greaterEqual(targets, 0), tf.less(targets, numClasses))
      : tf.greater(tf.sum(tf.cast(targets, 'float32'), 1), 0);
  return tf.sum(tf.step(gatherSum(tf.cast(known, 'float32'), terms)));
}
