import { resolve } from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { RunFolderError, type RandomStream } from '../core/index.js';
import { createModel, mlp } from '../models/index.js';
import { isModelFile, loadModelFile, modelFileDigest } from '../models/node/index.js';
import type { TrainConfig } from './config.js';
import type { RunFolder } from './runFolder.js';

/** The file that a run takes its model from, with the SHA-256 of its content. */
export interface ModelFileRecord {
  /** Absolute path. */
  readonly file: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The option `model` as a run stores it: a name, or an absolute path. */
export function storedModel(model: string): string {
  return isModelFile(model) ? resolve(model) : model;
}

/** The model that a configuration names, or whose file it names. */
export async function makeModel(
  { model, hiddenUnits }: Pick<TrainConfig, 'model' | 'hiddenUnits'>,
  options: { readonly inputShape: readonly number[]; readonly numClasses: number; readonly random: RandomStream },
): Promise<tfl.LayersModel> {
  if (isModelFile(model)) return loadModelFile(model, options);
  return hiddenUnits === null ? createModel(model, options) : mlp({ ...options, hiddenUnits });
}

/** What `environment.json` says of the model's file; `null` for a model by name. */
export async function recordModelFile(model: string): Promise<ModelFileRecord | null> {
  return isModelFile(model) ? { file: model, sha256: await modelFileDigest(model) } : null;
}

/** Throws if the file of a run's model is no longer what it was when the run began. */
export async function checkModelFile(folder: RunFolder, model: string): Promise<void> {
  const now = await recordModelFile(model);
  if (now === null) return;
  const began = folder.readEnvironment().modelFile?.sha256;
  if (now.sha256 === began) return;
  const hint = 'Restore the file as it was, or start a new run';
  throw new RunFolderError(folder.path, `${model} with SHA-256 ${began}`, now.sha256, hint);
}
