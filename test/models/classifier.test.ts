import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classifierFromModel, createModel, mlp } from '../../src/models/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { digestOf } from './digest.js';
import { randomMaps } from './reference.js';

const random = randomStream(1);
const options = { numClasses: 3, inputShape: [6, 6, 3], random };
const images = (): tf.Tensor4D => tf.tensor4d(Array.from(randomMaps([2, 6, 6, 3], 9).values), [2, 6, 6, 3]);

/** tf.layers ending in dense, dropout, dense: something other than our own models. */
function twoDense(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({
        name: 'first',
        units: 5,
        inputShape: [4],
        kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
      }),
      tf.layers.dropout({ name: 'drop', rate: 0.5, seed: 3 }),
      tf.layers.dense({ name: 'second', units: 3, kernelInitializer: tf.initializers.heNormal({ seed: 2 }) }),
      tf.layers.activation({ name: 'same', activation: 'linear' }),
    ],
  });
}

onEachBackend('Classifier', (test) => {
  for (const name of ['resnet8', 'official-resnet', 'mlp']) {
    for (const training of [false, true]) {
      test(`of ${name} gives the logits of the model, training ${training}, and the same running averages`, async () => {
        const [model, twin] = [createModel(name, options), createModel(name, options)];
        const classifier = classifierFromModel(model, { features: 'features' });
        const features = classifier.features(images(), { training });
        const logits = classifier.logits(features, { training });
        const expected = twin.apply(images(), { training }) as tf.Tensor;
        expect(features.shape).toEqual([2, name === 'mlp' ? 256 : 64]);
        expect(await logits.data()).toEqual(await expected.data());
        expect(await digestOf(model.getWeights())).toBe(await digestOf(twin.getWeights()));
        classifier.dispose();
        twin.dispose();
      });
    }
  }

  test('evaluation is the default', async () => {
    const classifier = classifierFromModel(createModel('resnet8', options));
    const logits = classifier.logits(classifier.features(images()));
    expect(await logits.data()).toEqual(await (classifier.model.predict(images()) as tf.Tensor).data());
    classifier.dispose();
  });

  test('runs as many kernels as the model itself', async () => {
    const classifier = classifierFromModel(createModel('resnet8', options));
    const x = images();
    const kernels = async (run: () => tf.Tensor): Promise<string[]> =>
      (await tf.profile(() => tf.tidy(run))).kernelNames.sort();
    for (const training of [false, true]) {
      const split = await kernels(() => classifier.logits(classifier.features(x, { training }), { training }));
      expect(split).toEqual(await kernels(() => classifier.model.apply(x, { training }) as tf.Tensor));
    }
    classifier.dispose();
  });

  test('leaves nothing behind, and its dispose frees the model', async () => {
    const before = tf.memory().numTensors;
    const classifier = classifierFromModel(createModel('resnet8', options));
    const x = images();
    for (const training of [false, true]) {
      expectBalanced(() => tf.tidy(() => classifier.logits(classifier.features(x, { training }), { training })));
      expectBalanced(() => classifier.features(x, { training }));
    }
    x.dispose();
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('classifierFromModel', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(['resnet8', 'official-resnet', 'mlp'])('of %s finds the layer called features by itself', (name) => {
    const classifier = classifierFromModel(createModel(name, options));
    const named = classifierFromModel(createModel(name, options), { features: 'features' });
    const x = images();
    expect(classifier.numClasses).toBe(3);
    expect(classifier.features(x).dataSync()).toEqual(named.features(x).dataSync());
    classifier.dispose();
    named.dispose();
  });

  it('splits in front of the last dense layer, at a layer by name, or at the inputs', () => {
    const x = tf.tensor2d([[1, -2, 3, 0.5]]);
    const expected = (twoDense().predict(x) as tf.Tensor).dataSync();
    const cases = { drop: 5, first: 5, second: 3, same: 3, inferred: 5 };
    for (const [features, width] of Object.entries(cases)) {
      const classifier = classifierFromModel(twoDense(), features === 'inferred' ? {} : { features });
      expect(classifier.features(x).shape).toEqual([1, width]);
      expect(classifier.logits(classifier.features(x)).dataSync()).toEqual(expected);
      classifier.dispose();
    }
    const linear = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4] })] });
    const classifier = classifierFromModel(linear);
    expect(classifier.features(x).dataSync()).toEqual(x.dataSync());
    expect(classifier.logits(classifier.features(x)).shape).toEqual([1, 2]);
  });

  it('passes training on to the layers behind the features', () => {
    const classifier = classifierFromModel(twoDense(), { features: 'first' });
    const features = tf.ones([1, 5]);
    const evaluated = classifier.logits(features).dataSync();
    expect(classifier.logits(features, { training: true }).dataSync()).not.toEqual(evaluated);
  });

  it('leaves the model as it was', () => {
    const model = createModel('resnet8', options);
    const before = JSON.stringify(model.toJSON(null, false));
    const nodes = model.layers.map((layer) => layer.inboundNodes.length + layer.outboundNodes.length);
    classifierFromModel(model);
    expect(JSON.stringify(model.toJSON(null, false))).toBe(before);
    expect(model.layers.map((layer) => layer.inboundNodes.length + layer.outboundNodes.length)).toEqual(nodes);
    model.dispose();
  });

  it('trains what is trainable when asked', () => {
    const classifier = classifierFromModel(mlp({ inputShape: [2], hiddenUnits: [3], numClasses: 2, random }));
    const { grads } = tf.variableGrads(
      () => tf.sum(classifier.logits(classifier.features(tf.ones([1, 2]), { training: true }), { training: true })),
      classifier.trainableVariables,
    );
    expect(Object.keys(grads)).toEqual(classifier.trainableVariables.map(({ name }) => name));
    classifier.model.getLayer('features').trainable = false;
    expect(classifier.trainableVariables.map(({ shape }) => shape)).toEqual([[3, 2], [2]]);
  });

  it.each([
    ['softmax', tf.layers.dense({ name: 'last', units: 2, activation: 'softmax' })],
    ['sigmoid', tf.layers.dense({ name: 'last', units: 2, activation: 'sigmoid' })],
    ['softmax', tf.layers.softmax({ name: 'last' })],
    ['softmax', tf.layers.activation({ name: 'last', activation: 'softmax' })],
  ])('refuses a model that ends in a %s', (activation, last) => {
    const model = tf.sequential({ name: 'own', layers: [tf.layers.dense({ units: 2, inputShape: [4] }), last] });
    expect(() => classifierFromModel(model)).toThrow(
      expect.objectContaining({
        message:
          `classifierFromModel: expected "own" to give logits, got ${activation} in layer "last". ` +
          'Leave the activation of that layer out: the losses take logits',
      }),
    );
    model.dispose();
  });

  it('refuses models it cannot split', () => {
    const model = createModel('resnet8', options);
    expect(() => classifierFromModel(model, { features: 'feature' })).toThrow(
      expect.objectContaining({
        message:
          'classifierFromModel: expected features to name a layer of "resnet8", got feature. Did you mean "features"?',
      }),
    );
    expect(() => classifierFromModel(model, { features: 'stem' })).toThrow(
      expect.objectContaining({
        message:
          'classifierFromModel: expected a chain of layers from "stem" to the logits of "resnet8", ' +
          'got layer "stage3_block1_add" with 2 inputs. Name a layer after it with the option features',
      }),
    );
    const convolutional = tf.sequential({
      name: 'maps',
      layers: [tf.layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [4, 4, 1] })],
    });
    expect(() => classifierFromModel(convolutional)).toThrow(
      expect.objectContaining({
        message:
          'classifierFromModel: expected a model with one input and one output [B, C], ' +
          'got inputs: 1, output shape: [null,4,4,2]',
      }),
    );
    const flat = tf.sequential({ name: 'flat', layers: [tf.layers.flatten({ name: 'flat', inputShape: [2, 2] })] });
    expect(() => classifierFromModel(flat)).toThrow(
      expect.objectContaining({
        message:
          'classifierFromModel: expected a dense layer in the chain to the logits of "flat", ' +
          'got layer "flat_input" with 0 inputs. Name a layer after it with the option features',
      }),
    );
  });
});
