import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { matchMixingPlan, mixInputs } from '../../src/mixup/index.js';
import { onEachBackend } from '../support/backends.js';

const B = 11;
const D = 3;
const random = randomStream(21);
const points = Array.from({ length: B }, () => Array.from({ length: D }, () => 5 + random.normal()));

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));

function arrangements(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => arrangements(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}

onEachBackend('matchMixingPlan', (test) => {
  for (const blockSize of [1, 3, 4, 5]) {
    test(`matches blocks of ${blockSize} with the least total distance`, async () => {
      const plan = await matchMixingPlan(tf.tensor2d(points), { blockSize, random: randomStream(3) });
      const partners = [...plan.partners.subarray(B)];
      expect([...partners].sort((a, b) => a - b)).toEqual([...Array(B).keys()]);
      for (let start = 0; start < B; start += blockSize) {
        const own = points.slice(start, start + blockSize);
        const matched = partners.slice(start, start + blockSize);
        const total = (order: readonly number[]): number =>
          own.reduce((sum, point, i) => sum + distance(point, points[order[i]!]!), 0);
        const best = Math.min(...arrangements(matched).map(total));
        // The distances are float32, the comparison is not.
        expect(total(matched) - best).toBeLessThan(1e-4);
      }
    });
  }

  test('draws blocks at random, the same from the same stream', async () => {
    const make = (seed: number) => matchMixingPlan(tf.tensor2d(points), { blockSize: 3, random: randomStream(seed) });
    expect(await make(1)).toEqual(await make(1));
    expect((await make(1)).partners).not.toEqual((await make(2)).partners);
  });

  test('matches every example with itself where the block is the batch', async () => {
    const plan = await matchMixingPlan(tf.tensor2d(points), { blockSize: B, random });
    expect(plan.partners.subarray(B)).toEqual(plan.partners.subarray(0, B));
  });

  test('leaves nothing behind', async () => {
    const x = tf.tensor3d(points.flat(), [B, 1, D]);
    const before = tf.memory().numTensors;
    const plan = await matchMixingPlan(x, { blockSize: 4, random });
    mixInputs(x, plan).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

onEachBackend('matching', (test) => {
  test('mixes nearer pairs than chance does', async () => {
    const x = tf.tensor2d(Array.from({ length: 64 }, () => [random.normal(), random.normal()]));
    const values = (await x.data()) as Float32Array;
    const at = (i: number): number[] => [values[2 * i]!, values[2 * i + 1]!];
    const meanDistance = async (blockSize: number): Promise<number> => {
      const plan = await matchMixingPlan(x, { blockSize, random: randomStream(4) });
      return [...plan.partners.subarray(64)].reduce((sum, p, b) => sum + distance(at(b), at(p)), 0) / 64;
    };
    const [alone, matched] = [await meanDistance(1), await meanDistance(16)];
    expect(matched).toBeLessThan(0.75 * alone);
    x.dispose();
  });

  test('has shares of each example if asked', async () => {
    const x = tf.tensor2d(points);
    const plan = await matchMixingPlan(x, { blockSize: 2, alpha: 3, perExample: true, random });
    expect(plan.weights).toHaveLength(2 * B);
    x.dispose();
  });
});
