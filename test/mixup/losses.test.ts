import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawMixingPlan, mixupCrossEntropy, type BoundLoss } from '../../src/mixup/index.js';
import { C, cases, referenceGradient, referenceLoss } from '../losses/family.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { expectPrinted, oneHotRows } from '../support/reference.js';
import { mixedRows, planOf } from './reference.js';

const B = 6;
const random = randomStream(8);
const logits = Array.from({ length: B }, () => Array.from({ length: C }, () => 2 * random.normal()));
const ids = [0, 1, 2, 3, 1, 0];
const plan = drawMixingPlan({ batchSize: B, points: 3, perExample: true, random });
const mixed = mixedRows(oneHotRows(ids, C), plan);
const f = (): tf.Tensor2D => tf.tensor2d(logits);
const labels = (values: readonly number[] = ids): tf.Tensor1D => tf.tensor1d([...values], 'int32');

onEachBackend('mixupCrossEntropy', (test) => {
  for (const lossCase of cases) {
    const loss = lossCase.loss as BoundLoss;
    for (const mix of ['targets', 'losses'] as const) {
      test(`is the loss of the mixed targets: ${lossCase.name}, mix ${mix}`, async () => {
        for (const reduction of ['none', 'sum', 'mean'] as const) {
          const value = await mixupCrossEntropy(labels(), f(), { plan, loss, mix, reduction }).data();
          expectClose(value, referenceLoss(lossCase, mixed, logits, { reduction }), VALUE_TOLERANCE);
        }
        const rows = tf.tensor2d(oneHotRows(ids, C));
        const value = await mixupCrossEntropy(rows, f(), { plan, loss, mix }).data();
        expectClose(value, referenceLoss(lossCase, mixed, logits), VALUE_TOLERANCE);
      });

      test(`has the gradient of it: ${lossCase.name}, mix ${mix}`, async () => {
        const targets = labels();
        const gradient = tf.grad((x) => mixupCrossEntropy(targets, x as tf.Tensor2D, { plan, loss, mix }))(f());
        expectClose(await gradient.data(), referenceGradient(lossCase, mixed, logits), GRADIENT_TOLERANCE);
      });

      test(`leaves nothing behind: ${lossCase.name}, mix ${mix}`, () => {
        const [targets, x] = [labels(), f()];
        expectBalanced(() => mixupCrossEntropy(targets, x, { plan, loss, mix }));
        expectBalanced(() => tf.grad((z) => mixupCrossEntropy(targets, z as tf.Tensor2D, { plan, loss, mix }))(x));
      });
    }
  }

  test('takes ids without a class as points without a loss, in both forms', async () => {
    const unknown = [0, -1, -1, 3, -1, -1];
    const partial = planOf([[...Array(B).keys()], [1, 2, 3, 4, 5, 0]], [0.7, 0.3]);
    // Mixtures 1 and 4 have no point with a class and leave the divisor.
    const rows = mixedRows(oneHotRows(unknown, C), partial);
    const expected = referenceLoss(cases[0]!, rows, logits);
    for (const mix of ['targets', 'losses'] as const) {
      const value = await mixupCrossEntropy(labels(unknown), f(), { plan: partial, mix }).data();
      expectClose(value, expected, VALUE_TOLERANCE);
      const none = await mixupCrossEntropy(labels(unknown.map(() => -1)), f(), { plan: partial, mix }).data();
      expect(none[0]).toBe(0);
    }
  });

  test('sums a loss that is not linear in its targets', async () => {
    // The squared error of one-hot rows: its mixture is not that of its mixed target (A6).
    const brier: BoundLoss = (targets, x, { reduction }) => {
      const squares = tf.sum(tf.square(tf.sub(tf.softmax(x), tf.oneHot(targets as tf.Tensor1D, 3))), 1);
      return reduction === 'none' ? squares : tf.mean(squares);
    };
    const value = await mixupCrossEntropy(labels([0, 1, 2]), threePoints(), {
      plan: threePlan,
      loss: brier,
      mix: 'losses',
      reduction: 'none',
    }).data();
    expect(value[0]).toBeCloseTo(0.68, 5);
  });
});

const threePlan = planOf(
  [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ],
  [0.5, 0.3, 0.2],
);
const threePoints = (): tf.Tensor2D => tf.log(tf.tensor2d(Array<number[]>(3).fill([0.7, 0.2, 0.1])));

onEachBackend('A6', (test) => {
  test('both forms of the cross-entropy', async () => {
    const targets = labels([0, 1, 2]);
    for (const mix of ['targets', 'losses'] as const) {
      const loss = mixupCrossEntropy(targets, threePoints(), { plan: threePlan, mix, reduction: 'none' });
      expect((await loss.data())[0]).toBeCloseTo(1.1216858643, 5);
    }
    const l = [0.5, 0.3, 0.2];
    expectPrinted([-l.reduce((sum, share, c) => sum + share * Math.log([0.7, 0.2, 0.1][c]!), 0)], '1.1216858643');
    expectPrinted([-l.reduce((sum, share) => sum + share * Math.log(share), 0)], '1.0296530141');
  });
});
