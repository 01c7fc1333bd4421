import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tauNormalize } from '../../src/heads/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted } from '../support/reference.js';

seedProperties();

/** `w_c / ||w_c||^tau` by the definition; a column of zeros stays one. */
function reference(kernel: readonly (readonly number[])[], tau: number): number[] {
  const norms = kernel[0]!.map((_, c) => Math.hypot(...kernel.map((row) => row[c]!)));
  return kernel.flatMap((row) => row.map((w, c) => (norms[c] === 0 ? 0 : w / norms[c]! ** tau)));
}

const kernels = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, columns }) => {
    const weight = fc.double({ min: -5, max: 5, noNaN: true }).map(Math.fround);
    const row = fc.array(weight, { minLength: columns, maxLength: columns });
    return fc.array(row, { minLength: rows, maxLength: rows });
  });

onEachBackend('tauNormalize', (test) => {
  test('gives the scores of the worked example', async () => {
    const kernel = [
      [3, 1, 0],
      [4, 0, 0.5],
    ];
    const printed = { 0: '7,1,0.5', 0.5: '3.130495168500,1,0.707106781187', 1: '1.4,1,1' };
    for (const [tau, scores] of Object.entries(printed)) {
      const weights = reference(kernel, Number(tau));
      const expected = [0, 1, 2].map((c) => weights[c]! + weights[3 + c]!);
      expectPrinted(expected, scores);
      const normalized = tauNormalize(tf.tensor2d(kernel), { tau: Number(tau) });
      expectClose(await tf.matMul(tf.ones([1, 2]), normalized).data(), expected, VALUE_TOLERANCE);
    }
  });

  test('agrees with the definition for any kernel', async () => {
    await fc.assert(
      fc.asyncProperty(kernels, fc.double({ min: 0, max: 2, noNaN: true }), async (rows, tau) => {
        const result = tf.tidy(() => tauNormalize(tf.tensor2d(rows), { tau }));
        expectClose(await result.data(), reference(rows, tau), VALUE_TOLERANCE);
        result.dispose();
      }),
      { numRuns: 50 },
    );
  });

  test('with tau 0 changes no bit, with tau 1 makes unit columns', async () => {
    const kernel = tf.randomNormal<tf.Rank.R2>([7, 4], 0, 3, 'float32', 5);
    expect(await tauNormalize(kernel, { tau: 0 }).data()).toEqual(await kernel.data());
    const squares = tf.sum(tf.square(tauNormalize(kernel)), 0);
    expectClose(await squares.data(), [1, 1, 1, 1], VALUE_TOLERANCE);
  });

  test('keeps columns of zeros, and reaches the ends of float32', async () => {
    const kernel = tf.tensor2d([
      [0, 1e-30, 1e30, -2],
      [0, 0, 1e30, 0],
    ]);
    const unit = Math.SQRT1_2;
    expectClose(await tauNormalize(kernel).data(), [0, 1, unit, -1, 0, 0, unit, 0], VALUE_TOLERANCE);
    expect(await tauNormalize(tf.zeros([2, 3]), { tau: 0.5 }).data()).toEqual(new Float32Array(6));
  });

  test('leaves nothing behind', () => {
    const kernel = tf.ones<tf.Rank.R2>([2, 3]);
    expectBalanced(() => tauNormalize(kernel, { tau: 0.5 }));
  });
});

describe('tauNormalize', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('cannot reorder a positive and a negative logit', async () => {
    const kernel = tf.tensor2d([[3, -0.1, 1e-3]]);
    for (const tau of [0, 0.5, 1, 2]) {
      const [first, second, third] = await tauNormalize(kernel, { tau }).data();
      expect([first! > 0, second! < 0, third! > 0]).toEqual([true, true, true]);
    }
  });

  it('refuses what is no kernel or no exponent', () => {
    const kernel = tf.ones<tf.Rank.R2>([2, 3]);
    expect(() => tauNormalize(tf.ones([2]) as unknown as tf.Tensor2D)).toThrow(
      refusal('InvalidArgumentError', 'tauNormalize: expected kernel of shape [any, any], got [2]'),
    );
    expect(() => tauNormalize(tf.cast(kernel, 'int32'))).toThrow(
      refusal('InvalidArgumentError', 'tauNormalize: expected kernel of dtype float32, got int32'),
    );
    expect(() => tauNormalize(kernel, { tau: -1 })).toThrow(
      refusal('InvalidArgumentError', 'tauNormalize: expected tau to be a finite number of at least 0, got -1'),
    );
    expect(() => tauNormalize(kernel, { tau: NaN })).toThrow(
      refusal('InvalidArgumentError', 'tauNormalize: expected tau to be a finite number of at least 0, got NaN'),
    );
  });
});
