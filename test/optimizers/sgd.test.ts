import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sgd, SgdOptimizer, type VelocityConvention } from '../../src/optimizers/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { sgdReference } from './reference.js';
import { compare, runs, step } from './support.js';

const velocities: readonly VelocityConvention[] = ['pytorch', 'keras'];
const options = fc
  .record({
    momentum: fc.constantFrom(0, 0.5, 0.9),
    nesterov: fc.boolean(),
    decay: fc.constantFrom({}, { weightDecay: 0.1 }, { l2: 0.05 }, { weightDecay: 0 }),
    velocity: fc.constantFrom(...velocities),
  })
  .filter(({ momentum, nesterov }) => momentum > 0 || !nesterov);

onEachBackend('sgd', (test) => {
  test('equals the float64 reference for every combination of options', async () => {
    await fc.assert(
      fc.asyncProperty(options, runs, async ({ momentum, nesterov, decay, velocity }, run) => {
        const optimizer = sgd({ learningRate: 0, momentum, nesterov, velocity, ...decay });
        const factor = 'l2' in decay ? 0.1 : (decay.weightDecay ?? 0);
        const reference = { momentum, nesterov, velocity, decay: factor };
        const { actual, expected } = await compare(optimizer, run, (...of) => sgdReference(...of, reference));
        expectClose(actual, expected, VALUE_TOLERANCE);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  for (const nesterov of [false, true]) {
    test(`velocities with and without the rate agree until it drops, nesterov ${nesterov}`, async () => {
      const momentum = 0.9;
      const variables = velocities.map(() => tf.variable(tf.tensor1d([1, -2])));
      const optimizers = velocities.map((velocity) => sgd({ learningRate: 0.1, momentum, nesterov, velocity }));
      const stepBoth = async (rate: number): Promise<number[][]> => {
        optimizers.forEach((optimizer, i) => step(optimizer, rate, { [variables[i]!.name]: [1, -0.5] }));
        return Promise.all(variables.map(async (variable) => Array.from(await variable.data())));
      };
      for (let i = 0; i < 3; i++) {
        const [pytorch, keras] = await stepBoth(0.1);
        expectClose(pytorch!, keras!, VALUE_TOLERANCE);
      }
      const [pytorch, keras] = await stepBoth(0.01);
      // The old velocity, g (1 + m + m^2), enters with m (m^2 with Nesterov) times the new rate, or the old one.
      const share = (0.1 - 0.01) * (1 + momentum + momentum ** 2) * momentum ** (nesterov ? 2 : 1);
      expectClose([pytorch![0]! - keras![0]!, pytorch![1]! - keras![1]!], [share, -0.5 * share], VALUE_TOLERANCE);
      tf.dispose(variables);
    });
  }

  test('takes few kernels a variable', async () => {
    const variable = tf.variable(tf.ones([3]));
    const kernels = async (optimizer: SgdOptimizer): Promise<number> => {
      const gradients = { [variable.name]: tf.ones([3]) };
      optimizer.applyGradients(gradients);
      const count = (await tf.profile(() => optimizer.applyGradients(gradients))).kernels.length;
      optimizer.dispose();
      return count;
    };
    const common = { learningRate: 0.1, momentum: 0.9 };
    expect(await kernels(sgd(common))).toBe(4);
    expect(await kernels(sgd({ ...common, weightDecay: 1e-4 }))).toBe(5);
    expect(await kernels(sgd({ ...common, nesterov: true, l2: 1e-4 }))).toBe(7);
    expect(await kernels(sgd({ ...common, nesterov: true, l2: 1e-4, velocity: 'keras' }))).toBe(6);
    expect(await kernels(sgd({ learningRate: 0.1, weightDecay: 1e-4 }))).toBe(3);
  });
});

describe('sgd', () => {
  it('has a config that its constructor takes back', () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, l2: 1e-4, decayed: 'official' });
    optimizer.learningRate = 0.05;
    const config = optimizer.getConfig();
    expect(config).toEqual({
      learningRate: 0.05,
      momentum: 0.9,
      nesterov: true,
      weightDecay: 2e-4,
      decayed: 'official',
      velocity: 'pytorch',
    });
    expect(SgdOptimizer.fromConfig(SgdOptimizer, config).getConfig()).toEqual(config);
    expect(optimizer.getClassName()).toBe('LongtailSgd');
  });

  it.each([
    [{ learningRate: -1 }, 'sgd: expected learningRate to be a finite number of at least 0, got -1'],
    [{ learningRate: NaN }, 'sgd: expected learningRate to be a finite number of at least 0, got NaN'],
    [{ learningRate: 1, momentum: 1.5 }, 'sgd: expected momentum to be a finite number in 0..1, got 1.5'],
    [{ learningRate: 1, nesterov: true }, 'sgd: expected a momentum above 0 with nesterov, got 0'],
    [{ learningRate: 1, weightDecay: -1 }, 'sgd: expected weightDecay to be a finite number of at least 0, got -1'],
    [{ learningRate: 1, l2: -1 }, 'sgd: expected l2 to be a finite number of at least 0, got -1'],
    [
      { learningRate: 1, l2: 1, weightDecay: 1 },
      'sgd: expected either weightDecay or l2, got both. l2 is half of the same weightDecay',
    ],
    [
      { learningRate: 1, velocity: 'torch' },
      'sgd: expected velocity to be one of pytorch, keras, got torch. Did you mean "pytorch"?',
    ],
    [
      { learningRate: 1, decayed: 'kernel' },
      'sgd: expected decayed to be one of all, kernels, official, got kernel. Did you mean "kernels"?',
    ],
  ])('refuses %o', (wrong, message) => {
    expect(() => sgd(wrong as never)).toThrow(expect.objectContaining({ name: 'InvalidArgumentError', message }));
  });
});
