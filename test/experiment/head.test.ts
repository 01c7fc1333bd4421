import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { evaluateRun, resolveConfig, type PartialConfig } from '../../src/experiment/index.js';
import { headLogs, withHead } from '../../src/experiment/head.js';
import { KernelizedSoftmax } from '../../src/heads/index.js';
import { classifierFromModel, createModel } from '../../src/models/index.js';
import { useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { epochsOf, reportOf, tinyConfig } from './support.js';

const resolve = (...layers: object[]) => resolveConfig(layers.map((values) => ({ source: 'file', values })));

describe('options of a head', () => {
  it.each([
    [{}, { head: 'dense', temperature: null, degree: null, kernelGamma: null }],
    [{ head: 'cosine' }, { temperature: 1 / 16, degree: null, kernelGamma: null }],
    [
      { head: 'rbf', kernelGamma: 2 },
      { temperature: 1 / 16, kernelGamma: 2 },
    ],
    [
      { head: 'learned', temperature: 0.1 },
      { temperature: 0.1, degree: 10 },
    ],
    [
      { head: 'cosine', loss: 'ldam', temperature: 0.05 },
      { scale: 20, maxMargin: 0.5 },
    ],
  ])('%o', (values, expected) => {
    const config = resolve(values);
    expect(config).toMatchObject(expected);
    expect(resolve(config)).toEqual(config);
  });

  it('go with the head that they were given for', () => {
    const preset = { head: 'learned', degree: 4, learnTemperature: true };
    expect(resolve(preset, { head: 'dense' })).toMatchObject({
      degree: null,
      temperature: null,
      learnTemperature: false,
    });
    expect(resolve(preset, { head: 'learned' })).toMatchObject({ degree: 4, learnTemperature: true });
  });

  it.each([
    [{ degree: 3 }, 'degree only with the head learned, got degree 3 with dense'],
    [{ head: 'cosine', kernelGamma: 1 }, 'kernelGamma only with the head rbf, got kernelGamma 1 with cosine'],
    [{ temperature: 1 }, 'temperature only with the head cosine or rbf or learned, got temperature 1 with dense'],
    [{ learnTemperature: true }, 'a head with a temperature for learnTemperature, got dense. Add --head cosine'],
    [
      { head: 'cosine', loss: 'ldam', learnTemperature: true },
      'a fixed temperature with ldam, got learnTemperature. The margins are scaled by it: leave learnTemperature out',
    ],
    [
      { head: 'cosine', loss: 'ldam', scale: 30 },
      'one scale, that of the head, got scale 30. Leave scale out: it is 1 / temperature',
    ],
  ] as [PartialConfig, string][])('%o is refused', (values, message) => {
    expect(() => resolve(values)).toThrow(refusal('ConfigError', `file: expected ${message}`));
  });
});

describe('a head in place of the last dense layer', () => {
  it('keeps the backbone, frees the layer it replaces, and is found as the head', async () => {
    await useBackend('cpu');
    const before = tf.memory().numTensors;
    const config = tinyConfig({ head: 'learned' });
    const options = { inputShape: [4], numClasses: 3, random: randomStream(1) };
    const plain = createModel('mlp', options);
    const backbone = plain.trainableWeights.slice(0, -2).map((weight) => weight.read());
    const classifier = classifierFromModel(withHead(config, plain, randomStream(2)));
    expect(classifier.head).toHaveLength(1);
    expect(classifier.head[0]).toBeInstanceOf(KernelizedSoftmax);
    expect(classifier.trainableVariables.slice(0, backbone.length)).toEqual(backbone);
    const logits = tf.tidy(() => classifier.logits(classifier.features(tf.ones([2, 4]))));
    expect(logits.shape).toEqual([2, 3]);
    logits.dispose();
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a model that ends in something else', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 3, inputShape: [2] }), tf.layers.activation({ activation: 'relu' })],
    });
    expect(() => withHead(tinyConfig({ head: 'cosine' }), model, randomStream(1))).toThrow(
      refusal(
        'InvalidArgumentError',
        'head cosine: expected a model whose last layer is dense, got Activation. ' +
          'Leave --head out, and put the layer into the model yourself',
      ),
    );
  });
});

describe('a run with a head', () => {
  it.each(['cosine', 'rbf', 'learned'] as const)('%s is scored from its folder as at its end', async (head) => {
    const report = await reportOf({ head, backend: 'wasm', epochs: 2 });
    const { raw } = await evaluateRun({ run: report.run, backend: 'wasm' });
    expect(raw).toEqual(report.final.raw);
  });

  it('records its coefficients after every epoch, and its temperature where that is learnt', async () => {
    const { run } = await reportOf({ head: 'learned', degree: 3, learnTemperature: true, backend: 'wasm', epochs: 2 });
    const epochs = epochsOf(run);
    for (const record of epochs) {
      const coefficients = [1, 2, 3].map((m) => record[`kernel/${m}`] as number);
      expect(coefficients.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(record['kernel/4']).toBeUndefined();
      expect(record['temperature']).toBeGreaterThan(0);
    }
    expect(epochs[0]!['kernel/1']).not.toBe(epochs[1]!['kernel/1']);
    const dense = await reportOf({ backend: 'wasm', epochs: 1, warmupEpochs: 0 });
    expect(Object.keys(epochsOf(dense.run)[0]!).filter((name) => name.startsWith('kernel'))).toEqual([]);
  });

  it('has nothing to tell of a dense head', async () => {
    const classifier = classifierFromModel(
      createModel('mlp', { inputShape: [4], numClasses: 3, random: randomStream(1) }),
    );
    expect(await headLogs(tinyConfig(), classifier)).toEqual({});
    classifier.dispose();
  });
});
