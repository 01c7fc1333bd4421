import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import { testedBackends, useBackend } from '../../support/backends.js';

type Register = (name: string, body: () => void | Promise<void>) => void;

/** Runs `body` with the accelerated native backend current, where it is at hand; tensors made in a test are freed. */
export function onNative(name: string, body: (test: Register) => void): void {
  describe.skipIf(!testedBackends.includes('tensorflow'))(`${name} [tensorflow]`, () => {
    let present = false;
    beforeAll(async () => {
      present = await useBackend('tensorflow');
    });
    afterAll(() => tf.setBackend('cpu'));
    body((testName, run) => {
      it(testName, async (context) => {
        if (!present) return context.skip('backend tensorflow is not at hand');
        tf.engine().startScope();
        try {
          await run();
        } finally {
          tf.engine().endScope();
        }
      });
    });
  });
}

/** Standard normal float32 numbers. */
export function normals(name: string, shape: readonly number[]): Float32Array {
  const random = randomStream(20170814).child(name);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal());
}

/** A tensor of standard normal numbers. */
export function normalTensor(name: string, shape: number[]): tf.Tensor {
  return tf.tensor(normals(name, shape), shape);
}

/** Names of the kernels that `compute` runs, in order; those of operations with their own gradient have other names. */
export async function kernelsOf(compute: () => tf.TensorContainer): Promise<readonly string[]> {
  const { kernels } = await tf.profile(() => tf.tidy(compute));
  return kernels.map(({ name }) => name);
}
