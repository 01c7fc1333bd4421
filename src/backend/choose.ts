import * as tf from '@tensorflow/tfjs-core';
import { BackendError, checkOneOf, hasPackedWebgl, refuseHalfWebgl } from '../core/index.js';
import { type BackendCandidate, type BackendChoice, firstToStart, start } from './activate.js';
import { completeWasm } from './wasm/index.js';

/** A backend to ask for: one of TensorFlow.js's by its name, or the best that is at hand. */
export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'webgl' | 'wasm' | 'cpu';

/** Every {@link BackendName}. */
export const backendNames: readonly BackendName[] = ['auto', 'tensorflow', 'webgpu', 'webgl', 'wasm', 'cpu'];

const where = 'chooseBackend';

/** What a browser may have, best first. */
const candidates: readonly BackendCandidate[] = [
  { name: 'webgpu', reason: 'the GPU through WebGPU, best in a browser', prepare: () => requireLoaded('webgpu') },
  { name: 'webgl', reason: 'the GPU through WebGL, with unpacked textures', prepare: prepareWebgl },
  { name: 'wasm', reason: 'WebAssembly on the processor, completed for training', prepare: prepareWasm },
  { name: 'cpu', reason: 'plain JavaScript, slow, but with every kernel', prepare: () => requireLoaded('cpu') },
];

/**
 * Makes a backend current in a browser: WebGPU, else WebGL, else wasm, else cpu, of those that the page has loaded.
 *
 * Call it before anything else uses TensorFlow.js. wasm is completed for training ({@link completeWasm}). WebGL runs with
 * `WEBGL_PACK` off: with packed textures its `matMul` is wrong, without an error, where the inner dimension is odd. A device whose WebGL has
 * float16 only is passed over.
 * (In Node, `tfjs-longtail/backend` has a function of this name that also installs and loads what it can.)
 *
 * @param name `'auto'`, or one backend by its name. Default `'auto'`.
 * @returns The name of the backend, why this one, and why not those before it.
 * @throws InvalidArgumentError If `name` is not a {@link BackendName}.
 * @throws BackendError If the one asked for is not loaded or does not start; with `'auto'`, if none does.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { chooseBackend } from 'tfjs-longtail/backend';
 *
 * const { name, reason } = await chooseBackend('cpu');
 * console.log(name, reason !== '', tf.getBackend()); // cpu true cpu
 * ```
 */
export async function chooseBackend(name: BackendName = 'auto'): Promise<BackendChoice> {
  checkOneOf(where, 'name', name, backendNames);
  if (name === 'auto') return firstToStart(where, candidates);
  const asked = candidates.find((candidate) => candidate.name === name);
  if (!asked) {
    throw new BackendError(
      where,
      'a backend for browsers',
      name,
      'It runs in Node only; ask for auto, webgpu, webgl, wasm or cpu',
    );
  }
  return start(where, { ...asked, reason: 'asked for by name' });
}

function requireLoaded(name: string): void {
  if (tf.findBackendFactory(name)) return;
  throw new BackendError(
    where,
    `the backend ${name} to be loaded`,
    'a page without it',
    `Import '@tensorflow/tfjs-backend-${name}' first`,
  );
}

function prepareWasm(): void {
  requireLoaded('wasm');
  completeWasm();
}

function prepareWebgl(): void {
  requireLoaded('webgl');
  if (hasPackedWebgl()) {
    // Too late: the flags that follow WEBGL_PACK keep their values, and tensors may lie in packed textures already.
    throw new BackendError(
      where,
      'webgl with unpacked textures',
      'one in use with packed textures',
      'Call chooseBackend before TensorFlow.js computes anything',
    );
  }
  tf.env().set('WEBGL_PACK', false);
  refuseHalfWebgl(where);
}
