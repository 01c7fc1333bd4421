import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { onEachBackend } from '../../support/backends.js';
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
  expectClose(y!, want.y, 5 * VALUE_TOLERANCE);
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
