import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';
import { clipByGlobalNorm, type Schedule } from '../optimizers/index.js';
import { average, keepStatistics, weightsDigest, type StepGradients } from './averaging.js';
import type { ExampleSource } from './images.js';
import type { Batch, RowTable, StepContext } from './objective.js';
import type { Exchange, Replica } from './replicas.js';
import type { TrainedParts } from './snapshot.js';
import { batchStream, type BatchStream } from './streams.js';

/** An optimizer whose learning rate the loop sets before each step. */
export type ScheduledOptimizer = tf.Optimizer & {
  /** Step size of the next step. */
  learningRate: number;
};

/** What a training step is made of: every replica makes its own, all alike. */
export interface StepParts extends TrainedParts {
  /** Applies the gradients; the caller disposes it. */
  readonly optimizer: ScheduledOptimizer;
  /** Learning rate by epoch (with fraction), evaluated at every step. */
  readonly schedule: Schedule;
  /** A source of examples for each stream of the objective. */
  readonly data: Readonly<Record<string, ExampleSource>>;
}

/** How a step is taken. */
export interface StepOptions {
  /** Examples per step of each stream, over all replicas. */
  readonly batchSize: number;
  /** Largest global norm of the gradients; larger ones are scaled down. */
  readonly clipNorm?: number | undefined;
}

/** Steps between two comparisons of the replicas' weights; one takes about as long as a hundredth of a step. */
const COMPARE_EVERY = 20;

/** One training step, in a run of one replica as in each of many. */
export class TrainingStep {
  readonly stepsPerEpoch: number;
  readonly #streams: ReadonlyMap<string, BatchStream>;
  readonly #tables: readonly RowTable[];

  constructor(
    readonly parts: StepParts,
    readonly options: StepOptions,
    readonly replica: Replica = { index: 0, count: 1 },
  ) {
    const { objective, data, random } = parts;
    checkShares(options.batchSize, replica.count);
    this.#tables = Object.values(objective.tables ?? {});
    if (replica.count > 1 && this.#tables.length > 0) throw noReplicas(replica.count);
    const shared = { batchSize: options.batchSize, random: random.child('batches'), replica };
    this.#streams = new Map(objective.streams.map((name) => [name, batchStream(name, data[name], shared)]));
    this.stepsPerEpoch = [...this.#streams.values()][0]!.batchesPerPass;
  }

  /** Loss and gradients of a step, over the batches of all replicas when there is an exchange. */
  async differentiate(step: number, exchange?: Exchange): Promise<StepGradients> {
    if (exchange) return this.#differentiateTogether(step, exchange);
    const { value, grads } = await this.#ownGradients(step);
    const [loss] = await value.data();
    value.dispose();
    return { loss: loss!, gradients: grads };
  }

  async #differentiateTogether(step: number, exchange: Exchange): Promise<StepGradients> {
    const { classifier } = this.parts;
    const digest = step % COMPARE_EVERY === 0 ? await weightsDigest(classifier) : undefined;
    const statistics = keepStatistics(classifier);
    try {
      const own = await this.#ownGradients(step);
      return await average(exchange, classifier, own, statistics.moved(), digest);
    } catch (error) {
      // The forward pass has moved them for a step that will not be taken.
      statistics.putBack();
      throw error;
    } finally {
      statistics.dispose();
    }
  }

  /** Changes the weights, those of the classifier first. */
  async apply(step: number, gradients: tf.NamedTensorMap): Promise<void> {
    const { optimizer, objective, classifier, schedule } = this.parts;
    const { clipNorm } = this.options;
    const context = this.#context(step, 'update');
    optimizer.learningRate = schedule(context.epoch);
    tf.tidy(() => {
      const limited = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm).gradients;
      optimizer.applyGradients(limited);
    });
    tf.dispose(gradients);
    const { learningRate } = optimizer;
    for (const table of this.#tables) await table.applyGradients({ learningRate });
    tf.tidy(() => objective.afterStep?.(classifier, context));
  }

  /** Frees the batches that were asked for ahead of time, and gradients that were not applied. */
  async dispose(): Promise<void> {
    for (const table of this.#tables) table.discardGradients();
    for (const stream of this.#streams.values()) await stream.dispose();
  }

  async #ownGradients(step: number): Promise<{ value: tf.Scalar; grads: tf.NamedTensorMap }> {
    const { objective, classifier } = this.parts;
    const batches: Record<string, Batch> = {};
    try {
      for (const [name, stream] of this.#streams) batches[name] = await stream.batch(step);
      const context = this.#context(step, 'share');
      await objective.prepare?.(classifier, batches, context);
      // In a tidy, because variableGrads leaves the loss behind when it has no gradient to give.
      return tf.tidy(() => {
        const anchors = this.#tables.map(({ anchor }) => anchor);
        const variables = [...classifier.trainableVariables, ...anchors];
        const { value, grads } = tf.variableGrads(() => objective.loss(classifier, batches, context), variables);
        for (const { name } of anchors) delete grads[name];
        return { value, grads };
      });
    } finally {
      tf.dispose(Object.values(batches).flatMap(({ inputs, targets }) => [inputs, targets]));
    }
  }

  /** Replicas draw other numbers for their shares, and the same ones for the update that all of them make. */
  #context(step: number, scope: 'share' | 'update'): StepContext {
    const { random, schedule } = this.parts;
    const { index, count } = this.replica;
    const name = `objective of step ${step}${count === 1 || scope === 'update' ? '' : `, replica ${index}`}`;
    const epoch = Math.floor(step / this.stepsPerEpoch) + (step % this.stepsPerEpoch) / this.stepsPerEpoch;
    return { step, epoch, random: random.child(name), schedule };
  }
}

/** The rows that each replica changes would be its own. */
function noReplicas(count: number): InvalidArgumentError {
  const hint = 'Train on one replica, which may use all threads, or take a head that is a layer of the model';
  return new InvalidArgumentError('train', 'one replica with an objective that has tables', count, hint);
}

function checkShares(batchSize: number, count: number): void {
  if (batchSize % count === 0) return;
  const hint = 'Each takes the same number of examples: change batchSize or the number of replicas';
  throw new InvalidArgumentError('train', `a batchSize that ${count} replicas can share equally`, batchSize, hint);
}
