import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { expectBalanced } from '../../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../../support/numeric.js';
import { kernelsOf, normalTensor, onNative } from './onNative.js';

type Make = () => tf.layers.Layer;

const convolutions: Readonly<Record<string, [Make, number[]]>> = {
  'with bias': [() => tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }), [2, 5, 6, 3]],
  'without bias': [() => tf.layers.conv2d({ filters: 4, kernelSize: [2, 3], useBias: false }), [2, 5, 6, 3]],
  'with strides': [
    () => tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: [2, 1], padding: 'same' }),
    [2, 5, 6, 3],
  ],
  'with relu': [() => tf.layers.conv2d({ filters: 4, kernelSize: 1, activation: 'relu' }), [2, 4, 4, 3]],
  'with elu': [() => tf.layers.conv2d({ filters: 2, kernelSize: 2, activation: 'elu' }), [2, 4, 4, 3]],
  'channels first': [() => tf.layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: 'channelsFirst' }), [2, 3, 5, 6]],
};
const denses: Readonly<Record<string, [Make, number[]]>> = {
  'with bias': [() => tf.layers.dense({ units: 4 }), [3, 5]],
  'without bias': [() => tf.layers.dense({ units: 4, useBias: false }), [3, 5]],
  'with relu': [() => tf.layers.dense({ units: 4, activation: 'relu' }), [3, 5]],
  'with softmax': [() => tf.layers.dense({ units: 4, activation: 'softmax' }), [3, 5]],
  'of rank 3': [() => tf.layers.dense({ units: 4 }), [3, 2, 5]],
};

/** Output and all gradients on the current backend, from the same numbers on each. */
async function outcome(make: Make, shape: number[]): Promise<{ y: Float32Array; gradients: Float32Array[] }> {
  const layer = make();
  layer.build([null, ...shape.slice(1)]);
  layer.setWeights(layer.getWeights().map((weight, i) => normalTensor(`weight ${i}`, weight.shape)));
  const x = normalTensor('x', shape);
  const y = layer.apply(x) as tf.Tensor;
  const dy = normalTensor('dy', y.shape);
  const variables = layer.trainableWeights.map((weight) => weight.read());
  const gradients = tf.grads((...inputs: tf.Tensor[]) => layer.apply(inputs[0]!, { training: true }) as tf.Tensor)(
    [x, ...variables],
    dy,
  );
  const read = async (t: tf.Tensor): Promise<Float32Array> => (await t.data()) as Float32Array;
  return { y: await read(y), gradients: await Promise.all(gradients.map(read)) };
}

/** The gradients by input and weights of the sum of squares of those of `f(layer(x))`, of which one tape records all. */
async function slopesOfSlope(
  layer: tf.layers.Layer,
  x: tf.Tensor,
  f: (y: tf.Tensor) => tf.Tensor,
): Promise<Float32Array[]> {
  const variables = [x, ...layer.trainableWeights.map((weight) => weight.read())];
  const slopes = tf.grads((...inputs: tf.Tensor[]) => {
    const y = tf.sum(f(layer.apply(inputs[0]!, { training: true }) as tf.Tensor));
    return tf.addN(
      tf
        .grads(() => y)(inputs)
        .map((slope) => tf.sum(tf.square(slope))),
    );
  })(variables);
  return Promise.all(slopes.map(async (slope) => (await slope.data()) as Float32Array));
}

onNative('layers of an accelerated backend', (test) => {
  for (const [kind, cases] of Object.entries({ convolution: convolutions, dense: denses })) {
    for (const [name, [make, shape]] of Object.entries(cases)) {
      test(`${kind} ${name} gives what the cpu backend gives`, async () => {
        const native = await outcome(make, shape);
        await tf.setBackend('cpu');
        const cpu = await outcome(make, shape).finally(() => tf.setBackend('tensorflow'));
        expectClose(native.y, cpu.y, VALUE_TOLERANCE);
        expect(native.gradients.length).toBe(cpu.gradients.length);
        native.gradients.forEach((gradient, i) => expectClose(gradient, cpu.gradients[i]!, GRADIENT_TOLERANCE));
      });
    }
  }

  test('have gradients inside a gradient that recorded them', async () => {
    const ofBias = (): Promise<Float32Array[]> => {
      const layer = tf.layers.dense({ units: 2, kernelInitializer: 'ones', biasInitializer: 'ones' });
      const x = tf.tensor2d([
        [1, 0, 2],
        [2, 1, 1],
      ]);
      layer.build([null, 3]);
      return slopesOfSlope(layer, x, (t) => tf.square(t));
    };
    const ofNorm = (): Promise<Float32Array[]> => {
      const layer = tf.layers.batchNormalization({ gammaInitializer: 'ones' });
      layer.build([null, 2, 2, 3]);
      return slopesOfSlope(layer, normalTensor('x', [2, 2, 2, 3]), (t) => tf.pow(t, 3));
    };
    for (const compute of [ofBias, ofNorm]) {
      const native = await compute();
      await tf.setBackend('cpu');
      const cpu = await compute().finally(() => tf.setBackend('tensorflow'));
      expect(native.length).toBe(3);
      native.forEach((gradient, i) => expectClose(gradient, cpu[i]!, GRADIENT_TOLERANCE));
    }
  });

  test('make no gradient of an input that needs none', async () => {
    const layers = [
      tf.layers.conv2d({ inputShape: [5, 5, 3], filters: 2, kernelSize: 3 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ];
    const model = tf.sequential({ layers });
    const x = normalTensor('x', [2, 5, 5, 3]);
    const names = await kernelsOf(() => {
      const { value, grads } = tf.variableGrads(() => tf.sum(model.apply(x, { training: true }) as tf.Tensor));
      return [value, ...Object.values(grads)];
    });
    const count = (name: string): number => names.filter((other) => other === name).length;
    expect([count('Conv2DBackpropFilter'), count('Conv2DBackpropInput'), count('BiasAddGrad')]).toEqual([1, 0, 2]);
  });

  test('predict by the fused kernels', async () => {
    const layer = tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' });
    const names = await kernelsOf(() => layer.apply(normalTensor('x', [1, 5, 5, 3])) as tf.Tensor);
    expect(names).toContain('FusedConv2D');
  });

  test('call the hook of a dense layer once', () => {
    const layer = tf.layers.dense({ units: 2 });
    let calls = 0;
    layer.setCallHook(() => void calls++);
    tf.grad((x) => tf.sum(layer.apply(x) as tf.Tensor))(normalTensor('x', [2, 3]));
    expect(calls).toBe(1);
  });

  test('keep no tensor', () => {
    const x = normalTensor('x', [2, 5, 5, 3]);
    const layer = tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu' });
    layer.apply(x);
    expectBalanced(() => tf.grad((t) => tf.sum(layer.apply(t) as tf.Tensor))(x));
  });

  test('train a small network to the same weights as the cpu backend', async () => {
    const train = async (): Promise<Float32Array[]> => {
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 4, kernelSize: 3, padding: 'same', useBias: false }),
          tf.layers.batchNormalization(),
          tf.layers.reLU(),
          tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
          tf.layers.dense({ units: 3 }),
        ],
      });
      model.setWeights(model.getWeights().map((w, i) => tf.mul(normalTensor(`w ${i}`, w.shape), i === 4 ? 0 : 0.5)));
      const x = normalTensor('images', [8, 6, 6, 2]);
      const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), 3);
      const optimizer = tf.train.momentum(0.1, 0.9);
      for (let step = 0; step < 5; step++) {
        optimizer.minimize(() =>
          tf.losses.softmaxCrossEntropy(labels, model.apply(x, { training: true }) as tf.Tensor),
        );
      }
      return (await Promise.all(model.getWeights().map((w) => w.data()))) as Float32Array[];
    };
    const native = await train();
    await tf.setBackend('cpu');
    const cpu = await train().finally(() => tf.setBackend('tensorflow'));
    native.forEach((weight, i) => expectClose(weight, cpu[i]!, GRADIENT_TOLERANCE));
  });
});
