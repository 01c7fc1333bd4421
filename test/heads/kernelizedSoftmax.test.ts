import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  classTable,
  kernelizedScores,
  kernelizedSoftmax,
  kernelizedTableScores,
  sphereKernels,
} from '../../src/heads/index.js';
import type { KernelizedSoftmax, KernelizedSoftmaxOptions, SphereKernel } from '../../src/heads/index.js';
import { ldamCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { rowSgd } from '../../src/optimizers/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';

const random = randomStream(4);
const normal = (rows: number, columns: number, seed: number): tf.Tensor2D =>
  tf.randomNormal([rows, columns], 0, 1, 'float32', seed);

function built(options: Partial<KernelizedSoftmaxOptions> = {}, dimension = 4): KernelizedSoftmax {
  const layer = kernelizedSoftmax({ units: 3, random, ...options });
  layer.build([null, dimension]);
  return layer;
}

const { gaussian, laplacian, geodesicLaplacian, geodesicGaussian, arcCosine, polynomial } = sphereKernels;
const kernels: readonly ('learned' | SphereKernel)[] = [
  'learned',
  polynomial({ degree: 3 }),
  gaussian({ gamma: 2 }),
  laplacian({ gamma: 2 }),
  geodesicLaplacian({ gamma: 2 }),
  geodesicGaussian({ gamma: 2 }),
  arcCosine(),
];
const nameOf = (kernel: 'learned' | SphereKernel): string => (kernel === 'learned' ? kernel : kernel.name);
const gradients = (layer: KernelizedSoftmax, f: tf.Tensor, dy: tf.Tensor): tf.Tensor[] => {
  const variables = layer.trainableWeights.map((weight) => weight.read());
  return tf.tidy(() => tf.engine().gradients(() => layer.apply(f) as tf.Tensor, [f, ...variables], dy).grads);
};

onEachBackend('kernelizedSoftmax', (test) => {
  for (const kernel of kernels) {
    test(`with kernel ${nameOf(kernel)} is finite at the ends, at zero rows and at saturated logits`, async () => {
      const layer = built({ units: 2, kernel, temperature: 1e-3, allowIndefinite: nameOf(kernel) }, 2);
      const [, ...others] = layer.getWeights();
      layer.setWeights([
        tf.tensor2d([
          [3, 0],
          [0, 0],
        ]),
        ...others,
      ]);
      const f = tf.tensor2d([
        [2, 0],
        [-5, 0],
        [0, 0],
        [1e-12, 0],
        [1e12, 1e12],
        [0, 1],
      ]);
      const z = layer.apply(f) as tf.Tensor2D;
      const [t, none] = [[1, -1, 0, 1, Math.SQRT1_2, 0], 0];
      const profile = (await layer.sphereKernel()).profile;
      // The arc cosine of a backend may err by 1e-4 where it is steep.
      const expected = t.flatMap((cosine) => [profile(cosine), profile(none)]);
      expectClose(
        (await z.data()).map((value) => value / 1000),
        expected,
        1e-3,
      );
      const dy = tf.ones<tf.Rank.R2>(z.shape);
      const grads = gradients(layer, f, dy);
      for (const grad of grads) expect(Array.from(await grad.data()).every(Number.isFinite)).toBe(true);
      expect(Array.from(await tf.slice(grads[0]!, [2, 0], [1, 2]).data())).toEqual([0, 0]);
      expect(Array.from(await tf.slice(grads[1]!, [0, 1], [2, 1]).data())).toEqual([0, 0]);
      const loss = softmaxCrossEntropy(tf.tensor1d([1, 0, 0, 1, 1, 0], 'int32'), z, { reduction: 'none' });
      expect(Array.from(await loss.data()).every(Number.isFinite)).toBe(true);
    });
  }

  test('takes no notice of the lengths of features and weights', async () => {
    const layer = built();
    const f = normal(5, 4, 1);
    const before = await (layer.apply(f) as tf.Tensor).data();
    const [kernel, ...others] = layer.getWeights();
    layer.setWeights([tf.mul(kernel!, tf.tensor1d([0.01, 3, 100])), ...others]);
    expectClose(await (layer.apply(tf.mul(f, 50)) as tf.Tensor).data(), before, 1e-4);
  });

  const variants: readonly [string, Partial<KernelizedSoftmaxOptions>][] = [
    ['a learnt series', {}],
    ['a Gaussian', { kernel: gaussian({ gamma: 1 }), learnKernel: true }],
    ['a learnt temperature', { learnTemperature: true }],
    ['a series for each class', { perClassKernel: true, degree: 3 }],
    ['weights and series for each class', { perClassKernel: true, weightsPerClass: 2, degree: 3, brackets: true }],
    ['two weights for each class', { weightsPerClass: 2 }],
  ];
  for (const [name, options] of variants) {
    test(`scores classes as the whole layer does, gradients too: ${name}`, async () => {
      const layer = built({ units: 5, ...options });
      const weights = layer
        .getWeights()
        .map((weight, i) => tf.add(weight, tf.randomNormal(weight.shape, 0, 0.3, 'float32', i + 1)));
      layer.setWeights(weights);
      const f = normal(3, 4, 2);
      const variables = layer.trainableWeights.map((weight) => weight.read());
      const whole = (): tf.Tensor => layer.apply(f) as tf.Tensor;
      for (const ids of [tf.tensor1d([4, 0, 4, 2], 'int32'), tf.tensor2d([4, 0, 1, 1, 3, 2], [3, 2], 'int32')]) {
        const scored = layer.score(f, ids);
        const [rows, each] = scored.shape;
        const own = ids.rank === 2 ? ids : tf.tile(tf.reshape(ids, [1, each]), [rows, 1]);
        const hot = tf.cast(tf.oneHot(own, 5), 'float32');
        const picked = tf.sum(tf.mul(hot, tf.expandDims(whole(), 1)), 2);
        expectClose(await scored.data(), await picked.data(), VALUE_TOLERANCE);
        const dy = tf.randomNormal<tf.Rank.R2>(scored.shape, 0, 1, 'float32', 9);
        const spread = tf.sum(tf.mul(hot, tf.expandDims(dy, 2)), 1);
        const bySample = tf.engine().gradients(() => layer.score(f, ids), [f, ...variables], dy).grads;
        const byWhole = tf.engine().gradients(whole, [f, ...variables], spread).grads;
        for (const [k, grad] of bySample.entries()) {
          expectClose(await grad.data(), await byWhole[k]!.data(), GRADIENT_TOLERANCE);
        }
      }
    });
  }

  test('scores rows of a table with the gradients of plain rows', async () => {
    const table = classTable({ classes: 6, dimension: 4, optimizer: rowSgd(), random });
    const before = Float32Array.from(table.state()['weights']!.values);
    const f = normal(3, 4, 2);
    const coefficients = tf.tensor1d([0.3, 0.5, 0.2]);
    const all = tf.tensor2d(before, [6, 4]);
    for (const perExample of [false, true]) {
      const ids = perExample ? [5, 1, 2, 2, 0, 5] : [5, 1, 5];
      const places = tf.tensor1d(ids, 'int32');
      const plain = (x: tf.Tensor, w: tf.Tensor, a: tf.Tensor): tf.Tensor => {
        const picked = tf.gather(w, places);
        const rows = perExample ? tf.reshape<tf.Rank.R3>(picked, [3, 2, 4]) : (picked as tf.Tensor2D);
        return kernelizedScores(x as tf.Tensor2D, rows, { coefficients: a as tf.Tensor1D });
      };
      const sampled = (): tf.Tensor => kernelizedTableScores(table, f, ids, { coefficients, perExample });
      const expected = plain(f, all, coefficients);
      expectClose(await sampled().data(), await expected.data(), VALUE_TOLERANCE);
      const dy = tf.randomNormal(expected.shape, 0, 1, 'float32', 8);
      const [byF, byRows, byA] = tf.grads(plain)([f, all, coefficients], dy) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const [tableF, tableA] = tf.engine().gradients(sampled, [f, coefficients, table.anchor], dy).grads;
      expectClose(await tableF!.data(), await byF.data(), GRADIENT_TOLERANCE);
      expectClose(await tableA!.data(), await byA.data(), GRADIENT_TOLERANCE);
      await table.applyGradients({ learningRate: 1 });
      const stepped = table.state()['weights']!.values;
      expectClose(await tf.sub(all, byRows).data(), stepped, GRADIENT_TOLERANCE);
      stepped.set(before);
    }
    table.dispose();
  });

  test('is the cosine head of LDAM with a linear kernel', async () => {
    const layer = built({ kernel: 'linear', temperature: 1 / 30 });
    expect(layer.scale).toBe(30);
    const f = normal(4, 4, 3);
    const [kernel] = layer.getWeights();
    const unit = (x: tf.Tensor, axis: number): tf.Tensor => tf.div(x, tf.norm(x, 2, axis, true));
    const cosine = tf.mul<tf.Tensor2D>(tf.matMul(unit(f, 1), unit(kernel!, 0)), 30);
    const options = { classCounts: [100, 10, 1], scale: layer.scale };
    const labels = tf.tensor1d([0, 1, 2, 2], 'int32');
    const loss = ldamCrossEntropy(labels, layer.apply(f) as tf.Tensor2D, options);
    expectClose(await loss.data(), await ldamCrossEntropy(labels, cosine, options).data(), VALUE_TOLERANCE);
  });

  test('leaves nothing behind', () => {
    const f = normal(2, 4, 1);
    const ids = tf.tensor1d([2, 0], 'int32');
    const dy = tf.ones([2, 3]);
    for (const [, options] of variants) {
      const layer = built(options);
      expectBalanced(() => layer.apply(f) as tf.Tensor);
      expectBalanced(() => layer.score(f, ids));
      expectBalanced(() => gradients(layer, f, dy));
    }
    const rows = normal(3, 4, 1);
    expectBalanced(() => kernelizedScores(f, rows, { kernel: sphereKernels.powerSeries([0.1, 0.9]) }));
    const table = classTable({ classes: 3, dimension: 4, optimizer: rowSgd(), random });
    expectBalanced(() => kernelizedTableScores(table, f, [2, 0]));
  });
});

describe('kernelizedSoftmax', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('begins with unit class weights that the stream and the name decide', async () => {
    const weights = async (options: Partial<KernelizedSoftmaxOptions>): Promise<Float32Array> =>
      (await built(options).getWeights()[0]!.data()) as Float32Array;
    const first = await weights({ name: 'a', random: randomStream(1) });
    expect(await weights({ name: 'a', random: randomStream(1) })).toEqual(first);
    expect(await weights({ name: 'b', random: randomStream(1) })).not.toEqual(first);
    expect(await weights({ name: 'a', random: randomStream(2) })).not.toEqual(first);
    expectClose(await tf.sum(tf.square(tf.tensor2d(first, [4, 3])), 0).data(), [1, 1, 1], VALUE_TOLERANCE);
  });

  it('begins nearly linear, with given coefficients, or with the series of a kernel', async () => {
    const start = async (options: Partial<KernelizedSoftmaxOptions>): Promise<readonly number[]> =>
      (await built(options).coefficients())!.powers;
    expectClose(await start({ degree: 4 }), [0, 0.75, 0.25 / 3, 0.25 / 3, 0.25 / 3], VALUE_TOLERANCE);
    expectClose(await start({ degree: 1 }), [0, 1], VALUE_TOLERANCE);
    const given = { degree: 3, initialCoefficients: [0.2, 0.5, 0.1] } as const;
    expectClose(await start(given), [0, 0.25, 0.625, 0.125], VALUE_TOLERANCE);
    for (const nonNegativity of ['softplus', 'exp', 'square', 'sigmoid', 'relu'] as const) {
      expectClose(await start({ ...given, nonNegativity }), [0, 0.2, 0.5, 0.1], VALUE_TOLERANCE);
    }
    const zeros = { degree: 2, initialCoefficients: [1, 0] } as const;
    expectClose(await start({ ...zeros, nonNegativity: 'relu' }), [0, 1, 0], VALUE_TOLERANCE);
    expectClose(await start({ ...zeros, nonNegativity: 'exp' }), [0, 1, 1e-6], 1e-9);
    const rbf = { degree: 4, constantTerm: true, initialKernel: gaussian({ gamma: 0.5 }) } as const;
    const series = Array.from(gaussian({ gamma: 0.5 }).powerSeries(4)!);
    expectClose(await start({ ...rbf, nonNegativity: 'softplus' }), series, VALUE_TOLERANCE);
  });

  it('tells its coefficients, its profile and its parameter as they are now', async () => {
    const brackets = built({ degree: 2, brackets: true, initialCoefficients: [0.4, 0.3, 0.2, 0.1] });
    const found = (await brackets.coefficients())!;
    expectClose([...found.powers, found.oddBracket, found.evenBracket], [0, 0.4, 0.3, 0.2, 0.1], VALUE_TOLERANCE);
    const { t, kappa } = await brackets.kernelProfile(5);
    expect(t).toEqual([-1, -0.5, 0, 0.5, 1]);
    expectClose(kappa, [-0.2, -0.125, 0, 0.275, 1], VALUE_TOLERANCE);
    const learnt = built({ kernel: gaussian({ gamma: 1 }), learnKernel: true });
    expect(await learnt.coefficients()).toBeNull();
    const [weights] = learnt.getWeights();
    learnt.setWeights([weights!, tf.scalar(Math.log(0.5))]);
    expectClose([(await learnt.sphereKernel()).parameters['gamma']!], [0.5], VALUE_TOLERANCE);
    expectClose((await learnt.kernelProfile(3)).kappa, [Math.exp(-2), Math.exp(-1), 1], VALUE_TOLERANCE);
    expect(await built({ temperature: 0.1 }).temperature()).toBe(0.1);
    const apart = built({ perClassKernel: true, degree: 1, nonNegativity: 'exp' });
    apart.setWeights([apart.getWeights()[0]!, tf.log(tf.tensor2d([[1], [2], [3]]))]);
    expectClose((await apart.coefficients(2))!.powers, [0, 3], VALUE_TOLERANCE);
    expectClose((await apart.kernelProfile(2, 1)).kappa, [-2, 2], VALUE_TOLERANCE);
  });

  it('counts bracket terms where a feature lies on a class weight', async () => {
    const layer = built(
      { units: 2, degree: 1, brackets: true, temperature: 1, initialCoefficients: [0.5, 0.2, 0.3] },
      2,
    );
    const [, ...others] = layer.getWeights();
    layer.setWeights([
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
      ...others,
    ]);
    const z = await (
      layer.apply(
        tf.tensor2d([
          [2, 0],
          [-3, 0],
          [1, 1],
        ]),
      ) as tf.Tensor
    ).data();
    expectClose(z, [1, 0, -0.4, 0, 0.5 * Math.SQRT1_2, 0.5 * Math.SQRT1_2], VALUE_TOLERANCE);
  });

  it('trains what is meant to train and nothing else', () => {
    const names = (options: Partial<KernelizedSoftmaxOptions>): string[] =>
      built(options).trainableWeights.map(({ originalName }) => originalName);
    expect(names({})).toEqual(['kernel', 'coefficients']);
    expect(names({ learnKernel: false, learnTemperature: true })).toEqual(['kernel', 'log_temperature']);
    expect(names({ kernel: gaussian({ gamma: 1 }) })).toEqual(['kernel']);
    expect(names({ kernel: gaussian({ gamma: 1 }), learnKernel: true })).toEqual(['kernel', 'log_gamma']);
    expect(names({ trainable: false })).toEqual([]);
    expect(built({ learnKernel: false }).weights).toHaveLength(2);
  });

  it('refuses a table with a bias', () => {
    const table = classTable({ classes: 3, dimension: 4, optimizer: rowSgd(), bias: true });
    expect(() => kernelizedTableScores(table, normal(2, 4, 1), [0])).toThrow(
      refusal('InvalidArgumentError', 'kernelizedTableScores: expected a table without a bias, got one with a bias'),
    );
    table.dispose();
  });
});
