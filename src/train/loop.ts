import * as tf from '@tensorflow/tfjs-core';
import {
  CheckpointError,
  checkNumber,
  DivergenceError,
  InvalidArgumentError,
  macrotask,
  ReplicaError,
  refuseWrongWebgl,
} from '../core/index.js';
import { exchangeLength, type StepGradients } from './averaging.js';
import { notify, type TrainCallback, type TrainLogs } from './callbacks.js';
import type { ReplicaTeam, Replicas } from './replicas.js';
import { captureState, restoreState } from './snapshot.js';
import type { CheckpointStore, TrainPosition, TrainState } from './state.js';
import { TrainingStep, type StepParts } from './step.js';
import { Throughput } from './throughput.js';

/** Options of {@link train}. */
export interface TrainOptions extends StepParts {
  /** Passes over the first stream, at least 1. */
  readonly epochs: number;
  /** Examples per step of each stream, over all replicas; a pass drops its incomplete last batch. */
  readonly batchSize: number;
  /** Largest global norm of the gradients; larger ones are scaled down. Default: no limit. */
  readonly clipNorm?: number;
  /** Observers. */
  readonly callbacks?: readonly TrainCallback[];
  /** Other threads that take their share of every batch; see `workerReplicas`. Default: this thread takes all of it. */
  readonly replicas?: Replicas;
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
 * With replicas, each draws its share of the batch and differentiates it; loss, gradients and running statistics are
 * averaged in a fixed order, and every replica makes the same update. Same options and same number of replicas give the
 * same run; another number gives other random draws, batch normalisation sees a share of the batch, and a mean that leaves
 * out ignored rows is the mean of the shares' means.
 *
 * @param options Model, objective, optimizer, schedule, data and the rest.
 * @returns Why training ended and how far it came.
 * @throws InvalidArgumentError If an option is out of range, a stream has too few examples, or the replicas cannot share
 *   a batch equally.
 * @throws ReplicaError If a replica cannot be started or dies; after saving the checkpoint `last`.
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
  refuseWrongWebgl('train');
  checkNumber('train', 'epochs', options.epochs, { min: 1, integer: true });
  checkNumber('train', 'batchSize', options.batchSize, { min: 1, integer: true });
  if (options.clipNorm !== undefined) checkNumber('train', 'clipNorm', options.clipNorm, { min: Number.MIN_VALUE });
  const run = await TrainingRun.start(options);
  const { callbacks = [], signal } = options;
  const { model } = options.classifier;
  let stopped: TrainResult['stopped'] = 'completed';
  try {
    // A sequential model has the flag only once it is built, and a model that was trained before may still carry it.
    if (!model.built) model.build(model.inputs[0]!.shape);
    model.stopTraining = false;
    await notify(callbacks, 'setParams', { epochs: options.epochs, steps: run.stepsPerEpoch });
    await notify(callbacks, 'setModel', model);
    await notify(callbacks, 'onTrainBegin');
    while (run.position.epoch < options.epochs) {
      if (!(await run.epoch())) {
        stopped = signal?.aborted ? 'interrupted' : 'by-callback';
        break;
      }
    }
  } finally {
    await run.close();
  }
  await notify(callbacks, 'onTrainEnd');
  return { stopped, epochs: run.position.epoch, steps: run.position.step, imagesPerSecond: run.imagesPerSecond };
}

class TrainingRun {
  readonly #step: TrainingStep;
  readonly #total = new Throughput();
  #thisEpoch = new Throughput();
  #team: ReplicaTeam | undefined;

  private constructor(
    readonly options: TrainOptions,
    public position: TrainPosition,
  ) {
    this.#step = new TrainingStep(options, options, { index: 0, count: options.replicas?.count ?? 1 });
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
    await run.#startReplicas();
    return run;
  }

  /** The others begin with a copy of this one's state, whatever weights their models were made with. */
  async #startReplicas(): Promise<void> {
    const { replicas, classifier, batchSize, clipNorm } = this.options;
    if (replicas === undefined || replicas.count === 1) return;
    const state = await captureState(this.options, this.position);
    this.#team = await replicas.start({ state, length: exchangeLength(classifier), batchSize, clipNorm });
  }

  async close(): Promise<void> {
    await this.#team?.close();
    await this.#step.dispose();
  }

  /** Another batch size or another amount of data would shift every batch of the run. */
  #checkPosition({ epoch, stepInEpoch, step }: TrainPosition): void {
    if (stepInEpoch < this.stepsPerEpoch && step === epoch * this.stepsPerEpoch + stepInEpoch) return;
    const got = `step ${step} of epoch ${epoch + 1} at its step ${stepInEpoch}`;
    const hint = 'It was written with another batch size or other data';
    throw new CheckpointError('checkpoint', `epochs of ${this.stepsPerEpoch} steps`, got, hint);
  }

  get stepsPerEpoch(): number {
    return this.#step.stepsPerEpoch;
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
    while (this.position.stepInEpoch < this.stepsPerEpoch) {
      if (signal?.aborted) {
        await checkpoints?.save('last', await this.#soundState(this.position));
        return false;
      }
      await this.#takeStep();
    }
    const done = { epoch: epoch + 1, stepInEpoch: 0, step: this.position.step, lossSum: 0 };
    const state = checkpoints && (await this.#soundState(done));
    const logs: Record<string, number> = {
      loss: this.position.lossSum / this.stepsPerEpoch,
      learningRate: this.options.optimizer.learningRate,
      imagesPerSecond: this.#thisEpoch.perSecond ?? 0,
      ...(await evaluate?.(epoch)),
    };
    await notify(callbacks, 'onEpochEnd', epoch, logs);
    this.position = done;
    if (state) await checkpoints.save('last', state);
    return !this.#stoppedByCallback();
  }

  async #takeStep(): Promise<void> {
    const { callbacks = [], optimizer, objective, batchSize } = this.options;
    const { stepInEpoch, step, lossSum, epoch } = this.position;
    await notify(callbacks, 'onBatchBegin', stepInEpoch);
    const began = performance.now();
    const { loss, gradients } = await this.#differentiate(step);
    if (!Number.isFinite(loss)) {
      tf.dispose(gradients);
      await this.#diverged(step, 'a finite loss', loss);
    }
    await this.#step.apply(step, gradients);
    this.position = { epoch, stepInEpoch: stepInEpoch + 1, step: step + 1, lossSum: lossSum + loss };
    for (const throughput of [this.#total, this.#thisEpoch]) {
      throughput.add(batchSize * objective.streams.length, performance.now() - began);
    }
    await notify(callbacks, 'onBatchEnd', stepInEpoch, { loss, learningRate: optimizer.learningRate });
    await macrotask();
  }

  /** When a replica is lost, the steps taken so far are not. */
  async #differentiate(step: number): Promise<StepGradients> {
    try {
      return await this.#step.differentiate(step, this.#team);
    } catch (error) {
      if (error instanceof ReplicaError)
        await this.options.checkpoints?.save('last', await this.#soundState(this.position));
      throw error;
    }
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
