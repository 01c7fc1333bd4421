import type * as tf from '@tensorflow/tfjs-core';

/** The name under which tfjs-node registers its backend. */
export const NATIVE = 'tensorflow';

/** An attribute of a TensorFlow operation. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A tensor of TensorFlow's, which the caller deletes. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
}

/** tfjs-node's addon. */
export interface Binding extends Readonly<
  Record<'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL' | 'TF_ATTR_STRING', number>
> {
  readonly TF_FLOAT: number;
  executeOp(op: string, attributes: readonly OpAttribute[], ids: readonly number[], count: number): NativeTensor[];
  deleteTensor(id: number): void;
}

/** The part of tfjs-node's backend that our kernels touch; the package is optional, so it is never imported. */
export interface NativeBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  /** Frees data unless somebody else holds it; whether it is gone. */
  disposeData(dataId: tf.TensorInfo['dataId'], force?: boolean): boolean;
  /** TensorFlow's ids of tensors, whose values are handed over now if they were not yet. */
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  /** Makes a tensor of tfjs's, which owns the native one. */
  createOutputTensor(native: NativeTensor): tf.Tensor;
  /** Runs a TensorFlow operation with one output. */
  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  /** Runs a TensorFlow operation with `count` outputs. */
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
    count: number,
  ): tf.Tensor[];
}

/** What tfjs hands to a kernel function, with the kernel's input names and attributes. */
export interface KernelCall<Inputs extends string, Attributes = Readonly<Record<string, never>>> {
  readonly inputs: Readonly<Record<Inputs, tf.Tensor>>;
  readonly attrs: Attributes;
  readonly backend: NativeBackend;
}

/** The attribute `name`, of type float32. */
export function floatType({ binding }: NativeBackend, name: string): OpAttribute {
  return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}

/** The attribute `name` with a number, a boolean or a string as its value. */
export function attribute({ binding }: NativeBackend, name: string, value: number | boolean | string): OpAttribute {
  const types = { number: binding.TF_ATTR_FLOAT, boolean: binding.TF_ATTR_BOOL, string: binding.TF_ATTR_STRING };
  return { name, type: types[typeof value as keyof typeof types], value };
}
