import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { OptionAShortcut } from '../../src/models/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { optionA, randomMaps, type Maps } from './reference.js';

const shapes: readonly [Maps['shape'], number][] = [
  [[2, 4, 4, 2], 4],
  [[2, 5, 5, 1], 4],
  [[1, 4, 3, 2], 5],
  [[3, 3, 6, 3], 3],
  [[1, 1, 1, 2], 4],
];

const tensorOf = ({ shape, values }: Maps): tf.Tensor4D => tf.tensor4d(Array.from(values), [...shape]);

onEachBackend('OptionAShortcut', (test) => {
  for (const [shape, filters] of shapes) {
    test(`of [${shape.join(', ')}] to ${filters} channels equals its definition`, async () => {
      const x = randomMaps(shape, 1);
      const expected = optionA(x, filters);
      const layer = new OptionAShortcut({ filters });
      const y = layer.apply(tensorOf(x)) as tf.Tensor;
      expect(y.shape).toEqual(expected.shape);
      expect(layer.computeOutputShape([null, ...shape.slice(1)])).toEqual([null, ...expected.shape.slice(1)]);
      expectClose(await y.data(), expected.values, VALUE_TOLERANCE);
    });

    test(`of [${shape.join(', ')}] has the transposed map as its gradient`, async () => {
      const x = randomMaps(shape, 1);
      const dy = randomMaps(optionA(x, filters).shape, 2);
      const layer = new OptionAShortcut({ filters });
      const gradient = tf.grad((input: tf.Tensor) => layer.apply(input) as tf.Tensor)(tensorOf(x), tensorOf(dy));
      // The layer is linear, so that <dy, A e> is the entry of its gradient at the unit vector e.
      const expected = x.values.map((_, i) => {
        const unit = { shape, values: x.values.map((__, j) => Number(i === j)) };
        return optionA(unit, filters).values.reduce((sum, value, k) => sum + value * dy.values[k]!, 0);
      });
      expectClose(await gradient.data(), expected, VALUE_TOLERANCE);
    });
  }

  test('leaves nothing behind', async () => {
    const layer = new OptionAShortcut({ filters: 4 });
    const x = tensorOf(randomMaps([1, 3, 3, 2], 1));
    expectBalanced(() => layer.apply(x) as tf.Tensor);
    expectBalanced(() => tf.grad((input: tf.Tensor) => layer.apply(input) as tf.Tensor)(x));
  });
});

describe('OptionAShortcut', () => {
  it('has a config that its constructor takes back', () => {
    const layer = new OptionAShortcut({ filters: 4, name: 'short' });
    expect(layer.getConfig()).toEqual({ name: 'short', trainable: true, filters: 4 });
    const copy = OptionAShortcut.fromConfig(OptionAShortcut, layer.getConfig());
    expect(copy.getConfig()).toEqual(layer.getConfig());
  });

  it('refuses a width that is none, and more channels than its width', () => {
    expect(() => new OptionAShortcut({ filters: 0 })).toThrow(
      expect.objectContaining({ message: 'OptionAShortcut: expected filters to be an integer of at least 1, got 0' }),
    );
    expect(() => new OptionAShortcut({ filters: 2 }).apply(tf.input({ shape: [4, 4, 3] }))).toThrow(
      expect.objectContaining({ message: 'OptionAShortcut: expected an input of at most 2 channels, got 3' }),
    );
  });
});
