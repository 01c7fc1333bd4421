/**
 * Training losses on raw logits, with closed-form gradients, for long-tailed label distributions.
 *
 * @packageDocumentation
 */
export type { ClassPrior, ClassStatistics, LogitAdjustmentOptions } from '../core/index.js';
export { balancedSoftmaxCrossEntropy } from './balancedSoftmaxCrossEntropy.js';
export type { BalancedSoftmaxOptions } from './balancedSoftmaxCrossEntropy.js';
export { forCompile } from './forCompile.js';
export { logitAdjustedCrossEntropy } from './logitAdjustedCrossEntropy.js';
export type { LogitAdjustedOptions } from './logitAdjustedCrossEntropy.js';
export type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
export type { LossOptions, Reduction } from './options.js';
export { softmaxCrossEntropy } from './softmaxCrossEntropy.js';
