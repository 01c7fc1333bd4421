import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectBalanced } from '../../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE } from '../../support/numeric.js';
import { filterGradient, type Geometry, inputGradient, type Padding, shapesOf } from './convolution.js';
import { normals, onWasm, valuesOf } from './onWasm.js';

const seed = 1;

/** Both gradients of conv2d on wasm against the definition. */
async function expectGradients(g: Geometry): Promise<void> {
  const shapes = shapesOf(g);
  const x = normals(seed, 'x', shapes.x);
  const filter = normals(seed, 'filter', shapes.filter);
  const dy = normals(seed, 'dy', shapes.y);
  const convolve = (input: tf.Tensor, taps: tf.Tensor): tf.Tensor =>
    tf.conv2d(input as tf.Tensor4D, taps as tf.Tensor4D, [...g.strides], g.pad);
  const gradients = (): tf.Tensor[] =>
    tf.grads(convolve)([tf.tensor(x, shapes.x), tf.tensor(filter, shapes.filter)], tf.tensor(dy, shapes.y));
  expectClose(await valuesOf(() => gradients()[0]!), inputGradient(g, filter, dy), GRADIENT_TOLERANCE);
  expectClose(await valuesOf(() => gradients()[1]!), filterGradient(g, x, dy), GRADIENT_TOLERANCE);
}

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const zeros = fc.tuple(fc.nat(4), fc.nat(4));
const padding: fc.Arbitrary<Padding> = fc.oneof(
  fc.constant('same' as const),
  fc.constant('valid' as const),
  fc.tuple(zeros, zeros).map(([rows, columns]): Padding => [[0, 0], rows, columns, [0, 0]]),
);
const geometry: fc.Arbitrary<Geometry> = fc
  .record({
    batch: small(3),
    size: fc.tuple(small(9), small(9)),
    channels: small(5),
    filter: fc.tuple(small(5), small(5)),
    filters: small(5),
    strides: fc.tuple(small(4), small(4)),
    pad: padding,
  })
  .filter((g) => shapesOf(g).y.every((length) => length > 0));

onWasm('conv2d gradients', () => {
  it('equal the definition for any shape, stride and padding', async () => {
    await fc.assert(fc.asyncProperty(geometry, expectGradients), { seed, numRuns: 150 });
  });

  const square = { batch: 2, filter: [3, 3], strides: [1, 1], pad: 'same' } as const;
  it.each<[string, Geometry]>([
    ['first layer', { ...square, size: [32, 32], channels: 3, filters: 16 }],
    ['widening block', { ...square, size: [32, 32], channels: 16, filters: 32, strides: [2, 2] }],
    ['last block', { ...square, size: [8, 8], channels: 64, filters: 64 }],
    ['projection', { ...square, size: [16, 16], channels: 16, filters: 32, filter: [1, 1], strides: [2, 2] }],
    [
      'more zeros than the filter covers',
      {
        ...square,
        size: [4, 4],
        channels: 2,
        filters: 3,
        pad: [
          [0, 0],
          [4, 3],
          [3, 5],
          [0, 0],
        ],
      },
    ],
    [
      'rows and columns that no window reaches',
      { ...square, size: [8, 9], channels: 2, filters: 3, strides: [4, 5], pad: 'valid' },
    ],
    [
      'stride beyond the filter',
      { ...square, size: [9, 9], channels: 2, filters: 2, filter: [1, 2], strides: [3, 4], pad: 'valid' },
    ],
  ])('equal the definition for a %s', (_name, g) => expectGradients(g));

  it('give conv2dTranspose its value', async () => {
    const g: Geometry = { ...square, size: [7, 6], channels: 3, filters: 2, strides: [2, 2] };
    const shapes = shapesOf(g);
    const [y, filter] = [normals(seed, 'y', shapes.y), normals(seed, 'filter', shapes.filter)];
    const actual = await valuesOf(() =>
      tf.conv2dTranspose(
        tf.tensor<tf.Rank.R4>(y, shapes.y),
        tf.tensor<tf.Rank.R4>(filter, shapes.filter),
        [2, 7, 6, 3],
        2,
        'same',
      ),
    );
    expectClose(actual, inputGradient(g, filter, y), GRADIENT_TOLERANCE);
  });

  it('leave nothing behind', () => {
    const [x, filter] = [tf.ones([2, 6, 6, 2]), tf.ones([3, 3, 2, 2])];
    const gradients = tf.grads((a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 2, 'same'));
    expectBalanced(() => gradients([x, filter]));
    tf.dispose([x, filter]);
  });

  it('refuse channels first, as the forward convolution of wasm does', () => {
    const [dy, filter] = [tf.ones([1, 1, 2, 2]), tf.ones([1, 1, 1, 1])];
    const attributes = { strides: 1, pad: 'valid', dataFormat: 'NCHW', inputShape: [1, 1, 2, 2] };
    expect(() => tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, attributes)).toThrow(
      'Conv2DBackpropInput on wasm: expected dataFormat NHWC, got NCHW',
    );
    tf.dispose([dy, filter]);
  });
});
