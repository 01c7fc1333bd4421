import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from '../core/index.js';
import { adjustedCrossEntropy } from './logitAdjustedCrossEntropy.js';
import type { LogitAdjustedOptions } from './logitAdjustedCrossEntropy.js';
import { logPrior } from './priors.js';
import { checkTargets } from './targets.js';

/** Options of {@link vectorScalingCrossEntropy}: one of `classCounts` and `classPrior` is required. */
export interface VectorScalingOptions extends LogitAdjustedOptions {
  /** Exponent of the factors that divide the logits of rare classes, at least 0; 0 divides by 1. */
  readonly gamma: number;
}

/**
 * Vector-scaling loss: the logits of rare classes are divided, then adjusted by the log prior.
 *
 * $`VS(y, f) = -log softmax(z)_y`$ with $`z_j = f_j / D_j + tau log pi_j`$ and $`D_j = (n_max / n_j)^gamma`$, so that the largest class
 * has 1. `gamma = 0` is {@link logitAdjustedCrossEntropy}; `tau = 0` is the class-dependent temperature loss (CDT). Divided
 * logits still separate the classes late in training, when the offsets have lost their effect. Predict with the raw logits.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, `gamma`, `tau`, `targetPrior`, and those of every softmax
 *   loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { vectorScalingCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const options = { classCounts: [70, 20, 10], gamma: 0.3 };
 * const loss = vectorScalingCrossEntropy(tf.tensor1d([2], 'int32'), logits, options);
 * console.log((await loss.data())[0]?.toFixed(4)); // 3.2358
 * ```
 * @see Kini et al., "Label-imbalanced and group-sensitive classification under overparameterization", NeurIPS 2021.
 * @see Ye et al., "Identifying and compensating for feature deviation in imbalanced deep learning", 2020 (CDT).
 */
export function vectorScalingCrossEntropy(
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options: VectorScalingOptions,
): tf.Tensor {
  return tf.tidy(() => {
    const where = 'vectorScalingCrossEntropy';
    checkTargets(where, targets, logits);
    const gamma = checkNumber(where, 'gamma', options.gamma, { min: 0 });
    const logPi = logPrior(where, options, logits.shape[1]);
    const factors = tf.exp(tf.mul(tf.sub(logPi, tf.max(logPi)), gamma));
    return adjustedCrossEntropy(where, targets, tf.mul(logits, factors), options);
  });
}
