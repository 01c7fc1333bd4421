/**
 * The training loop: objectives, sources of examples, callbacks, checkpoints.
 *
 * @packageDocumentation
 */
export type { TrainCallback, TrainLogs } from './callbacks.js';
export { centredNormalization, channelNormalization, imageSource } from './images.js';
export type { ExampleSource, ImageAugmentation, ImageNormalization, ImageSourceOptions } from './images.js';
export { train } from './loop.js';
export type { ScheduledOptimizer, TrainOptions, TrainResult } from './loop.js';
export { supervised } from './objective.js';
export type { Batch, BoundLoss, Objective, StepContext } from './objective.js';
export { forEachScored, scoreExamples } from './predict.js';
export type { ScoredBatch, ScoredExamples, ScoreOptions } from './predict.js';
export { captureState, restoreModel, restoreState } from './snapshot.js';
export type { TrainedParts } from './snapshot.js';
export type { CheckpointStore, TensorRecord, TrainPosition, TrainState } from './state.js';
