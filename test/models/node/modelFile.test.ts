import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import { classifierFromModel, createModel, mlp } from '../../../src/models/index.js';
import { isModelFile, loadModelFile, modelFileDigest, saveModelFolder } from '../../../src/models/node/index.js';
import { onEachBackend } from '../../support/backends.js';
import { errorOf, refusal } from '../../support/errors.js';
import { freshFolder } from '../../support/folders.js';
import { fileOf, moduleFile } from './support.js';

const random = randomStream(4);
const options = { inputShape: [4], numClasses: 3, random };
const small = (): tf.LayersModel => mlp({ inputShape: [4], hiddenUnits: [5], numClasses: 3, random });
const saved = async (model = small()): Promise<string> => {
  const path = await saveModelFolder(model, join(freshFolder(), 'model'));
  model.dispose();
  return path;
};

beforeAll(() => tf.setBackend('cpu'));

onEachBackend('loadModelFile', (test) => {
  test('a saved model comes back with its weights', async () => {
    const model = createModel('resnet8', { numClasses: 4, inputShape: [6, 6, 3], random });
    const path = await saveModelFolder(model, join(freshFolder(), 'deep/model'));
    const loaded = await loadModelFile(path, { inputShape: [6, 6, 3], numClasses: 4, random: randomStream(5) });
    const x = tf.randomUniform([2, 6, 6, 3], 0, 1, 'float32', 3);
    const [before, after] = [model.predict(x) as tf.Tensor, loaded.predict(x) as tf.Tensor];
    expect(await after.data()).toEqual(await before.data());
    model.dispose();
    loaded.dispose();
  });

  test('a module makes the same model again from the same stream', async () => {
    const path = moduleFile();
    const [one, two] = [await loadModelFile(path, options), await loadModelFile(path, options)];
    const x = tf.ones([2, 4]);
    expect(await (one.predict(x) as tf.Tensor).data()).toEqual(await (two.predict(x) as tf.Tensor).data());
    const classifier = classifierFromModel(one, { features: 'hidden' });
    expect(classifier.features(x).shape).toEqual([2, 5]);
    one.dispose();
    two.dispose();
  });

  test('leaves no tensor behind, nor does saving', async () => {
    const path = await saved();
    const before = tf.memory().numTensors;
    (await loadModelFile(path, options)).dispose();
    (await loadModelFile(moduleFile(), options)).dispose();
    await errorOf(() => loadModelFile(path, { ...options, numClasses: 4 }));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a model file', () => {
  it('is a path, not a name', () => {
    expect(['./m.js', 'm.json', 'a/b', 'C:\\m.js'].map(isModelFile)).toEqual([true, true, true, true]);
    expect(['resnet8', 'official-resnet', 'mlp'].map(isModelFile)).toEqual([false, false, false]);
  });

  it('may make its model asynchronously, and is read anew when it has changed', async () => {
    const path = moduleFile(
      'Promise.resolve(tf.sequential({ layers: [tf.layers.dense({ inputShape, units: numClasses })] }))',
    );
    const first = await loadModelFile(path, options);
    expect(first.countParams()).toBe(15);
    writeFileSync(path, readFileSync(path, 'utf8').replace('units: numClasses', 'units: numClasses, useBias: false'));
    const second = await loadModelFile(path, options);
    expect(second.countParams()).toBe(12);
    first.dispose();
    second.dispose();
  });

  it('has a digest of all its files', async () => {
    const path = await saved();
    const digest = await modelFileDigest(path);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const weights = join(path, '../weights.bin');
    const bytes = readFileSync(weights);
    bytes[3]! ^= 1;
    writeFileSync(weights, bytes);
    expect(await modelFileDigest(path)).not.toBe(digest);
    bytes[3]! ^= 1;
    writeFileSync(weights, bytes);
    expect(await modelFileDigest(path)).toBe(digest);
  });

  it('is read from several shards, as the Keras converter writes them', async () => {
    const path = await saved();
    const json = JSON.parse(readFileSync(path, 'utf8')) as tf.io.ModelJSON;
    const bytes = readFileSync(join(path, '../weights.bin'));
    writeFileSync(join(path, '../a.bin'), bytes.subarray(0, 21));
    writeFileSync(join(path, '../b.bin'), bytes.subarray(21));
    const weightsManifest = [{ ...json.weightsManifest[0]!, paths: ['a.bin', 'b.bin'] }];
    writeFileSync(join(path, '../sharded.json'), JSON.stringify({ ...json, weightsManifest }));
    const [whole, sharded] = [
      await loadModelFile(path, options),
      await loadModelFile(join(path, '../sharded.json'), options),
    ];
    const x = tf.ones([1, 4]);
    expect(await (sharded.predict(x) as tf.Tensor).data()).toEqual(await (whole.predict(x) as tf.Tensor).data());
    whole.dispose();
    sharded.dispose();
  });
});

describe('loadModelFile refuses, naming the file:', () => {
  const refuses = (path: string, name: string, message: string | RegExp, changes = {}): Promise<void> =>
    expect(loadModelFile(path, { ...options, ...changes })).rejects.toThrow(
      refusal(name, typeof message === 'string' ? `${path}: ${message}` : message),
    );

  it('a model that does not fit the data', async () => {
    const path = await saved();
    await refuses(
      path,
      'InvalidArgumentError',
      'expected a model whose output is [batch, 10], a logit for each class of the data, got [batch, 3]',
      { numClasses: 10 },
    );
    await refuses(
      path,
      'InvalidArgumentError',
      'expected a model whose input is [batch, 6, 6, 3], as the data is, got [batch, 4]',
      { inputShape: [6, 6, 3] },
    );
  });

  it('a module that makes no such model', async () => {
    const one = 'tf.layers.dense({ units: 3 }).apply(x)';
    const cases: [string, string][] = [
      ['42', 'expected a function that returns a tf.LayersModel, got a number'],
      ['undefined', 'expected a function that returns a tf.LayersModel, got undefined'],
      [
        'tf.layers.dense({ units: 3 })',
        'expected a function that returns a tf.LayersModel, got an object of class Dense',
      ],
      [
        '({ predict() {} })',
        'expected a function that returns a tf.LayersModel, got a model of another copy of TensorFlow.js. ' +
          'Take tf from the argument: ({ inputShape, numClasses, tf }) => ...',
      ],
      ['{ throw new Error("no idea") }', 'expected a function that makes a model, got it threw Error: no idea'],
      [
        `{ const x = tf.input({ shape: inputShape }); return tf.model({ inputs: x, outputs: [${one}, ${one}] }); }`,
        'expected a model with 1 input and 1 output, got 1 and 2',
      ],
      ['tf.sequential()', 'expected a model with 1 input and 1 output, got 0 and 0'],
    ];
    for (const [body, message] of cases) await refuses(moduleFile(body), 'InvalidArgumentError', message);
  });

  it('a module without a default export, or that cannot be imported', async () => {
    const wanted = 'expected a default export ({ inputShape, numClasses }) => tf.LayersModel';
    await refuses(fileOf('m.mjs', 'export const make = 1;'), 'InvalidArgumentError', `${wanted}, got none`);
    await refuses(fileOf('m.mjs', 'export default 7;'), 'InvalidArgumentError', `${wanted}, got a number`);
    const broken = fileOf('m.mjs', 'throw new TypeError("at the top");');
    await refuses(broken, 'InvalidArgumentError', 'expected a module that can be imported, got TypeError: at the top');
    const absent = join(freshFolder(), 'absent.js');
    await refuses(absent, 'DataFormatError', 'expected a readable file of a model, got ENOENT');
  });

  it('a file that is no saved model', async () => {
    await refuses(
      join(freshFolder(), 'absent.json'),
      'DataFormatError',
      /absent\.json: expected a readable file of a model, got ENOENT$/,
    );
    await refuses(fileOf('m.json', '{'), 'DataFormatError', /m\.json: expected valid JSON, got /);
    const wanted = 'expected what model.save writes, modelTopology and weightsManifest';
    await refuses(fileOf('m.json', '{"epochs": 3}'), 'DataFormatError', `${wanted}, got another JSON file`);
    await refuses(fileOf('m.json', 'null'), 'DataFormatError', `${wanted}, got another JSON file`);
    await refuses(fileOf('m.json', '{"modelTopology": {}}'), 'DataFormatError', `${wanted}, got no weights`);
    await refuses(
      fileOf('m.json', '{"format": "graph-model"}'),
      'DataFormatError',
      'expected a model of tf.layers, got a graph model. ' +
        'Convert it with --output_format tfjs_layers_model: a graph model cannot be trained',
    );
    const wrong = await errorOf(() => loadModelFile('m.h5', options));
    expect(wrong.message).toBe(
      'loadModelFile: expected a path that ends in .json, .js, .mjs or .cjs, got m.h5. ' +
        'Convert other formats with tensorflowjs_converter',
    );
  });

  it('weights that are missing or cut, and layers that nobody knows', async () => {
    const path = await saved();
    const weights = join(path, '../weights.bin');
    writeFileSync(weights, readFileSync(weights).subarray(4));
    await refuses(path, 'DataFormatError', 'expected weight files of 172 bytes in all, got 168 bytes');
    const json = readFileSync(path, 'utf8');
    writeFileSync(path, json.replace('weights.bin', 'gone.bin'));
    await refuses(path, 'DataFormatError', /gone\.bin: expected a readable file of a model, got ENOENT$/);
    const unknown = await saved();
    writeFileSync(unknown, readFileSync(unknown, 'utf8').replace('"class_name":"Dense"', '"class_name":"Sparse"'));
    await refuses(
      unknown,
      'DataFormatError',
      /: expected a model of tf\.layers, got Unknown layer: Sparse\..*which registers them$/s,
    );
  });
});

describe('saveModelFolder', () => {
  it('writes over nothing, but into an empty folder', async () => {
    const model = small();
    const folder = freshFolder();
    await saveModelFolder(model, folder, { 'notes.txt': 'hello' });
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('hello');
    await expect(saveModelFolder(model, folder)).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${folder}: expected a folder that does not exist yet, got an existing one. ` +
          'Nothing is overwritten: choose another folder',
      ),
    );
    const file = fileOf('file', '');
    await expect(saveModelFolder(model, join(file, 'model'))).rejects.toThrow(
      refusal('RunFolderError', /file\/model: expected a folder that can be written, got (ENOTDIR|EEXIST)\. /),
    );
    model.dispose();
  });
});
