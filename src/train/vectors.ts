import * as tf from '@tensorflow/tfjs-core';
import type { VectorDataset, VectorStream } from '../data/index.js';
import { shuffledOrder, type BatchOrder } from '../sampling/index.js';
import type { ExampleSource, MemorySource } from './images.js';
import type { Batch } from './objective.js';

/** Per-feature $`(value - mean) / deviation`$. */
export interface VectorNormalization {
  /** Mean of each feature, length D. */
  readonly mean: ArrayLike<number>;
  /** Deviation of each feature, > 0, length D. */
  readonly deviation: ArrayLike<number>;
}

/**
 * Mean and standard deviation of each feature over a data set: of the training examples, never of the test examples.
 *
 * @param dataset Vectors `[N, D]`; at least one.
 * @returns Statistics computed in float64, in two passes; a constant feature gets deviation 1.
 */
export function vectorNormalization({ features, dimension, size }: VectorDataset): VectorNormalization {
  const mean = new Float64Array(dimension);
  features.forEach((value, i) => (mean[i % dimension]! += value / size));
  const variance = new Float64Array(dimension);
  features.forEach((value, i) => (variance[i % dimension]! += (value - mean[i % dimension]!) ** 2 / size));
  // What float64 leaves of a constant is no deviation to divide by.
  const isConstant = (d: number): boolean => Math.sqrt(variance[d]!) <= 1e-12 * Math.abs(mean[d]!);
  return { mean, deviation: variance.map((value, d) => (isConstant(d) ? 1 : Math.sqrt(value))) };
}

/** Options of {@link vectorSource}. */
export interface VectorSourceOptions {
  /** How features are shifted and scaled. */
  readonly normalization: VectorNormalization;
  /** Order of a pass. Default: every example once, shuffled. */
  readonly order?: BatchOrder;
}

/**
 * Batches of feature vectors as `[B, D]` float32 with class ids `[B]` int32.
 *
 * @param dataset Vectors, in memory or read batch by batch: the batches are the same.
 * @param options Normalisation and order.
 * @returns A source for {@link train}.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { vectorNormalization, vectorSource } from 'tfjs-longtail/train';
 * const dataset = {
 *   name: 'toy', classNames: ['a', 'b'], labels: Int32Array.of(0, 1), size: 2, dimension: 1,
 *   features: Float32Array.of(10, 30),
 * };
 * const source = vectorSource(dataset, { normalization: vectorNormalization(dataset) });
 * const { inputs, targets } = source.batch(Int32Array.of(1, 0), randomStream(1));
 * console.log((await inputs.data()).join(' ')); // 1 -1
 * inputs.dispose();
 * targets.dispose();
 * ```
 */
export function vectorSource(dataset: VectorDataset, options: VectorSourceOptions): MemorySource;
export function vectorSource(dataset: VectorDataset | VectorStream, options: VectorSourceOptions): ExampleSource;
export function vectorSource(dataset: VectorDataset | VectorStream, options: VectorSourceOptions): ExampleSource {
  const { dimension } = dataset;
  const { mean, deviation } = options.normalization;
  /** A batch of the vectors at `rows` of `features`. */
  const toBatch = (features: Float32Array, rows: Int32Array, labels: Int32Array): Batch => {
    const inputs = new Float32Array(rows.length * dimension);
    rows.forEach((row, i) => {
      for (let d = 0; d < dimension; d++) {
        inputs[i * dimension + d] = (features[row * dimension + d]! - mean[d]!) / deviation[d]!;
      }
    });
    return { inputs: tf.tensor2d(inputs, [rows.length, dimension]), targets: tf.tensor1d(labels, 'int32'), labels };
  };
  return {
    size: dataset.size,
    order: options.order ?? shuffledOrder(dataset.size),
    batch(indices) {
      const labels = indices.map((index) => dataset.labels[index]!);
      if ('features' in dataset) return toBatch(dataset.features, indices, labels);
      return dataset.read(indices).then((features) => toBatch(features, Int32Array.from(indices.keys()), labels));
    },
  };
}
