import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classifierFromModel, createModel, linear } from '../../src/models/index.js';
import { errorOf, refusal } from '../support/errors.js';
import { onEachBackend } from '../support/backends.js';

const random = randomStream(1);

onEachBackend('linear', (test) => {
  test('computes W x + b of the flattened input, from zeros on', async () => {
    const model = linear({ inputShape: [2, 1, 2], numClasses: 3, random });
    expect([model.name, model.countParams()]).toEqual(['linear', 4 * 3 + 3]);
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2]);
    expect([...(await (model.predict(x) as tf.Tensor).data())]).toEqual([0, 0, 0]);
    const kernel = tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1], [4, 3]);
    model.setWeights([kernel, tf.tensor1d([0.5, 0, -0.5])]);
    expect([...(await (model.predict(x) as tf.Tensor).data())]).toEqual([5.5, 6, 6.5]);
    model.dispose();
  });

  test('is split into the input as features and the dense layer as head', async () => {
    const classifier = classifierFromModel(createModel('linear', { inputShape: [4], numClasses: 2, random }));
    const features = classifier.features(tf.tensor2d([1, 2, 3, 4], [1, 4]));
    expect([...(await features.data())]).toEqual([1, 2, 3, 4]);
    expect(classifier.trainableVariables.map(({ shape }) => shape)).toEqual([[4, 2], [2]]);
    classifier.dispose();
  });

  test('refuses an empty shape and a single class', async () => {
    expect(await errorOf(() => linear({ inputShape: [], numClasses: 2, random }))).toEqual(
      refusal('InvalidArgumentError', 'linear: expected inputShape of positive integers, got []'),
    );
    expect(await errorOf(() => linear({ inputShape: [4], numClasses: 1, random }))).toEqual(
      refusal('InvalidArgumentError', 'linear: expected numClasses to be an integer of at least 2, got 1'),
    );
  });
});
