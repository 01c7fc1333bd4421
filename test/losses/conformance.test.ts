/** What every exported loss must do, checked on every one of them. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classPriorFrom } from '../../src/index.js';
import * as losses from '../../src/losses/index.js';
import type { SoftmaxLossOptions } from '../../src/losses/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import {
  expectClose,
  FINITE_DIFFERENCE_TOLERANCE,
  GRADIENT_TOLERANCE,
  numericGradient,
  VALUE_TOLERANCE,
} from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { oneHotRows, softmaxLoss, softmaxLossGradient } from '../support/reference.js';
import type { ReferenceOptions } from '../support/reference.js';

seedProperties();

type Loss = (targets: tf.Tensor, logits: tf.Tensor2D, options?: SoftmaxLossOptions) => tf.Tensor;

interface LossCase {
  readonly name: string;
  readonly loss: Loss;
  /** What the loss adds to the logits. */
  readonly offsets: readonly number[];
  /** The same loss for classes in another order. */
  readonly permuted: (order: readonly number[]) => Loss;
}

const counts = [500, 60, 9, 1];
const C = counts.length;
const total = counts.reduce((sum, count) => sum + count, 0);
const logPrior = counts.map((count) => Math.log(count / total));

/** Binds a loss to its options, which `make` builds from the class counts. */
function caseOf<O extends SoftmaxLossOptions>(
  name: string,
  loss: (targets: tf.Tensor, logits: tf.Tensor2D, options: O) => tf.Tensor,
  make: (classCounts: readonly number[]) => O,
  offsets: readonly number[],
): LossCase {
  const bound = (classCounts: readonly number[]): Loss => {
    return (targets, logits, options) => loss(targets, logits, { ...make(classCounts), ...options });
  };
  return { name, loss: bound(counts), offsets, permuted: (order) => bound(order.map((y) => counts[y]!)) };
}

const cases: readonly LossCase[] = [
  caseOf('softmaxCrossEntropy', losses.softmaxCrossEntropy, () => ({}), [0, 0, 0, 0]),
  caseOf(
    'logitAdjustedCrossEntropy',
    losses.logitAdjustedCrossEntropy,
    (classCounts) => ({ classCounts, tau: 1.5 }),
    logPrior.map((value) => 1.5 * value),
  ),
  caseOf(
    'balancedSoftmaxCrossEntropy',
    losses.balancedSoftmaxCrossEntropy,
    (classCounts) => ({ classCounts }),
    logPrior,
  ),
];

it('names every exported loss', () => {
  const exported = Object.keys(losses).filter((name) => name.endsWith('CrossEntropy'));
  expect(cases.map(({ name }) => name).sort()).toEqual(exported.sort());
});

const logits = [
  [1.25, -0.5, 0.75, 2],
  [0, 0, 0, 0],
  [-3, 1.5, 4, -0.25],
  [0.5, 0.5, -2, 1],
  [6, -6, 1, 0],
];
const labels = [3, 0, 1, -1, 2];
const distributions = [
  [0.25, 0.25, 0.5, 0],
  [0, 0, 0, 1],
  [0.1, 0.2, 0.3, 0.4],
  [0, 0, 0, 0],
  [1, 0, 0, 0],
];
const exampleWeights = [2, 0.5, 0, 3, 1.25];

const optionSets: readonly ReferenceOptions[] = [
  {},
  { reduction: 'sum' },
  { reduction: 'none' },
  { exampleWeights },
  { exampleWeights, reduction: 'none' },
  { labelSmoothing: 0.1 },
  { labelSmoothing: 1, exampleWeights, reduction: 'sum' },
  { classMask: [1, 0, 1, 1] },
  { classMask: [0, 1, 1, 0], labelSmoothing: 0.2, exampleWeights },
];

const idTensor = (ids: readonly number[] = labels): tf.Tensor1D => tf.tensor1d([...ids], 'int32');
const sumGradient = (loss: Loss, targets: tf.Tensor, options?: SoftmaxLossOptions): ((x: tf.Tensor) => tf.Tensor) =>
  tf.grad((x) => tf.sum(loss(targets, x as tf.Tensor2D, options)));

describe.each(cases)('$name', ({ loss, offsets, permuted }) => {
  onEachBackend('conformance', (test) => {
    test('equals the float64 reference, value and gradient, under every option', async () => {
      for (const options of optionSets) {
        for (const [targets, q] of [
          [idTensor(), oneHotRows(labels, C)],
          [tf.tensor2d(distributions), distributions],
        ] as const) {
          const expected = { ...options, offsets };
          const value = loss(targets, tf.tensor2d(logits), options);
          expect(value.shape).toEqual(options.reduction === 'none' ? [logits.length] : []);
          expectClose(await value.data(), softmaxLoss(q, logits, expected), VALUE_TOLERANCE);
          const gradient = await sumGradient(loss, targets, options)(tf.tensor2d(logits)).data();
          expectClose(gradient, softmaxLossGradient(q, logits, expected), GRADIENT_TOLERANCE);
        }
      }
    });

    test('its gradient is that of its values, by finite differences', async () => {
      const targets = idTensor();
      const shape = [logits.length, C] as [number, number];
      const value = async (x: Float32Array): Promise<number> => (await loss(targets, tf.tensor2d(x, shape)).data())[0]!;
      const expected = await numericGradient(value, Float32Array.from(logits.flat()));
      const actual = await sumGradient(loss, targets)(tf.tensor2d(logits)).data();
      expectClose(actual, expected, FINITE_DIFFERENCE_TOLERANCE);
    });

    test('takes what arrives from above: a weighted sum of per-example losses', async () => {
      const upstream = [1, -2, 0.5, 7, 3];
      const targets = idTensor();
      const chained = tf.grad((x) =>
        tf.sum(tf.mul(loss(targets, x as tf.Tensor2D, { reduction: 'none' }), tf.tensor1d(upstream))),
      );
      const options = { offsets, exampleWeights: upstream, reduction: 'sum' } as const;
      const expected = softmaxLossGradient(oneHotRows(labels, C), logits, options);
      expectClose(await chained(tf.tensor2d(logits)).data(), expected, GRADIENT_TOLERANCE);
    });

    test('class ids and their one-hot rows are the same', async () => {
      const x = tf.tensor2d(logits);
      const rows = tf.tensor2d(oneHotRows(labels, C));
      expectClose(await loss(idTensor(), x).data(), await loss(rows, x).data(), VALUE_TOLERANCE);
      const [ofIds, ofRows] = [sumGradient(loss, idTensor())(x), sumGradient(loss, rows)(x)];
      expectClose(await ofIds.data(), await ofRows.data(), GRADIENT_TOLERANCE);
    });

    test('a distribution is the mixture of its labels, whatever its mass', async () => {
      const q = [0.5, 0.25, 0, 1.5];
      const x = tf.tensor2d([logits[2]!]);
      const parts = await loss(idTensor([0, 1, 2, 3]), tf.tile(x, [4, 1]), { reduction: 'none' }).data();
      const expected = q.reduce((sum, share, y) => sum + share * parts[y]!, 0);
      expectClose(await loss(tf.tensor2d([q]), x).data(), [expected], VALUE_TOLERANCE);
    });

    test('ignored rows: no loss, no gradient, not in the divisor; only ignored rows give 0', async () => {
      const x = tf.tensor2d(logits);
      expect((await loss(idTensor(), x, { reduction: 'none' }).data())[3]).toBe(0);
      expectClose(await sumGradient(loss, idTensor())(x).slice([3, 0], [1, C]).data(), [0, 0, 0, 0], 0);
      const none = idTensor([-1, -1, -1, -1, -1]);
      expect((await loss(none, x).data())[0]).toBe(0);
      expectClose(await sumGradient(loss, none)(x).data(), new Float32Array(logits.length * C), 0);
      const all = await loss(idTensor([-1]), tf.tensor2d([[1e4, -1e4, 0, 0]]), { labelSmoothing: 0.1 }).data();
      expect(all[0]).toBe(0);
    });

    test('class ids outside 0..C-1 are ignored like -1, on every path', async () => {
      const x = tf.tensor2d(logits);
      const [outside, minus] = [idTensor([3, C, 1, 1e6, 2]), idTensor([3, -1, 1, -1, 2])];
      for (const options of [{}, { labelSmoothing: 0.1 }, { classMask: [1, 1, 1, 1] }]) {
        for (const reduction of ['none', 'mean'] as const) {
          const of = (ids: tf.Tensor) => loss(ids, x, { ...options, reduction }).data();
          expect(await of(outside)).toEqual(await of(minus));
        }
        const slope = (ids: tf.Tensor) => sumGradient(loss, ids, options)(x).data();
        expect(await slope(outside)).toEqual(await slope(minus));
      }
    });

    test('refuses a gradient of its gradient, which would be wrong', () => {
      const gradient = sumGradient(loss, idTensor());
      const second = tf.grad((x: tf.Tensor) => tf.sum(tf.square(gradient(x as tf.Tensor2D))));
      const message =
        /^\w+: expected to be differentiated once, got a gradient inside another one\. The loss has first derivatives only: take its gradient outside any other gradient$/;
      expect(() => second(tf.tensor2d(logits))).toThrow(refusal('InvalidArgumentError', message));
    });

    test('masked classes get no gradient and do not matter; rows labelled with one are ignored', async () => {
      const classMask = [1, 1, 0, 1];
      const changed = logits.map((row) => row.map((value, y) => (y === 2 ? 1e30 : value)));
      const [before, after] = [logits, changed].map((rows) => loss(idTensor(), tf.tensor2d(rows), { classMask }));
      expectClose(await before!.data(), await after!.data(), 0);
      const gradient = await sumGradient(loss, idTensor(), { classMask })(tf.tensor2d(changed)).data();
      logits.forEach((_, row) => expect(gradient[row * C + 2]).toBe(0));
      // Row 4 has label 2: its whole gradient is 0 and 'mean' divides by the other 3 that are not ignored.
      expectClose(gradient.slice(4 * C), [0, 0, 0, 0], 0);
      const sum = await loss(idTensor(), tf.tensor2d(logits), { classMask, reduction: 'sum' }).data();
      expectClose(await before!.data(), [sum[0]! / 3], VALUE_TOLERANCE);
    });

    test('a mask may be numbers, booleans or a tensor; one without classes gives 0', async () => {
      const masks = [[true, false, true, true], tf.tensor1d([1, 0, 1, 1]), tf.tensor1d([1, 0, 1, 1], 'bool')];
      const expected = await loss(idTensor(), tf.tensor2d(logits), { classMask: [1, 0, 1, 1] }).data();
      for (const classMask of masks) {
        expectClose(await loss(idTensor(), tf.tensor2d(logits), { classMask }).data(), expected, 0);
      }
      const empty = await loss(idTensor(), tf.tensor2d(logits), { classMask: [0, 0, 0, 0] }).data();
      expect(empty[0]).toBe(0);
    });

    test('weights never change the divisor', async () => {
      const x = tf.tensor2d(logits);
      const doubled = await loss(idTensor(), x, { exampleWeights: [2, 2, 2, 2, 2] }).data();
      expectClose(doubled, [2 * (await loss(idTensor(), x).data())[0]!], VALUE_TOLERANCE);
      const tensor = await loss(idTensor(), x, { exampleWeights: tf.tensor1d(exampleWeights) }).data();
      expectClose(tensor, await loss(idTensor(), x, { exampleWeights }).data(), 0);
    });

    test('saturated logits: exact values, finite gradients, up to the largest float32', async () => {
      for (const size of [1e4, 1e20, 1e30, 3e38]) {
        const rows = [
          [size, -size, 0, 0],
          [-size, size, size, 0],
        ];
        const targets = idTensor([0, 0]);
        for (const q of [targets, tf.tensor2d(oneHotRows([0, 0], C))]) {
          const values = await loss(q, tf.tensor2d(rows), { reduction: 'none' }).data();
          // Above 1e30 the loss stops there; below it is the difference of the logits plus terms of order 1.
          expectClose(values, [0, Math.min(2 * size, 1e30)], size === 1e4 ? 1e-3 : VALUE_TOLERANCE);
          const gradient = await sumGradient(loss, q)(tf.tensor2d(rows)).data();
          gradient.forEach((value) => expect(Number.isFinite(value)).toBe(true));
          expectClose(gradient.slice(0, C), [0, 0, 0, 0], GRADIENT_TOLERANCE);
          expect(gradient[C]).toBe(-0.5);
        }
        const smoothed = await loss(targets, tf.tensor2d(rows), {
          labelSmoothing: 0.1,
          classMask: [1, 1, 1, 0],
        }).data();
        expect(Number.isFinite(smoothed[0])).toBe(true);
      }
    });

    test('properties: logit shift, class order, rows summing to 0', async () => {
      const batch = fc.array(fc.tuple(fc.integer({ min: -1, max: C - 1 }), logitRow), { minLength: 1, maxLength: 5 });
      const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: C });
      await fc.assert(
        fc.asyncProperty(batch, order, fc.integer({ min: -8, max: 8 }), async (rows, toOld, shift) => {
          tf.engine().startScope();
          const f = rows.map(([, row]) => row);
          const y = rows.map(([label]) => label);
          const value = await loss(idTensor(y), tf.tensor2d(f)).data();
          const shifted = f.map((row) => row.map((score) => score + shift));
          expectClose(await loss(idTensor(y), tf.tensor2d(shifted)).data(), value, VALUE_TOLERANCE);
          const reordered = f.map((row) => toOld.map((k) => row[k]!));
          const relabelled = idTensor(y.map((label) => toOld.indexOf(label)));
          expectClose(await permuted(toOld)(relabelled, tf.tensor2d(reordered)).data(), value, VALUE_TOLERANCE);
          const sums = tf.sum(sumGradient(loss, idTensor(y))(tf.tensor2d(f)), 1);
          expectClose(await sums.data(), new Float32Array(f.length), VALUE_TOLERANCE);
          tf.engine().endScope();
        }),
        { numRuns: 25 },
      );
    });

    test('leaves no tensor behind', async () => {
      const x = tf.tensor2d(logits);
      const targets = idTensor();
      const dense = tf.tensor2d(distributions);
      for (const options of optionSets) {
        for (const q of [targets, dense]) {
          expectBalanced(() => loss(q, x, options));
          const gradient = sumGradient(loss, q, options);
          expectBalanced(() => gradient(x));
        }
      }
    });
  });
});

/** Multiples of 1/64 in -8..8, so that a shift by a whole number is exact in float32. */
const logitRow = fc.array(
  fc.integer({ min: -512, max: 512 }).map((n) => n / 64),
  { minLength: C, maxLength: C },
);

onEachBackend('limits of the adjusted loss', (test) => {
  test('a uniform prior, or tau 0, is plain cross-entropy in value and gradient', async () => {
    const property = fc.asyncProperty(
      logitRow,
      fc.integer({ min: 0, max: 3 }),
      fc.double(tauRange),
      async (row, y, tau) => {
        tf.engine().startScope();
        const targets = idTensor([y]);
        const plain = tf.valueAndGrad((x) => losses.softmaxCrossEntropy(targets, x as tf.Tensor2D))(tf.tensor2d([row]));
        for (const options of [
          { classCounts: [7, 7, 7, 7], tau },
          { classCounts: counts, tau: 0 },
          { classCounts: counts, targetPrior: counts, tau },
        ]) {
          const adjusted = tf.valueAndGrad((x) => losses.logitAdjustedCrossEntropy(targets, x as tf.Tensor2D, options))(
            tf.tensor2d([row]),
          );
          expectClose(await adjusted.value.data(), await plain.value.data(), VALUE_TOLERANCE);
          expectClose(await adjusted.grad.data(), await plain.grad.data(), GRADIENT_TOLERANCE);
        }
        tf.engine().endScope();
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  test('a ClassPrior gives the same as its counts, keeps one device copy and frees it', async () => {
    const x = tf.tensor2d(logits);
    const targets = idTensor();
    const before = tf.memory().numTensors;
    const classPrior = classPriorFrom(counts);
    const once = losses.logitAdjustedCrossEntropy(targets, x, { classPrior });
    const again = losses.logitAdjustedCrossEntropy(targets, x, { classPrior, tau: 1 });
    const expected = losses.logitAdjustedCrossEntropy(targets, x, { classCounts: counts });
    expectClose(await once.data(), await expected.data(), 0);
    tf.dispose([once, again, expected]);
    expect(tf.memory().numTensors).toBe(before + 1);
    classPrior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a thousand classes', async () => {
    const classes = 1000;
    const f = Array.from({ length: 3 }, (_, i) => Array.from({ length: classes }, (_, y) => ((y * 37 + i) % 101) / 25));
    const y = [0, 999, 500];
    const value = await losses.softmaxCrossEntropy(idTensor(y), tf.tensor2d(f)).data();
    expectClose(value, softmaxLoss(oneHotRows(y, classes), f), VALUE_TOLERANCE);
  });
});

const tauRange = { min: 0, max: 4, noNaN: true };
