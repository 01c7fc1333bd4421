import * as tf from '@tensorflow/tfjs-core';
import { input, type OpCase } from './opCase.js';
import * as exact from './reference.js';

function convolution(size: number, stride: number, padding: 'same' | 'valid'): OpCase {
  const windows = { input: [2, 5, 6, 3], size, stride, padding } as const;
  return {
    op: `conv2d ${size}x${size} stride ${stride} ${padding}`,
    inputs: [input('x', windows.input), input('filter', [size, size, 3, 4])],
    run: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, padding),
    reference: (x, filter) => exact.conv2d(x, filter, 4, windows),
  };
}

function pooling(size: number, stride: number, padding: 'same' | 'valid'): OpCase {
  const windows = { input: [2, 5, 6, 2], size, stride, padding } as const;
  return {
    op: `maxPool ${size}x${size} stride ${stride} ${padding}`,
    inputs: [input('x', windows.input, -2, 0.5)], // mostly windows without a positive entry
    run: (x) => tf.maxPool(x as tf.Tensor4D, size, stride, padding),
    reference: (x) => exact.maxPool(x, windows),
  };
}

/** Layers of a network, each with its gradients. */
export const layerCases: readonly OpCase[] = [
  convolution(3, 1, 'same'),
  convolution(3, 2, 'same'),
  convolution(1, 2, 'valid'),
  {
    op: 'fused conv2d',
    inputs: [input('x', [2, 4, 4, 2]), input('filter', [3, 3, 2, 3]), input('bias', [3])],
    run: (x, filter, bias) =>
      tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias: bias, strides: 1, pad: 'same' }),
    reference: (x, filter, bias) =>
      exact
        .conv2d(x, filter, 3, { input: [2, 4, 4, 2], size: 3, stride: 1, padding: 'same' })
        .map((value, at) => value + bias[at % 3]!),
  },
  pooling(2, 2, 'valid'),
  pooling(3, 2, 'same'),
  {
    op: 'matMul',
    inputs: [input('a', [4, 5]), input('b', [5, 3])],
    run: (a, b) => tf.matMul(a, b),
    reference: (a, b) => exact.matMul(a, b, 5, 3),
  },
  {
    op: 'dense layer',
    inputs: [input('x', [4, 5]), input('kernel', [5, 3]), input('bias', [3])],
    run: (a, b, bias) => tf.fused.matMul({ a: a, b: b, bias: bias }),
    reference: (a, b, bias) => exact.matMul(a, b, 5, 3).map((value, at) => value + bias[at % 3]!),
  },
  {
    op: 'batch normalisation of a batch',
    inputs: [input('x', [3, 2, 2, 4]), input('offset', [4]), input('scale', [4], 0.5, 2)],
    run: (x, offset, scale) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, mean, variance, offset, scale, 1e-3);
    },
    reference: (x, offset, scale) => exact.batchNorm(x, offset, scale, 1e-3),
  },
  {
    op: 'embedding',
    inputs: [input('table', [4, 3])],
    run: (table) => tf.gather(table, tf.tensor1d([2, 0, 2, 3, 2], 'int32')),
    reference: (table) => [2, 0, 2, 3, 2].flatMap((row) => [0, 1, 2].map((c) => table[row * 3 + c]!)),
  },
];
