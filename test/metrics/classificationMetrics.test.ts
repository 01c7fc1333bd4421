import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/index.js';
import { classificationMetrics, groupClasses } from '../../src/metrics/index.js';
import type { ClassificationResult } from '../../src/metrics/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { softmax } from '../support/reference.js';

seedProperties();

/** Float64 sums in another order. */
const ROUNDING = 1e-12;

type Batch = readonly [labels: readonly number[], logits: readonly (readonly number[])[]];

async function score(numClasses: number, ...batches: Batch[]): Promise<ClassificationResult> {
  const metrics = classificationMetrics({ numClasses });
  for (const [labels, logits] of batches) await metrics.update(labels, logits);
  return metrics.result();
}

/** Items that a model classifies as the confusion matrix says. */
function itemsOf(confusion: readonly (readonly number[])[]): Batch {
  const cells = confusion.flatMap((row, y) =>
    row.flatMap((count, k) => Array.from({ length: count }, () => [y, k] as const)),
  );
  const logits = cells.map(([, k]) => confusion.map((_, j) => (j === k ? 1 : 0)));
  return [cells.map(([y]) => y), logits];
}

/** NLL, Brier score and ECE from their definitions. */
function calibrationOf([labels, logits]: Batch): { nll: number; brier: number; ece: number } {
  const rows = logits.map((row) => softmax([...row]));
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const nll = mean(rows.map((p, i) => -Math.log(p[labels[i]!]!)));
  const brier = mean(rows.map((p, i) => p.reduce((sum, value, y) => sum + (value - Number(y === labels[i])) ** 2, 0)));
  let ece = 0;
  for (let bin = 1; bin <= 15; bin++) {
    const members = rows.flatMap((p, i) => {
      const confidence = Math.max(...p);
      const inside = confidence > (bin - 1) / 15 && confidence <= bin / 15;
      return inside ? [{ confidence, right: Number(p.indexOf(confidence) === labels[i]) }] : [];
    });
    if (members.length === 0) continue;
    const gap = mean(members.map((m) => m.right)) - mean(members.map((m) => m.confidence));
    ece += (members.length / rows.length) * Math.abs(gap);
  }
  return { nll, brier, ece };
}

const row = (classes: number) =>
  fc.array(
    fc.integer({ min: -600, max: 600 }).map((n) => n / 100),
    { minLength: classes, maxLength: classes },
  );
const item = fc.tuple(fc.integer({ min: 0, max: 3 }), row(4));
const batchOf = (items: [number, number[]][]): Batch => [items.map(([y]) => y), items.map(([, f]) => f)];

describe('classificationMetrics', () => {
  it('gives the balanced error of a worked example', async () => {
    const confusion = [
      [90, 8, 2],
      [10, 35, 5],
      [6, 4, 10],
    ];
    const result = await score(3, itemsOf(confusion));
    expect(result.confusion).toEqual(confusion);
    expect(result.perClassRecall).toEqual([0.9, 0.7, 0.5]);
    expectClose([result.balancedError, 1 - result.accuracy], [0.3, 0.205882352941], ROUNDING);
    expect(result.balancedAccuracy).toBe(1 - result.balancedError);
    expect(result.support).toEqual([100, 50, 20]);
    expect(result.examples).toBe(170);
    expect(result.classesWithoutItems).toBe(0);
  });

  it('scores groups by the classes that have items; an empty group is null', async () => {
    const metrics = classificationMetrics({ numClasses: 5, groups: groupClasses([500, 300, 50, 40, 30]) });
    await metrics.update(
      ...itemsOf([
        [3, 1, 0, 0, 0],
        [0, 2, 0, 0, 0],
        [1, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ]),
    );
    const { groups, balancedAccuracy, classesWithoutItems, perClassRecall } = metrics.result();
    expect(groups).toMatchObject({
      head: { classes: 2, support: 6, balancedAccuracy: 0.875 },
      torso: { classes: 1, support: 2, balancedAccuracy: 0.5 },
      tail: null,
    });
    expect(balancedAccuracy).toBe(0.75);
    expect(classesWithoutItems).toBe(2);
    expect(perClassRecall).toEqual([0.75, 1, 0.5, null, null]);
  });

  it('a group of classes without items is null, and without groups all are', async () => {
    const metrics = classificationMetrics({ numClasses: 3, groups: groupClasses([500, 50, 5]) });
    await metrics.update([0], [[1, 0, 0]]);
    expect(metrics.result().groups.tail).toBeNull();
    expect((await score(3, [[0], [[1, 0, 0]]])).groups).toEqual({ head: null, torso: null, tail: null });
  });

  it('reports the group sizes of CIFAR-100-LT on a balanced test set', async () => {
    const counts = Array.from({ length: 100 }, (_, y) => Math.trunc(500 * 0.01 ** (y / 99)));
    const metrics = classificationMetrics({ numClasses: 100, groups: groupClasses(counts) });
    await metrics.update(
      Array.from({ length: 200 }, (_, i) => i % 100),
      new Float32Array(20000),
    );
    const { head, torso, tail } = metrics.result().groups;
    expect([head, torso, tail].map((group) => [group?.classes, group?.support])).toEqual([
      [35, 70],
      [35, 70],
      [30, 60],
    ]);
  });

  it('breaks ties towards the lowest class', async () => {
    const { confusion } = await score(3, [
      [2, 2],
      [
        [1, 1, 1],
        [0, 4, 4],
      ],
    ]);
    expect(confusion![2]).toEqual([1, 1, 0]);
  });

  it('equals the definitions of NLL, Brier score and calibration error', async () => {
    const property = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 40 }), async (items) => {
      const { nll, brier, ece, reliability } = await score(4, batchOf(items));
      const expected = calibrationOf(batchOf(items));
      expectClose([nll, brier, ece], [expected.nll, expected.brier, expected.ece], ROUNDING);
      expect(reliability.map((bin) => bin.count).reduce((a, b) => a + b)).toBe(items.length);
    });
    await fc.assert(property);
  });

  it('the calibration of a group is that of its items alone', async () => {
    const groups = { head: [2], torso: [0, 3], tail: [1] };
    const property = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 40 }), async (items) => {
      const metrics = classificationMetrics({ numClasses: 4, groups });
      await metrics.update(...batchOf(items));
      const result = metrics.result();
      for (const name of ['head', 'torso', 'tail'] as const) {
        const members = items.filter(([y]) => groups[name].includes(y));
        const group = result.groups[name];
        expect(group === null).toBe(members.length === 0);
        if (group === null) continue;
        const { nll, brier, ece } = calibrationOf(batchOf(members));
        expectClose([group.nll, group.brier, group.ece], [nll, brier, ece], ROUNDING);
        expect(group.support).toBe(members.length);
      }
    });
    await fc.assert(property);
  });

  it('knows the calibration of simple models', async () => {
    const confident = await score(2, [
      [0, 0],
      [
        [1000, 0],
        [-1000, 0],
      ],
    ]);
    expect(confident).toMatchObject({ accuracy: 0.5, ece: 0.5, nll: 500, brier: 1 });
    const ignorant = await score(2, [
      [0, 1],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    expectClose([ignorant.ece, ignorant.nll, ignorant.brier], [0, Math.LN2, 0.5], ROUNDING);
    const bins = ignorant.reliability;
    expect(bins).toHaveLength(15);
    expect(bins[7]).toEqual({ lower: 7 / 15, upper: 8 / 15, count: 2, confidence: 0.5, accuracy: 0.5 });
    expect(bins[0]).toEqual({ lower: 0, upper: 1 / 15, count: 0, confidence: null, accuracy: null });
  });

  it('does not depend on how the items are batched, nor on a shift of the logits', async () => {
    const items = fc.array(item, { minLength: 2, maxLength: 30 });
    const property = fc.asyncProperty(items, fc.nat(30), async (all, cut) => {
      const whole = await score(4, batchOf(all));
      const split = await score(4, batchOf(all.slice(cut)), batchOf(all.slice(0, cut)));
      const shifted = await score(4, batchOf(all.map(([y, f]) => [y, f.map((value) => value + 16)])));
      for (const other of [split, shifted]) {
        expect(other.confusion).toEqual(whole.confusion);
        expectClose([other.nll, other.brier, other.ece], [whole.nll, whole.brier, whole.ece], ROUNDING);
      }
    });
    await fc.assert(property);
  });

  it('renaming the classes renames the result', async () => {
    const order = [2, 0, 3, 1];
    const property = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 20 }), async (items) => {
      // Distinct scores: a tie would go to another class after renaming.
      const distinct = items.map(([y, f], i): [number, number[]] => [y, f.map((value, k) => value + k / 1000 + i)]);
      const before = await score(4, batchOf(distinct));
      const renamed = distinct.map(([y, f]): [number, number[]] => [order.indexOf(y), order.map((k) => f[k]!)]);
      const after = await score(4, batchOf(renamed));
      expect(after.perClassRecall).toEqual(order.map((k) => before.perClassRecall[k]));
      expectClose([after.balancedAccuracy, after.nll], [before.balancedAccuracy, before.nll], ROUNDING);
    });
    await fc.assert(property);
  });

  it('is chance on noise: 1 / C within 5 standard errors, wrong once in a million seeds', async () => {
    const random = randomStream(5);
    const labels = Array.from({ length: 4000 }, () => random.integer(4));
    const { accuracy } = await score(4, [labels, labels.map(() => [0, 1, 2, 3].map(() => random.uniform()))]);
    expect(Math.abs(accuracy - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 4000));
  });

  it('ignores rows labelled -1', async () => {
    const kept: Batch = [
      [0, 1],
      [
        [2, 0],
        [0, 1],
      ],
    ];
    const ignoring = await score(2, [
      [0, -1, 1],
      [
        [2, 0],
        [9, 9],
        [0, 1],
      ],
    ]);
    expect(ignoring).toEqual(await score(2, kept));
  });

  it('keeps the confusion matrix of few classes, or as asked, and the scores do not depend on it', async () => {
    const batch = async (numClasses: number, confusion?: boolean) => {
      const metrics = classificationMetrics({ numClasses, ...(confusion === undefined ? {} : { confusion }) });
      const row = (best: number) => Array.from({ length: numClasses }, (_, y) => (y === best ? 1 : 0));
      await metrics.update([0, 1, 1], [row(0), row(1), row(0)]);
      return metrics.result();
    };
    const { confusion, ...rest } = await batch(3);
    expect(confusion).toHaveLength(3);
    expect(await batch(3, false)).toEqual({ ...rest, confusion: null });
    expect((await batch(512)).confusion).toHaveLength(512);
    expect((await batch(513)).confusion).toBeNull();
    expect((await batch(513, true)).confusion).toHaveLength(513);
  });

  it('is plain JSON', async () => {
    const result = await score(3, [
      [0, 1],
      [
        [1, 0, 0],
        [0, 0, 1],
      ],
    ]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('the result is a snapshot', async () => {
    const metrics = classificationMetrics({ numClasses: 2 });
    await metrics.update([0], [[1, 0]]);
    const first = metrics.result();
    first.confusion![0]![0] = 99;
    await metrics.update([0], [[1, 0]]);
    expect(metrics.result().confusion).toEqual([
      [2, 0],
      [0, 0],
    ]);
    expect(first.examples).toBe(1);
  });

  it('takes rows, flat numbers and typed arrays', async () => {
    const expected = await score(2, [
      [0, 1],
      [
        [2, 1],
        [0, 3],
      ],
    ]);
    for (const logits of [[2, 1, 0, 3], Float32Array.of(2, 1, 0, 3), [Float64Array.of(2, 1), [0, 3]]]) {
      const metrics = classificationMetrics({ numClasses: 2 });
      await metrics.update(Int32Array.of(0, 1), logits);
      await metrics.update([], []);
      expect(metrics.result()).toEqual(expected);
    }
  });

  it('a refused batch adds nothing', async () => {
    const metrics = classificationMetrics({ numClasses: 2 });
    await metrics.update([0], [[1, 0]]);
    const refused = [
      [
        metrics.update(
          [0, 2],
          [
            [1, 0],
            [1, 0],
          ],
        ),
        'expected targets[1] to be in 0..1, or -1 (ignored), got 2',
      ],
      [
        metrics.update(
          [0, 1],
          [
            [1, 0],
            [Infinity, 0],
          ],
        ),
        'expected finite logits, got Infinity in row 1, class 0',
      ],
      [metrics.update([0], [1, 2, 3]), 'expected 2 logits (1 rows of 2), got 3'],
    ] as const;
    for (const [update, message] of refused) {
      const whole = `classificationMetrics.update: ${message}`;
      await expect(update).rejects.toThrow(refusal('InvalidArgumentError', whole));
    }
    expect(metrics.result().examples).toBe(1);
  });

  it('refuses what cannot be scored', () => {
    const refuses = (call: () => unknown, message: string): void =>
      expect(call).toThrow(refusal('InvalidArgumentError', message));
    refuses(
      () => classificationMetrics({ numClasses: 1 }),
      'classificationMetrics: expected numClasses to be an integer of at least 2, got 1',
    );
    refuses(
      () => classificationMetrics({ numClasses: 2, groups: groupClasses([500, 50, 5]) }),
      'classificationMetrics: expected class of groups.tail to be an integer in 0..1, got 2',
    );
    refuses(
      () => classificationMetrics({ numClasses: 2 }).result(),
      'classificationMetrics.result: expected at least one example, got 0',
    );
  });
});

onEachBackend('classificationMetrics on tensors', (test) => {
  test('equals the result on the same numbers, and leaves no tensor behind', async () => {
    const logits = [
      [2, 1, 0.5],
      [0, 3, -1],
      [1, 1, 1],
    ];
    const expected = await score(3, [[0, 2, 1], logits]);
    const metrics = classificationMetrics({ numClasses: 3 });
    const [targets, scores] = [tf.tensor1d([0, 2, 1], 'int32'), tf.tensor2d(logits)];
    const before = tf.memory().numTensors;
    await metrics.update(targets, scores);
    expect(tf.memory().numTensors).toBe(before);
    expect(metrics.result()).toEqual(expected);
    const wrong = metrics.update(targets, tf.zeros([3, 4]));
    await expect(wrong).rejects.toThrow(
      refusal('InvalidArgumentError', 'classificationMetrics.update: expected logits of shape [3, 3], got [3, 4]'),
    );
  });
});
