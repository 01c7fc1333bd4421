import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiLabelMetrics, tuneThresholds } from '../../src/metrics/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

const labels = [
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
  [0, 0, 0],
];
const logits = [
  [2, -1, -1],
  [-1, 3, 1],
  [0.5, 1, -1],
  [-2, 2, -1],
];

/** A column as sorted by hand: precision at each positive, equal scores counted together. */
function exactAveragePrecision(positive: readonly boolean[], scores: readonly number[]): number {
  const all = positive.filter(Boolean).length;
  const precisionAt = (score: number): number => {
    const above = scores.flatMap((s, i) => (s >= score ? [positive[i]!] : []));
    return above.filter(Boolean).length / above.length;
  };
  return positive.reduce((sum, is, i) => sum + (is ? precisionAt(scores[i]!) / all : 0), 0);
}

function exactF1(positive: readonly boolean[], scores: readonly number[], threshold: number): number {
  const hits = scores.filter((s, i) => s >= threshold && positive[i]).length;
  const predicted = scores.filter((s) => s >= threshold).length;
  return (2 * hits) / (predicted + positive.filter(Boolean).length);
}

describe('multiLabelMetrics', () => {
  it('the worked example', async () => {
    const metrics = multiLabelMetrics({ numClasses: 3, groups: { head: [0], torso: [1], tail: [2] } });
    await metrics.update(labels, logits);
    const { perClassF1, perClassAveragePrecision, groups, ...scores } = metrics.result();
    // Class 0: 1 hit, 1 false, 1 missed. Class 1: 2 hits, 1 false. Class 2 never occurs: 1 false.
    expect(perClassF1).toEqual([0.5, 0.8, null]);
    expectClose(
      [perClassAveragePrecision[0]!, perClassAveragePrecision[1]!],
      [(1 + 2 / 3) / 2, (1 + 2 / 3) / 2],
      1e-15,
    );
    expect(perClassAveragePrecision[2]).toBeNull();
    expect(scores).toEqual({
      examples: 4,
      classes: 2,
      support: 4,
      classesWithoutItems: 1,
      microF1: 6 / 10,
      macroF1: 0.65,
      meanAveragePrecision: expect.closeTo(5 / 6, 15) as number,
    });
    expect(groups.head).toMatchObject({ classes: 1, support: 2, microF1: 0.5, macroF1: 0.5 });
    expect(groups.torso).toMatchObject({ classes: 1, support: 2, microF1: 0.8, macroF1: 0.8 });
    expect(groups.tail).toBeNull();
    expect(JSON.parse(JSON.stringify(metrics.result()))).toEqual(metrics.result());
  });

  it('is the same over batches as at once, and unknown labels do not count', async () => {
    const [once, parts] = [multiLabelMetrics({ numClasses: 3 }), multiLabelMetrics({ numClasses: 3 })];
    await once.update(labels, logits);
    await parts.update(labels.slice(0, 1), logits.slice(0, 1));
    await parts.update(labels.slice(1), logits.slice(1));
    expect(parts.result()).toEqual(once.result());
    await parts.update([[-1, -1, -1]], [[9, 9, 9]]);
    expect(parts.result()).toEqual({ ...once.result(), examples: 5 });
  });

  it('thresholds of its own', async () => {
    const metrics = multiLabelMetrics({ numClasses: 3, thresholds: [-1, 3.5, 5] });
    await metrics.update(labels, logits);
    expect(metrics.result().perClassF1).toEqual([0.8, 0, null]);
  });

  it('agrees with the definitions, equal scores included', async () => {
    const column = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 30 });
    const property = fc.asyncProperty(column, async (items) => {
      const positive = items.map(([is]) => is);
      const scores = items.map(([, score]) => score);
      fc.pre(positive.some(Boolean));
      const metrics = multiLabelMetrics({ numClasses: 1 });
      await metrics.update(
        positive.map((is) => [Number(is)]),
        scores.map((score) => [score]),
      );
      const { macroF1, microF1, meanAveragePrecision } = metrics.result();
      expectClose([meanAveragePrecision], [exactAveragePrecision(positive, scores)], 1e-12);
      expectClose([macroF1, microF1], [exactF1(positive, scores, 0), exactF1(positive, scores, 0)], 1e-12);
      const { thresholds, f1 } = await tuneThresholds(
        positive.map((is) => [Number(is)]),
        scores.map((score) => [score]),
        { numClasses: 1 },
      );
      const best = Math.max(...scores.map((score) => exactF1(positive, scores, score)));
      expectClose([f1[0]!, exactF1(positive, scores, thresholds[0]!)], [best, best], 1e-12);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('refuses what does not fit', async () => {
    const metrics = multiLabelMetrics({ numClasses: 3 });
    const refuses = async (targets: number[][], x: number[][], message: string): Promise<void> => {
      const error = refusal('InvalidArgumentError', `multiLabelMetrics.update: expected ${message}`);
      await expect(metrics.update(targets, x)).rejects.toThrow(error);
    };
    await refuses([[1, 0, 2]], [[1, 1, 1]], 'targets of 0, 1 or -1 (not known), got 2 in row 0, class 2');
    await refuses([[1, 0, 1]], [[1, 1, Number.NaN]], 'finite logits, got NaN in row 0, class 2');
    await refuses([[1, 0]], [[1, 1, 1]], '3 targets in row 0, got 2');
    await refuses(
      [[1, 0, 1]],
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
      '1 rows of logits, got 2',
    );
    expect(() => metrics.result()).toThrow(
      refusal('InvalidArgumentError', 'multiLabelMetrics.result: expected at least one item with a label, got none'),
    );
    expect(() => multiLabelMetrics({ numClasses: 3, thresholds: [1] })).toThrow(
      refusal('InvalidArgumentError', 'multiLabelMetrics: expected thresholds of length 3, got 1'),
    );
    expect(() => multiLabelMetrics({ numClasses: 3, groups: { head: [3], torso: [], tail: [] } })).toThrow(
      refusal('InvalidArgumentError', 'multiLabelMetrics: expected class of a group to be an integer in 0..2, got 3'),
    );
  });
});

describe('tuneThresholds', () => {
  it('cuts half-way between the scores, at the highest of equal cuts; a class that never occurs keeps 0', async () => {
    const { thresholds, f1 } = await tuneThresholds(labels, logits, { numClasses: 3 });
    // Class 0: {2} gives 2/3, {2, .5} 1/2, {2, .5, -1} 4/5, all 2/3. Class 1: {3} gives 2/3, {3, 2, 1} 4/5.
    expect(thresholds).toEqual([-1.5, 0, 0]);
    expect(f1).toEqual([0.8, 0.8, null]);
  });

  it('takes the lowest score where predicting every example is best', async () => {
    const options = { numClasses: 1 };
    expect(await tuneThresholds([[0], [1]], [[2], [-3]], options)).toEqual({ thresholds: [-3], f1: [2 / 3] });
  });
});

onEachBackend('multi-label metrics of tensors', (test) => {
  test('are those of the arrays, and no tensor is left', async () => {
    const metrics = multiLabelMetrics({ numClasses: 3 });
    const [targets, x] = [tf.tensor2d(labels), tf.tensor2d(logits)];
    const before = tf.memory().numTensors;
    await metrics.update(targets, x);
    const { thresholds } = await tuneThresholds(targets, x, { numClasses: 3 });
    expect(tf.memory().numTensors).toBe(before);
    expect(metrics.result().microF1).toBe(0.6);
    expect(thresholds).toEqual([-1.5, 0, 0]);
  });
});
