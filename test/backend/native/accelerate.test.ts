import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { accelerate, completeWasm } from '../../../src/backend/index.js';
import { testedBackends, useBackend } from '../../support/backends.js';
import { errorOf } from '../../support/errors.js';
import { runScript } from '../node/support/child.js';
import { compileSources } from '../node/support/compiled.js';
import { normalTensor } from './onNative.js';

/** Weights after two steps of a network with everything that accelerates. */
async function trained(): Promise<Float32Array[]> {
  const layers = [
    tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 4, kernelSize: 3, padding: 'same' as const }),
    tf.layers.batchNormalization(),
    tf.layers.reLU(),
    tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    tf.layers.dense({ units: 3, activation: 'relu' as const }),
  ];
  const model = tf.sequential({ layers });
  const values = model.getWeights().map((weight, i) => normalTensor(`weight ${i}`, weight.shape));
  model.setWeights(values);
  const x = normalTensor('images', [4, 6, 6, 2]);
  const optimizer = tf.train.momentum(0.1, 0.9);
  const loss = (): tf.Scalar => tf.mean(tf.square(model.apply(x, { training: true }) as tf.Tensor));
  for (let step = 0; step < 2; step++)
    optimizer.minimize(
      loss,
      false,
      model.trainableWeights.map((w) => w.read() as tf.Variable),
    );
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  model.dispose();
  optimizer.dispose();
  tf.dispose([...values, x]);
  return weights as Float32Array[];
}

/** All that acceleration changes in tfjs. */
function changed(): unknown[] {
  const prototypes = [
    tf.layers.batchNormalization(),
    tf.layers.conv2d({ filters: 1, kernelSize: 1 }),
    tf.layers.dense({ units: 1 }),
  ].map((layer) => layer.call);
  const gradients = ['Relu', 'Sum', 'Mean', 'BiasAdd', 'FusedBatchNormV3'].map((name) => tf.getGradient(name));
  return [...prototypes, ...gradients, ...tf.getKernelsForBackend('tensorflow'), tf.engine().gradients];
}

describe('accelerate', () => {
  const before = new Map<string, Float32Array[]>();
  afterAll(() => tf.setBackend('cpu'));

  it('refuses to register gradients that tfjs would register over later', async () => {
    vi.resetModules();
    const fresh = await import('../../../src/backend/native/index.js');
    const relu = tf.getGradient('Relu');
    tf.unregisterGradient('Relu');
    const error = await errorOf(() => fresh.accelerate());
    tf.registerGradient(relu);
    expect(error.name).toBe('BackendError');
    expect(error.message).toBe(
      "accelerate: expected tfjs's gradients to be registered, got none for Relu. " +
        "Import '@tensorflow/tfjs' first: it would register its own over ours later",
    );
  });

  for (const backend of testedBackends.filter((name) => name !== 'tensorflow')) {
    it(`leaves every number of ${backend} as it was, bit for bit`, async () => {
      completeWasm();
      await tf.setBackend(backend);
      before.set(backend, await trained());
    });
  }

  it('changes nothing when called again, and warns of nothing', async () => {
    const warn = vi.spyOn(console, 'warn');
    await useBackend('tensorflow');
    accelerate();
    const once = changed();
    accelerate();
    expect(changed().every((part, i) => part === once[i])).toBe(true);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  for (const backend of testedBackends.filter((name) => name !== 'tensorflow')) {
    it(`left every number of ${backend} as it was, bit for bit`, async () => {
      await tf.setBackend(backend);
      const after = await trained();
      expect(after).toEqual(before.get(backend));
      expect(after.flatMap((weight) => Array.from(weight)).every(Number.isFinite)).toBe(true);
    });
  }
});

describe('accelerate in worker threads', () => {
  it('gives each thread its own', async (context) => {
    if (!(await useBackend('tensorflow'))) return context.skip('backend tensorflow is not at hand');
    await tf.setBackend('cpu');
    const compiled = compileSources();
    const worker = path.join(path.dirname(compiled.node('prepare')), 'acceleratedWorker.js');
    writeFileSync(
      worker,
      `import { parentPort } from 'node:worker_threads';
      import { prepareBackend } from './prepare.js';
      import { loadTfjs } from './tfjs.js';
      const tf = loadTfjs('test');
      await prepareBackend('tensorflow');
      await tf.setBackend('tensorflow');
      const layer = tf.layers.batchNormalization();
      const loss = (x) => tf.sum(tf.square(layer.apply(x, { training: true })));
      const { kernels } = await tf.profile(() => tf.grad(loss)(tf.tensor2d([[1], [2], [4]])));
      parentPort.postMessage(kernels.map(({ name }) => name).filter((name) => name.startsWith('FusedBatchNorm')));`,
    );
    const script = `
      import { Worker } from 'node:worker_threads';
      const worker = () => new Worker(${JSON.stringify(worker)}, { execArgv: [] });
      const start = () => new Promise((resolve, reject) => worker().on('message', resolve).on('error', reject));
      console.log(JSON.stringify(await Promise.all([start(), start()])));`;
    const { stdout, stderr } = await runScript(script).finally(() => compiled.remove());
    const fused = ['FusedBatchNormV3', 'FusedBatchNormGradV3'];
    expect({ stdout, stderr }).toEqual({ stdout: `${JSON.stringify([fused, fused])}\n`, stderr: '' });
  });
});
