import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { setPrecision } from '../../../src/backend/native/index.js';
import { checkBfloat16 } from '../../../src/backend/node/processor.js';
import { testedBackends, useBackend } from '../../support/backends.js';
import { errorOf } from '../../support/errors.js';

type Register = (name: string, body: () => void | Promise<void>) => void;

/** Runs `body` on the native backend in bfloat16, where both are at hand; tensors made in a test are freed. */
export function onBfloat16(name: string, body: (test: Register) => void): void {
  describe.skipIf(!testedBackends.includes('tensorflow'))(`${name} [tensorflow]`, () => {
    let present = false;
    beforeAll(async () => {
      present = (await useBackend('tensorflow')) && (await computesInBfloat16());
    });
    afterAll(() => tf.setBackend('cpu'));
    body((testName, run) => {
      it(testName, async (context) => {
        if (!present) return context.skip('no native backend, or no bfloat16 instructions, at hand');
        await tf.setBackend('tensorflow');
        tf.engine().startScope();
        setPrecision('bfloat16');
        try {
          await run();
        } finally {
          tf.engine().endScope();
          setPrecision('float32');
        }
      });
    });
  });
}

async function computesInBfloat16(): Promise<boolean> {
  return errorOf(() => checkBfloat16('test')).then(
    () => false,
    () => true,
  );
}

/** What `compute` gives in float32, where a test of {@link onBfloat16} computes in bfloat16. */
export function inFloat32<T>(compute: () => T): T {
  setPrecision('float32');
  try {
    return compute();
  } finally {
    setPrecision('bfloat16');
  }
}

interface Native {
  binding: Record<string, unknown> & { getNumOfTensors(): number };
}

/** Tensors that TensorFlow holds for this thread. */
export function nativeHandles(): number {
  return (tf.backend() as unknown as Native).binding.getNumOfTensors();
}

/** TensorFlow's operations that `compute` runs, in order; casts to another type than float32 as `Cast to N`. */
export function operationsOf(compute: () => void): string[] {
  const backend = tf.backend() as unknown as Native;
  const { binding } = backend;
  const run = (binding['executeOp'] as (...args: unknown[]) => unknown).bind(binding);
  const names: string[] = [];
  const executeOp = (op: string, attributes: { name: string; value: unknown }[], ...rest: unknown[]): unknown => {
    const type = attributes.find(({ name }) => name === 'DstT')?.value;
    names.push(op === 'Cast' && type !== binding['TF_FLOAT'] ? `Cast to ${String(type)}` : op);
    return run(op, attributes, ...rest);
  };
  // The binding's own properties are read-only: ours is found before them.
  backend.binding = Object.create(binding, { executeOp: { value: executeOp } }) as Native['binding'];
  try {
    compute();
  } finally {
    backend.binding = binding;
  }
  return names;
}
