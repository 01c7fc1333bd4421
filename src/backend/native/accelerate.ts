import { accelerateBackward } from './backward.js';
import { accelerateBatchNormalization } from './batchNormalization.js';
import { accelerateConvolution } from './convolution.js';
import { accelerateDense } from './dense.js';
import { registerGradients } from './gradients.js';
import { splitClipByValue } from './clip.js';
import { skipIdentities } from './identities.js';
import { registerKernels } from './kernels.js';

let done = false;

/**
 * Makes training on the native backend fast: the kernels that TensorFlow has and tfjs-node leaves out.
 *
 * Batch normalisation of tf.layers (training, over the last axis) runs as one operation forwards and one backwards; so do
 * the gradients of ReLU, of biases, of sums and means; a first layer makes no gradient of its input; activations are freed
 * on the way back. Models need no change, and every number stays what tfjs computes, up to rounding; a gradient
 * that cannot be made is an InvalidArgumentError there, with a text of its own. Other backends keep computing as they
 * did. Call it after the native backend is loaded, and again if it was loaded later; a call after that changes nothing.
 * Each worker thread accelerates its own copy of tfjs.
 *
 * @throws BackendError when tfjs's gradients are not registered yet: importing `@tensorflow/tfjs` later would undo ours.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { accelerate } from 'tfjs-longtail/backend';
 *
 * accelerate();
 * const slope = tf.grad((x) => tf.relu(x));
 * console.log(Array.from(await slope(tf.tensor1d([-1, 0, 2])).data())); // [ 0, 0, 1 ]
 * ```
 */
export function accelerate(): void {
  registerKernels();
  skipIdentities();
  splitClipByValue();
  if (done) return;
  registerGradients();
  accelerateBackward();
  accelerateBatchNormalization();
  accelerateConvolution();
  accelerateDense();
  done = true;
}
