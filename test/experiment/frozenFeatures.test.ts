import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { loadRunData, type PartialConfig } from '../../src/experiment/index.js';
import { trainingInputs } from '../../src/experiment/frozenFeatures.js';
import { makeTrainee } from '../../src/experiment/trainee.js';
import { useBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { tinyConfig } from './support.js';

const small: PartialConfig = {
  model: 'resnet8',
  imbalance: 24,
  maxPerClass: 24,
  loss: 'ce',
  sampler: 'class-balanced',
};

/** Inputs of a run with these options, and what they were made from. */
async function inputsOf(changes: PartialConfig) {
  const config = { ...tinyConfig({ ...small, cropPadding: 0 }), ...changes };
  const random = randomStream(config.seed);
  const data = await loadRunData(config, random);
  const { classifier } = await makeTrainee(config, data, random);
  return { data, classifier, inputs: await trainingInputs(config, data, classifier) };
}

describe('trainingInputs', () => {
  beforeAll(() => useBackend('wasm'));

  it('of a frozen backbone without augmentation are its features, made once', async () => {
    const { data, classifier, inputs } = await inputsOf({ freeze: 'backbone' });
    const { source } = inputs;
    const order = source.order(randomStream(5));
    expect(source.size).toBe(data.train.size);
    expect(order).toEqual(data.train.order(randomStream(5)));
    const indices = Int32Array.from(order).slice(0, 16);
    const made = await source.batch(indices, randomStream(1));
    const images = await data.train.batch(indices, randomStream(1));
    expect(await made.targets.data()).toEqual(await images.targets.data());
    const features = classifier.features(images.inputs);
    expect(made.inputs.shape).toEqual(features.shape);
    expectClose(await made.inputs.data(), await features.data(), VALUE_TOLERANCE);
    const logits = inputs.classifier.logits(inputs.classifier.features(made.inputs, { training: true }));
    expectClose(await logits.data(), await classifier.logits(features).data(), VALUE_TOLERANCE);
    expect(inputs.classifier.trainableVariables).toEqual(classifier.trainableVariables);
    classifier.dispose();
  });

  it('are the images where augmentation or training changes their features', async () => {
    for (const changes of [
      { freeze: 'none' },
      { freeze: 'backbone', cropPadding: 2 },
      { freeze: 'backbone', flip: true },
    ]) {
      const { data, classifier, inputs } = await inputsOf(changes as PartialConfig);
      expect(inputs.classifier).toBe(classifier);
      expect(inputs.source).toBe(data.train);
      classifier.dispose();
    }
  });

  it('take no tensors of their own', async () => {
    const { data, classifier } = await inputsOf({ freeze: 'none' });
    const before = tf.memory().numTensors;
    const { source } = await trainingInputs({ freeze: 'backbone', cropPadding: 0, flip: false }, data, classifier);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([source.batch(Int32Array.of(0, 3), randomStream(1))] as unknown as tf.TensorContainer);
    expect(tf.memory().numTensors).toBe(before);
    classifier.dispose();
  });
});
