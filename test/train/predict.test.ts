import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { forEachScored, scoreExamples } from '../../src/train/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { clusters, clusterSource, smallBatchNorm } from './support.js';

onEachBackend('scoring', (test) => {
  test('gives the logits of evaluation mode for every example, in the order of the data', async () => {
    const classifier = smallBatchNorm(randomStream(3));
    const { points, labels } = clusters();
    const expected = classifier.model.predict(tf.tensor2d(points, [72, 2])) as tf.Tensor;
    for (const batchSize of [1, 7, 72, 1000]) {
      const scored = await scoreExamples(classifier, clusterSource(1, 0), { batchSize });
      expect(scored.numClasses).toBe(3);
      expect(scored.labels).toEqual(labels);
      expectClose(scored.logits, await expected.data(), VALUE_TOLERANCE);
    }
    classifier.dispose();
  });

  test('hands out batches of the size asked for, the last one smaller', async () => {
    const classifier = smallBatchNorm(randomStream(3));
    const sizes: number[][] = [];
    await forEachScored(
      classifier,
      clusterSource(),
      ({ targets, logits }) => Promise.resolve(void sizes.push([...targets.shape, ...logits.shape])),
      { batchSize: 30 },
    );
    expect(sizes).toEqual([
      [30, 30, 3],
      [30, 30, 3],
      [12, 12, 3],
    ]);
    classifier.dispose();
  });

  test('refuses a batch size below 1', async () => {
    const classifier = smallBatchNorm(randomStream(3));
    const message = 'forEachScored: expected batchSize to be an integer of at least 1, got 0';
    await expect(scoreExamples(classifier, clusterSource(), { batchSize: 0 })).rejects.toThrow(
      refusal('InvalidArgumentError', message),
    );
    classifier.dispose();
  });

  test('leaves no tensor behind, also when the visitor fails', async () => {
    const classifier = smallBatchNorm(randomStream(3));
    const before = tf.memory().numTensors;
    await scoreExamples(classifier, clusterSource());
    const visits = forEachScored(classifier, clusterSource(), () => Promise.reject(new Error('stop')));
    await expect(visits).rejects.toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
    classifier.dispose();
  });
});
