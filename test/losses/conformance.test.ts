/** What every exported loss must do, checked on every one of them. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
import { oneHotRows } from '../support/reference.js';
import type { ReferenceOptions } from '../support/reference.js';
import { C, cases, counts, referenceGradient, referenceLoss } from './family.js';
import type { Loss } from './family.js';

seedProperties();

it('names every exported loss', () => {
  // Losses on sampled negatives take other arguments and have their own tests.
  const exported = Object.keys(losses).filter((name) => /^(?!sampled).*CrossEntropy$/.test(name));
  const tested = new Set(cases.map(({ name }) => name.split(',')[0]!));
  expect([...tested].sort()).toEqual(exported.sort());
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

describe.each(cases)('$name', (lossCase) => {
  const { loss, compiled, of, shiftInvariant, multiLabel } = lossCase;

  onEachBackend('conformance', (test, backend) => {
    test('equals the float64 reference, value and gradient, under every option', async () => {
      for (const options of optionSets) {
        for (const [tensor, targets] of [
          [idTensor(), labels],
          [tf.tensor2d(distributions), distributions],
        ] as const) {
          const value = loss(tensor, tf.tensor2d(logits), options);
          expect(value.shape).toEqual(options.reduction === 'none' ? [logits.length] : []);
          expectClose(await value.data(), referenceLoss(lossCase, targets, logits, options), VALUE_TOLERANCE);
          const gradient = await sumGradient(loss, tensor, options)(tf.tensor2d(logits)).data();
          expectClose(gradient, referenceGradient(lossCase, targets, logits, options), GRADIENT_TOLERANCE);
        }
      }
    });

    test('its gradient is that of its values, by finite differences', async () => {
      const shape = [logits.length, C] as [number, number];
      for (const targets of [idTensor(), tf.tensor2d(distributions)]) {
        const value = async (x: Float32Array): Promise<number> => {
          return (await loss(targets, tf.tensor2d(x, shape)).data())[0]!;
        };
        const expected = await numericGradient(value, Float32Array.from(logits.flat()));
        const actual = await sumGradient(loss, targets)(tf.tensor2d(logits)).data();
        expectClose(actual, expected, FINITE_DIFFERENCE_TOLERANCE);
      }
    });

    test('takes what arrives from above: a weighted sum of per-example losses', async () => {
      const upstream = [1, -2, 0.5, 7, 3];
      for (const [tensor, targets] of [
        [idTensor(), labels],
        [tf.tensor2d(distributions), distributions],
      ] as const) {
        const chained = tf.grad((x) =>
          tf.sum(tf.mul(loss(tensor, x as tf.Tensor2D, { reduction: 'none' }), tf.tensor1d(upstream))),
        );
        const options = { exampleWeights: upstream, reduction: 'sum' } as const;
        const expected = referenceGradient(lossCase, targets, logits, options);
        expectClose(await chained(tf.tensor2d(logits)).data(), expected, GRADIENT_TOLERANCE);
      }
    });

    test('class ids and their one-hot rows are the same', async () => {
      const [ids, x] = [labels.map((label) => Math.max(label, 0)), tf.tensor2d(logits)];
      const rows = tf.tensor2d(oneHotRows(ids, C));
      expectClose(await loss(idTensor(ids), x).data(), await loss(rows, x).data(), VALUE_TOLERANCE);
      const [ofIds, ofRows] = [sumGradient(loss, idTensor(ids))(x), sumGradient(loss, rows)(x)];
      expectClose(await ofIds.data(), await ofRows.data(), GRADIENT_TOLERANCE);
    });

    if (!multiLabel) {
      test('a distribution is the mixture of its labels, whatever its mass', async () => {
        const q = [0.5, 0.25, 0, 1.5];
        const x = tf.tensor2d([logits[2]!]);
        const parts = await loss(idTensor([0, 1, 2, 3]), tf.tile(x, [4, 1]), { reduction: 'none' }).data();
        const expected = q.reduce((sum, share, y) => sum + share * parts[y]!, 0);
        expectClose(await loss(tf.tensor2d([q]), x).data(), [expected], VALUE_TOLERANCE);
      });
    }

    test('ignored rows: no loss, no gradient, not in the divisor; only ignored rows give 0', async () => {
      const x = tf.tensor2d(logits);
      expect((await loss(idTensor(), x, { reduction: 'none' }).data())[3]).toBe(0);
      expectClose(await sumGradient(loss, idTensor())(x).slice([3, 0], [1, C]).data(), [0, 0, 0, 0], 0);
      const none = idTensor([-1, -1, -1, -1, -1]);
      expect((await loss(none, x).data())[0]).toBe(0);
      expectClose(await sumGradient(loss, none)(x).data(), new Float32Array(logits.length * C), 0);
      for (const row of [
        [1e4, -1e4, 0, 0],
        [-3e38, 3e38, 0, 0],
      ]) {
        for (const options of [{}, { labelSmoothing: 0.1 }]) {
          expect((await loss(idTensor([-1]), tf.tensor2d([row]), options).data())[0]).toBe(0);
          const gradient = await sumGradient(loss, idTensor([-1]), options)(tf.tensor2d([row])).data();
          expectClose(gradient, [0, 0, 0, 0], 0);
        }
      }
    });

    test('class ids outside 0..C-1 are ignored like -1, on every path', async () => {
      const x = tf.tensor2d(logits);
      const [outside, minus] = [idTensor([3, C, 1, 1e6, 2]), idTensor([3, -1, 1, -1, 2])];
      for (const options of [{}, { labelSmoothing: 0.1 }, { classMask: [1, 1, 1, 1] }]) {
        for (const reduction of ['none', 'mean'] as const) {
          const value = (ids: tf.Tensor) => loss(ids, x, { ...options, reduction }).data();
          expect(await value(outside)).toEqual(await value(minus));
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
      for (const options of [{ classMask }, { classMask, labelSmoothing: 0.1 }]) {
        const [before, after] = [logits, changed].map((rows) => loss(idTensor(), tf.tensor2d(rows), options));
        expectClose(await before!.data(), await after!.data(), 0);
        const gradient = await sumGradient(loss, idTensor(), options)(tf.tensor2d(changed)).data();
        logits.forEach((_, row) => expect(gradient[row * C + 2]).toBeCloseTo(0, 12));
        // Row 4 has label 2: its whole gradient is 0 and 'mean' divides by the other 3 that are not ignored.
        expectClose(gradient.slice(4 * C), [0, 0, 0, 0], 0);
        const sum = await loss(idTensor(), tf.tensor2d(logits), { ...options, reduction: 'sum' }).data();
        expectClose(await before!.data(), [sum[0]! / 3], VALUE_TOLERANCE);
      }
    });

    test('a mask may be numbers, booleans or a tensor; one without classes gives 0', async () => {
      const masks = [[true, false, true, true], tf.tensor1d([1, 0, 1, 1]), tf.tensor1d([1, 0, 1, 1], 'bool')];
      const expected = await loss(idTensor(), tf.tensor2d(logits), { classMask: [1, 0, 1, 1] }).data();
      for (const classMask of masks) {
        expectClose(await loss(idTensor(), tf.tensor2d(logits), { classMask }).data(), expected, 0);
      }
      for (const targets of [idTensor(), tf.tensor2d(distributions)]) {
        const empty = await loss(targets, tf.tensor2d(logits), { classMask: [0, 0, 0, 0] }).data();
        expect(empty[0]).toBe(0);
      }
    });

    test('weights never change the divisor', async () => {
      const x = tf.tensor2d(logits);
      const doubled = await loss(idTensor(), x, { exampleWeights: [2, 2, 2, 2, 2] }).data();
      expectClose(doubled, [2 * (await loss(idTensor(), x).data())[0]!], VALUE_TOLERANCE);
      const tensor = await loss(idTensor(), x, { exampleWeights: tf.tensor1d(exampleWeights) }).data();
      expectClose(tensor, await loss(idTensor(), x, { exampleWeights }).data(), 0);
    });

    test('saturated logits: exact up to 1e20, finite up to the largest float32, in value and gradient', async () => {
      for (const size of [1e4, 1e20, 1e30, 3e38]) {
        const rows = [
          [size, -size, 0, 0],
          [-size, size, size, 0],
          [0, size, -size, size],
        ];
        const ids = [0, 0, 3];
        const mixed = rows.map(() => [0.5, 0.25, 0, 0.25]);
        for (const [tensor, targets] of [
          [idTensor(ids), ids],
          [tf.tensor2d(oneHotRows(ids, C)), oneHotRows(ids, C)],
          [tf.tensor2d(mixed), mixed],
        ] as const) {
          for (const options of [{}, { labelSmoothing: 0.1, classMask: [1, 1, 1, 0] }]) {
            const none = { ...options, reduction: 'none' } as const;
            const values = await loss(tensor, tf.tensor2d(rows), none).data();
            const gradient = await sumGradient(loss, tensor, options)(tf.tensor2d(rows)).data();
            expect([...values, ...gradient].every(Number.isFinite)).toBe(true);
            // Float32 has 7 digits: of a logit of 1e4 the fourth decimal is lost, at 1e20 whole margins are.
            const expected = referenceLoss(lossCase, targets, rows, none);
            if (size === 1e4) expectClose(values, expected, 1e-3);
            if (size === 1e20) expectClose(values.slice(0, 2), expected.slice(0, 2), VALUE_TOLERANCE);
            if (size > 1e4) continue;
            expectClose(gradient, referenceGradient(lossCase, targets, rows, options), FINITE_DIFFERENCE_TOLERANCE);
          }
        }
      }
    });

    // A matrix of a million classes squared fits nowhere. What overflows is the loss, not the backend: one has them all.
    if (!lossCase.name.endsWith('matrix') && (backend === 'wasm' || lossCase === cases[0])) {
      test('finite at a million classes', async () => {
        const classes = 1e6;
        const many = Array.from({ length: classes }, (_, y) => 1 + Math.floor(998 / (y + 1)));
        const x = tf.tidy(() => tf.reshape<tf.Rank.R2>(tf.cos(tf.range(0, classes)), [1, classes]));
        const { value, grad } = tf.valueAndGrad((f) => of(many)(idTensor([123_456]), f as tf.Tensor2D))(x);
        const largest = tf.max(tf.abs(grad));
        const [v, g] = [(await value.data())[0]!, (await largest.data())[0]!];
        expect([v, g].every(Number.isFinite)).toBe(true);
      });
    }

    test('works in model.compile: per example, for one-hot rows', async () => {
      const x = tf.tensor2d(logits);
      const rows = tf.tensor2d(
        oneHotRows(
          labels.map((label) => Math.max(label, 0)),
          C,
        ),
      );
      const value = compiled(rows, x);
      expect(value.shape).toEqual([logits.length]);
      expectClose(await value.data(), await loss(rows, x, { reduction: 'none' }).data(), 0);
    });

    test('properties: class order, logit shift, rows summing to 0', async () => {
      const batch = fc.array(fc.tuple(fc.integer({ min: -1, max: C - 1 }), logitRow), { minLength: 1, maxLength: 5 });
      const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: C });
      const smoothing = fc.constantFrom(0, 0.1);
      await fc.assert(
        fc.asyncProperty(batch, order, fc.integer({ min: -8, max: 8 }), smoothing, async (rows, toOld, shift, s) => {
          tf.engine().startScope();
          const options = { labelSmoothing: s };
          const f = rows.map(([, row]) => row);
          const y = rows.map(([label]) => label);
          const value = await loss(idTensor(y), tf.tensor2d(f), options).data();
          const reordered = f.map((row) => toOld.map((k) => row[k]!));
          const relabelled = idTensor(y.map((label) => toOld.indexOf(label)));
          const permuted = of(toOld.map((k) => counts[k]!));
          expectClose(await permuted(relabelled, tf.tensor2d(reordered), options).data(), value, VALUE_TOLERANCE);
          if (shiftInvariant) {
            const shifted = f.map((row) => row.map((score) => score + shift));
            expectClose(await loss(idTensor(y), tf.tensor2d(shifted), options).data(), value, VALUE_TOLERANCE);
            const sums = tf.sum(sumGradient(loss, idTensor(y), options)(tf.tensor2d(f)), 1);
            expectClose(await sums.data(), new Float32Array(f.length), VALUE_TOLERANCE * 10);
          }
          tf.engine().endScope();
        }),
        { numRuns: 20 },
      );
    });

    test('leaves no tensor behind', async () => {
      const x = tf.tensor2d(logits);
      for (const options of optionSets) {
        for (const q of [idTensor(), tf.tensor2d(distributions)]) {
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
