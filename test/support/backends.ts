import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startBackend } from './machine.js';

/** Backends the suite runs on; `LONGTAIL_TEST_BACKENDS=cpu,wasm` narrows it while working. */
export const { tested: testedBackends, required } = inject('backends');

/** Makes `backend` current; false when it is not at hand here, unless LONGTAIL_REQUIRE_BACKENDS lists it: then it throws. */
export async function useBackend(backend: string): Promise<boolean> {
  try {
    if (await startBackend(backend)) return true;
    throw new Error(`TensorFlow.js did not start ${backend}`);
  } catch (error) {
    if (required.includes(backend)) throw error;
    return false;
  }
}

type Register = (name: string, body: () => void | Promise<void>) => void;

/** Runs `body` once per backend. Tensors made in a test are freed when it ends. */
export function onEachBackend(name: string, body: (test: Register, backend: string) => void): void {
  describe.each(testedBackends)(`${name} [%s]`, (backend) => {
    let present = false;
    beforeAll(async () => {
      present = await useBackend(backend);
      if (!present) console.warn(`skipped: backend ${backend} is not at hand (${name})`);
    });
    afterAll(() => tf.setBackend('cpu'));
    body((testName, run) => {
      it(testName, async (context) => {
        if (!present) return context.skip(`backend ${backend} is not at hand`);
        tf.engine().startScope();
        try {
          await run();
        } finally {
          tf.engine().endScope();
        }
      });
    }, backend);
  });
}

/** Calls `make` outside any tidy scope; nothing but its result may stay alive. */
export function expectBalanced(make: () => tf.Tensor | tf.Tensor[]): void {
  const before = tf.memory().numTensors;
  tf.dispose(make());
  expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
}
