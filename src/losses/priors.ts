import type * as tf from '@tensorflow/tfjs-core';
import { checkPriorSum, logitAdjustment, logPriorTensor } from '../core/index.js';
import type { ClassStatistics, LogitAdjustmentOptions } from '../core/index.js';

/** `log pi`, `[C]` float32, with an array of probabilities checked. */
export function logPrior(where: string, options: ClassStatistics, numClasses: number): tf.Tensor1D {
  const tensor = logPriorTensor(where, options, numClasses);
  checkPriorSum(where, 'classPrior', options.classPrior);
  return tensor;
}

/** `tau log(pi / nu)`, `[C]` float32 up to a constant, with arrays of probabilities checked. */
export function logitOffsets(where: string, options: LogitAdjustmentOptions, numClasses: number): tf.Tensor1D {
  const tensor = logitAdjustment(where, options, numClasses);
  checkPriorSum(where, 'classPrior', options.classPrior);
  checkPriorSum(where, 'targetPrior', options.targetPrior);
  return tensor;
}
