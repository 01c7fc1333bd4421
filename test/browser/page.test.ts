/** What only a page can show: the built package, its choice of a backend, and models kept in the page's storage. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { chooseBackend, selfCheck } from '../../dist/backend/index.js';
import * as data from '../../dist/data/index.js';
import { kernelizedSoftmax } from '../../dist/heads/index.js';
import { randomStream } from '../../dist/index.js';
import { forCompile, logitAdjustedCrossEntropy } from '../../dist/losses/index.js';
import * as metrics from '../../dist/metrics/index.js';
import * as mixup from '../../dist/mixup/index.js';
import * as models from '../../dist/models/index.js';
import * as optimizers from '../../dist/optimizers/index.js';
import '../../dist/register.js';
import * as sampling from '../../dist/sampling/index.js';
import { selectSubset } from '../../dist/subset/index.js';
import * as train from '../../dist/train/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';

describe('the built package in a page [cpu]', () => {
  it('has every room that needs nothing of Node', () => {
    for (const room of [data, metrics, mixup, models, optimizers, sampling, train])
      expect(Object.keys(room).length).toBeGreaterThan(0);
  });
});

onEachBackend('the built package in a page', (test, backend) => {
  test('finds every kernel of training right, pooling too', async () => {
    await chooseBackend(backend as 'cpu');
    expect((await selfCheck()).filter(({ ok }) => !ok)).toEqual([]);
  });

  test('trains a compiled model, which the page keeps and loads again', async () => {
    const random = randomStream(7);
    const x = tf.tensor2d(Array.from({ length: 30 }, (_, i) => [random.normal() + (i % 3), random.normal() - (i % 3)]));
    const targets = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 30 }, (_, i) => i % 3),
        'int32',
      ),
      3,
    );
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 5, activation: 'relu', inputShape: [2] }),
        kernelizedSoftmax({ units: 3, random: randomStream(1) }),
      ],
    });
    const loss = forCompile(logitAdjustedCrossEntropy, { classCounts: [20, 7, 3] });
    model.compile({ optimizer: tf.train.sgd(0.1), loss });
    const { history } = await model.fit(x, targets, { epochs: 5, batchSize: 10, shuffle: false, verbose: 0 });
    expect(history['loss']!.at(-1)).toBeLessThan(history['loss']![0] as number);

    const place = `indexeddb://page-${backend}`;
    await model.save(place);
    const loaded = await tf.loadLayersModel(place);
    await tf.io.removeModel(place);
    const [before, after] = [model.predict(x) as tf.Tensor, loaded.predict(x) as tf.Tensor];
    expectClose(await after.data(), await before.data(), VALUE_TOLERANCE);
  });

  test('selects a subset', async () => {
    const random = randomStream(3);
    const values = Float32Array.from({ length: 60 * 4 }, () => random.normal());
    const probabilities = Float32Array.from({ length: 60 * 2 }, (_, i) => (i % 2 === 0 ? 0.75 : 0.25));
    const { items } = await selectSubset({ embeddings: { values, dimension: 4 }, probabilities }, { budget: 6 });
    expect(new Set(items).size).toBe(6);
  });
});
