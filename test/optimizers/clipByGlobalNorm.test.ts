import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipByGlobalNorm } from '../../src/optimizers/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';

const vector = fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 1, maxLength: 4 });

onEachBackend('clipByGlobalNorm', (test) => {
  test('equals its definition', async () => {
    await fc.assert(
      fc.asyncProperty(vector, vector, fc.constantFrom(0.1, 1, 50, 1000), async (a, b, maxNorm) => {
        const { gradients, norm } = clipByGlobalNorm({ a: tf.tensor1d(a), b: tf.tensor1d(b) }, maxNorm);
        const expected = Math.hypot(...a, ...b);
        const factor = expected > maxNorm ? maxNorm / expected : 1;
        expectClose(await norm.data(), [expected], VALUE_TOLERANCE);
        const scaled = (values: number[]): number[] => values.map((value) => value * factor);
        expectClose(await gradients['a']!.data(), scaled(a), VALUE_TOLERANCE);
        expectClose(await gradients['b']!.data(), scaled(b), VALUE_TOLERANCE);
        tf.dispose([norm, gradients]);
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  test('leaves small gradients exactly as they are, and zero ones zero', async () => {
    const values = [0.1, -0.2, 0.3];
    const small = clipByGlobalNorm({ a: tf.tensor1d(values) }, 1);
    expect(Array.from(await small.gradients['a']!.data())).toEqual(values.map(Math.fround));
    const zero = clipByGlobalNorm({ a: tf.zeros([2]) }, 1);
    expect(Array.from(await zero.gradients['a']!.data())).toEqual([0, 0]);
    expect(await clipByGlobalNorm({}, 1).norm.data()).toEqual(Float32Array.of(0));
    const empty = clipByGlobalNorm({ a: tf.tensor1d([3, 4]), b: tf.zeros([0]) }, 1);
    expectClose(await empty.norm.data(), [5], VALUE_TOLERANCE);
  });

  test('neither overflows nor underflows in the squares', async () => {
    for (const size of [1e30, 1e25, 1e-25]) {
      const { gradients, norm } = clipByGlobalNorm({ a: tf.tensor1d([3 * size, 0]), b: tf.scalar(-4 * size) }, size);
      expectClose([(await norm.data())[0]! / size], [5], VALUE_TOLERANCE);
      const clipped = [...(await gradients['a']!.data()), ...(await gradients['b']!.data())];
      expectClose(
        clipped.map((value) => value / size),
        [0.6, 0, -0.8],
        VALUE_TOLERANCE,
      );
    }
  });

  test('shows a gradient that is not finite in the norm', async () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const { norm } = clipByGlobalNorm({ a: tf.tensor1d([1, bad, 2]), b: tf.scalar(3) }, 1);
      expect(Number.isFinite((await norm.data())[0])).toBe(false);
    }
  });

  test('leaves out the null gradients of frozen variables', async () => {
    const [free, frozen] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(3), false)];
    const { grads } = tf.variableGrads(() => tf.mul(tf.square(free), frozen), [free, frozen]);
    expect(grads[frozen.name]).toBeNull();
    const { gradients, norm } = clipByGlobalNorm(grads, 6);
    expect(Object.keys(gradients)).toEqual([free.name]);
    expectClose([...(await norm.data()), ...(await gradients[free.name]!.data())], [12, 6], VALUE_TOLERANCE);
    tf.dispose([free, frozen]);
  });

  test('leaves nothing behind', () => {
    const gradients = { a: tf.ones([3]), b: tf.ones([2, 2]) };
    expectBalanced(() => {
      const clipped = clipByGlobalNorm(gradients, 1);
      return [clipped.norm, ...Object.values(clipped.gradients)];
    });
    expect(gradients.a.isDisposed).toBe(false);
  });
});

describe('clipByGlobalNorm', () => {
  it.each([0, -1, NaN])('refuses a largest norm of %d', (maxNorm) => {
    expect(() => clipByGlobalNorm({}, maxNorm)).toThrow(
      expect.objectContaining({ message: `clipByGlobalNorm: expected maxNorm to be above 0, got ${maxNorm}` }),
    );
  });
});
