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
}

/**
 * Opens a TensorBoard event file; only the native backend can write one.
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
  const { summaryFileWriter } = require('./dist/tensorboard') as { summaryFileWriter(folder: string): SummaryWriter };
  return summaryFileWriter(folder);
}
