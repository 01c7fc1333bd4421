import * as tf from '@tensorflow/tfjs-core';
import {
  CheckpointError,
  checkNumber,
  DivergenceError,
  InvalidArgumentError,
  type RandomStream,
} from '../core/index.js';
import type { Classifier } from '../models/index.js';
import { clipByGlobalNorm, type Schedule } from '../optimizers/index.js';
import { notify, type TrainCallback, type TrainLogs } from './callbacks.js';
import type { ExampleSource } from './images.js';
import type { Batch, Objective, StepContext } from './objective.js';
import { macrotask } from './macrotask.js';
import { captureState, restoreState } from './snapshot.js';
import type { CheckpointStore, TrainPosition, TrainState } from './state.js';
import { batchStream, type BatchStream } from './streams.js';
import { Throughput } from './throughput.js';

/** An optimizer whose learning rate the loop sets before each step. */
export type ScheduledOptimizer = tf.Optimizer & {
  /** Step size of the next step. */
  learningRate: number;
};

/** Options of {@link train}. */
export interface TrainOptions {
  /** The model to train; the caller disposes it. */
  readonly classifier: Classifier;
  /** What to minimise. */
  readonly objective: Objective;
  /** Applies the gradients; the caller disposes it. */
  readonly optimizer: ScheduledOptimizer;
  /** Learning rate by epoch (with fraction), evaluated at every step. */
  readonly schedule: Schedule;
  /** A source of examples for each stream of the objective. */
  readonly data: Readonly<Record<string, ExampleSource>>;
  /** Passes over the first stream, at least 1. */
  readonly epochs: number;
  /** Examples per step of each stream; a pass drops its incomplete last batch. */
  readonly batchSize: number;
  /** Root of every random draw. */
  readonly random: RandomStream;
  /** Largest global norm of the gradients; larger ones are scaled down. Default: no limit. */
  readonly clipNorm?: number;
  /** Observers. */
  readonly callbacks?: readonly TrainCallback[];
  /** Where to keep checkpoints; training goes on from `last` if there is one. Default: none are kept. */
  readonly checkpoints?: CheckpointStore;
  /** Measures the model after an epoch; what it returns joins the epoch's logs. */
  readonly evaluate?: (epoch: number) => Promise<TrainLogs>;
  /** When aborted, the step under way is finished, a checkpoint is written and `train` returns. */
  readonly signal?: AbortSignal;
}

/** What {@link train} returns. */
export interface TrainResult {
  /** Why it ended: all epochs done, the signal, or a callback that set `stopTraining` on the model. */
  readonly stopped: 'completed' | 'interrupted' | 'by-callback';
  /** Epochs completed. */
  readonly epochs: number;
  /** Steps taken, those before a resume included. */
  readonly steps: number;
  /** Training throughput of this process, evaluation and checkpoints not counted; `null` if it took no step. */
  readonly imagesPerSecond: number | null;
}

/**
 * Trains a classifier, from the beginning or from the checkpoint `last`.
 *
 * One step draws a batch of each stream, differentiates the objective, and applies the gradients. A run that was
 * stopped at any moment and started again with the same options gives the same numbers as one that was not.
 *
 * @param options Model, objective, optimizer, schedule, data and the rest.
 * @returns Why training ended and how far it came.
 * @throws InvalidArgumentError If an option is out of range or a stream has too few examples.
 * @throws DivergenceError At the first step whose loss is not finite, or before weights that are not would be saved as
 *   `last`; after saving a checkpoint `diverged`.
 * @throws CheckpointError If the checkpoint is damaged or of another model.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { softmaxCrossEntropy } from 'tfjs-longtail/losses';
 * import { classifierFromModel, createModel } from 'tfjs-longtail/models';
 * import { constantSchedule, sgd } from 'tfjs-longtail/optimizers';
 * import { shuffledOrder } from 'tfjs-longtail/sampling';
 * import { supervised, train } from 'tfjs-longtail/train';
 *
 * const points = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
 * const classifier = classifierFromModel(
 *   createModel('mlp', { inputShape: [1], numClasses: 2, random: randomStream(1) }));
 * const result = await train({
 *   classifier,
 *   objective: supervised(softmaxCrossEntropy),
 *   optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
 *   schedule: constantSchedule({ baseRate: 0.1 }),
 *   data: { labelled: {
 *     size: 64,
 *     order: shuffledOrder(64),
 *     batch: (indices) => ({
 *       inputs: tf.tensor2d(Array.from(indices, (i) => [points[i]!])),
 *       targets: tf.tensor1d(Array.from(indices, (i) => (points[i]! > 0 ? 1 : 0)), 'int32'),
 *     }),
 *   } },
 *   epochs: 2,
 *   batchSize: 16,
 *   random: randomStream(1),
 * });
 * console.log(result.stopped, result.steps); // completed 8
 * ```
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  checkNumber('train', 'epochs', options.epochs, { min: 1, integer: true });
  checkNumber('train', 'batchSize', options.batchSize, { min: 1, integer: true });
  if (options.clipNorm !== undefined) checkNumber('train', 'clipNorm', options.clipNorm, { min: Number.MIN_VALUE });
  const run = await TrainingRun.start(options);
  const { callbacks = [], signal } = options;
  const { model } = options.classifier;
  // A sequential model has the flag only once it is built, and a model that was trained before may still carry it.
  if (!model.built) model.build(model.inputs[0]!.shape);
  model.stopTraining = false;
  await notify(callbacks, 'setParams', { epochs: options.epochs, steps: run.stepsPerEpoch });
  await notify(callbacks, 'setModel', model);
  await notify(callbacks, 'onTrainBegin');
  let stopped: TrainResult['stopped'] = 'completed';
  while (run.position.epoch < options.epochs) {
    if (!(await run.epoch())) {
      stopped = signal?.aborted ? 'interrupted' : 'by-callback';
      break;
    }
  }
  await notify(callbacks, 'onTrainEnd');
  return { stopped, epochs: run.position.epoch, steps: run.position.step, imagesPerSecond: run.imagesPerSecond };
}

class TrainingRun {
  readonly #streams: ReadonlyMap<string, BatchStream>;
  readonly #stepsPerEpoch: number;
  readonly #total = new Throughput();
  #thisEpoch = new Throughput();

  private constructor(
    readonly options: TrainOptions,
    public position: TrainPosition,
  ) {
    const { objective, data, batchSize, random } = options;
    this.#streams = new Map(
      objective.streams.map((name) => [name, batchStream(name, data[name], batchSize, random.child('batches'))]),
    );
    this.#stepsPerEpoch = [...this.#streams.values()][0]!.batchesPerPass;
  }

  static async start(options: TrainOptions): Promise<TrainingRun> {
    if (options.objective.streams.length === 0) {
      throw new InvalidArgumentError('train', 'an objective that reads at least one stream', 0);
    }
    const run = new TrainingRun(options, { epoch: 0, stepInEpoch: 0, step: 0, lossSum: 0 });
    const saved = await options.checkpoints?.load('last');
    if (saved) {
      run.#checkPosition(saved.position);
      run.position = await restoreState(options, saved);
    }
    return run;
  }

  /** Another batch size or another amount of data would shift every batch of the run. */
  #checkPosition({ epoch, stepInEpoch, step }: TrainPosition): void {
    if (stepInEpoch < this.#stepsPerEpoch && step === epoch * this.#stepsPerEpoch + stepInEpoch) return;
    const got = `step ${step} of epoch ${epoch + 1} at its step ${stepInEpoch}`;
    const hint = 'It was written with another batch size or other data';
    throw new CheckpointError('checkpoint', `epochs of ${this.#stepsPerEpoch} steps`, got, hint);
  }

  get stepsPerEpoch(): number {
    return this.#stepsPerEpoch;
  }

  get imagesPerSecond(): number | null {
    return this.#total.perSecond;
  }

  /** The rest of the current epoch; false when training must stop here. */
  async epoch(): Promise<boolean> {
    const { callbacks = [], evaluate, checkpoints, signal } = this.options;
    const { epoch } = this.position;
    this.#thisEpoch = new Throughput();
    await notify(callbacks, 'onEpochBegin', epoch);
    while (this.position.stepInEpoch < this.#stepsPerEpoch) {
      if (signal?.aborted) {
        await checkpoints?.save('last', await this.#soundState(this.position));
        return false;
      }
      await this.#step();
    }
    const done = { epoch: epoch + 1, stepInEpoch: 0, step: this.position.step, lossSum: 0 };
    const state = checkpoints && (await this.#soundState(done));
    const logs: Record<string, number> = {
      loss: this.position.lossSum / this.#stepsPerEpoch,
      learningRate: this.options.optimizer.learningRate,
      imagesPerSecond: this.#thisEpoch.perSecond ?? 0,
      ...(await evaluate?.(epoch)),
    };
    await notify(callbacks, 'onEpochEnd', epoch, logs);
    this.position = done;
    if (state) await checkpoints.save('last', state);
    return !this.#stoppedByCallback();
  }

  async #step(): Promise<void> {
    const { callbacks = [], optimizer, objective, classifier, schedule, random, batchSize } = this.options;
    const { stepInEpoch, step, lossSum, epoch } = this.position;
    await notify(callbacks, 'onBatchBegin', stepInEpoch);
    const began = performance.now();
    const context: StepContext = {
      step,
      epoch: epoch + stepInEpoch / this.#stepsPerEpoch,
      random: random.child(`objective of step ${step}`),
      schedule,
    };
    const { value, grads } = this.#gradients(context);
    const loss = await readScalar(value);
    if (!Number.isFinite(loss)) {
      tf.dispose(grads);
      await this.#diverged(step, 'a finite loss', loss);
    }
    optimizer.learningRate = schedule(context.epoch);
    this.#apply(grads);
    tf.tidy(() => objective.afterStep?.(classifier, context));
    this.position = { epoch, stepInEpoch: stepInEpoch + 1, step: step + 1, lossSum: lossSum + loss };
    for (const throughput of [this.#total, this.#thisEpoch]) {
      throughput.add(batchSize * this.#streams.size, performance.now() - began);
    }
    await notify(callbacks, 'onBatchEnd', stepInEpoch, { loss, learningRate: optimizer.learningRate });
    await macrotask();
  }

  /** Loss and gradients of one step; kept apart from {@link #apply} so that replicas can average in between. */
  #gradients(context: StepContext): { value: tf.Scalar; grads: tf.NamedTensorMap } {
    const { objective, classifier } = this.options;
    const batches: Record<string, Batch> = {};
    for (const [name, stream] of this.#streams) batches[name] = stream.batch(context.step);
    try {
      // In a tidy, because variableGrads leaves the loss behind when it has no gradient to give.
      return tf.tidy(() =>
        tf.variableGrads(() => objective.loss(classifier, batches, context), [...classifier.trainableVariables]),
      );
    } finally {
      tf.dispose(batches as unknown as tf.TensorContainer);
    }
  }

  #apply(gradients: tf.NamedTensorMap): void {
    const { optimizer, clipNorm } = this.options;
    tf.tidy(() => {
      const limited = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm).gradients;
      optimizer.applyGradients(limited);
    });
    tf.dispose(gradients);
  }

  /** A finite loss can have a gradient that is not: weights ruined by it must not be scored, nor replace a good checkpoint. */
  async #soundState(position: TrainPosition): Promise<TrainState> {
    const state = await captureState(this.options, position);
    const ruined = state.tensors.find(({ values }) => !values.every(Number.isFinite));
    if (ruined) await this.#diverged(position.step - 1, `finite values in ${ruined.name}`, 'NaN or Infinity');
    return state;
  }

  /** Keeps the state for inspection; `last` stays what it was, the newest state whose weights were all finite. */
  async #diverged(step: number, expected: string, got: unknown): Promise<never> {
    const { checkpoints, optimizer } = this.options;
    await checkpoints?.save('diverged', await captureState(this.options, this.position));
    const where = `step ${step} (epoch ${this.position.epoch + 1})`;
    const hint = `The learning rate was ${optimizer.learningRate}: lower it, lengthen the warm-up or set clipNorm`;
    throw new DivergenceError(where, expected, got, hint);
  }

  /** tfjs's own callbacks, such as `tf.callbacks.earlyStopping`, stop training by a flag on the model. */
  #stoppedByCallback(): boolean {
    return this.options.classifier.model.stopTraining;
  }
}

async function readScalar(scalar: tf.Scalar): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value!;
}
