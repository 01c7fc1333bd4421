import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { cifarResNet, createModel, mlp, modelNames, officialLogitAdjustmentResNet } from '../../src/models/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import * as reference from './reference.js';

const random = randomStream(1);

function trainableParameters(model: tf.LayersModel): number {
  return model.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
}

describe('parameter counts', () => {
  beforeAll(() => tf.setBackend('cpu'));

  // Depths 32 with 10 and 100 classes, and the official network, are those of the papers and the official code; for the others
  // 16 channels of 3x3x3, n blocks a stage, two batch-norm weights a channel and the dense layer were added up by hand.
  it.each([
    ['resnet8', 10, 75_290],
    ['resnet20', 10, 269_722],
    ['resnet32', 10, 464_154],
    ['resnet32', 100, 470_004],
    ['resnet56', 10, 853_018],
    ['official-resnet', 10, 300_762],
    ['official-resnet', 100, 306_612],
    ['mlp', 10, 789_258],
  ])('%s with %d classes has %d trainable parameters', (name, numClasses, parameters) => {
    const model = createModel(name, { numClasses, random });
    expect(trainableParameters(model)).toBe(parameters);
    expect(model.outputShape).toEqual([null, numClasses]);
    model.dispose();
  });

  it.each(modelNames)('%s has a layer called features and a dense layer called logits', (name) => {
    const model = createModel(name, { numClasses: 3, inputShape: [8, 8, 3], random });
    expect(model.name).toBe(name);
    expect((model.getLayer('features').outputShape as number[]).length).toBe(2);
    expect(model.getLayer('logits').getClassName()).toBe('Dense');
    model.dispose();
  });

  it('a linear model has features, too: the flattened input', () => {
    const model = mlp({ inputShape: [2, 3], hiddenUnits: [], numClasses: 4, random });
    expect(model.getLayer('features').outputShape).toEqual([null, 6]);
    expect(trainableParameters(model)).toBe(28);
    model.dispose();
  });
});

/** Largest magnitude. */
function largestOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}

/** Batch-norm weights that are not 0 and 1, with magnitudes at which a deep network neither dies nor explodes. */
function disturb(model: tf.LayersModel): void {
  const stream = randomStream(5);
  const around = (centre: number) => (size: number) =>
    tf.tensor1d(Float32Array.from({ length: size }, () => centre + 0.4 * (stream.uniform() - 0.5)));
  const makers = { gamma: around(0.6), beta: around(0), moving_mean: around(0), moving_variance: around(1) };
  for (const weight of model.weights) {
    const kind = weight.originalName.split('/')[1] as keyof typeof makers;
    if (makers[kind] !== undefined) weight.write(makers[kind](weight.shape[0]!));
  }
}

const networks = [
  {
    name: 'cifarResNet 8, even and odd maps',
    make: () => cifarResNet({ depth: 8, numClasses: 3, inputShape: [6, 6, 3], random }),
    reference: (x: reference.Maps, weights: reference.Weights, mode: reference.Mode) =>
      reference.referenceCifarResNet(x, 8, weights, mode),
    images: reference.randomMaps([3, 6, 6, 3], 2),
  },
  {
    name: 'official network',
    make: () => officialLogitAdjustmentResNet({ numClasses: 3, inputShape: [8, 8, 1], random }),
    reference: reference.referenceOfficialResNet,
    images: reference.randomMaps([3, 8, 8, 1], 3),
  },
];

/** A model that every backend makes with the same weights, and these. */
async function disturbed(make: () => tf.LayersModel): Promise<{ model: tf.LayersModel; weights: reference.Weights }> {
  const model = make();
  disturb(model);
  return { model, weights: await reference.weightsOf(model) };
}

for (const network of networks) {
  const { shape, values } = network.images;
  const seen = new Map<string, { mean: Float64Array; variance: Float64Array }>();
  const outputs = new Map<boolean, Float64Array>();
  /** Logits of the reference, the same for all backends. */
  const expectedLogits = (weights: reference.Weights, training: boolean): Float64Array => {
    if (!outputs.has(training)) {
      outputs.set(training, network.reference(network.images, weights, { training, ...(training ? { seen } : {}) }));
    }
    return outputs.get(training)!;
  };
  onEachBackend(network.name, (test) => {
    for (const training of [false, true]) {
      test(`logits in ${training ? 'training' : 'evaluation'} equal the float64 reference`, async () => {
        const { model, weights } = await disturbed(network.make);
        const expected = expectedLogits(weights, training);
        const logits = model.apply(tf.tensor(Array.from(values), [...shape]), { training }) as tf.Tensor;
        expectClose(await logits.data(), expected, VALUE_TOLERANCE);
        model.dispose();
      });
    }

    test('training moves the running averages by a tenth of the way, evaluation leaves them', async () => {
      const { model, weights: before } = await disturbed(network.make);
      expectedLogits(before, true);
      const images = tf.tensor(Array.from(values), [...shape]);
      model.apply(images, { training: false });
      const still = await reference.weightsOf(model);
      for (const [name, weight] of before) expectClose(still.get(name)!.values, weight.values, 0);
      model.apply(images, { training: true });
      const after = await reference.weightsOf(model);
      expect(seen.size).toBeGreaterThan(6);
      for (const [layer, { mean, variance }] of seen) {
        for (const [name, batch] of Object.entries({ moving_mean: mean, moving_variance: variance })) {
          const old = before.get(`${layer}/${name}`)!.values;
          const expected = batch.map((value, c) => 0.9 * old[c]! + 0.1 * value);
          expectClose(after.get(`${layer}/${name}`)!.values, expected, VALUE_TOLERANCE);
        }
      }
      model.dispose();
    });

    test('the gradient reaches every trainable weight', async () => {
      const model = network.make();
      disturb(model);
      const images = tf.tensor(Array.from(values), [...shape]);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const loss = (): tf.Scalar => tf.sum(tf.square(model.apply(images, { training: true }) as tf.Tensor));
      const { grads } = tf.variableGrads(loss, variables);
      expect(Object.keys(grads).sort()).toEqual(variables.map(({ name }) => name).sort());
      for (const [name, gradient] of Object.entries(grads)) {
        const largest = largestOf(await gradient.data());
        expect(largest, name).toBeGreaterThan(1e-6);
        expect(largest, name).toBeLessThan(Infinity);
      }
      model.dispose();
    });
  });
}

/** Central difference of the summed squares of the logits by an entry of each trainable weight of the residual network. */
function expectedSlopes(model: tf.LayersModel, weights: reference.Weights): { at: number; slope: number }[] {
  const { images, reference: forward } = networks[0]!;
  const loss = (): number => forward(images, weights, { training: true }).reduce((sum, z) => sum + z * z, 0);
  return model.trainableWeights.map(({ originalName }) => {
    const { values } = weights.get(originalName)!;
    const at = random.child(originalName).integer(values.length);
    const kept = values[at]!;
    const h = 1e-6;
    const [high, low] = [kept + h, kept - h].map((value) => {
      values[at] = value;
      return loss();
    });
    values[at] = kept;
    return { at, slope: (high! - low!) / (2 * h) };
  });
}

let slopes: ReturnType<typeof expectedSlopes> | undefined;
onEachBackend('gradient of cifarResNet 8', (test) => {
  test('equals central differences of the float64 reference in training', async () => {
    const { make, images } = networks[0]!;
    const { model, weights } = await disturbed(make);
    slopes ??= expectedSlopes(model, weights);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(
      () =>
        tf.sum(
          tf.square(
            model.apply(tf.tensor(Array.from(images.values), [...images.shape]), { training: true }) as tf.Tensor,
          ),
        ),
      variables,
    );
    for (const [i, { originalName }] of model.trainableWeights.entries()) {
      const gradient = await grads[variables[i]!.name]!.data();
      const largest = largestOf(gradient);
      const { at, slope } = slopes[i]!;
      // Relative to the largest entry of the variable's gradient, the scale its rounding errors have.
      const difference = Math.abs(gradient[at]! - slope);
      expect(difference, `${originalName}[${at}]`).toBeLessThan(GRADIENT_TOLERANCE * Math.max(1, largest));
    }
    model.dispose();
  });
});
