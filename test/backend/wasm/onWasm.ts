import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { completeWasm } from '../../../src/backend/index.js';
import { randomStream } from '../../../src/core/index.js';
import { testedBackends } from '../../support/backends.js';

/** Runs `body` with the completed wasm backend current; no test may leave a tensor or a piece of wasm memory behind. */
export function onWasm(name: string, body: () => void): void {
  describe.skipIf(!testedBackends.includes('wasm'))(name, () => {
    const held = (): number[] => [tf.memory().numTensors, tf.backend().numDataIds()];
    let before: number[];
    beforeAll(async () => {
      completeWasm();
      expect(await tf.setBackend('wasm')).toBe(true);
    });
    beforeEach(() => {
      before = held();
    });
    afterEach(() => expect(held(), 'tensors, wasm buffers').toEqual(before));
    body();
  });
}

/** The values of the tensor that `compute` makes, which is freed. */
export async function valuesOf(compute: () => tf.Tensor): Promise<tf.TypedArray> {
  const tensor = tf.tidy(compute);
  try {
    return await tensor.data();
  } finally {
    tensor.dispose();
  }
}

/** Standard normal float32 numbers. */
export function normals(seed: number, name: string, shape: readonly number[]): Float32Array {
  const random = randomStream(seed).child(name);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal());
}
