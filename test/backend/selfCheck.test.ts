import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { missingTrainingKernels, selfCheck, trainingKernels } from '../../src/backend/index.js';
import { acceleratedKernels } from '../../src/backend/selfcheck/kernels.js';
import { onEachBackend } from '../support/backends.js';

/** Runs `body` while a kernel of the current backend is another one; `undefined` removes it. */
async function withKernel(
  name: string,
  kernelFunc: tf.KernelFunc | undefined,
  body: () => Promise<void>,
): Promise<void> {
  const backendName = tf.getBackend();
  const right = tf.getKernel(name, backendName);
  tf.unregisterKernel(name, backendName);
  if (kernelFunc) tf.registerKernel({ ...right, kernelFunc });
  try {
    await body();
  } finally {
    if (kernelFunc) tf.unregisterKernel(name, backendName);
    tf.registerKernel(right);
  }
}

/** The kernel with 0.01 added to every entry of its outputs, or 1 where those are integers, and masks turned round. */
function slightlyWrong(name: string): tf.KernelFunc {
  const { kernelFunc } = tf.getKernel(name, tf.getBackend());
  return (call) => {
    const right = kernelFunc(call);
    const wrong = [right].flat().map(({ dataId, shape, dtype }) => {
      const values = tf.backend().readSync(dataId) as tf.TypedArray;
      const change = { bool: (v: number) => 1 - v, int32: (v: number) => v + 1 }[dtype as string] ?? ((v) => v + 0.01);
      return { dataId: tf.backend().write(values.map(change), shape, dtype), shape, dtype };
    });
    for (const info of [right].flat()) if (!(info instanceof tf.Tensor)) tf.backend().disposeData(info.dataId);
    return Array.isArray(right) ? wrong : wrong[0]!;
  };
}

onEachBackend('selfCheck', (test, backend) => {
  test('finds every operation right, and nothing missing', async () => {
    expect(missingTrainingKernels(backend)).toEqual([]);
    expect((await selfCheck()).filter(({ ok }) => !ok)).toEqual([]);
  });

  test('leaves no tensor behind', async () => {
    await selfCheck();
    const before = tf.memory().numTensors;
    await selfCheck();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('leaves no tensor behind where a kernel is missing on the way back', async () => {
    const before = tf.memory().numTensors;
    for (const name of ['Step', 'Tile', 'Transpose', 'UnsortedSegmentSum', 'Conv2DBackpropFilter']) {
      await withKernel(name, undefined, async () => {
        expect((await selfCheck()).every(({ ok }) => ok)).toBe(false);
      });
      expect(tf.memory().numTensors, name).toBe(before);
    }
    expect(tf.engine().state.activeTape).toBeNull();
  });

  test('finds a kernel that is missing', async () => {
    await withKernel('Rsqrt', undefined, async () => {
      expect(missingTrainingKernels(backend)).toEqual(['Rsqrt']);
      const result = (await selfCheck()).find(({ op }) => op === 'rsqrt');
      const message = `Kernel 'Rsqrt' not registered for backend '${backend}'`;
      expect(result).toEqual({ op: 'rsqrt', ok: false, maxError: Infinity, tolerance: 1e-5, message });
    });
  });

  test('finds a kernel that gives NaN', async () => {
    const nan: tf.KernelFunc = ({ inputs }) => tf.fill(inputs['x']!.shape, NaN);
    await withKernel('Relu', nan, async () => {
      const result = (await selfCheck()).find(({ op }) => op === 'relu');
      expect(result).toEqual({ op: 'relu', ok: false, maxError: Infinity, tolerance: 1e-5 });
    });
  });
});

onEachBackend('selfCheck', (test, backend) => {
  const kernels = backend === 'tensorflow' ? [...trainingKernels, ...acceleratedKernels] : trainingKernels;
  for (const name of kernels) {
    test(`finds ${name} when it is slightly wrong`, async () => {
      await withKernel(name, slightlyWrong(name), async () => {
        expect((await selfCheck()).filter(({ ok }) => !ok)).not.toEqual([]);
      });
    });
  }
});
