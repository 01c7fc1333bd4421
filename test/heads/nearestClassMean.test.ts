import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { nearestClassMean, type MeanMetric } from '../../src/heads/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { errorOf, refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

type Rows = readonly (readonly number[])[];
const metrics = ['cosine', 'euclidean'] as const;
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, d) => sum + value * b[d]!, 0);

/** Means of the classes by the definition. */
function meansOf(labels: readonly number[], features: Rows, numClasses: number): number[][] {
  return Array.from({ length: numClasses }, (_, c) => {
    const own = features.filter((_, i) => labels[i] === c);
    return features[0]!.map((_, d) => own.reduce((sum, row) => sum + row[d]!, 0) / own.length);
  });
}

/** Scores of the classes by the definition. */
function scoresOf(metric: MeanMetric, features: Rows, means: Rows): number[][] {
  const cosine = (x: readonly number[], m: readonly number[]): number => {
    const lengths = Math.sqrt(dot(x, x) * dot(m, m));
    return lengths === 0 ? 0 : dot(x, m) / lengths;
  };
  const distance = (x: readonly number[], m: readonly number[]): number =>
    -x.reduce((sum, value, d) => sum + (value - m[d]!) ** 2, 0);
  return features.map((x) => means.map((m) => (metric === 'cosine' ? cosine : distance)(x, m)));
}

/** Seeded features, every class at least once. */
function examples(seed: number, { rows = 12, numClasses = 3, dimension = 4, offset = 0 } = {}) {
  const random = randomStream(seed);
  const labels = Array.from({ length: rows }, (_, i) => (i < numClasses ? i : random.integer(numClasses)));
  const feature = (): number => Math.fround(random.normal() + offset);
  const features = labels.map(() => Array.from({ length: dimension }, feature));
  return { labels, features, numClasses };
}

onEachBackend('nearestClassMean', (test) => {
  for (const metric of metrics) {
    test(`scores by ${metric} as the definition says`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (seed) => {
          const { labels, features, numClasses } = examples(seed);
          const classifier = nearestClassMean({ numClasses, metric });
          const x = tf.tensor2d(features);
          await classifier.update(labels, x);
          const logits = classifier.logits(x);
          const expected = scoresOf(metric, features, meansOf(labels, features, numClasses));
          expectClose(await logits.data(), expected.flat(), VALUE_TOLERANCE);
          tf.dispose([x, logits]);
        }),
        { numRuns: 20 },
      );
    });

    test(`by ${metric} is the dense layer of toDense, up to what the classes of an example share`, async () => {
      const { labels, features, numClasses } = examples(3, { offset: 1 });
      const classifier = nearestClassMean({ numClasses, metric });
      await classifier.update(labels, tf.tensor2d(features));
      const { kernel, bias } = classifier.toDense();
      const dense = (await tf.add(tf.matMul(tf.tensor2d(features), kernel), bias).array()) as number[][];
      const scores = scoresOf(metric, features, meansOf(labels, features, numClasses));
      const expected = scores.map((row, i) => {
        const length = Math.sqrt(dot(features[i]!, features[i]!));
        return row.map((score) => (metric === 'cosine' ? length * score : score - row[0]!));
      });
      const shared = dense.map((row) => row.map((logit) => (metric === 'cosine' ? logit : logit - row[0]!)));
      expectClose(shared.flat(), expected.flat(), VALUE_TOLERANCE);
    });

    test(`by ${metric} leaves nothing behind`, async () => {
      const { labels, features, numClasses } = examples(1);
      const x = tf.tensor2d(features);
      const before = tf.memory().numTensors;
      const classifier = nearestClassMean({ numClasses, metric });
      await classifier.update(labels, x);
      expect(tf.memory().numTensors).toBe(before);
      expectBalanced(() => classifier.logits(x));
      expectBalanced(() => classifier.means());
      expectBalanced(() => Object.values(classifier.toDense()) as tf.Tensor[]);
    });
  }

  test('takes batches of tensors, skips ignored rows and adds up in float64', async () => {
    const { labels, features, numClasses } = examples(7, { rows: 30, offset: 1000 });
    const classifier = nearestClassMean({ numClasses });
    for (let start = 0; start < 30; start += 7) {
      const ids = tf.tensor1d([...labels.slice(start, start + 7), -1], 'int32');
      await classifier.update(ids, tf.tensor2d([...features.slice(start, start + 7), [9e9, 9e9, 9e9, 9e9]]));
    }
    const means = meansOf(labels, features, numClasses);
    expect(await classifier.means().array()).toEqual(means.map((row) => row.map(Math.fround)));
    expect(classifier.support).toEqual([0, 1, 2].map((c) => labels.filter((label) => label === c).length));
  });

  test('keeps its digits for distances far from the origin', async () => {
    const classifier = nearestClassMean({ numClasses: 2, metric: 'euclidean' });
    await classifier.update([0, 1], tf.tensor2d([[4096, 4096.5], [4096, 4098]])); // prettier-ignore
    expectClose(await classifier.logits(tf.tensor2d([[4096, 4097]])).data(), [-0.25, -1], VALUE_TOLERANCE);
  });

  test('gives the cosine 0 to zero vectors and the ends of float32 their direction', async () => {
    const classifier = nearestClassMean({ numClasses: 2 });
    await classifier.update([0, 1], tf.tensor2d([[0, 0], [1e30, 0]])); // prettier-ignore
    const logits = classifier.logits(tf.tensor2d([[0, 0], [3e-30, 4e-30]])); // prettier-ignore
    expectClose(await logits.data(), [0, 0, 0, 0.6], VALUE_TOLERANCE);
  });
});

describe('nearestClassMean', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('ranks unit vectors by distance as by cosine', async () => {
    const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.sqrt(dot(row, row)));
    const { features } = examples(5, { rows: 20 });
    const predictions = async (metric: MeanMetric): Promise<number[]> => {
      const classifier = nearestClassMean({ numClasses: 3, metric });
      await classifier.update([0, 1, 2], tf.tensor2d(features.slice(0, 3).map(unit)));
      return [...(await tf.argMax(classifier.logits(tf.tensor2d(features.map(unit))), 1).data())];
    };
    expect(await predictions('euclidean')).toEqual(await predictions('cosine'));
  });

  it('adds nothing of a batch that it refuses', async () => {
    const classifier = nearestClassMean({ numClasses: 2 });
    const two = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
    await classifier.update([0, 1], two);
    const messages: [Parameters<typeof classifier.update>, string][] = [
      [[[0, 2], two], 'targets[1] to be in 0..1, or -1 (ignored), got 2'],
      [[[0, 0.5], two], 'targets[1] to be in 0..1, or -1 (ignored), got 0.5'],
      [[[0], two], 'features of shape [1, 2], got [2, 2]'],
      [[[0, 1], tf.ones([2, 3])], 'features of shape [2, 2], got [2, 3]'],
      [[tf.ones([2, 1]) as unknown as tf.Tensor1D, two], 'targets of shape [any], got [2, 1]'],
      [[[0, 1], tf.ones([2, 2], 'int32')], 'features of dtype float32, got int32'],
      [[[0, 1], tf.tensor2d([[1, 2], [NaN, 4]])], 'finite features, got NaN in row 1'], // prettier-ignore
    ];
    for (const [args, message] of messages) {
      const error = await errorOf(() => classifier.update(...args));
      expect(error).toMatchObject({ name: 'InvalidArgumentError', message: `nearestClassMean: expected ${message}` });
    }
    expect(classifier.support).toEqual([1, 1]);
    expect(await classifier.means().data()).toEqual(await two.data());
  });

  it('refuses options, features and means that do not fit', async () => {
    const classifier = nearestClassMean({ numClasses: 2 });
    await classifier.update([0], tf.ones([1, 3]));
    const missing = 'nearestClassMean: expected an example of every class, got none of class 1';
    for (const use of [
      () => classifier.means(),
      () => classifier.toDense(),
      () => classifier.logits(tf.ones([1, 3])),
    ]) {
      expect(use).toThrow(refusal('InvalidArgumentError', missing));
    }
    await classifier.update([1], tf.ones([1, 3]));
    expect(() => classifier.logits(tf.ones([1, 4]))).toThrow(
      refusal('InvalidArgumentError', 'nearestClassMean: expected features of shape [any, 3], got [1, 4]'),
    );
    expect(() => nearestClassMean({ numClasses: 1 })).toThrow(
      refusal('InvalidArgumentError', 'nearestClassMean: expected numClasses to be an integer of at least 2, got 1'),
    );
    expect(() => nearestClassMean({ numClasses: 2, metric: 'cosin' as 'cosine' })).toThrow(
      refusal(
        'InvalidArgumentError',
        'nearestClassMean: expected metric to be one of cosine, euclidean, got cosin. Did you mean "cosine"?',
      ),
    );
  });
});
