import * as tf from '@tensorflow/tfjs-core';
import { attribute, floatType, NATIVE } from './nativeBackend.js';
import type { KernelCall, NativeBackend, OpAttribute } from './nativeBackend.js';

/** TensorFlow's operations that tfjs-node leaves out, under their own names; float32 only. */
const kernels: Readonly<Record<string, unknown>> = {
  ReluGrad: ({ inputs: { dy, y }, backend }: KernelCall<'dy' | 'y'>) =>
    backend.executeSingleOutput('ReluGrad', [floatType(backend, 'T')], [dy, y]),

  BiasAdd: ({ inputs: { x, bias }, backend }: KernelCall<'x' | 'bias'>) =>
    backend.executeSingleOutput('BiasAdd', [floatType(backend, 'T')], [x, bias]),

  BiasAddGrad: ({ inputs: { dy }, backend }: KernelCall<'dy'>) =>
    backend.executeSingleOutput('BiasAddGrad', [floatType(backend, 'T')], [dy]),

  /** `average - decay * (average - value)`; a kernel because a hundred small tfjs operations a step cost milliseconds. */
  MovingAverage: ({ inputs: { average, value, decay }, backend }: KernelCall<'average' | 'value' | 'decay'>) =>
    tf.tidy(() => {
      const run = (op: string, a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        backend.executeSingleOutput(op, [floatType(backend, 'T')], [a, b]);
      return run('Sub', average, run('Mul', run('Sub', average, value), decay));
    }),

  /** `[y, mean, variance n/(n-1), reserve 1, 2, 3]` of a batch `[N, H, W, C]`. */
  FusedBatchNormV3: ({ inputs, attrs, backend }: KernelCall<'x' | 'scale' | 'offset', { readonly epsilon: number }>) =>
    tf.tidy(() => {
      const { x, scale, offset } = inputs;
      // In training the operation takes no running statistics: two empty tensors stand for them.
      const none = tf.tensor1d([], 'float32');
      const all = [x, scale, offset, none, none];
      return backend.executeMultipleOutputs('FusedBatchNormV3', batchNormAttributes(backend, attrs.epsilon), all, 6);
    }),

  /** `[dx, dscale, doffset]` from the inputs and the reserves of `FusedBatchNormV3`. */
  FusedBatchNormGradV3: ({ inputs, attrs, backend }: KernelCall<BatchNormGradInput, { readonly epsilon: number }>) => {
    const { dy, x, scale, reserve1, reserve2, reserve3 } = inputs;
    const all = [dy, x, scale, reserve1, reserve2, reserve3];
    const attributes = batchNormAttributes(backend, attrs.epsilon);
    const [dx, dscale, doffset, ...unused] = backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, all, 5);
    tf.dispose(unused);
    return [dx, dscale, doffset];
  },
};

type BatchNormGradInput = 'dy' | 'x' | 'scale' | 'reserve1' | 'reserve2' | 'reserve3';

function batchNormAttributes(backend: NativeBackend, epsilon: number): OpAttribute[] {
  return [
    floatType(backend, 'T'),
    floatType(backend, 'U'),
    attribute(backend, 'epsilon', epsilon),
    attribute(backend, 'data_format', 'NHWC'),
    attribute(backend, 'is_training', true),
  ];
}

/** Adds the kernels to the native backend, loaded or not; a kernel that is there already is left alone. */
export function registerKernels(): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, NATIVE)) continue;
    tf.registerKernel({ kernelName, backendName: NATIVE, kernelFunc: kernelFunc as tf.KernelFunc });
  }
}
