import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { takeExamples, type VectorDataset, type VectorStream } from '../../src/data/index.js';
import { vectorNormalization, vectorSource } from '../../src/train/index.js';
import { onEachBackend } from '../support/backends.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** Vectors of normal numbers around `offset`. */
function randomVectors(size: number, dimension: number, seed: number, offset = 0): VectorDataset {
  const random = randomStream(seed);
  return {
    name: 'toy',
    features: Float32Array.from({ length: size * dimension }, () => offset + random.normal()),
    labels: Int32Array.from({ length: size }, (_, i) => i % 2),
    dimension,
    classNames: ['a', 'b'],
    size,
  };
}

const column = ({ features, dimension }: VectorDataset, d: number): number[] =>
  [...features].filter((_, i) => i % dimension === d);

it('vectorNormalization has the mean and the standard deviation of each feature', () => {
  const cases = fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 5 }), fc.integer());
  fc.assert(
    fc.property(cases, fc.constantFrom(0, 3, 1e4), ([size, dimension, seed], offset) => {
      const dataset = randomVectors(size, dimension, seed, offset);
      const { mean, deviation } = vectorNormalization(dataset);
      for (let d = 0; d < dimension; d++) {
        const values = column(dataset, d);
        const expected = values.reduce((sum, value) => sum + value, 0) / size;
        const variance = values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / size;
        expect(mean[d]).toBeCloseTo(expected, 9);
        expect(deviation[d]! / Math.sqrt(variance)).toBeCloseTo(1, 9);
      }
    }),
  );
});

it('vectorNormalization gives a constant feature the deviation 1, whatever its value', () => {
  for (const value of [0, 0.1, -7.3, 1e30, 1e-30]) {
    const dataset = { ...randomVectors(7, 2, 1), features: new Float32Array(14).fill(value) };
    const { mean, deviation } = vectorNormalization(dataset);
    expect([...Array.from(deviation)]).toEqual([1, 1]);
    expect(mean[0]! / (Math.fround(value) || 1)).toBeCloseTo(value === 0 ? 0 : 1, 12);
  }
});

onEachBackend('vectorSource', (test) => {
  test('gives the standardised rows asked for with their labels, in memory or read, and nothing else', async () => {
    const dataset = randomVectors(6, 3, 2, 5);
    const { name, labels, classNames, size, dimension } = dataset;
    const read = async (indices: Int32Array): Promise<Float32Array> => takeExamples(dataset, indices).features;
    const stream: VectorStream = { name, labels, classNames, size, dimension, read };
    const normalization = vectorNormalization(dataset);
    const indices = Int32Array.of(4, 0, 4);
    const before = tf.memory().numTensors;
    for (const source of [vectorSource(dataset, { normalization }), vectorSource(stream, { normalization })]) {
      expect(source.size).toBe(6);
      expect([...source.order(randomStream(1))].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      const { inputs, targets } = await source.batch(indices, randomStream(1));
      expect([inputs.shape, inputs.dtype, targets.dtype]).toEqual([[3, 3], 'float32', 'int32']);
      expect([...(await targets.data())]).toEqual([0, 0, 0]);
      const expected = [...indices].flatMap((row) =>
        [0, 1, 2].map((d) =>
          Math.fround((dataset.features[3 * row + d]! - normalization.mean[d]!) / normalization.deviation[d]!),
        ),
      );
      expect([...(await inputs.data())]).toEqual(expected);
      tf.dispose([inputs, targets]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
