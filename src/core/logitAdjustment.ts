import * as tf from '@tensorflow/tfjs-core';
import { checkNumber } from './checks.js';
import { logPriorTensor, resolvePrior } from './classPrior.js';
import type { ClassPrior, ClassStatistics } from './classPrior.js';

/** Options that say how far, and from which prior to which, logits are adjusted; one of `classCounts` and `classPrior`. */
export interface LogitAdjustmentOptions extends ClassStatistics {
  /** Exponent of the prior, at least 0; 0 adjusts nothing. Default 1. */
  readonly tau?: number;
  /** Class prior where the model will be used, length C, every entry > 0. Default: uniform. */
  readonly targetPrior?: ClassPrior | ArrayLike<number>;
}

/** $`tau * log(pi / nu)`$, `[C]` float32, up to a constant; for use inside `tf.tidy`. */
export function logitAdjustment(where: string, options: LogitAdjustmentOptions, numClasses: number): tf.Tensor1D {
  const { tau = 1, targetPrior } = options;
  checkNumber(where, 'tau', tau, { min: 0 });
  const logPrior = logPriorTensor(where, options, numClasses);
  if (targetPrior === undefined) return tau === 1 ? logPrior : tf.mul(logPrior, tau);
  const logTarget = resolvePrior(where, 'targetPrior', targetPrior, numClasses).logProbabilities;
  return tf.mul(tf.sub(logPrior, tf.tensor1d(Float32Array.from(logTarget))), tau);
}
