import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { backendPrecision } from '../../backend/index.js';
import { checkNumber, InvalidArgumentError, ReplicaError } from '../../core/index.js';
import { workerArguments } from '../../core/node/index.js';
import type { ReplicaJob, Replicas, ReplicaTeam } from '../replicas.js';
import type { StepParts } from '../step.js';
import { exchangeMemory, SharedExchange } from './sharedExchange.js';
import type { WorkerMessage, WorkerTask } from './replicaWorker.js';

/** Options of {@link workerReplicas}. */
export interface WorkerReplicasOptions {
  /** Replicas of the run, the calling thread included: an integer from 1 to the number of cores. */
  readonly count: number;
  /** A module whose default export is a {@link MakeParts}: closures cannot be sent to another thread, an address can. */
  readonly module: URL;
  /** What the function is called with in every worker; copied as `structuredClone` does. Default: `undefined`. */
  readonly settings?: unknown;
}

/** Makes the parts of a training step, the same ones whenever it is called with the same settings. */
export type MakeParts<Settings = unknown> = (settings: Settings) => StepParts | Promise<StepParts>;

/**
 * Replicas in worker threads, each with a backend, a model and a share of every batch of its own.
 *
 * The calling thread is replica 0. A worker makes its parts by the module's default export; they must be the ones that
 * `train` is given here, so call the same function for them. Weights need not agree: all begin with those of replica 0.
 * Workers compute on the backend that is current here, which is fastest with one thread: choose it with `threads: 1`.
 *
 * @param options Number of replicas, module and settings.
 * @returns The option `replicas` of {@link train}.
 * @throws InvalidArgumentError If there are more replicas than cores, the module is not a file, or the settings cannot be
 *   copied.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { writeFile } from 'node:fs/promises';
 * import { chooseBackend } from 'tfjs-longtail/backend/node';
 * import { train } from 'tfjs-longtail/train';
 * import { workerReplicas, type MakeParts } from 'tfjs-longtail/train/node';
 *
 * // A program of yours has this in a file of its own.
 * const module = new URL('./parts.mjs', import.meta.url);
 * await writeFile(module, `
 *   import * as tf from '@tensorflow/tfjs';
 *   import { randomStream } from 'tfjs-longtail';
 *   import { softmaxCrossEntropy } from 'tfjs-longtail/losses';
 *   import { classifierFromModel, createModel } from 'tfjs-longtail/models';
 *   import { constantSchedule, sgd } from 'tfjs-longtail/optimizers';
 *   import { shuffledOrder } from 'tfjs-longtail/sampling';
 *   import { supervised } from 'tfjs-longtail/train';
 *
 *   export default ({ seed }) => ({
 *     classifier: classifierFromModel(
 *       createModel('mlp', { inputShape: [1], numClasses: 2, random: randomStream(seed) })),
 *     objective: supervised(softmaxCrossEntropy),
 *     optimizer: sgd({ learningRate: 0.1 }),
 *     schedule: constantSchedule({ baseRate: 0.1 }),
 *     random: randomStream(seed),
 *     data: { labelled: {
 *       size: 64,
 *       order: shuffledOrder(64),
 *       batch: (indices) => ({
 *         inputs: tf.tensor2d(Array.from(indices, (i) => [Math.sin(i)])),
 *         targets: tf.tensor1d(Array.from(indices, (i) => (Math.sin(i) > 0 ? 1 : 0)), 'int32'),
 *       }),
 *     } },
 *   });
 * `);
 *
 * await chooseBackend('cpu');
 * const settings = { seed: 1 };
 * const { default: makeParts } = (await import(module.href)) as { default: MakeParts<typeof settings> };
 * const result = await train({
 *   ...(await makeParts(settings)),
 *   epochs: 1,
 *   batchSize: 16,
 *   replicas: workerReplicas({ count: 2, module, settings }),
 * });
 * console.log(result.stopped, result.steps); // completed 4
 * ```
 */
export function workerReplicas({ count, module, settings }: WorkerReplicasOptions): Replicas {
  const where = 'workerReplicas';
  const cores = availableParallelism();
  checkNumber(where, 'count', count, { min: 1, integer: true });
  if (count > cores) {
    const hint = 'More replicas than cores only make each other wait';
    throw new InvalidArgumentError(where, `count of at most ${cores}, the number of cores`, count, hint);
  }
  if (module.protocol !== 'file:') {
    const hint = "Give new URL('./parts.js', import.meta.url)";
    throw new InvalidArgumentError(where, 'module to be the URL of a file', module.href, hint);
  }
  return { count, start: (job) => WorkerTeam.start({ count, module: module.href, settings }, job) };
}

/** The workers of a run and the exchange with them. */
class WorkerTeam implements ReplicaTeam {
  readonly #exchange: SharedExchange;
  readonly #workers: readonly Worker[];
  /** Why a worker is lost, once one is. */
  #loss: ReplicaError | undefined;

  private constructor(task: Omit<WorkerTask, 'replica'>) {
    const { count, memory, length } = task;
    this.#exchange = new SharedExchange(memory, { index: 0, count }, length);
    this.#workers = Array.from({ length: count - 1 }, (_, i) => startWorker({ ...task, replica: i + 1 }));
  }

  static async start(
    { count, module, settings }: { count: number; module: string; settings: unknown },
    job: ReplicaJob,
  ): Promise<WorkerTeam> {
    const memory = exchangeMemory(count, job.length);
    const team = new WorkerTeam({
      ...job,
      count,
      module,
      settings,
      memory,
      backend: tf.getBackend(),
      precision: backendPrecision(),
    });
    try {
      await Promise.all(team.#workers.map((worker, i) => team.#join(worker, `replica ${i + 1}`)));
    } catch (error) {
      await team.close();
      throw error;
    }
    return team;
  }

  async average(values: Float32Array, digest?: number): Promise<Float32Array> {
    try {
      return await this.#exchange.average(values, digest);
    } catch (error) {
      throw this.#loss ?? error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Resolves when the worker is ready, rejects when it is lost before; lost later, it ends the exchange. */
  #join(worker: Worker, name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const lose = (expected: string, got: string, hint?: string, cause?: unknown): void => {
        this.#loss ??= new ReplicaError(name, expected, got, hint, { cause });
        this.#exchange.abort();
        reject(this.#loss);
      };
      const goOn = 'to go on until the run ends';
      const hint = 'Start training again: it goes on from its last checkpoint';
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'ready') resolve();
        else lose(message.expected, message.got, message.hint);
      });
      worker.on('error', (error: Error) => lose(goOn, error.message, hint, error));
      worker.on('exit', (code) => lose(goOn, `the end of its thread (exit code ${code})`, hint));
    });
  }
}

function startWorker(workerData: WorkerTask): Worker {
  try {
    const file = fileURLToPath(new URL('./replicaWorker.js', import.meta.url));
    return new Worker(file, { workerData, execArgv: workerArguments() });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const hint = 'They go to another thread: send plain data, and make functions and tensors in the module';
    throw new InvalidArgumentError('workerReplicas', 'settings that structuredClone can copy', error.message, hint);
  }
}
