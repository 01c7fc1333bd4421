/**
 * Optimizers with weight decay and restorable state, gradient clipping, and learning-rate schedules.
 *
 * @packageDocumentation
 */
export { adamW, AdamWOptimizer } from './adamW.js';
export type { AdamWOptions } from './adamW.js';
export { clipByGlobalNorm } from './clipByGlobalNorm.js';
export type { ClippedGradients } from './clipByGlobalNorm.js';
export type { DecayedPreset, DecayedVariables } from './decayed.js';
export { rowAdagrad } from './rowAdagrad.js';
export type { RowAdagradOptions } from './rowAdagrad.js';
export { rowAdam } from './rowAdam.js';
export type { RowAdamOptions } from './rowAdam.js';
export type { RowGradients, RowOptimizer, RowState } from './rowOptimizer.js';
export { rowSgd } from './rowSgd.js';
export { constantSchedule, cosineSchedule, stepSchedule } from './schedules.js';
export type { ConstantScheduleOptions, CosineScheduleOptions, Schedule, StepScheduleOptions } from './schedules.js';
export { sgd, SgdOptimizer } from './sgd.js';
export type { SgdOptions, VelocityConvention } from './sgd.js';
export { StatefulOptimizer } from './statefulOptimizer.js';
export type { VariableGradients } from './statefulOptimizer.js';
export type { NamedTensor } from './variableState.js';
