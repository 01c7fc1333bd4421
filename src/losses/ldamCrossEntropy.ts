import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../core/index.js';
import type { ClassStatistics } from '../core/index.js';
import { marginCrossEntropy } from './marginCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { weightVector } from './options.js';
import { logPrior } from './priors.js';
import { checkTargets } from './targets.js';

/** Options of {@link ldamCrossEntropy}: one of `classCounts` and `classPrior` is required. */
export interface LdamOptions extends SoftmaxLossOptions, ClassStatistics {
  /** Margin of the rarest class, in units of the cosine, at least 0; 0 gives plain cross-entropy. Default 0.5. */
  readonly maxMargin?: number;
  /** What the cosines were multiplied by to make the logits, above 0. Default 30. */
  readonly scale?: number;
  /** Factor of each class's loss, length C, at least 0; for deferred re-weighting. Default: 1. */
  readonly classWeights?: tf.Tensor1D | ArrayLike<number>;
}

/**
 * Label-distribution-aware margin loss: rare classes must win by a larger margin.
 *
 * $`L(y, f) = -log[exp(f_y - s m_y) / (exp(f_y - s m_y) + sum_{y' != y} exp(f_{y'}))]`$ with `f = s cos`, $`s`$ the scale and
 * $`m_y = maxMargin (n_min / n_y)^(1/4)`$: the pairwise loss with $`Delta_{y y'} = s m_y`$. It is not consistent for the balanced
 * error. The logits are `scale` times a cosine, of normalised features and weights. On raw logits, which have no bound, the
 * margin is $`scale * m_y`$ nats and the weights grow until it is small beside them: pass `scale: 1`, and expect less of it.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits `scale * cosine`, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, `maxMargin`, `scale`, `classWeights`, and those of every
 *   softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ldamCrossEntropy } from 'tfjs-longtail/losses';
 * const cosines = tf.tensor2d([[0.3, 0.1, 0.2]]);
 * const loss = ldamCrossEntropy(tf.tensor1d([0], 'int32'), tf.mul(cosines, 30), { classCounts: [70, 20, 10] });
 * console.log((await loss.data())[0]?.toFixed(4)); // 6.2723
 * ```
 * @see Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss", NeurIPS 2019, section 3.
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 11 with margins of the positive only.
 */
export function ldamCrossEntropy(targets: tf.Tensor, logits: tf.Tensor2D, options: LdamOptions): tf.Tensor {
  return tf.tidy(() => {
    const where = 'ldamCrossEntropy';
    checkTargets(where, targets, logits);
    const { maxMargin = 0.5, scale = 30, classWeights } = options;
    checkNumber(where, 'maxMargin', maxMargin, { min: 0 });
    checkNumber(where, 'scale', scale, { min: Number.MIN_VALUE });
    const logPi = logPrior(where, options, logits.shape[1]);
    const positive = tf.mul<tf.Tensor1D>(tf.exp(tf.mul(tf.sub(tf.min(logPi), logPi), 0.25)), scale * maxMargin);
    const weights = classWeights && weightVector(where, 'classWeights', classWeights, logits.shape[1]);
    return marginCrossEntropy(where, targets, logits, { positive }, { ...options, classWeights: weights });
  });
}
