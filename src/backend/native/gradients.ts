import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../../core/index.js';
import { NATIVE } from './nativeBackend.js';

/** Whether the current backend has a kernel; every other one keeps what tfjs composes. */
export function hasKernel(name: string): boolean {
  return Boolean(tf.getKernel(name, tf.getBackend()));
}

/** Gradients of our kernels, and of tfjs's where TensorFlow has one operation for it. */
export function registerGradients(): void {
  replaceGradient(tf.Relu, { outputsToSave: [true] }, reluGradient);
  replaceGradient(tf.Sum, { inputsToSave: ['x'] }, (dy, x, { axis }) => spread(dy, x.shape, axis));
  replaceGradient(tf.Mean, { inputsToSave: ['x'] }, (dy, x, { axis }) => {
    return spread(tf.mul(dy, dy.size / x.size), x.shape, axis);
  });
  tf.registerGradient({ kernelName: 'BiasAdd', gradFunc: biasAddGradient as tf.GradFunc });
  tf.registerGradient({
    kernelName: 'FusedBatchNormV3',
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: batchNormGradient as tf.GradFunc,
  });
}

/**
 * Has `native` make the gradient of a kernel with one input on the native backend; elsewhere it stays tfjs's own.
 *
 * Under a second tape tfjs's own is wanted as well, because it can be differentiated again.
 */
function replaceGradient(
  kernelName: string,
  saving: Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave'>,
  native: (dy: tf.Tensor, saved: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor,
): void {
  const stock = tf.getGradient(kernelName) as tf.GradConfig | undefined;
  if (stock === undefined) {
    const hint = "Import '@tensorflow/tfjs' first: it would register its own over ours later";
    throw new BackendError('accelerate', "tfjs's gradients to be registered", `none for ${kernelName}`, hint);
  }
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    ...saving,
    kernelName,
    gradFunc: (dy, saved, attrs) => {
      const ours = tf.getBackend() === NATIVE && saved[0]!.dtype === 'float32' && !tf.engine().isTapeOn();
      return ours ? { x: () => native(dy as tf.Tensor, saved[0]!, attrs) } : stock.gradFunc(dy, saved, attrs);
    },
  });
}

/** From the output, which the next layer keeps anyway: it is positive where the input is. */
function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel('ReluGrad', { dy, y });
}

/** `dy` repeated along the axes that were summed over; tfjs multiplies it by ones that it makes in JavaScript. */
function spread(dy: tf.Tensor, shape: number[], axis: tf.NamedAttrMap[string] | undefined): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis as number[], shape);
  const onAxes = (reduced: number[], kept: number[]): number[] =>
    shape.map((_, i) => (axes.includes(i) ? reduced : kept)[i]!);
  const ones = shape.map(() => 1);
  return tf.tile(tf.reshape(dy, onAxes(ones, shape)), onAxes(shape, ones));
}

function biasAddGradient(dy: tf.Tensor) {
  return {
    // A copy of the handle, because the tape disposes what it adds up.
    x: () => tf.clone(dy),
    bias: () => tf.engine().runKernel<tf.Tensor>('BiasAddGrad', { dy }),
  };
}

/** The statistics among the outputs feed the running averages only: no gradient flows back through them. */
function batchNormGradient(dys: tf.Tensor[], saved: tf.Tensor[], attrs: tf.NamedAttrMap) {
  const [x, scale, reserve1, reserve2, reserve3] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const inputs = { dy: dys[0]!, x, scale, reserve1, reserve2, reserve3 };
  const [dx, dscale, doffset] = tf.engine().runKernel<tf.Tensor[]>('FusedBatchNormGradV3', inputs, attrs);
  return { x: () => dx!, scale: () => dscale!, offset: () => doffset! };
}
