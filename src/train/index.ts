/**
 * The training loop: objectives, sources of examples, callbacks, checkpoints.
 *
 * @packageDocumentation
 */
export type { HostArray } from '../heads/index.js';
export type { TrainCallback, TrainLogs } from './callbacks.js';
export type { BatchMixingOptions, PlanOfBatch } from './batchMixer.js';
export { consistencyObjective } from './consistencyObjective.js';
export type { ConsistencyObjective, ConsistencyObjectiveOptions } from './consistencyObjective.js';
export { deferred } from './deferred.js';
export type { DeferredOptions } from './deferred.js';
export { emaTeacher } from './emaTeacher.js';
export type { EmaTeacher, EmaTeacherOptions } from './emaTeacher.js';
export { centredNormalization, channelNormalization, imageSource } from './images.js';
export type {
  ExampleSource,
  ImageAugmentation,
  ImageNormalization,
  ImageSourceOptions,
  MemorySource,
} from './images.js';
export { train } from './loop.js';
export type { TrainOptions, TrainResult } from './loop.js';
export { mixMatchObjective } from './mixMatchObjective.js';
export type { MixMatchObjectiveOptions } from './mixMatchObjective.js';
export { mixupObjective } from './mixupObjective.js';
export type { MixupObjectiveOptions } from './mixupObjective.js';
export { supervised } from './objective.js';
export type { Batch, BoundLoss, Objective, RowTable, StepContext } from './objective.js';
export { forEachScored, scoreExamples } from './predict.js';
export type { ScoredBatch, ScoredExamples, ScoreOptions } from './predict.js';
export type { Exchange, ReplicaJob, Replicas, ReplicaTeam } from './replicas.js';
export { sampledObjective } from './sampled.js';
export type { BoundSampledLoss, SampledObjectiveOptions } from './sampled.js';
export { captureState, restoreModel, restoreState, restoreTables } from './snapshot.js';
export type { TrainedParts } from './snapshot.js';
export type { ScheduledOptimizer, StepOptions, StepParts } from './step.js';
export type { StepWeight } from './stepWeight.js';
export type { CheckpointStore, TensorRecord, TrainPosition, TrainState } from './state.js';
export { vectorNormalization, vectorSource } from './vectors.js';
export type { VectorNormalization, VectorSourceOptions } from './vectors.js';
export { viewsOf } from './views.js';
