import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../../core/index.js';

/** Whether the current backend has a kernel; every other one keeps what tfjs composes. */
export function hasKernel(name: string): boolean {
  return Boolean(tf.getKernel(name, tf.getBackend()));
}

/** Gradients of our kernels, and of tfjs's where TensorFlow has one operation for it. */
export function registerGradients(): void {
  replaceReluGradient();
  tf.registerGradient({ kernelName: 'BiasAdd', gradFunc: biasAddGradient as tf.GradFunc });
  tf.registerGradient({
    kernelName: 'FusedBatchNormV3',
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: batchNormGradient as tf.GradFunc,
  });
}

/** The output is saved, not the input: the next layer keeps it anyway, and it is positive where the input is. */
function replaceReluGradient(): void {
  const composed = tf.getGradient(tf.Relu) as tf.GradConfig | undefined;
  if (composed === undefined) {
    const hint = "Import '@tensorflow/tfjs' first: it would register its own over ours later";
    throw new BackendError('accelerate', "tfjs's gradients to be registered", 'none for Relu', hint);
  }
  tf.unregisterGradient(tf.Relu);
  tf.registerGradient({
    kernelName: tf.Relu,
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const y = saved[0]!;
      // Under a second tape the composition is wanted, because it can be differentiated again.
      const native = y.dtype === 'float32' && !tf.engine().isTapeOn() && hasKernel('ReluGrad');
      if (!native) return composed.gradFunc(dy, saved, attrs);
      return { x: () => tf.engine().runKernel('ReluGrad', { dy: dy as tf.Tensor, y }) };
    },
  });
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
