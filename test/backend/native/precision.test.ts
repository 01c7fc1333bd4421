import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { selfCheck } from '../../../src/backend/index.js';
import { setPrecision } from '../../../src/backend/native/index.js';
import { expectBalanced, testedBackends, useBackend } from '../../support/backends.js';
import { inFloat32, nativeHandles, onBfloat16, operationsOf } from './onBfloat16.js';
import { normalTensor } from './onNative.js';

type Product = (...operands: tf.Tensor[]) => tf.Tensor;

const conv =
  (strides: number, pad: 'same' | 'valid' = 'same', dilations = 1): Product =>
  (x, w) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad, 'NHWC', dilations);

const convTranspose: Product = (dy, w) =>
  tf.conv2dTranspose(dy as tf.Tensor4D, w as tf.Tensor4D, [16, 16, 16, 32], 1, 'same');

/** Products of 2^23 multiply-adds and more: name, function, shapes of its operands, terms of each sum. */
const products: readonly [string, Product, number[][], number][] = [
  [
    'convolution',
    conv(1),
    [
      [16, 16, 16, 32],
      [3, 3, 32, 32],
    ],
    9 * 32,
  ],
  [
    'convolution with stride 2',
    conv(2),
    [
      [16, 32, 32, 32],
      [3, 3, 32, 32],
    ],
    9 * 32,
  ],
  [
    'dilated convolution',
    conv(1, 'valid', 2),
    [
      [16, 16, 16, 32],
      [3, 3, 32, 32],
    ],
    9 * 32,
  ],
  [
    'input gradient of a convolution',
    convTranspose,
    [
      [16, 16, 16, 32],
      [3, 3, 32, 32],
    ],
    9 * 32,
  ],
  [
    'matMul',
    (a, b) => tf.matMul(a, b),
    [
      [200, 250],
      [250, 200],
    ],
    250,
  ],
  [
    'matMul, transposed',
    (a, b) => tf.matMul(a, b, true, true),
    [
      [250, 200],
      [200, 250],
    ],
    250,
  ],
  [
    'batched matMul',
    (a, b) => tf.matMul(a, b),
    [
      [4, 150, 150],
      [4, 150, 150],
    ],
    150,
  ],
  [
    'batched matMul, broadcast',
    (a, b) => tf.matMul(a, b),
    [
      [4, 150, 150],
      [1, 150, 150],
    ],
    150,
  ],
];

const UNIT = 2 ** -8;
const FLOAT32_UNIT = 2 ** -24;

/**
 * Every entry within what rounding allows: 2^-8 relative for each of two operands and the result, 2^-24 for each addition
 * (in bfloat16's sum, in float32's, and in that of the magnitudes), all relative to the sum of the terms' magnitudes.
 */
function expectWithinRounding(product: Product, operands: tf.Tensor[], terms: number): void {
  const halved = product(...operands);
  const [exact, magnitudes] = inFloat32(() => [product(...operands), product(...operands.map((one) => tf.abs(one)))]);
  const bound = (1 + UNIT) ** 3 * (1 + terms * FLOAT32_UNIT) ** 3 - 1;
  const share = tf.max(tf.div(tf.abs(tf.sub(halved, exact)), magnitudes)).dataSync()[0]!;
  expect(share).toBeLessThanOrEqual(bound);
  expect(share).toBeGreaterThan(0);
}

/** Whether every number has the 8 significant bits of a bfloat16. */
function areBfloat16(values: Float32Array): boolean {
  return new Uint32Array(values.slice().buffer).every((bits) => (bits & 0xffff) === 0);
}

const read = (t: tf.Tensor): Float32Array => t.dataSync() as Float32Array;

onBfloat16('bfloat16', (test) => {
  for (const [name, product, shapes, terms] of products) {
    test(`rounds the operands and the result of a ${name}, and nothing else`, () => {
      const operands = shapes.map((shape, i) => normalTensor(`operand ${i}`, shape));
      expect(areBfloat16(read(product(...operands)))).toBe(true);
      expectWithinRounding(product, operands, terms);
    });
  }

  test('sums in float32: 4096 ones are 4096, not the 256 at which bfloat16 would stop', () => {
    const product = tf.matMul(tf.ones([64, 4096]), tf.ones([4096, 64]));
    expect(new Set(read(product))).toEqual(new Set([4096]));
  });

  test('rounds to the nearest', () => {
    const rounded = (value: number): number => read(tf.matMul(tf.fill([256, 256], value), tf.eye(256)))[0]!;
    expect([1 + 2 ** -9, 1 + 2 ** -7, 1 + 3 * 2 ** -9].map(rounded)).toEqual([1, 1 + 2 ** -7, 1 + 2 ** -7]);
  });

  test('fused layers compute in it too, bias and activation in float32', () => {
    const [x, w, bias] = [normalTensor('x', [16, 16, 16, 32]), normalTensor('w', [3, 3, 32, 32]), tf.fill([32], 0.1)];
    const fused = { bias, activation: 'relu' as const };
    const convolved = tf.fused.conv2d({
      x: x as tf.Tensor4D,
      filter: w as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      ...fused,
    });
    expect(read(convolved)).toEqual(read(tf.relu(tf.add(conv(1)(x, w), bias))));
    const [a, b] = [normalTensor('a', [200, 250]), normalTensor('b', [250, 200])];
    const multiplied = tf.fused.matMul({ a, b, bias: tf.fill([200], 0.1), activation: 'relu' });
    expect(read(multiplied)).toEqual(read(tf.relu(tf.add(tf.matMul(a, b), 0.1))));
  });

  test('leaves the filter gradient, small products and other types in float32', () => {
    const [x, dy] = [normalTensor('x', [16, 16, 16, 32]), normalTensor('dy', [16, 16, 16, 32])];
    const w = normalTensor('w', [3, 3, 32, 32]);
    const filterGradient = (): tf.Tensor => tf.grad((f) => conv(1)(x, f))(w, dy);
    expect(read(filterGradient())).toEqual(read(inFloat32(filterGradient)));
    const small = (): tf.Tensor => tf.matMul(normalTensor('a', [8, 16]), normalTensor('b', [16, 8]));
    // Much to cast for few multiplications.
    const thin = (): tf.Tensor => tf.matMul(normalTensor('a', [4, 2048]), normalTensor('b', [2048, 2048]));
    for (const product of [small, thin]) expect(read(product())).toEqual(read(inFloat32(product)));
    const integers = tf.matMul(tf.fill([256, 256], 1001, 'int32'), tf.ones([256, 256], 'int32'));
    expect(integers.dtype).toBe('int32');
    expect(integers.dataSync()[0]).toBe(256 * 1001);
  });

  test('casts each value once, in a product and its gradients', () => {
    const [a, b, dy] = ['a', 'b', 'dy'].map((name) => normalTensor(name, [256, 256]));
    const casts = (compute: () => void): string[] => operationsOf(compute).filter((op) => op.startsWith('Cast'));
    const to = ['Cast to 14', 'Cast to 14'];
    expect(casts(() => tf.grads((x, y) => tf.matMul(x, y))([a!, b!], dy))).toEqual(
      [to, 'Cast', 'Cast to 14', 'Cast', 'Cast'].flat(),
    );
    expect(casts(() => tf.matMul(a!, tf.clone(b!)))).toEqual(['Cast']);
    const [x, w] = [normalTensor('x', [16, 16, 16, 32]), normalTensor('w', [3, 3, 32, 32])];
    expect(casts(() => tf.grads((v, f) => conv(1)(v, f))([x, w], normalTensor('dx', x.shape)))).toEqual(
      [to, 'Cast', 'Cast to 14', 'Cast'].flat(),
    );
  });

  test('takes the new value of a variable', () => {
    const [eye, variable] = [tf.eye(256), tf.variable(tf.ones([256, 256]))];
    expect(read(tf.matMul(variable, eye))[0]).toBe(1);
    variable.assign(tf.fill([256, 256], 2));
    expect(read(tf.matMul(variable, eye))[0]).toBe(2);
    variable.dispose();
  });

  test('frees the copies with the tensors, and with the precision', () => {
    const before = nativeHandles();
    const [a, b] = [normalTensor('a', [256, 256]), normalTensor('b', [256, 256])];
    const slopes = tf.grads((x, y) => tf.sum(tf.square(tf.matMul(x, y))));
    tf.dispose(slopes([a, b]));
    expect(nativeHandles()).toBe(before + 4);
    b.dispose();
    expect(nativeHandles()).toBe(before + 2);
    setPrecision('float32');
    expect(nativeHandles()).toBe(before + 1);
    a.dispose();
    expect(nativeHandles()).toBe(before);
  });

  test('keeps no tensor, and no native one where TensorFlow throws', () => {
    const [a, b] = [normalTensor('a', [256, 256]), normalTensor('b', [256, 256])];
    expectBalanced(() => tf.matMul(a, b));
    expectBalanced(() => tf.grads((x, y) => tf.matMul(x, y))([a, b]));
    const before = nativeHandles();
    const wrong = normalTensor('c', [255, 256]);
    expect(() =>
      tf.engine().runKernel('BatchMatMul', { a, b: wrong }, { transposeA: false, transposeB: false }),
    ).toThrow();
    wrong.dispose();
    expect(nativeHandles()).toBe(before);
  });

  test('passes the check of every operation', async () => {
    expect((await selfCheck()).filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('setPrecision', () => {
  it('changes four kernels of the native backend and puts them back', async (context) => {
    if (!testedBackends.includes('tensorflow') || !(await useBackend('tensorflow'))) {
      return context.skip('backend tensorflow is not at hand');
    }
    const kernels = (): Map<string, tf.KernelFunc> =>
      new Map(
        ['tensorflow', ...testedBackends]
          .flatMap((backend) => tf.getKernelsForBackend(backend))
          .map(({ kernelName, backendName, kernelFunc }) => [`${backendName} ${kernelName}`, kernelFunc]),
      );
    const before = kernels();
    setPrecision('bfloat16');
    setPrecision('bfloat16');
    const changed = [...kernels()].filter(([name, kernel]) => before.get(name) !== kernel).map(([name]) => name);
    expect(changed.sort()).toEqual(
      ['BatchMatMul', 'Conv2D', 'Conv2DBackpropInput', 'FusedConv2D'].map((name) => `tensorflow ${name}`),
    );
    setPrecision('float32');
    expect(kernels()).toEqual(before);
    await tf.setBackend('cpu');
  });
});
