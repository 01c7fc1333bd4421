import * as tf from '@tensorflow/tfjs-core';
import { BFLOAT16, CastCache, castNative } from './castCache.js';
import { floatType, NATIVE } from './nativeBackend.js';
import type { NativeBackend } from './nativeBackend.js';
import { gainsFromBfloat16 } from './productSize.js';

/**
 * What products compute in: `'float32'`, or `'bfloat16'`, whose operands and results have 8 significant bits; sums are
 * float32 in both.
 */
export type Precision = 'float32' | 'bfloat16';

/** Every {@link Precision}. */
export const precisions: readonly Precision[] = ['float32', 'bfloat16'];

type Call = Parameters<tf.KernelFunc>[0];

interface HalfWidth {
  readonly copies: CastCache;
  readonly view: NativeBackend;
}

/**
 * Kernels that run products. The filter gradient of a convolution is not among them, because it gains nothing; the fused
 * matMul of tfjs-node runs the plain one.
 */
const kernelNames = [tf.Conv2D, tf.FusedConv2D, tf.Conv2DBackpropInput, tf.BatchMatMul];

/** Stock kernels that are replaced at present. */
const stock = new Map<string, tf.KernelConfig>();
const halfWidths = new Map<NativeBackend, HalfWidth>();

/**
 * Has the native backend run convolutions, their input gradients and matrix products in a precision from now on.
 *
 * Tensors stay float32: with `'bfloat16'`, operands are cast on the way in, once each, and the result on the way out.
 * Products that would not gain by that stay float32, as does everything of another type.
 */
export function setPrecision(precision: Precision): void {
  restoreKernels();
  if (precision === 'float32') return;
  for (const name of kernelNames) {
    const config = tf.getKernel(name, NATIVE) as tf.KernelConfig | undefined;
    if (config === undefined) continue;
    stock.set(name, config);
    replaceKernel({ ...config, kernelFunc: (call: Call) => config.kernelFunc({ ...call, backend: viewOf(call) }) });
  }
}

/**
 * The precision that the current backend computes products in.
 *
 * @returns `'bfloat16'` where the native backend is current and was prepared in it, else `'float32'`.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { backendPrecision } from 'tfjs-longtail/backend';
 *
 * await tf.setBackend('cpu');
 * console.log(backendPrecision()); // float32
 * ```
 */
export function backendPrecision(): Precision {
  return tf.getBackend() === NATIVE && stock.size > 0 ? 'bfloat16' : 'float32';
}

function restoreKernels(): void {
  for (const config of stock.values()) replaceKernel(config);
  stock.clear();
  for (const { copies } of halfWidths.values()) copies.clear();
}

function replaceKernel(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, NATIVE);
  tf.registerKernel(config);
}

/** The backend of a call as its kernel is to see it. */
function viewOf(call: Call): NativeBackend {
  const backend = call.backend as NativeBackend;
  let halfWidth = halfWidths.get(backend);
  if (halfWidth === undefined) {
    const copies = new CastCache(backend);
    halfWidth = { copies, view: viewWith(backend, copies) };
    halfWidths.set(backend, halfWidth);
  }
  return halfWidth.view;
}

/** The backend, except that it computes what gains by it in bfloat16: so tfjs-node's own kernels set the attributes. */
function viewWith(backend: NativeBackend, copies: CastCache): NativeBackend {
  const executeSingleOutput: NativeBackend['executeSingleOutput'] = (op, attributes, inputs) => {
    const { binding } = backend;
    const isFloat = attributes.some(({ name, value }) => name === 'T' && value === binding.TF_FLOAT);
    if (!isFloat || !gainsFromBfloat16(op, attributes, inputs)) {
      return backend.executeSingleOutput(op, attributes, inputs);
    }
    const ids = inputs.map((input) =>
      input.dtype === 'float32' ? copies.copyOf(input) : backend.getInputTensorIds([input])[0]!,
    );
    const halved = attributes.map((one) => (one.name === 'T' ? { ...floatType(backend, 'T'), value: BFLOAT16 } : one));
    const [product] = binding.executeOp(op, halved, ids, 1);
    try {
      const id = castNative(backend, product!.id, BFLOAT16, binding.TF_FLOAT);
      return backend.createOutputTensor({ id, shape: product!.shape, dtype: binding.TF_FLOAT });
    } finally {
      binding.deleteTensor(product!.id);
    }
  };
  return Object.assign(Object.create(backend) as NativeBackend, { executeSingleOutput });
}
