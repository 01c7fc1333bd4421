import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadedNative } from './load.js';

/** Writes event files for TensorBoard. */
export interface SummaryWriter {
  /** Adds a point to the curve `name`. */
  scalar(name: string, value: number, step: number): void;
  /** Writes what is buffered. */
  flush(): void;
  /** Writes what is buffered and closes the file; the writer takes no points any more. */
  close(): void;
}

/** The writer of tfjs-node, with the handle that it never frees. */
type NodeSummaryWriter = Omit<SummaryWriter, 'close'> & { readonly resourceHandle: tf.Tensor };

/** The backend of tfjs-node, which can run any operation of TensorFlow. */
type NodeBackend = tf.KernelBackend & {
  executeMultipleOutputs(name: string, attributes: [], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
};

/** Times that each folder was opened. */
const opened = new Map<string, number>();

/**
 * Opens a new TensorBoard event file; only the native backend can write one.
 *
 * @param folder Folder of the event files, made where it is missing.
 * @returns The writer, or `null` while the native backend is not the current one.
 * @example
 * ```ts
 * import { summaryWriter } from 'tfjs-longtail/backend/node';
 *
 * console.log(await summaryWriter('events')); // null: no backend has been chosen
 * ```
 */
export async function summaryWriter(folder: string): Promise<SummaryWriter | null> {
  const native = await loadedNative();
  if (native?.tfjsNode === undefined || tf.getBackend() !== 'tensorflow') return null;
  const require = createRequire(path.join(native.tfjsNode, 'package.json'));
  const { summaryFileWriter } = require('./dist/tensorboard') as {
    summaryFileWriter(folder: string): NodeSummaryWriter;
  };
  let writer!: NodeSummaryWriter;
  // tfjs-node leaves four scalars behind.
  tf.tidy(() => {
    writer = summaryFileWriter(spelledAnew(folder));
    tf.keep(writer.resourceHandle);
  });
  return {
    scalar: (name, value, step) => writer.scalar(name, value, step),
    flush: () => writer.flush(),
    close() {
      const { resourceHandle } = writer;
      // tfjs-node has no call for it, and TensorFlow would hold the file until the process ends.
      (tf.backend() as NodeBackend).executeMultipleOutputs('CloseSummaryWriter', [], [resourceHandle], 0);
      resourceHandle.dispose();
    },
  };
}

/** tfjs-node and TensorFlow keep one writer for each spelling of a path, even when its file was deleted since. */
function spelledAnew(folder: string): string {
  const full = path.resolve(folder);
  const times = opened.get(full) ?? 0;
  opened.set(full, times + 1);
  return full + `${path.sep}.`.repeat(times);
}
