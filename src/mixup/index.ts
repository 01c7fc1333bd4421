/**
 * Mixup of two or more points: plans that are drawn first and then applied to inputs, targets and activations alike.
 *
 * @packageDocumentation
 */
export type { RandomStream } from '../core/index.js';
export type { Reduction } from '../losses/index.js';
export { drawCutMixPlan } from './drawCutMixPlan.js';
export type { CutMixPlanOptions } from './drawCutMixPlan.js';
export { drawMixingPlan } from './drawMixingPlan.js';
export type { MixingPlanOptions } from './drawMixingPlan.js';
export { equalStrengthAlpha, mixingStrength } from './equalStrength.js';
export type { EqualStrengthOptions, MixingStrengthOptions } from './equalStrength.js';
export type { Linearity } from './gapSums.js';
export { matchMixingPlan } from './matchMixingPlan.js';
export type { MatchMixingPlanOptions } from './matchMixingPlan.js';
export { mixInputs } from './mixInputs.js';
export { mixTargets } from './mixTargets.js';
export type { MixTargetsOptions } from './mixTargets.js';
export { mixupConsistency } from './mixupConsistency.js';
export type { MixupConsistencyOptions } from './mixupConsistency.js';
export { mixupCrossEntropy } from './mixupCrossEntropy.js';
export type { BoundLoss, MixupCrossEntropyOptions } from './mixupCrossEntropy.js';
export type { PartnerOptions } from './partners.js';
export type { BoxPlan, MixingPlan, PlanShares, PointPlan } from './plan.js';
export { ictPreset, mixMatchPreset } from './presets.js';
export type { IctPreset, MixMatchPreset } from './presets.js';
export { probeLinearity } from './probeLinearity.js';
export type { LayerLinearity, ProbeLinearityOptions } from './probeLinearity.js';
export { emaFactor, linearRamp, sigmoidRamp } from './ramps.js';
export { sharpen } from './sharpen.js';
export { zetaWeights } from './shares.js';
export type { ShareOptions, ZetaShares } from './shares.js';
