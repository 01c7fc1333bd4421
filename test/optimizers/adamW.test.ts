import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adamW, AdamWOptimizer } from '../../src/optimizers/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { adamWReference } from './reference.js';
import { compare, runs } from './support.js';

onEachBackend('adamW', (test) => {
  test('equals the float64 reference for every combination of options', async () => {
    const options = fc.record({
      beta1: fc.constantFrom(0, 0.9),
      beta2: fc.constantFrom(0.9, 0.999),
      epsilon: fc.constantFrom(1e-8, 1e-3),
      weightDecay: fc.constantFrom(0, 0.1),
    });
    await fc.assert(
      fc.asyncProperty(options, runs, async (chosen, run) => {
        const optimizer = adamW({ learningRate: 0, ...chosen });
        const { actual, expected } = await compare(optimizer, run, (...of) => adamWReference(...of, chosen));
        expectClose(actual, expected, VALUE_TOLERANCE);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  test('takes few kernels a variable', async () => {
    const variable = tf.variable(tf.ones([3]));
    const gradients = { [variable.name]: tf.ones([3]) };
    const optimizer = adamW();
    optimizer.applyGradients(gradients);
    expect((await tf.profile(() => optimizer.applyGradients(gradients))).kernels.length).toBe(11);
    optimizer.dispose();
    variable.dispose();
  });
});

describe('adamW', () => {
  it('has a config that its constructor takes back', () => {
    const config = adamW({ decayed: 'kernels' }).getConfig();
    expect(config).toEqual({
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      decayed: 'kernels',
    });
    expect(AdamWOptimizer.fromConfig(AdamWOptimizer, config).getConfig()).toEqual(config);
    expect(adamW().getClassName()).toBe('LongtailAdamW');
  });

  it.each([
    [{ learningRate: Infinity }, 'adamW: expected learningRate to be a finite number of at least 0, got Infinity'],
    [{ beta1: -0.1 }, 'adamW: expected beta1 to be at least 0 and below 1, got -0.1'],
    [{ beta2: 1 }, 'adamW: expected beta2 to be at least 0 and below 1, got 1'],
    [{ epsilon: 0 }, 'adamW: expected epsilon to be above 0, got 0'],
    [{ weightDecay: -1 }, 'adamW: expected weightDecay to be a finite number of at least 0, got -1'],
  ])('refuses %o', (wrong, message) => {
    expect(() => adamW(wrong)).toThrow(expect.objectContaining({ name: 'InvalidArgumentError', message }));
  });
});
