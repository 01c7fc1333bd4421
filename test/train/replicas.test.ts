import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Objective, Replicas, TrainOptions } from '../../src/train/index.js';
import { toyRun, trained } from './support.js';

beforeAll(() => tf.setBackend('cpu'));

/** A second replica that brings what this one brings: the mean is this one's own. */
function echo(): Replicas & { ended: boolean } {
  const replicas = {
    count: 2,
    ended: false,
    start: () =>
      Promise.resolve({
        average: (values: Float32Array) => Promise.resolve(values.slice()),
        close: () => {
          replicas.ended = true;
          return Promise.resolve();
        },
      }),
  };
  return replicas;
}

describe('with replicas, train', () => {
  it.each(['setParams', 'setModel', 'onTrainBegin', 'onBatchEnd', 'onTrainEnd'])(
    'ends them where %s throws',
    async (hook) => {
      const replicas = echo();
      const callbacks = [
        {
          [hook]: () => {
            throw new RangeError('no');
          },
        },
      ];
      await expect(trained(toyRun({ replicas, callbacks }))).rejects.toThrow('no');
      expect(replicas.ended).toBe(true);
    },
  );

  it('draws other numbers for each share, and the same ones for the update of all', async () => {
    const drawn = async (changes: Partial<TrainOptions>): Promise<{ losses: number[]; updates: number[] }> => {
      const [losses, updates]: [number[], number[]] = [[], []];
      const { objective, ...rest } = toyRun({ epochs: 1, ...changes });
      const listening: Objective = {
        ...objective,
        loss(classifier, batches, context) {
          losses.push(context.random.uniform());
          return objective.loss(classifier, batches, context);
        },
        afterStep: (_, { random }) => void updates.push(random.uniform()),
      };
      await trained({ ...rest, objective: listening });
      return { losses, updates };
    };
    const [alone, shared] = [await drawn({}), await drawn({ replicas: echo() })];
    expect(shared.updates).toEqual(alone.updates);
    shared.losses.forEach((draw, i) => expect(draw).not.toBe(alone.losses[i]));
  });
});
