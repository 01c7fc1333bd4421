import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { classCounter } from '../../src/metrics/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';

onEachBackend('classCounter', (test) => {
  test('counts class ids over batches, from arrays and tensors, without -1', async () => {
    const counter = classCounter({ numClasses: 4 });
    expect(Array.from(counter.shares())).toEqual([0, 0, 0, 0]);
    await counter.update([0, 0, 2, -1]);
    await counter.update(Int32Array.of(3));
    await counter.update(tf.tensor1d([0, 3, -1], 'int32'));
    await counter.update([]);
    expect(Array.from(counter.counts())).toEqual([3, 0, 1, 2]);
    expect(Array.from(counter.shares())).toEqual([3 / 6, 0, 1 / 6, 2 / 6]);
  });

  test('adds up rows; the share of a label leaves out where it is not known', async () => {
    const counter = classCounter({ numClasses: 3 });
    await counter.update([
      [1, 0, 1],
      [1, -1, 0],
    ]);
    await counter.update(tf.tensor2d([[0.5, 0.5, 0]]));
    expect(Array.from(counter.counts())).toEqual([2.5, 0.5, 1]);
    expect(Array.from(counter.shares())).toEqual([2.5 / 3, 0.5 / 2, 1 / 3]);
  });

  test('what it gives is a copy', async () => {
    const counter = classCounter({ numClasses: 2 });
    counter.counts()[0] = 5;
    await counter.update([1]);
    expect(Array.from(counter.counts())).toEqual([0, 1]);
  });

  test('a refused batch leaves nothing behind', async () => {
    const counter = classCounter({ numClasses: 2 });
    const refuses = async (targets: Parameters<typeof counter.update>[0], message: string): Promise<void> => {
      const error = refusal('InvalidArgumentError', `classCounter.update: expected ${message}`);
      await expect(counter.update(targets)).rejects.toThrow(error);
    };
    await refuses([1, 2], 'targets[1] to be in 0..1, or -1 (ignored), got 2');
    await refuses([0.5], 'targets[0] to be in 0..1, or -1 (ignored), got 0.5');
    await refuses(
      [
        [1, 0],
        [0, Number.NaN],
      ],
      'targets in 0..1, or -1 (not known), got NaN in row 1, class 1',
    );
    await refuses([[1, 0, 1]], '2 targets in row 0, got 3');
    await refuses(tf.zeros<tf.Rank.R2>([1, 3]), 'targets of shape [any, 2], got [1, 3]');
    expect(Array.from(counter.counts())).toEqual([0, 0]);
    expect(() => classCounter({ numClasses: 0 })).toThrow(
      refusal('InvalidArgumentError', 'classCounter: expected numClasses to be an integer of at least 1, got 0'),
    );
  });
});
