import * as tf from '@tensorflow/tfjs-core';
import { NATIVE } from './nativeBackend.js';

type Call = Parameters<tf.KernelFunc>[0];

/** Kernels that tfjs-node runs in TensorFlow even where they change nothing, and when that is. */
const identities: Readonly<Record<string, (x: tf.TensorInfo, attrs: tf.NamedAttrMap) => boolean>> = {
  [tf.Reshape]: (x, { shape }) => tf.util.arraysEqual(x.shape, shape as number[]),
  [tf.Cast]: (x, { dtype }) => x.dtype === dtype,
};

const ours = new WeakSet<tf.KernelFunc>();

/** Lets reshapes to the same shape and casts to the same type share the data; gradients of sums are full of them. */
export function skipIdentities(): void {
  for (const [name, isIdentity] of Object.entries(identities)) {
    const stock = tf.getKernel(name, NATIVE) as tf.KernelConfig | undefined;
    if (stock === undefined || ours.has(stock.kernelFunc)) continue;
    const kernelFunc = (call: Call): tf.TensorInfo | tf.TensorInfo[] =>
      isIdentity(call.inputs['x']!, call.attrs!) ? share(call) : stock.kernelFunc(call);
    ours.add(kernelFunc);
    tf.unregisterKernel(name, NATIVE);
    tf.registerKernel({ ...stock, kernelFunc });
  }
}

function share({ inputs, backend }: Call): tf.TensorInfo {
  const { dataId, shape, dtype } = inputs['x']!;
  (backend as tf.KernelBackend).incRef(dataId);
  return { dataId, shape, dtype };
}
