import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { forCompile, logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { logitAdjustedLoss, oneHotRows } from '../support/reference.js';
import { C, cases, referenceLoss } from './family.js';

const classCounts = [70, 20, 10];
const labels = [0, 0, 1, 2];

/** A linear model whose logits are 0 before training. */
function zeroModel(): tf.Sequential {
  const layer = tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: 'zeros', biasInitializer: 'zeros' });
  return tf.sequential({ layers: [layer] });
}

function lossAtZero(y: number): number {
  return logitAdjustedLoss(y, [0, 0, 0], classCounts, 1);
}

onEachBackend('forCompile', (test) => {
  test('is per example, whatever reduction is slipped in', async () => {
    const options = { classCounts, reduction: 'sum' };
    const loss = forCompile(logitAdjustedCrossEntropy, options);
    const value = loss(tf.tensor2d(oneHotRows(labels, 3)), tf.zeros([4, 3]));
    expect(value.shape).toEqual([4]);
    expectClose(await value.data(), labels.map(lossAtZero), VALUE_TOLERANCE);
  });

  test('fit reports the mean, with classWeight the weighted one', async () => {
    const xs = tf.ones([4, 2]);
    const ys = tf.tensor2d(oneHotRows(labels, 3));
    for (const classWeight of [undefined, { 0: 0.5, 1: 2, 2: 7 }] as const) {
      const model = zeroModel();
      model.compile({ optimizer: 'sgd', loss: forCompile(logitAdjustedCrossEntropy, { classCounts }) });
      const options = { epochs: 1, batchSize: 4, verbose: 0 as const, ...(classWeight && { classWeight }) };
      const history = await model.fit(xs, ys, options);
      const weightOf = (y: number): number => classWeight?.[y as 0 | 1 | 2] ?? 1;
      const expected = labels.reduce((sum, y) => sum + (weightOf(y) * lossAtZero(y)) / labels.length, 0);
      expectClose([Number(history.history['loss']![0])], [expected], VALUE_TOLERANCE);
      model.dispose();
    }
  });

  for (const lossCase of cases) {
    test(`fit with classWeight: ${lossCase.name}`, async () => {
      const layer = tf.layers.dense({ units: C, inputShape: [2], kernelInitializer: 'zeros', useBias: false });
      const model = tf.sequential({ layers: [layer] });
      model.compile({ optimizer: 'sgd', loss: lossCase.compiled });
      const y = [0, 1, 2, 3];
      const classWeight = { 0: 0.5, 1: 2, 2: 7, 3: 1 };
      const zeros = y.map(() => [0, 0, 0, 0]);
      const exampleWeights = Object.values(classWeight);
      const options = { epochs: 1, batchSize: 4, verbose: 0 as const, classWeight };
      const history = await model.fit(tf.ones([4, 2]), tf.tensor2d(oneHotRows(y, C)), options);
      const expected = referenceLoss(lossCase, oneHotRows(y, C), zeros, { exampleWeights });
      expectClose([Number(history.history['loss']![0])], expected, VALUE_TOLERANCE);
      model.dispose();
    });
  }

  test('training by fit reaches the optimum, the class frequencies of the batch', async () => {
    const model = zeroModel();
    model.compile({ optimizer: tf.train.sgd(1), loss: forCompile(softmaxCrossEntropy, {}), metrics: ['accuracy'] });
    const ys = tf.tensor2d(oneHotRows(labels, 3));
    const history = await model.fit(tf.ones([4, 2]), ys, { epochs: 100, batchSize: 4, verbose: 0, shuffle: false });
    const frequencies = tf.softmax(model.predict(tf.ones([1, 2])) as tf.Tensor);
    expectClose(await frequencies.data(), [0.5, 0.25, 0.25], VALUE_TOLERANCE);
    expect(history.history['acc']!.at(-1)).toBe(0.5);
    model.dispose();
  });
});
