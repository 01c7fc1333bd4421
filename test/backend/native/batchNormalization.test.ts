import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { expectBalanced, onEachBackend } from '../../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../../support/numeric.js';
import { batchNormReference } from './batchNormReference.js';
import { kernelsOf, normals, normalTensor, onNative } from './onNative.js';

type Config = NonNullable<Parameters<typeof tf.layers.batchNormalization>[0]>;
const epsilon = 1e-3;

/** A layer with weights away from their initial values, so that none drops out of the result. */
function layerFor(shape: number[], config: Config = {}): tf.layers.Layer {
  const channels = shape.at(-1)!;
  const layer = tf.layers.batchNormalization({ epsilon, momentum: 0.75, ...config });
  layer.build([null, ...shape.slice(1)]);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((name) => normals(name, [channels]));
  const positive = variance!.map((value) => 0.5 + value * value);
  const values = [
    config.scale === false ? undefined : gamma!,
    config.center === false ? undefined : beta!,
    mean!,
    positive,
  ];
  layer.setWeights(values.filter((value) => value !== undefined).map((value) => tf.tensor1d(value)));
  return layer;
}

/** Output, and gradients of `sum(output * dy)` with respect to the input and the trainable weights. */
function differentiate(layer: tf.layers.Layer, x: tf.Tensor, dy: tf.Tensor): tf.Tensor[] {
  let y!: tf.Tensor;
  const run = (input: tf.Tensor): tf.Scalar => {
    y = tf.keep(layer.apply(input, { training: true }) as tf.Tensor);
    return tf.sum(tf.mul(y, dy));
  };
  const variables = layer.trainableWeights.map((weight) => weight.read());
  const gradients = tf.grads((...inputs: tf.Tensor[]) => run(inputs[0]!))([x, ...variables]);
  const moving = layer.nonTrainableWeights.map((weight) => weight.read());
  return [y, ...gradients, ...moving];
}

const shapes = [
  [9, 5],
  [4, 3, 5],
  [3, 4, 2, 5],
  [2, 3, 5, 2, 16],
  [1, 6],
  [1, 1, 2, 3],
];

/** Checks output, gradients and running statistics of one training call. */
async function expectReference(shape: number[], config: Config = {}): Promise<void> {
  const layer = layerFor(shape, config);
  const [gamma, beta, oldMean, oldVariance] = (await Promise.all(
    layer.getWeights().map((w) => w.data()),
  )) as Float32Array[];
  const [x, dy] = [normals('x', shape).map((value) => 3 * value + 1), normals('dy', shape)];
  const want = batchNormReference({ x, dy, scale: gamma!, offset: beta!, epsilon });
  const results = differentiate(layer, tf.tensor(x, shape), tf.tensor(dy, shape));
  const [y, dx, dscale, doffset, mean, variance] = await Promise.all(results.map((result) => result.data()));
  expect(results[0]!.shape).toEqual(shape);
  expect(results[1]!.shape).toEqual(shape);
  expectClose(y!, want.y, VALUE_TOLERANCE);
  expectClose(dx!, want.dx, GRADIENT_TOLERANCE);
  expectClose(dscale!, want.dscale, GRADIENT_TOLERANCE);
  expectClose(doffset!, want.doffset, GRADIENT_TOLERANCE);
  const moved = (old: Float32Array, now: number[]): number[] => now.map((value, c) => 0.75 * old[c]! + 0.25 * value);
  expectClose(mean!, moved(oldMean!, want.mean), VALUE_TOLERANCE);
  expectClose(variance!, moved(oldVariance!, want.variance), VALUE_TOLERANCE);
}

onEachBackend('batchNormalization in training', (test, backend) => {
  // tf.layers itself knows ranks 2 to 4 only, and its composed gradient only up to rank 4.
  for (const shape of shapes.filter(({ length }) => length <= 4 || backend === 'tensorflow')) {
    test(`equals the float64 reference for [${shape.join(', ')}]`, () => expectReference(shape));
  }
});

onNative('batchNormalization of an accelerated backend', (test) => {
  const shape = [4, 3, 3, 5];
  const train = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor[] =>
    differentiate(layer, x, normalTensor('dy', x.shape));
  const fused = ['FusedBatchNormV3', 'FusedBatchNormGradV3'];

  test('is one kernel forwards and one backwards over the last axis, however it is named', async () => {
    for (const axis of [-1, 3]) {
      const names = await kernelsOf(() => train(layerFor(shape, { axis }), normalTensor('x', shape)));
      for (const name of fused) expect(names.filter((other) => other === name)).toEqual([name]);
      expect(names).not.toContain('FusedBatchNorm');
    }
  });

  test('keeps to tfjs where TensorFlow has no such kernel: another axis, predictions', async () => {
    const layer = layerFor([4, 5, 3, 5], { axis: 1 });
    const names = await kernelsOf(() => layer.apply(normalTensor('x', [4, 5, 3, 5]), { training: true }) as tf.Tensor);
    expect(names.filter((name) => fused.includes(name))).toEqual([]);
    const predicted = await kernelsOf(() => layerFor(shape).apply(normalTensor('x', shape)) as tf.Tensor);
    expect(predicted.filter((name) => name.startsWith('FusedBatchNorm'))).toEqual(['FusedBatchNorm']);
  });

  test('gives the same numbers over an axis in the middle, which tfjs computes', async () => {
    const [middle, last] = [layerFor([4, 5, 3, 5], { axis: 1 }), layerFor([4, 3, 5, 5])];
    const swap = (t: tf.Tensor): tf.Tensor => tf.transpose(t, [0, 2, 3, 1]);
    const x = normalTensor('x', [4, 5, 3, 5]);
    const y = swap(middle.apply(x, { training: true }) as tf.Tensor);
    const want = last.apply(swap(x), { training: true }) as tf.Tensor;
    expectClose(await y.data(), await want.data(), VALUE_TOLERANCE);
    for (const [i, weight] of last.getWeights().entries()) {
      expectClose(await middle.getWeights()[i]!.data(), await weight.data(), VALUE_TOLERANCE);
    }
  });

  test('predicts by the running statistics', async () => {
    const layer = layerFor(shape);
    const [gamma, beta, mean, variance] = (await Promise.all(
      layer.getWeights().map((w) => w.data()),
    )) as Float32Array[];
    const x = normals('x', shape);
    const want = Array.from(x, (value, i) => {
      const c = i % 5;
      return (gamma![c]! * (value - mean![c]!)) / Math.sqrt(variance![c]! + epsilon) + beta![c]!;
    });
    expectClose(await (layer.apply(tf.tensor(x, shape)) as tf.Tensor).data(), want, VALUE_TOLERANCE);
  });

  test('takes the variance that a GPU gives, too', async () => {
    const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean };
    const x = normalTensor('x', shape);
    const [onCpu, onGpu] = [layerFor(shape), layerFor(shape)];
    onCpu.apply(x, { training: true });
    backend.isUsingGpuDevice = true;
    onGpu.apply(x, { training: true });
    backend.isUsingGpuDevice = false;
    expectClose(await onGpu.getWeights()[3]!.data(), await onCpu.getWeights()[3]!.data(), VALUE_TOLERANCE);
  });

  test('trains without a gradient being asked for, as in a forward pass that only updates the averages', async () => {
    const layer = layerFor(shape);
    const x = normalTensor('x', shape);
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    const [want] = train(layerFor(shape), x);
    expect(await y.data()).toEqual(await want!.data());
  });

  test('can be differentiated twice, by tfjs itself', async () => {
    const layer = layerFor([6, 2]);
    const x = normalTensor('x', [6, 2]);
    const slope = tf.grad((t) => tf.sum(tf.pow(layer.apply(t, { training: true }) as tf.Tensor, 3)));
    const names = await kernelsOf(() => tf.grad((t) => tf.sum(tf.square(slope(t))))(x));
    expect(names.filter((name) => fused.includes(name))).toEqual([]);
  });

  test('handles an empty batch as tfjs does', () => {
    const layer = layerFor([4, 3]);
    expect((layer.apply(tf.zeros([0, 3]), { training: true }) as tf.Tensor).shape).toEqual([0, 3]);
  });

  test('keeps nothing but its result', () => {
    const layer = layerFor(shape);
    const [x, dy] = [normalTensor('x', shape), normalTensor('dy', shape)];
    const loss = tf.valueAndGrad((t) => tf.sum(tf.mul(layer.apply(t, { training: true }) as tf.Tensor, dy)));
    expectBalanced(() => Object.values(loss(x)));
    expectBalanced(() => layer.apply(x, { training: true }) as tf.Tensor);
  });
});
