/**
 * Training losses on raw logits, with closed-form gradients, for long-tailed label distributions.
 *
 * @packageDocumentation
 */
export type { ClassPrior, ClassStatistics, LogitAdjustmentOptions } from '../core/index.js';
export { balancedSoftmaxCrossEntropy } from './balancedSoftmaxCrossEntropy.js';
export type { BalancedSoftmaxOptions } from './balancedSoftmaxCrossEntropy.js';
export { checkLossInputs } from './checkLossInputs.js';
export { effectiveNumberWeights, inverseFrequencyWeights } from './classWeights.js';
export type { EffectiveNumberOptions } from './classWeights.js';
export { consistentCrossEntropy } from './consistentCrossEntropy.js';
export type { ConsistentOptions } from './consistentCrossEntropy.js';
export { equalizedCrossEntropy } from './equalizedCrossEntropy.js';
export type { EqualizedOptions } from './equalizedCrossEntropy.js';
export { focalCrossEntropy } from './focalCrossEntropy.js';
export type { FocalOptions } from './focalCrossEntropy.js';
export { forCompile } from './forCompile.js';
export { ldamCrossEntropy } from './ldamCrossEntropy.js';
export type { LdamOptions } from './ldamCrossEntropy.js';
export { logitAdjustedCrossEntropy } from './logitAdjustedCrossEntropy.js';
export type { LogitAdjustedOptions } from './logitAdjustedCrossEntropy.js';
export type { MarginMatrix, SeparableMargins } from './margins.js';
export { multiHot } from './multiHot.js';
export type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
export type { LossOptions, Reduction } from './options.js';
export { pairwiseMarginCrossEntropy } from './pairwiseMarginCrossEntropy.js';
export type { PairwiseMarginOptions } from './pairwiseMarginCrossEntropy.js';
export { sampledDecoupledLoss } from './sampledDecoupledLoss.js';
export type { DecoupledKind, SampledDecoupledOptions } from './sampledDecoupledLoss.js';
export type { SampledLossOptions } from './sampledOptions.js';
export { positivePairs } from './sampledPairs.js';
export type { PositivePairs } from './sampledPairs.js';
export { sampledSoftmaxCrossEntropy } from './sampledSoftmaxCrossEntropy.js';
export { sigmoidCrossEntropy } from './sigmoidCrossEntropy.js';
export type { SigmoidOptions } from './sigmoidCrossEntropy.js';
export { softmaxCrossEntropy } from './softmaxCrossEntropy.js';
export { vectorScalingCrossEntropy } from './vectorScalingCrossEntropy.js';
export type { VectorScalingOptions } from './vectorScalingCrossEntropy.js';
export { weightedCrossEntropy } from './weightedCrossEntropy.js';
export type { WeightedOptions } from './weightedCrossEntropy.js';
