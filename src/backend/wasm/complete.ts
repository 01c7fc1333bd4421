import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../../core/index.js';
import { conv2DBackpropFilter, conv2DBackpropInput } from './conv2dBackprop.js';
import { maxPoolGrad } from './maxPoolGrad.js';
import { tile } from './tile.js';
import { unsortedSegmentSum } from './unsortedSegmentSum.js';

/** Kernels that tfjs-backend-wasm 4.22 lacks. One that a later version brings is left alone. */
const missing: Readonly<Record<string, unknown>> = {
  [tf.Conv2DBackpropFilter]: conv2DBackpropFilter,
  [tf.UnsortedSegmentSum]: unsortedSegmentSum,
};

/** Kernels that it has: `MaxPoolGrad` wrong where a whole window is negative, the others slow. */
const replaced: Readonly<Record<string, unknown>> = {
  [tf.Conv2DBackpropInput]: conv2DBackpropInput,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.Tile]: tile,
};

/**
 * Completes TensorFlow.js's `wasm` backend with what training lacks.
 *
 * Adds `Conv2DBackpropFilter` (without it no convolution trains) and `UnsortedSegmentSum` (without it neither `gather` nor
 * an embedding does), and replaces `Conv2DBackpropInput` and `Tile` (slow) and `MaxPoolGrad` (wrong where every entry of a
 * window is negative). Every other kernel stays as it is. Works in Node and in browsers; a second call changes nothing.
 *
 * @throws BackendError when `@tensorflow/tfjs-backend-wasm` has not been imported: it would overwrite these kernels later.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import '@tensorflow/tfjs-backend-wasm';
 * import { completeWasm } from 'tfjs-longtail/backend';
 *
 * completeWasm();
 * await tf.setBackend('wasm');
 * const x = tf.ones<tf.Rank.R4>([1, 4, 4, 1]);
 * const filterGradient = tf.grad((filter) => tf.sum(tf.conv2d(x, filter as tf.Tensor4D, 1, 'valid')));
 * console.log(Array.from(await filterGradient(tf.ones([2, 2, 1, 1])).data())); // [ 9, 9, 9, 9 ]
 * ```
 */
export function completeWasm(): void {
  if (!tf.findBackendFactory('wasm')) {
    throw new BackendError(
      'completeWasm',
      'the wasm backend to be loaded',
      'no backend of that name',
      "Import '@tensorflow/tfjs-backend-wasm' first",
    );
  }
  for (const [name, kernel] of Object.entries(missing)) {
    if (!tf.getKernel(name, 'wasm')) register(name, kernel);
  }
  for (const [name, kernel] of Object.entries(replaced)) {
    const present = tf.getKernel(name, 'wasm');
    if (present?.kernelFunc === kernel) continue;
    if (present) tf.unregisterKernel(name, 'wasm');
    register(name, kernel);
  }
}

function register(kernelName: string, kernel: unknown): void {
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernel as tf.KernelFunc });
}
