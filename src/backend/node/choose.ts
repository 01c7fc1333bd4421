import * as tf from '@tensorflow/tfjs-core';
import { BackendError, checkOneOf } from '../../core/index.js';
import { firstToStart, start } from '../activate.js';
import type { BackendCandidate, BackendChoice } from '../activate.js';
import { backendNames } from '../choose.js';
import type { BackendName } from '../choose.js';
import { loadNative } from './load.js';
import { prepareBackend } from './prepare.js';
import type { PrepareOptions } from './prepare.js';

const where = 'chooseBackend';

/**
 * Makes a backend current in Node: native, else wasm, else cpu; completed for training and accelerated.
 *
 * WebGPU is taken when it is asked for by name; it needs the optional packages `webgpu` and
 * `@tensorflow/tfjs-backend-webgpu`, computes on the processor, slowly, where there is no GPU, and cannot read values
 * synchronously: `await tensor.data()` instead of `dataSync`.
 *
 * (In a browser, `tfjs-longtail/backend` has a function of this name that chooses among the backends of the page.)
 *
 * @param name `'auto'`, or one backend by its name. Default `'auto'`.
 * @param options Threads and precision of the native backend, the only one that has bfloat16.
 * @returns The name of the backend, why this one, why not those before it, and the threads and precision of the native one.
 * @throws BackendError If the one asked for is not at hand (the message says how to get it) or does not compute in that
 *   precision; with `'auto'`, if none does.
 * @throws InvalidArgumentError If `name` is not a {@link BackendName}, or that number of threads cannot be had.
 * @example
 * ```ts
 * import { chooseBackend } from 'tfjs-longtail/backend/node';
 *
 * const { name } = await chooseBackend('auto');
 * console.log(['tensorflow', 'wasm', 'cpu'].includes(name)); // true
 * ```
 */
export async function chooseBackend(name: BackendName = 'auto', options: PrepareOptions = {}): Promise<BackendChoice> {
  checkOneOf(where, 'name', name, backendNames);
  const candidates = candidatesWith(options);
  if (name === 'auto') {
    const able = options.precision === 'bfloat16' ? candidates.slice(0, 1) : candidates;
    return describe(await firstToStart(where, able), options);
  }
  const asked = [...candidates, webgpuWith(options)].find((candidate) => candidate.name === name);
  if (asked) return describe(await start(where, { ...asked, reason: 'asked for by name' }), options);
  const hint = 'It runs in browsers only; ask for auto, tensorflow, webgpu, wasm or cpu';
  throw new BackendError(where, 'a backend for Node', name, hint);
}

interface GpuInfo {
  readonly vendor?: string;
  readonly architecture?: string;
}

/** Not among those of `'auto'`: its adapter may be one that computes on the processor. */
function webgpuWith(options: PrepareOptions): BackendCandidate {
  return { name: 'webgpu', reason: 'WebGPU', prepare: () => prepareBackend('webgpu', options) };
}

/** What Node may have, best first. */
function candidatesWith(options: PrepareOptions): readonly BackendCandidate[] {
  const candidate = (name: string, reason: string): BackendCandidate => ({
    name,
    reason,
    prepare: () => prepareBackend(name, options),
  });
  return [
    candidate('tensorflow', "TensorFlow's C++ kernels, the fastest in Node"),
    candidate('wasm', 'WebAssembly on one core, completed for training'),
    candidate('cpu', 'plain JavaScript, slow, but with every kernel'),
  ];
}

/** Adds what is known of the native backend, and of a GPU, once it is loaded. */
async function describe(choice: BackendChoice, { precision = 'float32' }: PrepareOptions): Promise<BackendChoice> {
  if (choice.name === 'webgpu') {
    const { vendor, architecture } = (tf.backend() as { adapterInfo?: GpuInfo }).adapterInfo ?? {};
    const device = [vendor, architecture].filter(Boolean).join(' '); // a GPU may keep both to itself
    return device === '' ? choice : { ...choice, reason: `${choice.reason} (${device})` };
  }
  if (choice.name !== 'tensorflow') return choice;
  const { source, threads } = await loadNative(where);
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  const device = isUsingGpuDevice ? 'the GPU' : `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const computing = precision === 'float32' ? device : `${device} in ${precision}`;
  return { ...choice, reason: `${choice.reason} (${computing}; from ${describeSource(source)})`, threads, precision };
}

function describeSource(source: 'tfjs-node-gpu' | 'tfjs-node' | 'cache' | 'program'): string {
  if (source === 'cache') return 'the installation in the cache';
  return source === 'program' ? 'the program itself' : `the project's @tensorflow/${source}`;
}
