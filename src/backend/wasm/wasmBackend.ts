import type * as tf from '@tensorflow/tfjs-core';

/** The part of tfjs-backend-wasm's backend that our kernels touch; the package is optional, so it is never imported. */
export interface WasmBackend {
  /** Allocates a tensor on the wasm heap; its memory is not cleared. */
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** A view on a tensor's memory. The heap may move when it grows: take views after the last allocation. */
  typedArrayFromHeap(info: tf.TensorInfo): tf.TypedArray;
}

/** What tfjs hands to a kernel function, with the kernel's input names and attributes. */
export interface KernelCall<Inputs extends string, Attributes> {
  readonly inputs: Readonly<Record<Inputs, tf.Tensor>>;
  readonly attrs: Attributes;
  readonly backend: WasmBackend;
}
