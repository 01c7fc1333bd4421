import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { KernelizedSoftmax, kernelizedSoftmax, sphereKernels } from '../../src/heads/index.js';
import type { KernelizedSoftmaxOptions } from '../../src/heads/index.js';
import { forCompile, sampledSoftmaxCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { classifierFromModel, freezeBackbone } from '../../src/models/index.js';
import '../../src/register.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';

/** Points uniform on the circle, and the parity of the quadrant, centred on an axis, that each lies in. */
function circle(size: number, seed: number): { x: tf.Tensor2D; y: tf.Tensor1D } {
  const random = randomStream(seed);
  const angles = Array.from({ length: size }, () => 2 * Math.PI * random.uniform());
  return {
    x: tf.tensor2d(angles.map((angle) => [Math.cos(angle), Math.sin(angle)])),
    y: tf.tensor1d(
      angles.map((angle) => Math.round((2 * angle) / Math.PI) % 2),
      'int32',
    ),
  };
}

/** Accuracy on new points after some steps of Adam on all of the old ones. */
async function circleAccuracy(options: Partial<KernelizedSoftmaxOptions>, steps: number): Promise<number> {
  const head = kernelizedSoftmax({ units: 2, temperature: 0.1, random: randomStream(2), name: 'head', ...options });
  head.build([null, 2]);
  const { x, y } = circle(200, 1);
  const optimizer = tf.train.adam(0.1);
  const loss = (): tf.Scalar => softmaxCrossEntropy(y, head.apply(x) as tf.Tensor2D) as tf.Scalar;
  for (let step = 0; step < steps; step++) optimizer.minimize(loss);
  const fresh = circle(500, 3);
  const hits = tf.equal(tf.argMax(head.apply(fresh.x) as tf.Tensor, 1), fresh.y);
  return (await tf.mean(tf.cast(hits, 'float32')).data())[0]!;
}

/** Three noisy directions, one a class. */
function clusters(): { x: tf.Tensor2D; y: tf.Tensor2D; labels: tf.Tensor1D } {
  const random = randomStream(6);
  const ids = Array.from({ length: 30 }, (_, i) => i % 3);
  const x = ids.map((id) => [0, 1, 2, 3].map((d) => (d === id ? 2 : 0) + 0.5 * random.normal()));
  const labels = tf.tensor1d(ids, 'int32');
  return { x: tf.tensor2d(x), y: tf.cast<tf.Tensor2D>(tf.oneHot(labels, 3) as tf.Tensor2D, 'float32'), labels };
}

async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let text = '';
  let weightData: ArrayBuffer | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      const { weightData: data, ...rest } = artifacts;
      text = JSON.stringify(rest);
      weightData = data as ArrayBuffer;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  const artifacts = { ...(JSON.parse(text) as tf.io.ModelArtifacts), weightData: weightData! };
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

onEachBackend('training with kernelizedSoftmax', (test) => {
  test('lowers the loss of a compiled model, in fit', async () => {
    const { x, y } = clusters();
    const layers = [
      tf.layers.dense({ units: 8, inputShape: [4], kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }) }),
      kernelizedSoftmax({ units: 3, random: randomStream(1), learnTemperature: true }),
    ];
    const model = tf.sequential({ layers });
    model.compile({ optimizer: tf.train.adam(0.02), loss: forCompile(softmaxCrossEntropy, {}) });
    const { history } = await model.fit(x, y, { epochs: 15, verbose: 0, shuffle: false });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
    model.dispose();
  });

  test('lowers the loss of sampled classes through score', async () => {
    const { x, labels } = clusters();
    const head = kernelizedSoftmax({ units: 3, random: randomStream(1) });
    head.build([null, 4]);
    const negatives = tf.tensor1d([0, 1, 2], 'int32');
    const own = tf.expandDims<tf.Tensor2D>(labels, 1);
    const accidentalHits = tf.cast<tf.Tensor2D>(tf.equal(own, negatives), 'float32');
    const loss = (): tf.Scalar => {
      const positive = tf.reshape<tf.Rank.R1>(head.score(x, own), [-1]);
      return sampledSoftmaxCrossEntropy(positive, head.score(x, negatives), { accidentalHits }) as tf.Scalar;
    };
    // Every class is a negative once: the sampled loss is the whole one.
    const whole = softmaxCrossEntropy(labels, head.apply(x) as tf.Tensor2D);
    expectClose(await loss().data(), await whole.data(), VALUE_TOLERANCE);
    const optimizer = tf.train.adam(0.05);
    const first = (await loss().data())[0]!;
    for (let step = 0; step < 20; step++) optimizer.minimize(loss);
    expect((await loss().data())[0]!).toBeLessThan(0.5 * first);
  });

  test('learns the parity of quadrants where the cosine cannot', async () => {
    expect(await circleAccuracy({ kernel: sphereKernels.polynomial({ degree: 2 }) }, 40)).toBeGreaterThan(0.98);
    expect(await circleAccuracy({}, 80)).toBeGreaterThan(0.95);
    const byCosine = await circleAccuracy({ kernel: 'linear' }, 40);
    expect(Math.abs(byCosine - 0.5)).toBeLessThan(0.1);
  });
});

describe('a model with kernelizedSoftmax', () => {
  beforeAll(() => tf.setBackend('cpu'));

  const { geodesicGaussian, inverseMultiquadric, powerSeries, polynomial } = sphereKernels;
  const heads: readonly Omit<KernelizedSoftmaxOptions, 'units'>[] = [
    {},
    { degree: 3, nonNegativity: 'softplus', constantTerm: true, brackets: true, temperature: 0.3 },
    { initialCoefficients: [0.5, 0.5], degree: 2, learnTemperature: true, learnKernel: false },
    { perClassKernel: true, weightsPerClass: 2, trainable: false },
    { kernel: 'linear' },
    { kernel: inverseMultiquadric({ c: 0.7 }), learnKernel: true },
    { kernel: geodesicGaussian({ gamma: 0.5 }), allowIndefinite: 'geodesic-gaussian' },
    { kernel: powerSeries([0, 0.1, 0.9], { oddBracket: 0.2 }) },
    { kernel: polynomial({ degree: 3, offset: 0.5 }) },
  ];

  it.each(heads)('is saved as JSON and loaded with its weights: %j', async (options) => {
    const head = kernelizedSoftmax({ units: 3, name: 'head', random: randomStream(8), ...options });
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [2] }), head] });
    const moved = head
      .getWeights()
      .map((weight, i) => tf.add(weight, tf.randomNormal(weight.shape, 0, 0.3, 'float32', i + 1)));
    head.setWeights(moved);
    const loaded = await savedAndLoaded(model);
    const copy = loaded.getLayer('head') as KernelizedSoftmax;
    expect(copy).toBeInstanceOf(KernelizedSoftmax);
    expect(copy.getConfig()).toEqual(head.getConfig());
    expect(copy.trainableWeights.length).toBe(head.trainableWeights.length);
    const x = tf.tensor2d([
      [1, -1],
      [0.5, 2],
    ]);
    expect(await (loaded.predict(x) as tf.Tensor).data()).toEqual(await (model.predict(x) as tf.Tensor).data());
    expect(await copy.kernelProfile(7)).toEqual(await head.kernelProfile(7));
    model.dispose();
    loaded.dispose();
  });

  it('splits into features and logits before the head', async () => {
    const inputs = tf.input({ shape: [2] });
    const features = tf.layers.dense({ units: 4, name: 'features' }).apply(inputs);
    const head = kernelizedSoftmax({ units: 3, random: randomStream(8) });
    const model = tf.model({ inputs, outputs: head.apply(features) as tf.SymbolicTensor });
    const classifier = classifierFromModel(model);
    expect(classifier.head).toEqual([head]);
    expect(classifier.numClasses).toBe(3);
    const x = tf.tensor2d([
      [1, -1],
      [0.5, 2],
    ]);
    const f = classifier.features(x);
    expect(f.shape).toEqual([2, 4]);
    expectClose(await classifier.logits(f).data(), await (model.predict(x) as tf.Tensor).data(), VALUE_TOLERANCE);
    const frozen = freezeBackbone(classifier);
    expect(frozen.trainableVariables.map(({ shape }) => shape)).toEqual([[4, 3], [10]]);
    classifier.dispose();
  });
});
