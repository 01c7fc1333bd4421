import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { DataFormatError, RunFolderError } from '../../core/index.js';
import { writeFolderAside } from '../../core/node/index.js';

/** Name of the topology file that every loader of TensorFlow.js looks for. */
const TOPOLOGY = 'model.json';
const WEIGHTS = 'weights.bin';

/** A model in the files that `model.save` of TensorFlow.js or the Keras converter wrote. */
export async function loadSavedModel(path: string): Promise<tfl.LayersModel> {
  const json = await readModelJson(path);
  const artifacts = await tf.io.getModelArtifactsForJSON(json, async (manifest) => {
    const specs = manifest.flatMap(({ weights }) => weights);
    const shards = await Promise.all(weightFiles(path, json).map((file) => readBytes(file)));
    const weights = Buffer.concat(shards);
    checkSize(path, specs, weights.length);
    return [specs, weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length)];
  });
  try {
    return await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (error) {
    const hint = 'A model with layers of its own is made by a .js module, which registers them';
    throw new DataFormatError(path, 'a model of tf.layers', (error as Error).message, hint, { cause: error });
  }
}

/** The files of a saved model: the topology and its weights. */
export async function savedModelFiles(path: string): Promise<string[]> {
  return [path, ...weightFiles(path, await readModelJson(path))];
}

/**
 * Writes a model as `model.json` and `weights.bin`, which `tf.loadLayersModel` loads in a browser or anywhere else.
 *
 * The folder is written aside and renamed, so that it is there as a whole or not at all, and never over another one.
 *
 * @param model The model; it stays the caller's.
 * @param folder Folder to make; its parents are made too.
 * @param files Further files by name, such as a description beside the model.
 * @returns The absolute path of `model.json`.
 * @throws RunFolderError If the folder exists and is not empty, or cannot be written.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { basename, join } from 'node:path';
 * import { randomStream } from 'tfjs-longtail';
 * import { mlp } from 'tfjs-longtail/models';
 * import { saveModelFolder } from 'tfjs-longtail/models/node';
 * const model = mlp({ inputShape: [4], numClasses: 3, random: randomStream(1) });
 * const path = await saveModelFolder(model, join(mkdtempSync(join(tmpdir(), 'longtail-')), 'model'));
 * console.log(basename(path)); // model.json
 * model.dispose();
 * ```
 */
export async function saveModelFolder(
  model: tfl.LayersModel,
  folder: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const target = resolve(folder);
  await refuseExisting(target);
  await writeFolderAside(target, async (aside) => {
    const contents = { ...(await modelFiles(model)), ...files };
    for (const [name, content] of Object.entries(contents)) await writeFile(join(aside, name), content);
  });
  return join(target, TOPOLOGY);
}

async function refuseExisting(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found === null) return;
  if (found.isDirectory() && (await readdir(folder)).length === 0) return;
  const hint = 'Nothing is overwritten: choose another folder';
  throw new RunFolderError(folder, 'a folder that does not exist yet', 'an existing one', hint);
}

/** Contents of `model.json` and `weights.bin`. */
async function modelFiles(model: tfl.LayersModel): Promise<Record<string, string | Uint8Array>> {
  let files: Record<string, string | Uint8Array> = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      const { weightData, weightSpecs, ...topology } = artifacts;
      const manifest = [{ paths: [WEIGHTS], weights: weightSpecs }];
      const parts = (Array.isArray(weightData) ? weightData : [weightData]) as ArrayBuffer[];
      files = {
        [TOPOLOGY]: `${JSON.stringify({ ...topology, weightsManifest: manifest })}\n`,
        [WEIGHTS]: Buffer.concat(parts.map((part) => new Uint8Array(part))),
      };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  return files;
}

async function readModelJson(path: string): Promise<tf.io.ModelJSON> {
  const text = (await readBytes(path)).toString('utf8');
  let json: Partial<tf.io.ModelJSON> | null;
  try {
    json = JSON.parse(text) as Partial<tf.io.ModelJSON> | null;
  } catch (error) {
    throw new DataFormatError(path, 'valid JSON', (error as Error).message, undefined, { cause: error });
  }
  const { format, modelTopology, weightsManifest } = json ?? {};
  if (format === 'graph-model') {
    const hint = 'Convert it with --output_format tfjs_layers_model: a graph model cannot be trained';
    throw new DataFormatError(path, 'a model of tf.layers', 'a graph model', hint);
  }
  if (typeof modelTopology !== 'object' || modelTopology === null || !isManifest(weightsManifest)) {
    const got = typeof modelTopology === 'object' ? 'no weights' : 'another JSON file';
    throw new DataFormatError(path, 'what model.save writes, modelTopology and weightsManifest', got);
  }
  return json as tf.io.ModelJSON;
}

function isManifest(manifest: unknown): manifest is tf.io.WeightsManifestConfig {
  type Group = Partial<tf.io.WeightsManifestConfig[number]> | null;
  const fits = (group: Group): boolean => Array.isArray(group?.paths) && Array.isArray(group.weights);
  return Array.isArray(manifest) && manifest.length > 0 && (manifest as Group[]).every(fits);
}

function weightFiles(path: string, { weightsManifest }: tf.io.ModelJSON): string[] {
  return weightsManifest.flatMap(({ paths }) => paths.map((name) => join(dirname(path), name)));
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DataFormatError(path, 'a readable file of a model', code ?? message, undefined, { cause: error });
  }
}

/** TensorFlow.js itself would read zeros, or another tensor's numbers, from weights of the wrong size. */
function checkSize(path: string, specs: readonly tf.io.WeightsManifestEntry[], bytes: number): void {
  const widths: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 };
  const sizes = specs.map(({ shape, dtype, quantization }) => {
    const count = shape.reduce((product, length) => product * length, 1);
    return count * (widths[quantization?.dtype ?? dtype] ?? Number.NaN);
  });
  const expected = sizes.reduce((sum, size) => sum + size, 0);
  if (!Number.isNaN(expected) && bytes !== expected) {
    throw new DataFormatError(path, `weight files of ${expected} bytes in all`, `${bytes} bytes`);
  }
}
