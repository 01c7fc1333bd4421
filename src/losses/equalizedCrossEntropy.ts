import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkPriorSum, InvalidArgumentError, resolveClassPrior } from '../core/index.js';
import type { ClassStatistics } from '../core/index.js';
import { marginCrossEntropy } from './marginCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { logPrior } from './priors.js';
import { checkTargets } from './targets.js';

/** Options of {@link equalizedCrossEntropy}: one of `classCounts` and `classPrior` is required. */
export interface EqualizedOptions extends SoftmaxLossOptions, ClassStatistics {
  /** Strength of the smooth form, at least 0; 0 gives plain cross-entropy. Default 1. Not together with `threshold`. */
  readonly tau?: number;
  /** Gives the thresholded form: classes with a prior below this do not compete as negatives, 0..1. */
  readonly threshold?: number;
}

/**
 * Equalised loss: rare classes compete less where they are the wrong answer.
 *
 * $`L(y, f) = log[1 + sum_{y' != y} F(pi_{y'}) exp(f_{y'} - f_y)]`$, smooth with $`F(pi) = pi^tau`$, or thresholded with
 * `F(pi) = 1[pi >= threshold]`: the pairwise loss with $`Delta_{y y'} = log F(pi_{y'})`$. It is not consistent for the balanced
 * error. The thresholded form is the original with every rare negative left out, instead of a random share of them.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, `tau` or `threshold`, and those of every softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { equalizedCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const loss = equalizedCrossEntropy(tf.tensor1d([0], 'int32'), logits, { classCounts: [70, 20, 10] });
 * console.log((await loss.data())[0]?.toFixed(4)); // 0.1410
 * ```
 * @see Tan et al., "Equalization loss for long-tailed object recognition", CVPR 2020, section 3 (softmax form).
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 11 with margins of the negative only.
 */
export function equalizedCrossEntropy(targets: tf.Tensor, logits: tf.Tensor2D, options: EqualizedOptions): tf.Tensor {
  return tf.tidy(() => {
    const where = 'equalizedCrossEntropy';
    checkTargets(where, targets, logits);
    const negative = negativeMargins(where, options, logits.shape[1]);
    return marginCrossEntropy(where, targets, logits, { negative }, options);
  });
}

function negativeMargins(where: string, options: EqualizedOptions, numClasses: number): tf.Tensor1D | Float64Array {
  const { tau, threshold } = options;
  if (threshold === undefined) {
    return tf.mul(logPrior(where, options, numClasses), checkNumber(where, 'tau', tau ?? 1, { min: 0 }));
  }
  if (tau !== undefined) throw new InvalidArgumentError(where, 'either tau or threshold', 'both');
  checkNumber(where, 'threshold', threshold, { min: 0, max: 1 });
  // In float64 on the host: a float32 logarithm could fall on either side of the threshold.
  const { probabilities } = resolveClassPrior(where, options, numClasses);
  checkPriorSum(where, 'classPrior', options.classPrior);
  return probabilities.map((prior) => (prior < threshold ? -Infinity : 0));
}
