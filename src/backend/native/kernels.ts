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

  /** Along one axis, which is kept with length 1; without the squares as a tensor of their own. */
  EuclideanNorm: ({ inputs: { x }, attrs: { axis }, backend }: KernelCall<'x', { readonly axis: number }>) =>
    tf.tidy(() => {
      const attributes = [floatType(backend, 'T'), attribute(backend, 'keep_dims', true)];
      return backend.executeSingleOutput('EuclideanNorm', attributes, [x, tf.tensor1d([axis], 'int32')]);
    }),

  FusedBatchNormV3: fusedBatchNorm,
  FusedBatchNormGradV3: fusedBatchNormGrad,
};

interface BatchNormAttributes {
  readonly epsilon: number;
}

/** `[y, mean, variance n/(n-1), reserve 1, 2, 3]` of a batch `[N, H, W, C]`. */
function fusedBatchNorm(call: KernelCall<'x' | 'scale' | 'offset', BatchNormAttributes>): tf.Tensor[] {
  const { inputs, attrs, backend } = call;
  // In training the operation takes no running statistics: an empty tensor stands for each.
  const none = tf.tensor1d([], 'float32');
  const all = [inputs.x, inputs.scale, inputs.offset, none, none];
  const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', opAttributes(backend, attrs), all, 6);
  none.dispose();
  return outputs;
}

type BatchNormGradInput = 'dy' | 'x' | 'scale' | 'reserve1' | 'reserve2' | 'reserve3';

/** `[dx, dscale, doffset]` from the inputs and the reserves of `FusedBatchNormV3`. */
function fusedBatchNormGrad(call: KernelCall<BatchNormGradInput, BatchNormAttributes>): tf.Tensor[] {
  const { inputs, attrs, backend } = call;
  const { dy, x, scale, reserve1, reserve2, reserve3 } = inputs;
  const all = [dy, x, scale, reserve1, reserve2, reserve3];
  const outputs = backend.executeMultipleOutputs('FusedBatchNormGradV3', opAttributes(backend, attrs), all, 5);
  for (const unused of outputs.splice(3)) unused.dispose();
  return outputs;
}

function opAttributes(backend: NativeBackend, { epsilon }: BatchNormAttributes): OpAttribute[] {
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
