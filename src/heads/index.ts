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
export { classTable } from './classTable.js';
export type { ClassTable, ClassTableOptions, HostArray, ScoreIdsOptions } from './classTable.js';
export { kernelizedSoftmax } from './kernelizedSoftmax.js';
export type { NonNegativity } from './kernelizedSoftmaxCoefficients.js';
export type { SavedKernel } from './kernelizedSoftmaxKernel.js';
export { KernelizedSoftmax } from './kernelizedSoftmaxLayer.js';
export type { KernelizedSoftmaxOptions } from './kernelizedSoftmaxOptions.js';
export type { KernelCoefficients, KernelProfile } from './kernelizedSoftmaxReport.js';
export { kernelizedScores } from './kernelizedSoftmaxScores.js';
export type { KernelizedScoresOptions } from './kernelizedSoftmaxScores.js';
export { kernelizedTableScores } from './kernelizedSoftmaxTable.js';
export type { KernelizedTableScoresOptions } from './kernelizedSoftmaxTable.js';
export { nearestClassMean } from './nearestClassMean.js';
export type { DenseWeights, MeanMetric, NearestClassMean, NearestClassMeanOptions } from './nearestClassMean.js';
export type { InverseMultiquadricOptions, PolynomialOptions, RationalOptions } from './algebraicKernels.js';
export type { BandwidthOptions } from './exponentialKernels.js';
export type { CustomOptions, PowerSeriesOptions } from './powerSeriesKernel.js';
export { gegenbauerCoefficients } from './gegenbauer.js';
export type { GegenbauerOptions } from './gegenbauer.js';
export { gramMatrix } from './gramMatrix.js';
export type { SeriesCoefficients } from './interpolatedSeries.js';
export { monotonicity } from './monotonicity.js';
export type { Monotonicity, MonotonicityOptions } from './monotonicity.js';
export { positiveDefiniteness } from './positiveDefinite.js';
export type { DefinitenessOptions, DefinitenessVerdict, DefinitenessWitness } from './positiveDefinite.js';
export { powerCoefficients } from './powerCoefficients.js';
export type { KernelTheory, SphereKernel, SphereKernelName } from './sphereKernel.js';
export { sphereKernels } from './sphereKernels.js';
export type { SphereKernels } from './sphereKernels.js';
export { tauNormalize } from './tauNormalize.js';
export type { TauNormalizeOptions } from './tauNormalize.js';
export { tuneTau } from './tuneTau.js';
export type { TuneTauOptions, TuneTauResult } from './tuneTau.js';
