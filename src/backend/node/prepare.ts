import { BackendError, checkNumber, checkOneOf } from '../../core/index.js';
import { accelerate, precisions, setPrecision } from '../native/index.js';
import type { Precision } from '../native/index.js';
import { completeWasm } from '../wasm/index.js';
import { loadNative } from './load.js';
import { checkBfloat16, FLOAT32 } from './processor.js';
import { loadTfjs, requirePeer } from './tfjs.js';
import { prepareWebgpu } from './webgpu.js';

/** Options of {@link prepareBackend}. */
export interface PrepareOptions {
  /**
   * Threads of the native backend's operations, an integer of at least 1. Default: `TF_NUM_INTRAOP_THREADS`, else one a
   * core. TensorFlow has one thread pool a process, made when it is first loaded; wasm and cpu run on one thread.
   */
  readonly threads?: number | undefined;
  /**
   * What the native backend computes convolutions, their input gradients and matrix products in, from this call on; all
   * tensors stay float32. `'bfloat16'` keeps 8 significant bits of each operand and result, sums in float32, and needs a
   * processor with instructions for it; products too small to gain stay float32. Default `'float32'`.
   */
  readonly precision?: Precision | undefined;
}

const WHERE = 'prepareBackend';

/**
 * Loads a backend, completes it for training and accelerates it, without making it current.
 *
 * @param name `'tensorflow'` (native), `'webgpu'` (through the optional packages `webgpu` and
 *   `@tensorflow/tfjs-backend-webgpu`; without a GPU on the SwiftShader of an installed Chromium), `'wasm'` or `'cpu'`.
 * @param options Threads and precision of the native backend.
 * @throws BackendError where it is not at hand (the message says how to get it), or does not compute in that precision.
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
export async function prepareBackend(name: string, options: PrepareOptions = {}): Promise<void> {
  const { threads, precision = 'float32' } = options;
  if (threads !== undefined) checkNumber(WHERE, 'threads', threads, { min: 1, integer: true });
  checkOneOf(WHERE, 'precision', precision, precisions);
  const known = checkOneOf(WHERE, 'name', name, ['tensorflow', 'webgpu', 'wasm', 'cpu']);
  if (precision === 'bfloat16' && known !== 'tensorflow') {
    throw new BackendError(WHERE, 'the backend tensorflow for precision bfloat16', known, FLOAT32);
  }
  switch (known) {
    case 'tensorflow':
      return prepareNative(threads, precision);
    case 'webgpu':
      return prepareWebgpu(WHERE);
    case 'wasm':
      loadTfjs(WHERE);
      requirePeer(WHERE, '@tensorflow/tfjs-backend-wasm');
      return completeWasm();
    case 'cpu':
      return silenceCpu();
  }
}

async function prepareNative(threads: number | undefined, precision: Precision): Promise<void> {
  if (precision === 'bfloat16') checkBfloat16(WHERE);
  await loadNative(WHERE, threads);
  if (precision === 'bfloat16') checkDevice();
  accelerate();
  setPrecision(precision);
}

function checkDevice(): void {
  const backend = loadTfjs(WHERE).findBackend('tensorflow') as { isUsingGpuDevice?: boolean } | null;
  if (backend?.isUsingGpuDevice)
    throw new BackendError(WHERE, 'the processor for precision bfloat16', 'a GPU', FLOAT32);
}

/** The cpu backend recommends tfjs-node on stderr when it first computes; who chose it by name knows. */
function silenceCpu(): void {
  const cpu = loadTfjs(WHERE).findBackend('cpu') as { firstUse?: boolean } | null;
  if (cpu !== null) cpu.firstUse = false;
}
