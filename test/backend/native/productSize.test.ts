import { describe, expect, it } from 'vitest';
import type * as tf from '@tensorflow/tfjs';
import { gainsFromBfloat16 } from '../../../src/backend/native/productSize.js';

const floats = (...shapes: number[][]): tf.TensorInfo[] =>
  shapes.map((shape) => ({ dataId: {}, shape, dtype: 'float32' }));
const attributes = (values: Record<string, unknown>) =>
  Object.entries(values).map(([name, value]) => ({ name, type: 0, value }));

const conv = (x: number[], w: number[], stride: number): boolean =>
  gainsFromBfloat16('Conv2D', attributes({ strides: [1, stride, stride, 1] }), floats(x, w));
const convGradient = (w: number[], dy: number[], stride: number): boolean => {
  const sizes: tf.TensorInfo = { dataId: {}, shape: [4], dtype: 'int32' };
  const strides = attributes({ strides: [1, stride, stride, 1] });
  return gainsFromBfloat16('Conv2DBackpropInput', strides, [sizes, ...floats(w, dy)]);
};
const matMul = (a: number[], b: number[], adj_x = false, adj_y = false): boolean =>
  gainsFromBfloat16('BatchMatMulV2', attributes({ adj_x, adj_y }), floats(a, b));

describe('gainsFromBfloat16', () => {
  it('wants 2^23 multiply-adds', () => {
    expect(matMul([256, 128], [128, 256])).toBe(true);
    expect(matMul([256, 127], [127, 256])).toBe(false);
    expect(conv([1, 16, 16, 64], [3, 3, 64, 64], 1)).toBe(true);
    expect(conv([1, 15, 15, 64], [3, 3, 64, 64], 1)).toBe(false);
    expect(convGradient([3, 3, 64, 64], [1, 16, 16, 64], 1)).toBe(true);
    expect(convGradient([3, 3, 64, 64], [1, 15, 15, 64], 1)).toBe(false);
  });

  it('counts the positions that a stride leaves', () => {
    expect(conv([1, 32, 32, 64], [3, 3, 64, 64], 2)).toBe(true);
    expect(conv([1, 30, 30, 64], [3, 3, 64, 64], 2)).toBe(false);
  });

  it('wants 24 of them for each entry that is cast', () => {
    // 32 b / (32 + b) of an [n, 32] by [32, b] product, n large
    expect(matMul([65536, 32], [32, 96])).toBe(false);
    expect(matMul([65536, 32], [32, 97])).toBe(true);
    // A larger image from the same dy: more to cast back.
    expect(convGradient([3, 3, 32, 64], [1, 32, 32, 64], 4)).toBe(true);
    expect(convGradient([3, 3, 32, 64], [1, 32, 32, 64], 5)).toBe(false);
  });

  it('knows transposed and batched matrices', () => {
    expect(matMul([128, 256], [256, 128], true, true)).toBe(true);
    expect(matMul([128, 255], [256, 128], true, true)).toBe(false);
    expect(matMul([4, 128, 128], [4, 128, 128])).toBe(true);
    expect(matMul([3, 128, 128], [1, 128, 128])).toBe(false);
    expect(matMul([1, 128, 128], [4, 128, 128])).toBe(true);
  });

  it('knows no other operation', () => {
    expect(gainsFromBfloat16('Conv2DBackpropFilter', [], floats([9999, 9999], [9999, 9999]))).toBe(false);
  });
});
