import type * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend } from './nativeBackend.js';

type DataId = tf.TensorInfo['dataId'];

/** TensorFlow's number of the type, which tfjs-node's binding does not name. */
export const BFLOAT16 = 14;

/** Casts a native tensor; the caller deletes the id it returns. */
export function castNative({ binding }: NativeBackend, id: number, from: number, to: number): number {
  const type = binding.TF_ATTR_TYPE;
  const attributes = [
    { name: 'SrcT', type, value: from },
    { name: 'DstT', type, value: to },
  ];
  return binding.executeOp('Cast', attributes, [id], 1)[0]!.id;
}

/**
 * bfloat16 copies of the float32 tensors of a backend, each made once and freed with the tensor.
 *
 * The key is a tensor's data, not its id: an assigned variable has new data, and a clone shares its copy.
 */
export class CastCache {
  readonly #copies = new Map<DataId, number>();

  constructor(readonly backend: NativeBackend) {
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const freed = disposeData(dataId, force);
      if (freed) this.#drop(dataId);
      return freed;
    };
  }

  /** The native id of the copy; it stays the cache's. */
  copyOf(tensor: tf.TensorInfo): number {
    const known = this.#copies.get(tensor.dataId);
    if (known !== undefined) return known;
    const { backend } = this;
    const [id] = backend.getInputTensorIds([tensor]);
    const copy = castNative(backend, id!, backend.binding.TF_FLOAT, BFLOAT16);
    this.#copies.set(tensor.dataId, copy);
    return copy;
  }

  /** Frees all copies. */
  clear(): void {
    for (const dataId of this.#copies.keys()) this.#drop(dataId);
  }

  #drop(dataId: DataId): void {
    const copy = this.#copies.get(dataId);
    if (copy === undefined) return;
    this.backend.binding.deleteTensor(copy);
    this.#copies.delete(dataId);
  }
}
