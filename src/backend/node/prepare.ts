import { checkNumber, checkOneOf } from '../../core/index.js';
import { accelerate } from '../native/index.js';
import { completeWasm } from '../wasm/index.js';
import { loadNative } from './load.js';
import { loadTfjs, requirePeer } from './tfjs.js';

/** Options of {@link prepareBackend}. */
export interface PrepareOptions {
  /**
   * Threads of the native backend's operations, an integer of at least 1. Default: `TF_NUM_INTRAOP_THREADS`, else one a
   * core. TensorFlow has one thread pool a process, made when it is first loaded; wasm and cpu run on one thread.
   */
  readonly threads?: number | undefined;
}

const WHERE = 'prepareBackend';

/**
 * Loads a backend, completes it for training and accelerates it, without making it current.
 *
 * @param name `'tensorflow'` (native), `'wasm'` or `'cpu'`.
 * @param options Threads of the native backend.
 * @throws BackendError where it is not at hand; the message says how to get it.
 * @throws InvalidArgumentError for an unknown name or a number of threads that cannot be had.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { prepareBackend } from 'tfjs-longtail/backend/node';
 *
 * await prepareBackend('cpu');
 * await tf.setBackend('cpu');
 * console.log((await tf.add(1, 2).data())[0]); // 3
 * ```
 */
export async function prepareBackend(name: string, { threads }: PrepareOptions = {}): Promise<void> {
  if (threads !== undefined) checkNumber(WHERE, 'threads', threads, { min: 1, integer: true });
  switch (checkOneOf(WHERE, 'name', name, ['tensorflow', 'wasm', 'cpu'])) {
    case 'tensorflow':
      return prepareNative(threads);
    case 'wasm':
      loadTfjs(WHERE);
      requirePeer(WHERE, '@tensorflow/tfjs-backend-wasm');
      return completeWasm();
    case 'cpu':
      return silenceCpu();
  }
}

async function prepareNative(threads: number | undefined): Promise<void> {
  await loadNative(WHERE, threads);
  accelerate();
}

/** The cpu backend recommends tfjs-node on stderr when it first computes; who chose it by name knows. */
function silenceCpu(): void {
  const cpu = loadTfjs(WHERE).findBackend('cpu') as { firstUse?: boolean } | null;
  if (cpu !== null) cpu.firstUse = false;
}
