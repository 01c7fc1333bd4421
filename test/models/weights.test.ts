import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { createModel, mlp, officialLogitAdjustmentResNet } from '../../src/models/index.js';
import { onEachBackend, useBackend } from '../support/backends.js';
import { digestOf } from './digest.js';

const options = { numClasses: 5, inputShape: [8, 8, 3] };

/** What `read` makes of the weights of a new model. */
async function initialWeights<T>(name: string, seed: number, read: (weights: tf.Tensor[]) => Promise<T>): Promise<T> {
  const model = createModel(name, { ...options, random: randomStream(seed) });
  const values = await read(model.getWeights());
  model.dispose();
  return values;
}

/** The first two entries of every weight that was drawn at random. */
async function startsOf(weights: tf.Tensor[]): Promise<string[]> {
  const values = await Promise.all(weights.map(async (weight) => Array.from(await weight.data())));
  // Ratios, because layers of other widths have other standard deviations.
  return values.filter(([a, b]) => a !== b).map(([a, b]) => (b! / a!).toFixed(6));
}

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

onEachBackend('initial weights', (test, backend) => {
  for (const name of ['resnet8', 'official-resnet', 'mlp']) {
    test(`of ${name} depend on the seed alone, not on the backend`, async () => {
      const here = await initialWeights(name, 3, digestOf);
      expect(await initialWeights(name, 3, digestOf)).toBe(here);
      await useBackend('cpu');
      const onCpu = await initialWeights(name, 3, digestOf);
      await useBackend(backend);
      expect(here).toBe(onCpu);
    });
  }

  test('making and disposing a model leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    for (const name of ['resnet8', 'official-resnet', 'mlp']) {
      createModel(name, { ...options, random: randomStream(1) }).dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('initial weights', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(['resnet8', 'official-resnet', 'mlp'])('of %s differ between seeds and between layers', async (name) => {
    const starts = [...(await initialWeights(name, 1, startsOf)), ...(await initialWeights(name, 2, startsOf))];
    expect(starts.length).toBeGreaterThanOrEqual(4);
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('do not advance the stream', () => {
    const random = randomStream(4);
    const before = random.state();
    mlp({ inputShape: [2], numClasses: 2, random }).dispose();
    expect(random.state()).toEqual(before);
  });

  // A sample variance of n normal numbers is within 5 sqrt(2 / n) of the true one but for one seed in 1.7 million.
  it.each([
    ['resnet8', 'stage3_block1_conv2', 2 / (9 * 64), 5],
    ['official-resnet', 'stage3_block5_conv2', 2 / (9 * 64), 2],
    ['mlp', 'features', 2 / 192, 5],
  ])('of %s, layer %s, have He variance', async (name, layer, variance, widest) => {
    const model = createModel(name, { ...options, random: randomStream(8) });
    const kernel = Array.from(await model.getLayer(layer).getWeights()[0]!.data());
    const sample = meanSquare(kernel);
    expect(Math.abs(sample / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / kernel.length));
    // Truncation is at 2 standard deviations of the normal before it was cut off, whose variance was larger.
    const cut = widest === 2 ? 2 / 0.8796256610342398 : widest;
    const largest = kernel.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / Math.sqrt(variance);
    expect(largest).toBeLessThan(cut * 1.0001);
    expect(largest).toBeGreaterThan(widest === 2 ? 2.2 : 3.5);
    model.dispose();
  });

  it('of the dense layer of the official network are N(0, 0.01^2), its bias is 0', async () => {
    const model = officialLogitAdjustmentResNet({ numClasses: 100, random: randomStream(2) });
    const [kernel, bias] = await Promise.all(
      model
        .getLayer('logits')
        .getWeights()
        .map(async (weight) => Array.from(await weight.data())),
    );
    const sample = meanSquare(kernel!);
    expect(Math.abs(sample / 1e-4 - 1)).toBeLessThan(5 * Math.sqrt(2 / kernel!.length));
    expect(bias!.every((value) => value === 0)).toBe(true);
    model.dispose();
  });
});
