import * as tf from '@tensorflow/tfjs-core';
import { CheckpointError, type RandomState } from '../core/index.js';

/** A tensor as plain data. */
export interface TensorRecord {
  /** Role and name, unique within a checkpoint. */
  readonly name: string;
  /** Shape. */
  readonly shape: readonly number[];
  /** Numeric type. */
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Values, row-major. */
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** How far training has come. */
export interface TrainPosition {
  /** Epochs completed. */
  readonly epoch: number;
  /** Steps taken of the current epoch. */
  readonly stepInEpoch: number;
  /** Steps taken in all. */
  readonly step: number;
  /** Sum of the losses of the current epoch's steps. */
  readonly lossSum: number;
}

/** Everything a run needs to go on as if it had never stopped. */
export interface TrainState {
  /** How far training has come. */
  readonly position: TrainPosition;
  /** Root of the run's random streams; a step's own streams derive from it and the step number. */
  readonly random: RandomState;
  /** Weights, optimizer state and objective state, in a fixed order. */
  readonly tensors: readonly TensorRecord[];
}

/** Where checkpoints are kept; `fileCheckpoints` of `tfjs-longtail/train/node` keeps them in a folder. */
export interface CheckpointStore {
  /** The state saved last under `name`, or `null`. */
  load(name: string): Promise<TrainState | null>;
  /** Replaces what is saved under `name`, wholly or not at all. */
  save(name: string, state: TrainState): Promise<void>;
}

/** A tensor with the name that it has in a checkpoint. */
export interface NamedState {
  /** Unique name. */
  readonly name: string;
  /** The tensor; still its owner's. */
  readonly tensor: tf.Tensor;
}

/** Reads tensors into plain data, without disposing them. */
export async function readTensors(tensors: readonly NamedState[]): Promise<TensorRecord[]> {
  const records: TensorRecord[] = [];
  for (const { name, tensor } of tensors) {
    const values: TensorRecord['values'] = await tensor.data();
    // cpu and wasm hand out their own memory, which later steps overwrite.
    records.push({ name, shape: tensor.shape, dtype: tensor.dtype as TensorRecord['dtype'], values: values.slice() });
  }
  return records;
}

/** The tensors whose names begin with `prefix`, without it, as new tensors that the caller disposes. */
export function tensorsOf(records: readonly TensorRecord[], prefix: string): Record<string, tf.Tensor> {
  const found = records.filter(({ name }) => name.startsWith(prefix));
  return Object.fromEntries(
    found.map(({ name, values, shape, dtype }) => [name.slice(prefix.length), tf.tensor(values, [...shape], dtype)]),
  );
}

/** Throws unless `records` hold exactly the tensors of `expected`, by name, shape and dtype. */
export function checkTensors(records: readonly TensorRecord[], expected: readonly NamedState[]): void {
  const byName = new Map(records.map((record) => [record.name, record]));
  for (const { name, tensor } of expected) {
    const record = byName.get(name);
    const wanted = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
    const got = record === undefined ? 'none' : `${record.dtype} [${record.shape.join(', ')}]`;
    if (got !== wanted) {
      const hint = 'It was written by another model or with other settings';
      throw new CheckpointError('checkpoint', `${name} as ${wanted}`, got, hint);
    }
    byName.delete(name);
  }
  const [extra] = byName.keys();
  if (extra !== undefined) {
    throw new CheckpointError('checkpoint', 'the tensors of this model only', extra, 'It was written by another model');
  }
}
