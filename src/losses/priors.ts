import type * as tf from '@tensorflow/tfjs-core';
import { ClassPrior, InvalidArgumentError, logitAdjustment, logPriorTensor } from '../core/index.js';
import type { ClassStatistics, LogitAdjustmentOptions } from '../core/index.js';

/** `log pi`, `[C]` float32, with an array of probabilities checked. */
export function logPrior(where: string, options: ClassStatistics, numClasses: number): tf.Tensor1D {
  const tensor = logPriorTensor(where, options, numClasses);
  checkSum(where, 'classPrior', options.classPrior);
  return tensor;
}

/** `tau log(pi / nu)`, `[C]` float32 up to a constant, with arrays of probabilities checked. */
export function logitOffsets(where: string, options: LogitAdjustmentOptions, numClasses: number): tf.Tensor1D {
  const tensor = logitAdjustment(where, options, numClasses);
  checkSum(where, 'classPrior', options.classPrior);
  checkSum(where, 'targetPrior', options.targetPrior);
  return tensor;
}

/** Room for a million probabilities that were rounded to float32. */
const SLACK = 1e-3;

/** Throws unless probabilities given as an array sum to 1: counts in their place are a mistake more often than not. */
export function checkSum(where: string, name: string, prior: ClassPrior | ArrayLike<number> | undefined): void {
  if (prior === undefined || prior instanceof ClassPrior) return;
  let sum = 0;
  for (let y = 0; y < prior.length; y++) sum += prior[y]!;
  if (Math.abs(sum - 1) <= SLACK) return;
  const hint = 'Give counts as classCounts or through classPriorFrom, which normalise them';
  throw new InvalidArgumentError(where, `${name} to sum to 1`, sum, hint);
}
