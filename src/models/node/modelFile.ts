import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type * as tfl from '@tensorflow/tfjs-layers';
import { DataFormatError, InvalidArgumentError, type RandomStream } from '../../core/index.js';
import { makeFromModule } from './modelModule.js';
import { loadSavedModel, savedModelFiles } from './savedModel.js';

/** Options of {@link loadModelFile}. */
export interface ModelFileOptions {
  /** Shape of one input without the batch axis, as the data has it. */
  readonly inputShape: readonly number[];
  /** Number of classes C, as the data has it. */
  readonly numClasses: number;
  /** Where a module takes its initial weights from; a saved model has its own. */
  readonly random: RandomStream;
}

const moduleExtensions = ['.js', '.mjs', '.cjs', '.ts', '.mts'];

/**
 * Whether `name` is the path of a file for {@link loadModelFile}, and not the name of a model.
 *
 * @param name A name or a path.
 * @returns Whether a dot or a slash is in it, as in no name.
 * @example
 * ```ts
 * import { isModelFile } from 'tfjs-longtail/models/node';
 * console.log(isModelFile('./my-model.js'), isModelFile('resnet8')); // true false
 * ```
 */
export function isModelFile(name: string): boolean {
  return /[./\\]/.test(name);
}

/**
 * A model from a file: the `model.json` of a saved tf.layers model with its weights beside it, or a module whose default
 * export makes one ({@link ModelFactory}).
 *
 * A saved model keeps its weights, so that training goes on from there. The model must have one input that fits
 * `inputShape`, and one output `[B, C]` of raw logits.
 *
 * @param path Path of a `.json`, `.js`, `.mjs` or `.cjs` file; `.ts` where Node itself runs TypeScript.
 * @param options `inputShape` and `numClasses` of the data, `random`.
 * @returns The model; the caller disposes it.
 * @throws DataFormatError If a file is missing, damaged or no saved model.
 * @throws InvalidArgumentError If a module does not give a model, or the model does not fit the data.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { randomStream } from 'tfjs-longtail';
 * import { loadModelFile } from 'tfjs-longtail/models/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'longtail-')), 'linear.mjs');
 * writeFileSync(path, `export default ({ inputShape, numClasses, random, tf }) =>
 *   tf.sequential({ layers: [tf.layers.dense({
 *     inputShape, units: numClasses, kernelInitializer: tf.initializers.heNormal({ seed: random.seedFor('logits') }),
 *   })] });`);
 * const model = await loadModelFile(path, { inputShape: [4], numClasses: 3, random: randomStream(1) });
 * console.log(model.countParams()); // 15
 * model.dispose();
 * ```
 */
export async function loadModelFile(path: string, options: ModelFileOptions): Promise<tfl.LayersModel> {
  const file = resolve(path);
  checkExtension(path);
  const model = moduleExtensions.includes(extname(file))
    ? await makeFromModule(file, await modelFileDigest(file), options)
    : await loadSavedModel(file);
  try {
    checkFits(file, model, options);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

/**
 * The SHA-256 of a model file: of a module's own text, or of `model.json` and its weights together.
 *
 * @param path As for {@link loadModelFile}.
 * @returns 64 hexadecimal digits; equal exactly when the files are, except that what a module imports is not in it.
 * @throws DataFormatError If a file is missing or is no saved model.
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { modelFileDigest } from 'tfjs-longtail/models/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'longtail-')), 'model.mjs');
 * writeFileSync(path, 'export default () => {};');
 * console.log((await modelFileDigest(path)).length); // 64
 * ```
 */
export async function modelFileDigest(path: string): Promise<string> {
  const file = resolve(path);
  const files = extname(file) === '.json' ? await savedModelFiles(file) : [file];
  const hash = createHash('sha256');
  for (const part of files) {
    hash.update(
      await readFile(part).catch((error: NodeJS.ErrnoException) => {
        throw new DataFormatError(part, 'a readable file of a model', error.code, undefined, { cause: error });
      }),
    );
  }
  return hash.digest('hex');
}

function checkExtension(path: string): void {
  if (['.json', ...moduleExtensions].includes(extname(path))) return;
  const hint = 'Convert other formats with tensorflowjs_converter';
  throw new InvalidArgumentError('loadModelFile', 'a path that ends in .json, .js, .mjs or .cjs', path, hint);
}

/** Throws unless the model takes the inputs of the data and gives a logit a class. */
function checkFits(path: string, model: tfl.LayersModel, { inputShape, numClasses }: ModelFileOptions): void {
  const [inputs, outputs] = [model.inputs ?? [], model.outputs ?? []];
  if (inputs.length !== 1 || outputs.length !== 1) {
    const got = `${inputs.length} and ${outputs.length}`;
    throw new InvalidArgumentError(path, 'a model with 1 input and 1 output', got);
  }
  const [input, output] = [inputs[0]!.shape, outputs[0]!.shape];
  const takes =
    input.length === inputShape.length + 1 &&
    inputShape.every((size, axis) => input[axis + 1] === null || input[axis + 1] === size);
  if (!takes) {
    const expected = `a model whose input is [batch, ${inputShape.join(', ')}], as the data is`;
    throw new InvalidArgumentError(path, expected, shapeText(input));
  }
  if (output.length !== 2 || output[1] !== numClasses) {
    const expected = `a model whose output is [batch, ${numClasses}], a logit for each class of the data`;
    throw new InvalidArgumentError(path, expected, shapeText(output));
  }
}

function shapeText(shape: readonly (number | null | undefined)[]): string {
  return `[${['batch', ...shape.slice(1).map((size) => size ?? 'any')].join(', ')}]`;
}
