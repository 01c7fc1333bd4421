import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { exportRun } from '../../src/experiment/index.js';
import { openRun } from '../../src/experiment/openRun.js';
import { portableModel } from '../../src/experiment/portableModel.js';
import { classScale } from '../../src/heads/index.js';
import { createModel, mlp } from '../../src/models/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { softmax } from '../support/reference.js';
import { finishedRun, freshRun, reportOf } from './support.js';

const random = randomStream(2);
const offsets = Float64Array.of(-1, 0.5, 3, 0.25);
const predict = async (model: tf.LayersModel, x: tf.Tensor): Promise<number[]> =>
  Array.from(await (tf.tidy(() => model.predict(x)) as tf.Tensor).data());
const less = (logits: number[]): number[] => logits.map((logit, i) => logit - offsets[i % 4]!);

onEachBackend('portableModel', (test) => {
  for (const side of [6, 7]) {
    test(`of resnet8 on ${side} pixels has layers of TensorFlow.js alone and the same logits`, async () => {
      const model = createModel('resnet8', { numClasses: 4, inputShape: [side, side, 3], random });
      const x = tf.randomNormal([3, side, side, 3], 0, 1, 'float32', 5);
      model.apply(x, { training: true }); // averages of the batch norms other than 0 and 1
      const twin = await portableModel(model, { offsets: null, softmax: false });
      expect(twin.customLayers).toEqual([]);
      expectClose(await predict(twin.model, x), await predict(model, x), VALUE_TOLERANCE);
      model.dispose();
      twin.model.dispose();
    });
  }

  test('has the adjustment in the bias, without a layer more, and probabilities on demand', async () => {
    const model = mlp({ inputShape: [5], hiddenUnits: [4], numClasses: 4, random });
    const x = tf.randomNormal([2, 5], 0, 1, 'float32', 6);
    const logits = await predict(model, x);
    const adjusted = await portableModel(model, { offsets, softmax: false });
    expect(adjusted.model.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    expectClose(await predict(adjusted.model, x), less(logits), VALUE_TOLERANCE);
    expect(await predict(model, x)).toEqual(logits);
    const certain = await portableModel(model, { offsets, softmax: true });
    const expected = [less(logits).slice(0, 4), less(logits).slice(4)].flatMap(softmax);
    expectClose(await predict(certain.model, x), expected, VALUE_TOLERANCE);
    expect(certain.customLayers).toEqual([]);
    for (const each of [model, adjusted.model, certain.model]) each.dispose();
  });

  test('writes a class scale as a batch normalisation, and adjusts behind it', async () => {
    const base = mlp({ inputShape: [5], hiddenUnits: [], numClasses: 4, random });
    const scale = classScale({ name: 'scale' });
    const model = tf.model({ inputs: base.inputs, outputs: scale.apply(base.outputs[0]!) as tf.SymbolicTensor });
    scale.setWeights([tf.tensor1d([1, 2, -1, 0.5])]);
    const x = tf.randomNormal([2, 5], 0, 1, 'float32', 7);
    const logits = await predict(model, x);
    for (const [given, expected] of [
      [null, logits],
      [offsets, less(logits)],
    ] as const) {
      // prettier-ignore
      const twin = await portableModel(model, { offsets: given, softmax: false });
      expect(twin.customLayers).toEqual([]);
      expect(twin.model.layers).toHaveLength(model.layers.length);
      expectClose(await predict(twin.model, x), expected, VALUE_TOLERANCE);
      twin.model.dispose();
    }
    model.dispose();
  });

  test('adds a layer where the last one has no bias', async () => {
    const layers = [tf.layers.dense({ inputShape: [5], units: 4, useBias: false })];
    const model = tf.sequential({ layers });
    const x = tf.randomNormal([2, 5], 0, 1, 'float32', 8);
    const twin = await portableModel(model, { offsets, softmax: false });
    expectClose(await predict(twin.model, x), less(await predict(model, x)), VALUE_TOLERANCE);
    expect([twin.model.layers.at(-1)!.name, twin.customLayers]).toEqual(['adjustment', []]);
    model.dispose();
    twin.model.dispose();
  });

  test('names layers that it has to leave, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 4 }), new Doubled({})] });
    const twin = await portableModel(model, { offsets, softmax: true });
    expect(twin.customLayers).toEqual(['Doubled']);
    model.dispose();
    twin.model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** A layer that only this file knows. */
class Doubled extends tf.layers.Layer {
  static readonly className = 'Doubled';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, 2);
  }
}
tf.serialization.registerClass(Doubled);

/** Logits of the model in a folder, from a process that has TensorFlow.js and nothing else, over HTTP as a page has it. */
async function elsewhere(folder: string, inputs: number[], shape: number[]): Promise<number[]> {
  const server = createServer((request, response) => {
    response.end(readFileSync(join(folder, request.url!)));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const project = freshFolder();
  mkdirSync(join(project, 'node_modules/@tensorflow'), { recursive: true });
  const installed = fileURLToPath(new URL('../../node_modules/@tensorflow/tfjs', import.meta.url));
  symlinkSync(installed, join(project, 'node_modules/@tensorflow/tfjs'));
  writeFileSync(join(project, 'inputs.json'), JSON.stringify(inputs));
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(project, 'page.mjs'),
    `import { readFileSync } from 'node:fs';
     import * as tf from '@tensorflow/tfjs';
     const model = await tf.loadLayersModel('http://127.0.0.1:${port}/model.json');
     const x = tf.tensor(JSON.parse(readFileSync('inputs.json', 'utf8')), ${JSON.stringify(shape)});
     console.log(JSON.stringify(Array.from(await model.predict(x).data())));`,
  );
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['page.mjs'], { cwd: project, timeout: 60_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as number[];
  } finally {
    server.close();
  }
}

describe('exportRun', () => {
  it('writes what a plain page loads: the logits of the run, and the adjustment of its own tau', async () => {
    const { run, final } = await reportOf({ loss: 'ce', holdout: 0.3 });
    const [raw, posthoc] = [freshRun(), freshRun()];
    const result = await exportRun({ run, out: raw, backend: 'wasm' });
    expect(result).toMatchObject({ model: join(raw, 'model.json'), outputs: 'logits', tau: null, customLayers: [] });
    const adjusted = await exportRun({ run, out: posthoc, posthoc: true, backend: 'wasm' });
    expect(adjusted.tau).toBe(final.posthoc.tau);
    const { data, trainee } = await openRun({ run, backend: 'wasm' });
    const { inputs, targets } = await data.test.batch(Int32Array.of(0, 7, 21), random);
    const logits = tf.tidy(() => trainee.classifier.logits(trainee.classifier.features(inputs)));
    const [x, expected] = [Array.from(await inputs.data()), Array.from(await logits.data())];
    expectClose(await elsewhere(raw, x, inputs.shape), expected, VALUE_TOLERANCE);
    const { logProbabilities } = trainee.classPrior;
    const moved = expected.map((logit, i) => logit - final.posthoc.tau * logProbabilities[i % 10]!);
    expectClose(await elsewhere(posthoc, x, inputs.shape), moved, VALUE_TOLERANCE);
    tf.dispose([inputs, targets, logits]);
    trainee.dispose();
  });

  it('describes the inputs, so that bytes of an image become those of the run', async () => {
    const { run } = await finishedRun();
    const out = freshRun();
    await exportRun({ run, out, softmax: true, backend: 'wasm' });
    expect(readdirSync(out).sort()).toEqual(['longtail.json', 'model.json', 'weights.bin']);
    const described = JSON.parse(readFileSync(join(out, 'longtail.json'), 'utf8')) as Record<string, unknown>;
    const { data, trainee } = await openRun({ run, backend: 'wasm' });
    trainee.dispose();
    expect(described).toEqual({
      format: 1,
      madeBy: expect.stringMatching(/^tfjs-longtail \d/) as string,
      model: 'mlp',
      checkpoint: { name: 'last', epoch: 3, step: 15 },
      inputShape: [28, 28, 1],
      preprocessing: '(byte / 255 - mean[channel]) / deviation[channel], float32, [batch, height, width, channel]',
      mean: Array.from(data.normalization.mean),
      deviation: Array.from(data.normalization.deviation),
      outputs: 'probabilities',
      classNames: data.classNames,
      classPrior: Array.from(data.classCounts, (count) => count / data.classCounts.reduce((a, b) => a + b)),
      tau: null,
      customLayers: [],
    });
  });

  it('does not adjust a run twice unless it is told to, and writes over nothing', async () => {
    const { run } = await finishedRun();
    const out = freshRun();
    await expect(exportRun({ run, out, posthoc: true, backend: 'wasm' })).rejects.toThrow(
      refusal(
        'ConfigError',
        'export: expected a run of plain cross-entropy for --posthoc, got logit-adjusted with shuffled batches. ' +
          'Export it without --posthoc: its logits are adjusted already. --posthoc TAU adjusts them all the same',
      ),
    );
    expect(existsSync(out)).toBe(false);
    expect((await exportRun({ run, out, posthoc: 0.5, backend: 'wasm' })).tau).toBe(0.5);
    const before = readFileSync(join(out, 'model.json'));
    await expect(exportRun({ run, out, backend: 'wasm' })).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${out}: expected a folder that does not exist yet, got an existing one. Nothing is overwritten: choose another folder`,
      ),
    );
    expect(readFileSync(join(out, 'model.json'))).toEqual(before);
    await expect(exportRun({ run, out: join(out, 'model.json', 'x'), backend: 'wasm' })).rejects.toThrow(
      refusal('RunFolderError', /model\.json\/x: expected a folder that can be written, got (ENOTDIR|EEXIST)\. /),
    );
  });
});
