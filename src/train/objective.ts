import type * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/index.js';
import type { HostArray } from '../heads/index.js';
import type { Classifier } from '../models/index.js';
import type { Schedule } from '../optimizers/index.js';

/** One batch of one stream, on the device. */
export interface Batch {
  /** Inputs of the model, `[B, ...]` float32. */
  readonly inputs: tf.Tensor;
  /** Class ids `[B]` int32, or class distributions `[B, C]` float32. */
  readonly targets: tf.Tensor;
  /** The class ids once more, on the host, `[B]`: for negative sampling, which reads no tensors. Every source here gives them. */
  readonly labels?: Int32Array;
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

/**
 * Weights on the host of which a step reads and changes a few rows, as those of a `classTable`. The backward pass leaves
 * the gradient of the rows with the table; the loop applies it after each update of the classifier's weights, at the same learning
 * rate, and saves the state with every checkpoint.
 */
export interface RowTable {
  /** Variable through which the gradient tape reaches the rows; the optimizer never sees it. */
  readonly anchor: tf.Variable;
  /** Changes the rows that a gradient has come for since the last call. */
  applyGradients(options: { readonly learningRate: number }): Promise<void>;
  /** Forgets the gradients that were not applied. */
  discardGradients(): void;
  /** Weights and optimizer state, live. */
  state(): Readonly<Record<string, HostArray>>;
  /** Takes back what {@link RowTable.state} gave, and keeps none of it. */
  restore(state: Readonly<Record<string, HostArray>>): void;
}

/** What training minimises, and the streams of examples that it needs for that. */
export interface Objective {
  /** Names of the streams it reads; the first one defines the length of an epoch. */
  readonly streams: readonly string[];
  /**
   * Tables that {@link Objective.loss} scores in every step, by name; they belong to the caller. Such an objective runs in one
   * replica only, and `clipNorm` does not reach the rows.
   */
  readonly tables?: Readonly<Record<string, RowTable>>;
  /** Called before {@link Objective.loss} with the same arguments, outside the tape, and awaited: here values may be read. */
  prepare?(classifier: Classifier, batches: Readonly<Record<string, Batch>>, context: StepContext): Promise<void>;
  /** The scalar to minimise; runs inside the gradient tape, reads no values. */
  loss(classifier: Classifier, batches: Readonly<Record<string, Batch>>, context: StepContext): tf.Scalar;
  /** Called after each update, for example to move an averaged teacher; draws the same numbers in every replica. */
  afterStep?(classifier: Classifier, context: StepContext): void;
  /** Called before weights are saved: brings those of the classifier up to what the objective keeps elsewhere. */
  beforeSave?(): void;
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
