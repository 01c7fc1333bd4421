import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { completeWasm } from '../../../src/backend/wasm/index.js';

const kernels = (): Map<string, tf.KernelConfig> =>
  new Map(tf.getKernelsForBackend('wasm').map((config) => [config.kernelName, config]));
const stock = kernels();

describe('completeWasm', () => {
  afterEach(() => vi.restoreAllMocks());

  it('adds and replaces the kernels that it says, and leaves every other alone', () => {
    completeWasm();
    const changed = [...kernels()].filter(([name, config]) => stock.get(name) !== config).map(([name]) => name);
    expect(changed.sort()).toEqual([
      'Conv2DBackpropFilter',
      'Conv2DBackpropInput',
      'MaxPoolGrad',
      'Tile',
      'UnsortedSegmentSum',
    ]);
    expect([...stock.keys()].filter((name) => !kernels().has(name))).toEqual([]);
  });

  it('changes nothing when called again, and warns of nothing', () => {
    const warn = vi.spyOn(console, 'warn');
    const once = kernels();
    completeWasm();
    expect(kernels()).toEqual(once);
    expect([...kernels()].every(([name, config]) => once.get(name) === config)).toBe(true);
    expect(warn).not.toHaveBeenCalled();
  });

  it('leaves a kernel alone that another version of the backend brings', () => {
    tf.unregisterKernel('UnsortedSegmentSum', 'wasm');
    const theirs = { kernelName: 'UnsortedSegmentSum', backendName: 'wasm', kernelFunc: () => [] };
    tf.registerKernel(theirs);
    completeWasm();
    expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).toBe(theirs);
    tf.unregisterKernel('UnsortedSegmentSum', 'wasm');
  });

  it('trains a model of convolutions, pooling, normalisation and an embedding', async () => {
    completeWasm();
    await tf.setBackend('wasm');
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const images = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [8, 8, 2],
          filters: 4,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          kernelInitializer,
        }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1, kernelInitializer }),
      ],
    });
    const words = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4, embeddingsInitializer: kernelInitializer }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1, kernelInitializer }),
      ],
    });
    for (const [model, x] of [
      [images, tf.randomNormal([4, 8, 8, 2], 0, 1, 'float32', 1)],
      [words, tf.tensor2d([0, 1, 2, 3, 4, 3, 2, 1], [2, 4])],
    ] as const) {
      model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
      const y = tf.range(0, x.shape[0]).reshape([-1, 1]);
      const { history } = await model.fit(x, y, { epochs: 20, shuffle: false, verbose: 0 });
      expect(Number(history['loss']!.at(-1))).toBeLessThan(Number(history['loss']![0]) / 2);
      tf.dispose([x, y]);
      model.dispose();
    }
  });
});
