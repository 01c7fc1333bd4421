/** What both losses on sampled negatives must do, checked on every kind of them. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  logitAdjustedCrossEntropy,
  sampledDecoupledLoss,
  sampledSoftmaxCrossEntropy,
  softmaxCrossEntropy,
} from '../../src/losses/index.js';
import type { SampledLossOptions } from '../../src/losses/index.js';
import { classPriorSampler, samplingWeights, uniformSampler } from '../../src/sampling/index.js';
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
import { centralDifference, logSumExp } from '../support/reference.js';

seedProperties();

type Loss = (positive: tf.Tensor1D, negative: tf.Tensor2D, options?: SampledLossOptions) => tf.Tensor;
/** Loss of a row from the label's score and the negatives that are not dropped, with their log weights. */
type Row = (own: number, negatives: readonly { score: number; logWeight: number }[]) => number;

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const summed =
  (phi: (f: number) => number, varphi: (f: number) => number): Row =>
  (own, negatives) =>
    negatives.reduce((sum, { score, logWeight }) => sum + Math.exp(logWeight) * varphi(score), phi(own));

const cases: readonly { name: string; loss: Loss; row: Row }[] = [
  {
    name: 'softmax',
    loss: sampledSoftmaxCrossEntropy,
    row: (own, negatives) => logSumExp([0, ...negatives.map(({ score, logWeight }) => logWeight + score - own)]),
  },
  { name: 'logistic', loss: sampledDecoupledLoss, row: summed((x) => softplus(-x), softplus) },
  {
    name: 'hinge',
    loss: (f, g, options) => sampledDecoupledLoss(f, g, { ...options, kind: 'hinge' }),
    row: summed(
      (x) => Math.max(1 - x, 0),
      (x) => Math.max(1 + x, 0),
    ),
  },
  {
    name: 'contrastive',
    loss: (f, g, options) => sampledDecoupledLoss(f, g, { ...options, kind: 'contrastive', margin: 0.2 }),
    row: summed(
      (x) => 1 - x,
      (x) => Math.max(x - 0.2, 0),
    ),
  },
];

const [B, S] = [4, 3];
const positive = [1.25, -0.5, 0.25, -3];
const negative = [
  [0.5, -0.75, 2],
  [-2, 1.5, 1.5],
  [0.75, 0, -0.5],
  [-1.5, 4, 0.5],
];
const logWeights = [
  [0.5, -1, 0],
  [2, -Infinity, 1],
  [-0.25, 0, 3],
  [0, 0, -2],
];
const hits = [
  [0, 1, 0],
  [0, 0, 0],
  [1, 1, 1],
  [0, 0, 1],
];
const exampleWeights = [2, 0.5, 1.25, 0];

interface Given {
  readonly logWeights?: readonly (readonly number[])[];
  readonly hits?: readonly (readonly number[])[];
  readonly exampleWeights?: readonly number[];
  readonly reduction?: 'mean' | 'sum' | 'none';
}

const optionSets: readonly Given[] = [
  {},
  { reduction: 'sum' },
  { reduction: 'none', logWeights },
  { logWeights, hits },
  { hits, exampleWeights, reduction: 'none' },
  { logWeights, hits, exampleWeights },
];

function optionsOf({ logWeights: logs, hits: dropped, exampleWeights: factors, reduction }: Given): SampledLossOptions {
  return {
    ...(logs && { logWeights: logs.flat() }),
    ...(dropped && { accidentalHits: dropped.flat() }),
    ...(factors && { exampleWeights: [...factors] }),
    ...(reduction && { reduction }),
  };
}

function reference(row: Row, f: readonly number[], g: readonly (readonly number[])[], given: Given): number[] {
  const losses = f.map((own, i) => {
    const kept = g[i]!.flatMap((score, j) =>
      given.hits?.[i]?.[j] === 1 ? [] : [{ score, logWeight: given.logWeights?.[i]?.[j] ?? 0 }],
    );
    return row(own, kept) * (given.exampleWeights?.[i] ?? 1);
  });
  if (given.reduction === 'none') return losses;
  const sum = losses.reduce((total, loss) => total + loss, 0);
  return [given.reduction === 'sum' ? sum : sum / f.length];
}

/** Gradients of the summed result, those of the labels before those of the negatives. */
function referenceGradient(row: Row, given: Given): number[] {
  const total = (f: readonly number[], g: readonly (readonly number[])[]): number =>
    reference(row, f, g, given).reduce((sum, value) => sum + value, 0);
  const ofLabels = positive.map((_, i) =>
    centralDifference((step) =>
      total(
        positive.map((x, k) => (k === i ? x + step : x)),
        negative,
      ),
    ),
  );
  const ofNegatives = negative.flatMap((scores, i) =>
    scores.map((_, j) =>
      centralDifference((step) =>
        total(
          positive,
          negative.map((other, k) => other.map((x, l) => (k === i && l === j ? x + step : x))),
        ),
      ),
    ),
  );
  return [...ofLabels, ...ofNegatives];
}

const gradients =
  (loss: Loss, options?: SampledLossOptions) =>
  (f: tf.Tensor, g: tf.Tensor): tf.Tensor[] =>
    tf.grads((a, b) => tf.sum(loss(a as tf.Tensor1D, b as tf.Tensor2D, options)))([f, g]);
const valuesOf = async (tensors: tf.Tensor[]): Promise<number[]> =>
  (await Promise.all(tensors.map((tensor) => tensor.data()))).flatMap((values) => Array.from(values));

describe.each(cases)('$name', ({ name, loss, row }) => {
  const exported = name === 'softmax' ? 'sampledSoftmaxCrossEntropy' : 'sampledDecoupledLoss';
  onEachBackend(`${exported} conformance`, (test) => {
    test('equals the float64 reference, value and gradient, under every option', async () => {
      for (const given of optionSets) {
        const options = optionsOf(given);
        const value = loss(tf.tensor1d(positive), tf.tensor2d(negative), options);
        expect(value.shape).toEqual(given.reduction === 'none' ? [B] : []);
        expectClose(await value.data(), reference(row, positive, negative, given), VALUE_TOLERANCE);
        const slopes = await valuesOf(gradients(loss, options)(tf.tensor1d(positive), tf.tensor2d(negative)));
        expectClose(slopes, referenceGradient(row, given), GRADIENT_TOLERANCE);
      }
    });

    test('its gradient is that of its values, by finite differences', async () => {
      const options = optionsOf({ logWeights, hits });
      const value = async (x: Float32Array): Promise<number> => {
        const parts = [tf.tensor1d(x.slice(0, B)), tf.tensor2d(x.slice(B), [B, S])] as const;
        return (await loss(...parts, options).data())[0]!;
      };
      const expected = await numericGradient(value, Float32Array.from([...positive, ...negative.flat()]));
      const slopes = await valuesOf(gradients(loss, options)(tf.tensor1d(positive), tf.tensor2d(negative)));
      expectClose(slopes, expected, FINITE_DIFFERENCE_TOLERANCE);
    });

    test('takes what arrives from above: a weighted sum of per-example losses', async () => {
      const upstream = [1, -2, 0.5, 7];
      const chained: Loss = (f, g) => tf.mul(loss(f, g, { reduction: 'none' }), tf.tensor1d(upstream));
      const slopes = await valuesOf(gradients(chained)(tf.tensor1d(positive), tf.tensor2d(negative)));
      expectClose(slopes, referenceGradient(row, { exampleWeights: upstream, reduction: 'sum' }), GRADIENT_TOLERANCE);
    });

    test('weights and hits may be tensors, or one row for all examples', async () => {
      const [f, g] = [tf.tensor1d(positive), tf.tensor2d(negative)];
      const expected = await loss(f, g, optionsOf({ logWeights, hits })).data();
      const tensors = { logWeights: tf.tensor2d(logWeights), accidentalHits: tf.tensor2d(hits, [B, S], 'int32') };
      expectClose(await loss(f, g, tensors).data(), expected, VALUE_TOLERANCE);
      const bytes = { logWeights: Float64Array.from(logWeights.flat()), accidentalHits: Uint8Array.from(hits.flat()) };
      expectClose(await loss(f, g, bytes).data(), expected, VALUE_TOLERANCE);
      const shared = [0.5, -Infinity, 1];
      const repeated = await loss(f, g, optionsOf({ logWeights: positive.map(() => shared) })).data();
      expectClose(await loss(f, g, { logWeights: shared }).data(), repeated, VALUE_TOLERANCE);
      expectClose(await loss(f, g, { logWeights: tf.tensor1d(shared) }).data(), repeated, VALUE_TOLERANCE);
    });

    test('what is dropped, or has no weight, does not matter and gets no gradient', async () => {
      const changed = negative.map((scores, i) => scores.map((x, j) => (hits[i]![j] === 1 ? 1e30 : x)));
      const none = hits.map((marks) => marks.map((hit) => (hit === 1 ? -Infinity : 0)));
      const f = tf.tensor1d(positive);
      const plain = await loss(f, tf.tensor2d(negative), optionsOf({ hits, reduction: 'none' })).data();
      for (const given of [{ hits }, { logWeights: none }]) {
        const options = optionsOf(given);
        const values = await loss(f, tf.tensor2d(changed), { ...options, reduction: 'none' }).data();
        expectClose(values, plain, VALUE_TOLERANCE);
        const [, slope] = gradients(loss, options)(f, tf.tensor2d(changed));
        const values2 = await slope!.data();
        hits.flat().forEach((hit, at) => hit === 1 && expect(Math.abs(values2[at]!)).toBe(0));
      }
    });

    test('a class drawn twice counts twice: as one entry of twice the weight', async () => {
      const f = tf.tensor1d([0.5]);
      const twice = await loss(f, tf.tensor2d([[1.5, 1.5, -1]])).data();
      expectClose(
        await loss(f, tf.tensor2d([[1.5, -1]]), { logWeights: [Math.LN2, 0] }).data(),
        twice,
        VALUE_TOLERANCE,
      );
    });

    test('saturated scores and weights: finite in value and gradient', async () => {
      for (const size of [1e4, 1e20, 3.4e38]) {
        const f = tf.tensor1d([size, -size, 0, -size, size]);
        const g = tf.tensor2d([
          [-size, 0, size],
          [size, size, -size],
          [size, -size, size],
          [-size, -size, -size],
          [size, size, size],
        ]);
        const table = Array.from({ length: 5 }, () => [size, -size, -Infinity]);
        for (const given of [{}, { logWeights: table }, { hits: Array.from({ length: 5 }, () => [1, 1, 1]) }]) {
          const options = optionsOf(given);
          const values = await loss(f, g, { ...options, reduction: 'none' }).data();
          const slopes = await valuesOf(gradients(loss, options)(f, g));
          expect([...values, ...slopes].every(Number.isFinite)).toBe(true);
          if (name === 'softmax' && given.hits) expectClose(values, [0, 0, 0, 0, 0], 0);
          if (size > 1e4 || given.logWeights) continue;
          // Float32 has 7 digits: of scores of 1e4 the fourth decimal is lost.
          const expected = reference(row, await f.array(), await g.array(), { ...given, reduction: 'none' });
          expectClose(values, expected, 1e-3);
        }
      }
    });

    test('two towers: the gradient reaches both', async () => {
      const [users, items] = [tf.cos(tf.range(0, 6)).reshape([3, 2]), tf.sin(tf.range(1, 7)).reshape([3, 2])];
      const options = { accidentalHits: [1, 0, 0, 0, 1, 0, 0, 0, 1], logWeights: [0.5, 0, -0.5] };
      const risk = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
        const scores = tf.matMul<tf.Tensor2D>(a, b, false, true);
        const own = tf.sum<tf.Tensor1D>(tf.mul(a, b), 1);
        return loss(own, scores, options).asScalar();
      };
      const slopes = await valuesOf(tf.grads(risk)([users, items]));
      const start = Float32Array.from(await valuesOf([users, items]));
      const value = async (x: Float32Array): Promise<number> =>
        (await risk(tf.tensor2d(x.slice(0, 6), [3, 2]), tf.tensor2d(x.slice(6), [3, 2])).data())[0]!;
      // Finite differences run into the kinks of the piecewise linear losses only if a step crosses one; none does here.
      expectClose(slopes, await numericGradient(value, start, 1e-3), FINITE_DIFFERENCE_TOLERANCE);
    });

    test('properties: order of the negatives, and of the examples', async () => {
      const scores = fc.array(
        fc.integer({ min: -256, max: 256 }).map((n) => n / 64),
        { minLength: 4, maxLength: 4 },
      );
      await fc.assert(
        fc.asyncProperty(
          scores,
          scores,
          fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
          async (g, logs, order) => {
            tf.engine().startScope();
            const f = tf.tensor1d([0.75]);
            const value = await loss(f, tf.tensor2d([g]), { logWeights: logs }).data();
            const permuted = order.map((k) => g[k]!);
            const moved = { logWeights: order.map((k) => logs[k]!) };
            expectClose(await loss(f, tf.tensor2d([permuted]), moved).data(), value, VALUE_TOLERANCE);
            if (name === 'softmax') {
              const shifted = tf.tensor2d([g.map((x) => x + 5)]);
              expectClose(
                await loss(tf.tensor1d([5.75]), shifted, { logWeights: logs }).data(),
                value,
                VALUE_TOLERANCE,
              );
              const sums = await valuesOf(gradients(loss, { logWeights: logs })(f, tf.tensor2d([g])));
              expectClose([sums.reduce((sum, x) => sum + x, 0)], [0], VALUE_TOLERANCE);
            }
            tf.engine().endScope();
          },
        ),
        { numRuns: 20 },
      );
    });

    test('refuses a gradient of its gradient, which would be wrong', () => {
      const second = tf.grad((x: tf.Tensor) => tf.sum(gradients(loss)(tf.tensor1d(positive), x)[1]!));
      const message =
        /^\w+: expected to be differentiated once, got a gradient inside another one\. The loss has first derivatives only: take its gradient outside any other gradient$/;
      expect(() => second(tf.tensor2d(negative))).toThrow(refusal('InvalidArgumentError', message));
    });

    test('leaves no tensor behind', () => {
      const [f, g] = [tf.tensor1d(positive), tf.tensor2d(negative)];
      for (const given of optionSets) {
        expectBalanced(() => loss(f, g, optionsOf(given)));
        expectBalanced(() => gradients(loss, optionsOf(given))(f, g));
      }
    });
  });
});

onEachBackend('drawing every class', (test) => {
  const classCounts = [500, 300, 150, 50];
  const labels = [0, 3, 1];
  const scores = [
    [1, 0.5, 0, -0.5],
    [-1, 2, 0.25, 0.5],
    [0, 0, 3, -2],
  ];

  test('once is the full loss, value and gradient', async () => {
    const ids = tf.tensor1d(labels, 'int32');
    for (const conditional of [false, true]) {
      const count = conditional ? 3 : 4;
      for (const sampler of [
        uniformSampler({ numClasses: 4, conditional, replacement: false }),
        classPriorSampler({ classCounts, conditional, replacement: false }),
      ]) {
        const draw = sampler.draw({ labels, count, random: randomStream(8) });
        const places = labels.flatMap((_, row) =>
          Array.from({ length: count }, (_, j) => [row, draw.ids[conditional ? row * count + j : j]!]),
        );
        for (const [weighting, full] of [
          ['importance', (x: tf.Tensor2D) => softmaxCrossEntropy(ids, x)],
          [
            { target: 'logit-adjusted', classCounts },
            (x: tf.Tensor2D) => logitAdjustedCrossEntropy(ids, x, { classCounts }),
          ],
        ] as const) {
          const options = {
            logWeights: samplingWeights(draw, labels, weighting),
            accidentalHits: draw.accidentalHits,
          };
          const sampled = (x: tf.Tensor2D): tf.Tensor => {
            // Multiplying by constant rows has a gradient on every backend.
            const own = tf.sum<tf.Tensor1D>(tf.mul(x, tf.oneHot(ids, 4)), 1);
            const rows = places.map(([, id]) => id!);
            const chosen = tf.reshape(tf.oneHot(tf.tensor1d(rows, 'int32'), 4), [3, count, 4]);
            const others = tf.sum<tf.Tensor2D>(tf.mul(chosen, tf.expandDims(x, 1)), 2);
            return sampledSoftmaxCrossEntropy(own, others, options);
          };
          const x = tf.tensor2d(scores);
          expectClose(await sampled(x).data(), await full(x).data(), VALUE_TOLERANCE);
          const slope = (loss: (x: tf.Tensor2D) => tf.Tensor): Promise<ArrayLike<number>> =>
            tf
              .grad((z) => loss(z as tf.Tensor2D))(x)
              .data();
          expectClose(await slope(sampled), await slope(full), GRADIENT_TOLERANCE);
        }
      }
    }
  });
});
