/**
 * What stands between features and predictions: post-hoc logit adjustment and its tuning.
 *
 * @packageDocumentation
 */
export type { ClassPrior, ClassStatistics, LabelsLike, LogitAdjustmentOptions, ScoresLike } from '../core/index.js';
export { adjustLogits } from './adjustLogits.js';
export { estimateTargetPrior } from './estimateTargetPrior.js';
export type { TargetPriorOptions, TargetPriorResult } from './estimateTargetPrior.js';
export { fitTemperature } from './fitTemperature.js';
export type { FitTemperatureOptions, FitTemperatureResult } from './fitTemperature.js';
export { ClassScale, classScale } from './classScale.js';
export type { ClassScaleConfig } from './classScale.js';
export { nearestClassMean } from './nearestClassMean.js';
export type { DenseWeights, MeanMetric, NearestClassMean, NearestClassMeanOptions } from './nearestClassMean.js';
export { tauNormalize } from './tauNormalize.js';
export type { TauNormalizeOptions } from './tauNormalize.js';
export { tuneTau } from './tuneTau.js';
export type { TuneTauOptions, TuneTauResult } from './tuneTau.js';
