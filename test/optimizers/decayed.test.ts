import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW, sgd, type DecayedVariables, type StatefulOptimizer } from '../../src/optimizers/index.js';

/** Names of the weights that a step with zero gradients moves, without the model's numbering. */
async function moved(make: (decayed: DecayedVariables) => StatefulOptimizer, decayed: DecayedVariables) {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 1, inputShape: [2, 2, 1] }),
      tf.layers.batchNormalization({ name: 'bn' }),
      tf.layers.flatten(),
      tf.layers.dense({ name: 'dense', units: 2 }),
    ],
  });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  for (const variable of variables) variable.assign(tf.onesLike(variable));
  make(decayed).applyGradients(Object.fromEntries(variables.map((v) => [v.name, tf.zerosLike(v)])));
  const first = await Promise.all(variables.map(async (variable) => (await variable.data())[0]!));
  return model.trainableWeights.filter((_, i) => first[i]! < 1).map(({ originalName }) => originalName);
}

const all = ['conv/kernel', 'conv/bias', 'bn/gamma', 'bn/beta', 'dense/kernel', 'dense/bias'];

describe.each([
  ['sgd', (decayed: DecayedVariables) => sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, decayed })],
  ['adamW', (decayed: DecayedVariables) => adamW({ learningRate: 0.1, weightDecay: 0.1, decayed })],
])('weight decay of %s', (name, make) => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each<[DecayedVariables, string[]]>([
    ['all', all],
    ['kernels', ['conv/kernel', 'dense/kernel']],
    ['official', ['conv/kernel', 'conv/bias', 'dense/kernel', 'dense/bias']],
    [(variable) => variable.includes('gamma'), ['bn/gamma']],
    [(_, variable) => variable.rank === 2, ['dense/kernel']],
  ])('with decayed %s', async (decayed, expected) => {
    // Twice: the second copy's variables are called dense/kernel_1 and so on.
    expect(await moved(make, decayed)).toEqual(expected);
    expect(await moved(make, decayed)).toEqual(expected);
  });

  it('cannot save a function', () => {
    expect(() => make(() => true).getConfig()).toThrow(
      expect.objectContaining({
        message: `${name}.getConfig: expected decayed to be a preset, got a function. Functions are not saved`,
      }),
    );
  });
});
