/**
 * The order in which training takes its examples, and the classes that stand for all others when there are many.
 *
 * @packageDocumentation
 */
export type { ClassPrior, ClassStatistics } from '../core/index.js';
export { classBalancedOrder, shuffledOrder } from './batchOrder.js';
export type { BatchOrder } from './batchOrder.js';
export { classPriorSampler } from './classPriorSampler.js';
export type { ClassPriorSamplerOptions } from './classPriorSampler.js';
export { deferredOrder } from './deferredOrder.js';
export type { DeferredOrderOptions } from './deferredOrder.js';
export { logUniformSampler } from './logUniformSampler.js';
export type { LogUniformSamplerOptions } from './logUniformSampler.js';
export { mixtureSampler } from './mixtureSampler.js';
export type { MixturePart } from './mixtureSampler.js';
export { modelBasedSampler } from './modelBasedSampler.js';
export type { ModelBasedSamplerOptions } from './modelBasedSampler.js';
export type { DrawPlan, DrawRequest, NegativeDraw, NegativeSampler, PlanRequest } from './negativeSampler.js';
export type { SamplerOptions } from './rowPlan.js';
export { repeatedOrder } from './repeatedOrder.js';
export { samplingWeights } from './samplingWeights.js';
export type { CustomTarget, LogitAdjustedTarget, Weighting } from './samplingWeights.js';
export { uniformSampler } from './uniformSampler.js';
export type { UniformSamplerOptions } from './uniformSampler.js';
export { withinBatchSampler } from './withinBatchSampler.js';
export type { WithinBatchSamplerOptions } from './withinBatchSampler.js';
