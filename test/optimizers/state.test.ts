import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { adamW, sgd, type NamedTensor, type StatefulOptimizer } from '../../src/optimizers/index.js';
import { onEachBackend } from '../support/backends.js';
import { step } from './support.js';

const makers: Readonly<Record<string, () => StatefulOptimizer>> = {
  'sgd with Nesterov': () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  'sgd with the rate in the velocity': () => sgd({ learningRate: 0.1, momentum: 0.9, velocity: 'keras' }),
  'sgd without momentum': () => sgd({ learningRate: 0.1, weightDecay: 0.01 }),
  adamW: () => adamW({ learningRate: 0.1 }),
};

const shapes = [3, 5];
let made = 0;
// Named, because tfjs's own names are numbers, which objects keep in ascending order whatever the order of insertion.
const pair = (): tf.Variable[] => shapes.map((size) => tf.variable(tf.linspace(-1, 1, size), true, `weight${++made}`));

/** Gradients of step `index` for a variable of each size, the same whenever they are asked for. */
function gradientsAt(index: number, variables: readonly tf.Variable[]): Record<string, number[]> {
  const random = randomStream(7).child(String(index));
  return Object.fromEntries(
    variables.map(({ name, size }) => [name, Array.from({ length: size }, random.child(String(size)).normal)]),
  );
}

/** Steps `from..to-1`. */
function train(optimizer: StatefulOptimizer, variables: readonly tf.Variable[], from: number, to: number): void {
  for (let index = from; index < to; index++) step(optimizer, 0.1 / (1 + index), gradientsAt(index, variables));
}

/** Values alone, as a file would keep them. */
async function copied(weights: readonly NamedTensor[]): Promise<NamedTensor[]> {
  return Promise.all(
    weights.map(async ({ name, tensor }) => ({
      name,
      tensor: tf.tensor(Array.from(await tensor.data()), tensor.shape, tensor.dtype),
    })),
  );
}

const valuesOf = (tensors: readonly tf.Tensor[]): Promise<unknown> =>
  Promise.all(tensors.map(async (tensor) => Array.from(await tensor.data())));

for (const [name, make] of Object.entries(makers)) {
  onEachBackend(name, (test) => {
    test('resumes bit for bit, in a copy of the model with other names', async () => {
      const [straight, before, after] = [pair(), pair(), pair()];
      const uninterrupted = make();
      train(uninterrupted, straight, 0, 6);

      const first = make();
      train(first, before, 0, 3);
      const saved = await copied(await first.getWeights());
      before.forEach((variable, i) => after[i]!.assign(variable));
      const second = make();
      await second.setWeights(saved);
      tf.dispose(saved.map(({ tensor }) => tensor));
      expect(second.iterations).toBe(3);
      train(second, after, 3, 6);

      expect(await valuesOf(after)).toEqual(await valuesOf(straight));
      const [expected, actual] = [await uninterrupted.getWeights(), await second.getWeights()];
      expect(await valuesOf(actual.map(({ tensor }) => tensor))).toEqual(
        await valuesOf(expected.map(({ tensor }) => tensor)),
      );
      expect(actual.map(({ name: weight }) => weight)).toEqual(
        expected.map(({ name: weight }) =>
          straight.reduce((s, { name: n }, i) => s.replace(`${n}/`, `${after[i]!.name}/`), weight),
        ),
      );
      tf.dispose([straight, before, after]);
      for (const optimizer of [uninterrupted, first, second]) optimizer.dispose();
    });

    test('what is restored can be saved again before the next step', async () => {
      const variables = pair();
      const first = make();
      train(first, variables, 0, 2);
      const saved = await first.getWeights();
      const second = make();
      await second.setWeights(saved);
      const again = await second.getWeights();
      expect(again.map(({ name: weight }) => weight)).toEqual(saved.map(({ name: weight }) => weight));
      expect(await valuesOf(again.map(({ tensor }) => tensor))).toEqual(
        await valuesOf(saved.map(({ tensor }) => tensor)),
      );
      first.dispose();
      second.dispose();
      tf.dispose(variables);
    });

    test('leaves nothing behind but its state, and disposes that', () => {
      const variables = pair();
      const before = tf.memory().numTensors;
      const optimizer = make();
      train(optimizer, variables, 0, 1);
      const withState = tf.memory().numTensors;
      train(optimizer, variables, 1, 4);
      expect(tf.memory().numTensors).toBe(withState);
      optimizer.dispose();
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(variables);
    });

    test('leaves a variable without gradient untouched', async () => {
      const [moved, still] = pair();
      const optimizer = make();
      const original = Array.from(await still!.data());
      for (let index = 0; index < 3; index++) {
        const gradient = tf.ones([3]);
        optimizer.applyGradients([
          { name: still!.name, tensor: undefined as never },
          { name: moved!.name, tensor: gradient },
        ]);
        gradient.dispose();
      }
      expect(Array.from(await still!.data())).toEqual(original);
      expect(Array.from(await moved!.data())).not.toContain(0);
      expect((await optimizer.getWeights()).some(({ name: weight }) => weight.startsWith(still!.name))).toBe(false);
      optimizer.dispose();
      tf.dispose([moved!, still!]);
    });
  });
}

describe('restored state', () => {
  beforeAll(() => tf.setBackend('cpu'));

  async function restored(): Promise<{ optimizer: StatefulOptimizer; variables: tf.Variable[] }> {
    const variables = pair();
    const first = sgd({ learningRate: 0.1, momentum: 0.5 });
    train(first, variables, 0, 2);
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.5 });
    await optimizer.setWeights(await first.getWeights());
    return { optimizer, variables };
  }

  it('goes to variables by name where names fit, whatever the order', async () => {
    const { optimizer, variables } = await restored();
    const twin = await restored();
    train(optimizer, [...variables].reverse(), 2, 4);
    train(twin.optimizer, twin.variables, 2, 4);
    expect(await valuesOf(variables)).toEqual(await valuesOf(twin.variables));
  });

  it('must be of as many variables', async () => {
    const { optimizer } = await restored();
    const other = tf.variable(tf.ones([3]));
    expect(() => step(optimizer, 0.1, { [other.name]: [1, 1, 1] })).toThrow(
      expect.objectContaining({
        message:
          'sgd: expected gradients of the 2 variables whose state was restored, got gradients of 1 with other names',
      }),
    );
  });

  it('must be of their shapes', async () => {
    const { optimizer } = await restored();
    const others = pair().reverse();
    expect(() => train(optimizer, others, 0, 1)).toThrow(
      expect.objectContaining({
        message: `sgd: expected state of shape [5] for variable ${others[0]!.name}, got [3]`,
      }),
    );
  });

  it('must be of the same kind of optimizer', async () => {
    const { variables } = await restored();
    const optimizer = adamW();
    train(optimizer, variables, 0, 1);
    const weights = await optimizer.getWeights();
    const wrong = sgd({ learningRate: 0.1, momentum: 0.9 });
    await expect(wrong.setWeights(weights)).rejects.toThrow(
      expect.objectContaining({ message: `sgd: expected a weight named .../velocity, got ${weights[1]!.name}` }),
    );
    await expect(wrong.setWeights([])).rejects.toThrow(
      expect.objectContaining({
        message: 'sgd.setWeights: expected the number of steps as the first weight, got undefined',
      }),
    );
    await expect(adamW().setWeights(weights.slice(0, 4))).rejects.toThrow(
      expect.objectContaining({ message: 'adamW: expected 2 weights for each variable, got 3' }),
    );
    await expect(sgd({ learningRate: 0.1 }).setWeights(weights)).rejects.toThrow(
      expect.objectContaining({ message: `sgd: expected no state, got ${weights[1]!.name}` }),
    );
  });

  it('gradients must be named after variables', () => {
    expect(() => step(sgd({ learningRate: 1 }), 0.1, { nobody: [1] })).toThrow(
      expect.objectContaining({ message: 'sgd: expected gradients named after variables, got nobody' }),
    );
  });
});
