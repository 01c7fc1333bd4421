/**
 * What stands between features and predictions: post-hoc logit adjustment and its tuning.
 *
 * @packageDocumentation
 */
export type { ClassPrior, ClassStatistics, LabelsLike, LogitAdjustmentOptions, ScoresLike } from '../core/index.js';
export { adjustLogits } from './adjustLogits.js';
export { tuneTau } from './tuneTau.js';
export type { TuneTauOptions, TuneTauResult } from './tuneTau.js';
