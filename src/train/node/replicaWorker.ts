import { parentPort, workerData } from 'node:worker_threads';
import type { Precision } from '../../backend/index.js';
import { chooseBackend, type BackendName } from '../../backend/node/index.js';
import { ReplicaError } from '../../core/index.js';
import type { ReplicaJob } from '../replicas.js';
import { restoreState } from '../snapshot.js';
import { TrainingStep, type StepParts } from '../step.js';
import { SharedExchange } from './sharedExchange.js';
import type { MakeParts } from './workerReplicas.js';

/** What a worker is started with. */
export interface WorkerTask extends ReplicaJob {
  /** Which replica it is, from 1. */
  readonly replica: number;
  /** Replicas of the run. */
  readonly count: number;
  /** Address of the module that makes the parts. */
  readonly module: string;
  /** What its default export is called with. */
  readonly settings: unknown;
  /** Memory of the exchange. */
  readonly memory: SharedArrayBuffer;
  /** Backend to compute on. */
  readonly backend: string;
  /** What it computes products in. */
  readonly precision: Precision;
}

/** What a worker says. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly expected: string; readonly got: string; readonly hint?: string };

const task = workerData as WorkerTask;
const say = (message: WorkerMessage): void => parentPort!.postMessage(message);

/** What went wrong, in the words of the error that the main thread throws. */
class Failure extends Error {
  constructor(
    readonly expected: string,
    readonly got: unknown,
    readonly hint?: string,
  ) {
    super();
  }
}

async function takePart(): Promise<void> {
  const training = await prepare();
  say({ type: 'ready' });
  const exchange = new SharedExchange(task.memory, training.replica, task.length);
  for (let step = task.state.position.step; ; step++) {
    const { loss, gradients } = await training.differentiate(step, exchange);
    // The main thread has the same number, and reports it.
    if (!Number.isFinite(loss)) return;
    await training.apply(step, gradients);
  }
}

async function prepare(): Promise<TrainingStep> {
  await chooseBackend(task.backend as BackendName, { precision: task.precision });
  const parts = await makeParts();
  try {
    await restoreState(parts, task.state);
    return new TrainingStep(parts, task, { index: task.replica, count: task.count });
  } catch (error) {
    const hint = 'Give train the parts that the same function makes with the same settings';
    throw new Failure(`${task.module} to make the parts of replica 0`, (error as Error).message, hint);
  }
}

async function makeParts(): Promise<StepParts> {
  const module = await attempt('to load', () => import(task.module) as Promise<{ default?: unknown }>);
  if (typeof module.default !== 'function') {
    throw new Failure(`${task.module} to have a function as its default export`, typeof module.default);
  }
  const make = module.default as MakeParts;
  return attempt('to make the parts of a step', async () => make(task.settings));
}

async function attempt<T>(what: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw new Failure(`${task.module} ${what}`, error, 'It runs in a worker thread, with a copy of the settings');
  }
}

// In an exchange nothing else keeps the event loop alive, and the main thread ends this one, whatever happens.
setInterval(() => undefined, 2 ** 30);
takePart().catch((error: unknown) => {
  // Replicas that differ are seen by all of them at once: the main thread speaks for all.
  if (error instanceof ReplicaError) return;
  if (error instanceof Failure) {
    const { expected, got, hint } = error;
    say({ type: 'failed', expected, got: String(got), ...(hint === undefined ? {} : { hint }) });
  } else {
    say({ type: 'failed', expected: 'to take its share of every step', got: (error as Error).message });
  }
});
