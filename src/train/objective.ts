import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/index.js';
import type { Classifier } from '../models/index.js';
import type { Schedule } from '../optimizers/index.js';

/** One batch of one stream, on the device. */
export interface Batch {
  /** Inputs of the model, `[B, ...]` float32. */
  readonly inputs: tf.Tensor;
  /** Class ids `[B]` int32, or class distributions `[B, C]` float32. */
  readonly targets: tf.Tensor;
}

/** Where training stands when a loss is computed. */
export interface StepContext {
  /** Steps taken since training began, 0 at first. */
  readonly step: number;
  /** Passes over the first stream, with the fraction of the current one. */
  readonly epoch: number;
  /** A stream of this step alone: the same step draws the same numbers in a resumed run. */
  readonly random: RandomStream;
  /** The learning-rate schedule of the run. */
  readonly schedule: Schedule;
}

/** What training minimises, and the streams of examples that it needs for that. */
export interface Objective {
  /** Names of the streams it reads; the first one defines the length of an epoch. */
  readonly streams: readonly string[];
  /** The scalar to minimise; runs inside the gradient tape, reads no values. */
  loss(classifier: Classifier, batches: Readonly<Record<string, Batch>>, context: StepContext): tf.Scalar;
  /** Called after each update, for example to move an averaged teacher; draws the same numbers in every replica. */
  afterStep?(classifier: Classifier, context: StepContext): void;
  /**
   * Tensors that a checkpoint must keep; owned by the objective. Each replica has its own: only `afterStep`, which sees the
   * same in all of them, may change them.
   */
  state?(): Readonly<Record<string, tf.Tensor>>;
  /** Takes back what {@link Objective.state} gave; the tensors are the caller's. */
  restore?(state: Readonly<Record<string, tf.Tensor>>): void;
  /** Frees what the objective holds. */
  dispose?(): void;
}

/** A loss in the form of this package, with its own options bound. */
export type BoundLoss = (targets: tf.Tensor, logits: tf.Tensor2D) => tf.Tensor;

/**
 * Supervised training: the mean of a loss over the labelled stream.
 *
 * @param loss `loss(targets, logits)` with its options bound and the reduction `'mean'` (the default of every loss here).
 * @returns An objective over the stream `labelled`.
 * @example
 * ```ts
 * import { logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
 * import { supervised } from 'tfjs-longtail/train';
 * const objective = supervised((targets, logits) =>
 *   logitAdjustedCrossEntropy(targets, logits, { classCounts: [70, 20, 10] }));
 * console.log(objective.streams); // [ 'labelled' ]
 * ```
 */
export function supervised(loss: BoundLoss): Objective {
  return {
    streams: ['labelled'],
    loss(classifier, { labelled }) {
      const { inputs, targets } = labelled!;
      const features = classifier.features(inputs, { training: true });
      return loss(targets, classifier.logits(features, { training: true })) as tf.Scalar;
    },
  };
}
