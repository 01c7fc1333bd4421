/** The members of the family reduce to each other at their limits, in value and gradient. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { classPriorFrom } from '../../src/index.js';
import * as losses from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { logSumExp, oneHotRows, softmaxLoss } from '../support/reference.js';
import { C, counts, pairwise } from './family.js';
import type { Loss } from './family.js';

seedProperties();

const total = counts.reduce((sum, count) => sum + count, 0);
const prior = counts.map((count) => count / total);
const equal = [7, 7, 7, 7];
const ids = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], 'int32');
const logitRow = fc.array(
  fc.integer({ min: -512, max: 512 }).map((n) => n / 64),
  { minLength: C, maxLength: C },
);
const exponent = { min: 0, max: 4, noNaN: true };

/** The losses agree in value and gradient, for class ids, for distributions and for smoothed ids. */
async function expectSame(a: Loss, b: Loss, row: readonly number[], y: number): Promise<void> {
  tf.engine().startScope();
  const x = tf.tensor2d([row] as number[][]);
  for (const [targets, options] of [
    [ids([y]), {}],
    [ids([y]), { labelSmoothing: 0.2 }],
    [tf.tensor2d([[0.1, 0.2, 0.3, 0.4]]), {}],
  ] as const) {
    const of = (loss: Loss) => tf.valueAndGrad((f) => loss(targets, f as tf.Tensor2D, options))(x);
    const [one, other] = [of(a), of(b)];
    expectClose(await one.value.data(), await other.value.data(), VALUE_TOLERANCE);
    expectClose(await one.grad.data(), await other.grad.data(), GRADIENT_TOLERANCE);
  }
  tf.engine().endScope();
}

type Bind = (strength: number) => Loss;
const adjusted =
  (options: losses.LogitAdjustedOptions): Loss =>
  (targets, x, more) =>
    losses.logitAdjustedCrossEntropy(targets, x, { ...options, ...more });
const margins =
  (options: losses.PairwiseMarginOptions): Loss =>
  (targets, x, more) =>
    losses.pairwiseMarginCrossEntropy(targets, x, { ...options, ...more });
const plain: Loss = (targets, x, options) => losses.softmaxCrossEntropy(targets, x, options);

/** Pairs of losses that are the same for every strength. */
const identities: readonly (readonly [name: string, a: Bind, b: Bind])[] = [
  ['a uniform prior is plain', (tau) => adjusted({ classCounts: equal, tau }), () => plain],
  ['tau 0 is plain', () => adjusted({ classCounts: counts, tau: 0 }), () => plain],
  [
    'the target prior of training is plain',
    (tau) => adjusted({ classCounts: counts, targetPrior: prior, tau }),
    () => plain,
  ],
  [
    'margins tau log(pi_k / pi_y) are the adjusted loss',
    (tau) => {
      const log = prior.map((p) => tau * Math.log(p));
      return margins({ margins: { positive: log.map((value) => -value), negative: log } });
    },
    (tau) => adjusted({ classCounts: counts, tau }),
  ],
  [
    'separable margins are their matrix',
    (tau) => margins({ margins: { positive: prior, negative: prior.map((p) => -tau * p) } }),
    (tau) => margins({ margins: prior.map((own) => prior.map((other) => own - tau * other)) }),
  ],
  ['margins of 0 are plain', () => margins({ margins: {} }), () => plain],
  [
    'delta = pi is the adjusted loss',
    () => (targets, x, more) =>
      losses.consistentCrossEntropy(targets, x, { classCounts: counts, delta: prior, ...more }),
    () => adjusted({ classCounts: counts }),
  ],
  [
    'delta = 1 is the weighted loss',
    () => (targets, x, more) => {
      return losses.consistentCrossEntropy(targets, x, { classCounts: counts, delta: [1, 1, 1, 1], ...more });
    },
    () => (targets, x, more) => {
      const classWeights = losses.inverseFrequencyWeights(counts);
      return losses.weightedCrossEntropy(targets, x, { classWeights, ...more });
    },
  ],
  [
    'class-balanced weights with beta 0 are plain',
    () => (targets, x, more) => {
      const classWeights = losses.effectiveNumberWeights(counts, { beta: 0 });
      return losses.weightedCrossEntropy(targets, x, { classWeights, ...more });
    },
    () => plain,
  ],
  [
    'LDAM without margin is plain',
    () => (targets, x, more) => losses.ldamCrossEntropy(targets, x, { classCounts: counts, maxMargin: 0, ...more }),
    () => plain,
  ],
  [
    'LDAM of equal classes has one margin',
    (tau) => (targets, x, more) => {
      return losses.ldamCrossEntropy(targets, x, { classCounts: equal, maxMargin: tau, scale: 2, ...more });
    },
    (tau) => margins({ margins: { positive: equal.map(() => 2 * tau) } }),
  ],
  [
    'equalised with tau 0 is plain',
    () => (targets, x, more) => losses.equalizedCrossEntropy(targets, x, { classCounts: counts, tau: 0, ...more }),
    () => plain,
  ],
  [
    'equalised with threshold 0 is plain',
    () => (targets, x, more) =>
      losses.equalizedCrossEntropy(targets, x, { classCounts: counts, threshold: 0, ...more }),
    () => plain,
  ],
  [
    'vector scaling with gamma 0 is the adjusted loss',
    (tau) => (targets, x, more) => {
      return losses.vectorScalingCrossEntropy(targets, x, { classCounts: counts, gamma: 0, tau, ...more });
    },
    (tau) => adjusted({ classCounts: counts, tau }),
  ],
  [
    'focal with gamma 0 is plain',
    () => (targets, x, more) => losses.focalCrossEntropy(targets, x, { gamma: 0, ...more }),
    () => plain,
  ],
  [
    'focal with gamma towards 0 tends to plain',
    () => (targets, x, more) => losses.focalCrossEntropy(targets, x, { gamma: 1e-7, ...more }),
    () => plain,
  ],
];

onEachBackend('limits', (test) => {
  for (const [name, a, b] of identities) {
    test(name, async () => {
      const property = fc.asyncProperty(
        logitRow,
        fc.integer({ min: 0, max: C - 1 }),
        fc.double(exponent),
        (row, y, strength) => expectSame(a(strength), b(strength), row, y),
      );
      await fc.assert(property, { numRuns: 10 });
    });
  }

  test('large margins and sharp logits: the leave-one-out sums do not cancel', async () => {
    const loss = margins({ margins: { positive: [0, 5, 10, 15], negative: [0, -2, -4, -8] } });
    const exact = pairwise(
      () => 1,
      (y, k) => 5 * y - [0, 2, 4, 8][k]!,
    );
    const sharp = fc.array(
      fc.integer({ min: -960, max: 960 }).map((n) => n / 16),
      { minLength: C, maxLength: C },
    );
    const property = fc.asyncProperty(sharp, async (row) => {
      tf.engine().startScope();
      const q = [0.4, 0.3, 0.2, 0.1];
      const { value, grad } = tf.valueAndGrad((f) => loss(tf.tensor2d([q]), f as tf.Tensor2D))(tf.tensor2d([row]));
      const classes = [0, 1, 2, 3];
      const at = (y: number, step: number): number[] => row.map((v, k) => (k === y ? v + step : v));
      const slopes = classes.map((y) => (exact(q, at(y, 1e-5), classes) - exact(q, at(y, -1e-5), classes)) / 2e-5);
      expectClose(await value.data(), [exact(q, row, classes)], VALUE_TOLERANCE);
      expectClose(await grad.data(), slopes, GRADIENT_TOLERANCE);
      tf.engine().endScope();
    });
    await fc.assert(property, { numRuns: 40 });
  });

  test('the threshold keeps the class at it, exactly', async () => {
    const at = async (threshold: number): Promise<number> => {
      const options = { classCounts: [70, 20, 10], threshold };
      return (await losses.equalizedCrossEntropy(ids([0]), tf.zeros([1, 3]), options).data())[0]!;
    };
    expectClose([await at(0.2), await at(0.2000001)], [Math.log(2), 0], VALUE_TOLERANCE);
    expectClose([await at(0.1), await at(1)], [Math.log(3), 0], VALUE_TOLERANCE);
  });

  test('a dropped negative has no gradient from other classes, however large its logit', async () => {
    const loss = margins({ margins: { negative: [0, 0, -Infinity, -Infinity] } });
    for (const targets of [ids([0]), tf.tensor2d([[0.5, 0.5, 0, 0]])]) {
      const slope = tf.grad((f) => loss(targets, f as tf.Tensor2D))(tf.tensor2d([[1, 2, 50, 1e30]]));
      expectClose((await slope.data()).slice(2), [0, 0], 0);
    }
  });

  test('a ClassPrior gives the same as its counts, keeps one device copy and frees it', async () => {
    const x = tf.zeros<tf.Rank.R2>([2, C]);
    const targets = ids([0, 3]);
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
    const value = await losses.softmaxCrossEntropy(ids(y), tf.tensor2d(f)).data();
    expectClose(value, softmaxLoss(oneHotRows(y, classes), f), VALUE_TOLERANCE);
  });

  test('unknown labels of a multi-label row have no loss and no gradient', async () => {
    const rows = tf.tensor2d([
      [1, -1, 0],
      [-1, -1, -1],
    ]);
    const f = [0.5, 3, -1];
    const loss: Loss = (targets, x, options) => losses.sigmoidCrossEntropy(targets, x, options);
    const { value, grad } = tf.valueAndGrad((x) => loss(rows, x as tf.Tensor2D))(tf.tensor2d([f, f]));
    expectClose(await value.data(), [logSumExp([0, -f[0]!]) + logSumExp([0, f[2]!])], VALUE_TOLERANCE);
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    expectClose(await grad.data(), [sigmoid(f[0]!) - 1, 0, sigmoid(f[2]!), 0, 0, 0], GRADIENT_TOLERANCE);
  });

  test('a label that is hardly in doubt has its small loss, not what rounding leaves of its logit', async () => {
    const f = [12, 13, 14];
    const rows = tf.ones<tf.Rank.R2>([3, 1]);
    const value = await losses.sigmoidCrossEntropy(rows, tf.tensor2d(f, [3, 1]), { reduction: 'none' }).data();
    // What 1 + exp(-z) is rounded by; z itself would be rounded by 5e-7.
    f.forEach((z, row) => expect(Math.abs(value[row]! - Math.log1p(Math.exp(-z)))).toBeLessThan(1.2e-7));
  });

  test('adjusted by the label prior, the sign of the logit is balanced: it moves the threshold by the log-odds', async () => {
    const labelPrior = [0.5, 0.1];
    const shift = labelPrior.map((p) => Math.log(p / (1 - p)));
    const f = [0.3, -0.7];
    const moved = f.map((value, c) => value + shift[c]!);
    const rows = tf.tensor2d([[1, 0]]);
    const value = await losses.sigmoidCrossEntropy(rows, tf.tensor2d([f]), { labelPrior }).data();
    expectClose(value, await losses.sigmoidCrossEntropy(rows, tf.tensor2d([moved])).data(), VALUE_TOLERANCE);
    expectClose(value, [logSumExp([0, -moved[0]!]) + logSumExp([0, moved[1]!])], VALUE_TOLERANCE);
  });
});
