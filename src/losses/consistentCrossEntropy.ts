import * as tf from '@tensorflow/tfjs-core';
import { checkPriorSum, InvalidArgumentError, resolveClassPrior } from '../core/index.js';
import type { ClassStatistics } from '../core/index.js';
import { offsetCrossEntropy } from './offsetCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { vector } from './options.js';
import { checkTargets } from './targets.js';

/** Options of {@link consistentCrossEntropy}: one of `classCounts` and `classPrior` is required. */
export interface ConsistentOptions extends SoftmaxLossOptions, ClassStatistics {
  /** The member of the family, length C, every entry above 0: the prior itself gives logit adjustment, 1 the weighted loss. */
  readonly delta: ArrayLike<number>;
}

/**
 * The family of losses that are consistent for the balanced error, one member for every positive vector $`delta`$.
 *
 * $`L(y, f) = (delta_y / pi_y) log[1 + sum_{y' != y} (delta_{y'} / delta_y) exp(f_{y'} - f_y)]
 * = (delta_y / pi_y) (-log softmax(f + log delta)_y)`$. Its minimiser is $`f_y = log P(y|x) - log pi_y`$ up to a constant for every
 * $`delta`$: the argmax of the raw logits minimises the balanced error. `delta = pi` is {@link logitAdjustedCrossEntropy} at
 * `tau = 1`; `delta = 1` is {@link weightedCrossEntropy} with {@link inverseFrequencyWeights}; in between, such as
 * $`delta = sqrt(pi)`$, a part of the correction is weight and the rest margin.
 *
 * @param targets Class ids, `[B]` int32, those outside 0..C-1, such as -1, ignored; or class distributions, `[B, C]`. Constants.
 * @param logits Raw scores, `[B, C]` float32.
 * @param options `classCounts` or `classPrior` of the training set, $`delta`$, and those of every softmax loss.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in nats times weight.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit, or a class has no training example.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { consistentCrossEntropy } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, 0.5, -0.2]]);
 * const options = { classCounts: [70, 20, 10], delta: [0.7, 0.2, 0.1].map(Math.sqrt) };
 * const loss = consistentCrossEntropy(tf.tensor1d([2], 'int32'), logits, options);
 * console.log((await loss.data())[0]?.toFixed(4)); // 8.0203
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, theorem 1 and equation 11.
 */
export function consistentCrossEntropy(targets: tf.Tensor, logits: tf.Tensor2D, options: ConsistentOptions): tf.Tensor {
  return tf.tidy(() => {
    const where = 'consistentCrossEntropy';
    checkTargets(where, targets, logits);
    const numClasses = logits.shape[1];
    const { probabilities } = resolveClassPrior(where, options, numClasses);
    checkPriorSum(where, 'classPrior', options.classPrior);
    const delta = checkedDelta(where, options.delta, numClasses);
    const offsets = vector(where, 'delta', delta.map(Math.log), numClasses);
    const classWeights = vector(
      where,
      'delta',
      delta.map((value, y) => value / probabilities[y]!),
      numClasses,
    );
    return offsetCrossEntropy(where, targets, logits, { shift: (x) => tf.add(x, offsets), classWeights }, options);
  });
}

function checkedDelta(where: string, delta: ArrayLike<number>, numClasses: number): Float64Array {
  if (delta.length !== numClasses) {
    throw new InvalidArgumentError(where, `delta of length ${numClasses}`, delta.length);
  }
  return Float64Array.from(delta, (value, y) => {
    if (value > 0 && value < Infinity) return value;
    throw new InvalidArgumentError(where, `delta[${y}] to be above 0`, value);
  });
}
