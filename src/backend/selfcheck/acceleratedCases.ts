import * as tf from '@tensorflow/tfjs-core';
import { input, type OpCase } from './opCase.js';
import * as exact from './reference.js';

const EPSILON = 1e-3;

/** Kernels that only an accelerated native backend has; each case is left out where its kernel is absent. */
export const acceleratedCases: readonly OpCase[] = [
  {
    op: 'fused batch normalisation',
    kernel: 'FusedBatchNormV3',
    inputs: [input('x', [3, 2, 2, 4]), input('scale', [4], 0.5, 2), input('offset', [4])],
    run: (x, scale, offset) => {
      const [y] = tf.engine().runKernel<tf.Tensor[]>('FusedBatchNormV3', { x, scale, offset }, { epsilon: EPSILON });
      return y!;
    },
    reference: (x, scale, offset) => exact.batchNorm(x, offset, scale, EPSILON),
  },
  {
    op: 'bias',
    kernel: 'BiasAdd',
    inputs: [input('x', [3, 2, 2, 4]), input('bias', [4])],
    run: (x, bias) => tf.engine().runKernel<tf.Tensor>('BiasAdd', { x, bias }),
    reference: (x, bias) => Array.from(x, (value, at) => value + bias[at % 4]!),
  },
  {
    op: 'Euclidean norm',
    kernel: 'EuclideanNorm',
    inputs: [input('x', [3, 4])],
    differentiable: false,
    run: (x) => tf.engine().runKernel<tf.Tensor>('EuclideanNorm', { x }, { axis: 0 }),
    reference: (x) => exact.reduceRows(x, 4, (column) => Math.hypot(...column)),
  },
  {
    op: 'moving average',
    kernel: 'MovingAverage',
    inputs: [input('average', [4]), input('value', [4])],
    differentiable: false,
    run: (average, value) =>
      tf.engine().runKernel<tf.Tensor>('MovingAverage', { average, value, decay: tf.scalar(0.25) }),
    reference: (average, value) => Array.from(average, (old, at) => 0.75 * old + 0.25 * value[at]!),
  },
];
