import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { expectBalanced, onEachBackend, useBackend } from '../../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../../support/numeric.js';
import { kernelsOf, normals, normalTensor, onNative } from './onNative.js';

const axes: readonly [number[], number | number[] | undefined][] = [
  [[], undefined],
  [[7], undefined],
  [[3, 4], 0],
  [[3, 4], -1],
  [
    [2, 3, 4, 5],
    [1, 2],
  ],
  [
    [2, 3, 4, 5],
    [-1, 0],
  ],
  [[2, 1, 3], 1],
];

/** Where an entry of a tensor goes when the axes are reduced: its index in the result. */
function reducedIndex(index: number, shape: readonly number[], reduced: readonly number[]): number {
  let rest = index;
  let [result, size] = [0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const place = rest % shape[axis]!;
    rest = (rest - place) / shape[axis]!;
    if (reduced.includes(axis)) continue;
    result += place * size;
    size *= shape[axis]!;
  }
  return result;
}

onEachBackend('gradients', (test, backend) => {
  test('of relu is 1 above 0, else 0, also at -0 and at tiny numbers', async () => {
    const x = tf.tensor1d([-2, -1e-30, -0, 0, 1e-30, 3, Infinity]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5, 6, 7]);
    const dx = tf.grad((t) => tf.relu(t))(x, dy);
    expect(Array.from(await dx.data())).toEqual([0, 0, 0, 0, 5, 6, 7]);
  });

  test('of a gradient of relu is 0', async () => {
    await useBackend('tensorflow');
    await tf.setBackend(backend);
    const x = tf.tensor1d([-1, 0, 2]);
    const second = tf.grad((v) => tf.sum(tf.grad((t) => tf.relu(t))(v)))(x);
    expect(Array.from(await second.data())).toEqual([0, 0, 0]);
  });

  test('of relu has a gradient itself', async () => {
    const cube = tf.grad((t) => tf.pow(tf.relu(t), 3));
    const x = tf.tensor1d([-1, 2, 3]);
    expectClose(
      await tf
        .grad((t) => cube(t))(x)
        .data(),
      [0, 12, 18],
      GRADIENT_TOLERANCE,
    );
  });

  for (const [shape, axis] of axes) {
    const all = shape.map((_, i) => i);
    const reduced = axis === undefined ? all : [axis].flat().map((a) => (a + shape.length) % shape.length);
    const kept = shape.filter((_, i) => !reduced.includes(i));
    const size = tf.util.sizeFromShape(shape) / tf.util.sizeFromShape(kept);
    for (const keepDims of [false, true]) {
      test(`of sum and mean of [${shape.join(', ')}] over ${String(axis)}, keepDims ${keepDims}`, async () => {
        const x = normalTensor('x', shape);
        const dyShape = keepDims ? shape.map((length, i) => (reduced.includes(i) ? 1 : length)) : kept;
        const dy = normals('dy', dyShape);
        const want = Array.from({ length: x.size }, (_, i) => dy[reducedIndex(i, shape, reduced)]!);
        const sum = tf.grad((t) => tf.sum(t, axis, keepDims))(x, tf.tensor(dy, dyShape));
        const mean = tf.grad((t) => tf.mean(t, axis, keepDims))(x, tf.tensor(dy, dyShape));
        expect(sum.shape).toEqual(shape);
        expectClose(await sum.data(), want, VALUE_TOLERANCE);
        const share = want.map((value) => value / size);
        expectClose(await mean.data(), share, VALUE_TOLERANCE);
      });
    }
  }

  test('of sum and mean have gradients themselves', async () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const slope = tf.grad((t) => tf.square(tf.sum(tf.mean(tf.square(t), 1))));
    // f = s^2 / 4 with s the sum of squares; the gradient is s x, its sum is 30 * 10, and d(sum)/dx = 2 x 10 + 30.
    expectClose(await slope(x).data(), [30, 60, 90, 120], GRADIENT_TOLERANCE);
    const second = tf.grad((t) => tf.sum(slope(t)))(x);
    expectClose(await second.data(), [50, 70, 90, 110], GRADIENT_TOLERANCE);
  });
});

onNative('gradients of an accelerated backend', (test) => {
  test('of relu, sum and mean are one kernel each, and make no ones', async () => {
    const x = normalTensor('x', [2, 3]);
    const names = await kernelsOf(() => tf.grad((t) => tf.mean(tf.sum(tf.relu(t), 1)))(x));
    expect(names).toContain('ReluGrad');
    expect(names.filter((name) => name === 'Tile')).toEqual(['Tile', 'Tile']);
    expect(names).not.toContain('Step');
  });

  test('keep no tensor', () => {
    const x = normalTensor('x', [4, 3]);
    expectBalanced(() => tf.grad((t) => tf.mean(tf.sum(tf.relu(t), 1)))(x));
  });

  test('share the data of reshapes and casts that change nothing', () => {
    const x = normalTensor('x', [2, 3]);
    const copies = [tf.reshape(x, [2, 3]), tf.cast(x, 'float32')];
    for (const copy of copies) {
      expect(copy.dataId).toBe(x.dataId);
      expect(copy.id).not.toBe(x.id);
    }
    tf.dispose(copies);
    expect(x.isDisposed).toBe(false);
    expect(x.dataSync()).toEqual(normals('x', [2, 3]));
  });

  test('leave real reshapes and casts to TensorFlow', async () => {
    const x = tf.tensor2d([1.7, -2.2], [1, 2]);
    expect(tf.reshape(x, [2, -1]).shape).toEqual([2, 1]);
    expect(Array.from(await tf.cast(x, 'int32').data())).toEqual([1, -2]);
    expect(Array.from(await tf.matMul(tf.reshape(x, [2, 1]), x).data()).length).toBe(4);
  });
});
