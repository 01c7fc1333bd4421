import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adjustLogits } from '../../src/heads/index.js';
import { classPriorFrom } from '../../src/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted, softmax } from '../support/reference.js';

seedProperties();

const pi = [0.7, 0.2, 0.1];
const nu = [0.2, 0.3, 0.5];
const f = [1, 0.5, -0.2];
const adjusted = (tau: number): number[] => f.map((value, y) => value - tau * Math.log(pi[y]!));

it('the reference reproduces the facts of the worked example', () => {
  expectPrinted(adjusted(1), '1.356674943939, 2.109437912434, 2.102585092994');
  expectPrinted(softmax(adjusted(1)), '0.191160114308, 0.405805645846, 0.403034239846');
  const targeted = f.map((value, y) => value - Math.log(pi[y]! / nu[y]!));
  expectPrinted(targeted, '-0.252762968495, 0.905465108108, 1.409437912434');
});

onEachBackend('adjustLogits', (test) => {
  test('subtracts tau log pi, from a prior, counts or a ClassPrior', async () => {
    const classPrior = classPriorFrom(pi);
    for (const statistics of [{ classPrior: pi }, { classCounts: [7, 2, 1] }, { classPrior }]) {
      for (const tau of [0, 0.5, 1, 2]) {
        const scores = adjustLogits(tf.tensor2d([f]), { ...statistics, tau });
        expectClose(await scores.data(), adjusted(tau), VALUE_TOLERANCE);
      }
    }
    classPrior.dispose();
  });

  test('the prediction changes where the worked example says', async () => {
    const tau = [0.3991, 0.3992, 1.0098, 1.0099];
    const best = tau.map((t) => tf.argMax(adjustLogits(tf.tensor2d([f]), { classPrior: pi, tau: t }), 1));
    expect(Array.from(await tf.concat(best).data())).toEqual([0, 1, 1, 2]);
  });

  test('a target prior replaces the uniform one; the training prior as target changes nothing', async () => {
    const scores = adjustLogits(tf.tensor2d([f]), { classPrior: pi, targetPrior: nu });
    expectClose(await scores.data(), [-0.252762968495, 0.905465108108, 1.409437912434], VALUE_TOLERANCE);
    const same = adjustLogits(tf.tensor2d([f]), { classPrior: pi, targetPrior: pi, tau: 2 });
    expectClose(await same.data(), f, VALUE_TOLERANCE);
  });

  test('a uniform prior never changes a prediction, nor does a shift of the logits', async () => {
    const row = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 });
    const property = fc.asyncProperty(row, fc.double({ min: 0, max: 3, noNaN: true }), async (scores, tau) => {
      const options = { classCounts: [5, 5, 5, 5], tau };
      const [plain, moved] = tf.tidy(() => {
        const x = tf.tensor2d([scores]);
        return [tf.argMax(x, 1), tf.argMax(adjustLogits(tf.add(x, 3), options), 1)] as const;
      }) as unknown as [tf.Tensor, tf.Tensor];
      expect(await plain.data()).toEqual(await moved.data());
      tf.dispose([plain, moved]);
    });
    await fc.assert(property, { numRuns: 25 });
  });

  test('passes gradients through unchanged', async () => {
    const gradient = tf.grad((x) => tf.sum(adjustLogits(x as tf.Tensor2D, { classPrior: pi })));
    expectClose(await gradient(tf.tensor2d([f])).data(), [1, 1, 1], 0);
  });

  test('leaves no tensor behind', () => {
    const x = tf.tensor2d([f]);
    expectBalanced(() => adjustLogits(x, { classPrior: pi, tau: 2 }));
    expectBalanced(() => adjustLogits(x, { classCounts: [7, 2, 1], targetPrior: nu }));
  });
});

it('refuses what does not fit', () => {
  const refuses = (call: () => unknown, message: string): void =>
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  const x = tf.tensor2d([f]);
  refuses(() => adjustLogits(x, {}), 'adjustLogits: expected either classCounts or classPrior, got neither');
  refuses(() => adjustLogits(x, { classCounts: [1, 2] }), 'adjustLogits: expected classCounts of length 3, got 2');
  refuses(
    () => adjustLogits(x, { classPrior: pi, tau: Number.NaN }),
    'adjustLogits: expected tau to be a finite number of at least 0, got NaN',
  );
  refuses(
    () => adjustLogits(tf.zeros([2, 3], 'int32'), { classPrior: pi }),
    'adjustLogits: expected logits of dtype float32, got int32',
  );
  refuses(
    () => adjustLogits(tf.tensor1d(f) as unknown as tf.Tensor2D, { classPrior: pi }),
    'adjustLogits: expected logits of shape [any, any], got [3]',
  );
});
