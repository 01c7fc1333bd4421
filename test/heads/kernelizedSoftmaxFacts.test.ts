import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { kernelizedScores, kernelizedSoftmax, sphereKernels } from '../../src/heads/index.js';
import type { KernelizedSoftmax, KernelizedSoftmaxOptions, SphereKernel } from '../../src/heads/index.js';
import { softmaxCrossEntropy } from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted, logSumExp, softmax } from '../support/reference.js';
import { cosine, series, type Matrix } from './kernelizedSoftmaxReference.js';

seedProperties();

/** A layer with these class weights, one row a class. */
function headWith(rows: Matrix, options: Partial<KernelizedSoftmaxOptions>): KernelizedSoftmax {
  const layer = kernelizedSoftmax({ units: rows.length, temperature: 1, ...options });
  layer.build([null, rows[0]!.length]);
  const [, ...others] = layer.getWeights();
  layer.setWeights([tf.transpose(tf.tensor2d(rows as number[][])), ...others]);
  return layer;
}

const axes: Matrix = [
  [1, 0],
  [0, 1],
  [-1, 0],
];

interface HandCase {
  readonly options: Partial<KernelizedSoftmaxOptions>;
  readonly kappa: (t: number) => number;
  readonly logits: string;
  readonly p: string;
  readonly loss: string;
}

const shifted = sphereKernels.powerSeries([0.25, 0.5, 0.25]);
const gaussian = sphereKernels.gaussian({ gamma: 0.5 });
const alpha = [0.2, 0.3, 0.5];
const series3 = { degree: 2, initialCoefficients: alpha, constantTerm: true } as const;

const hand: Readonly<Record<string, HandCase>> = {
  linear: {
    options: { kernel: 'linear' },
    kappa: (t) => t,
    logits: '1, 0, -1',
    p: '.66524096, .24472847, .09003057',
    loss: '.40760596',
  },
  gaussian: {
    options: { kernel: gaussian },
    kappa: (t) => Math.exp(t - 1),
    logits: '1, .36787944, .13533528',
    p: '.51212288, .27217467, .21570244',
    loss: '.66919068',
  },
  '(1 + t)^2 / 4': {
    options: { kernel: shifted },
    kappa: (t) => (1 + t) ** 2 / 4,
    logits: '1, .25, 0',
    p: '.54340561, .25668664, .19990775',
    loss: '.60989926',
  },
  'a learnt series': {
    options: series3,
    kappa: (t) => series(alpha, t),
    logits: '1, .2, .4',
    p: '.50046528, .22487355, .27466117',
    loss: '.69221705',
  },
};

/** `alpha_0..alpha_3` by `dL/dalpha_m = sum_j delta_j t_j^m`, and `dL/dt`. */
function slopes(t: readonly number[], coefficients: readonly number[], s: number): { alpha: number[]; t: number[] } {
  const p = softmax(t.map((cosines) => s * series(coefficients, cosines)));
  const delta = p.map((value, j) => s * (value - (j === 0 ? 1 : 0)));
  const slope = (x: number): number => series(coefficients.map((a, m) => m * a).slice(1), x);
  return {
    alpha: [0, 1, 2, 3].map((m) => delta.reduce((sum, value, j) => sum + value * t[j]! ** m, 0)),
    t: delta.map((value, j) => value * slope(t[j]!)),
  };
}

const label = (y: number): tf.Tensor1D => tf.tensor1d([y], 'int32');
const lossOf = (layer: KernelizedSoftmax, f: tf.Tensor): tf.Tensor =>
  softmaxCrossEntropy(label(0), layer.apply(f) as tf.Tensor2D);

describe('the float64 references of kernelized softmax', () => {
  it.each(Object.entries(hand))('reach the digits of the worked example: %s', (_name, { kappa, logits, p, loss }) => {
    const z = [1, 0, -1].map(kappa);
    expectPrinted(z, logits);
    expectPrinted(softmax(z), p);
    expectPrinted([logSumExp(z) - z[0]!], loss);
  });

  it('reach the digits of the gradients and of the scales', () => {
    const found = slopes([1, 0, -1], alpha, 1);
    expectClose(found.alpha, [0, -0.77419599, -0.22487355, -0.77419599], 1e-6);
    expectPrinted(found.t, '-.64939513, .06746206, -.19226282');
    const z = [1, 0.2, 0.4];
    const scaled = (s: number): number[] => z.map((value) => s * value);
    expectPrinted([logSumExp(scaled(10)) - 10], '.00281026');
    expectPrinted(softmax(scaled(10)), '.99719368, .00033452, .0024718');
    expect(logSumExp(scaled(16)) - 16).toBeCloseTo(7.0487e-5, 9);
  });

  it('reach the digits of the gradient check', () => {
    const coefficients = [0.1, 0.4, 0.3, 0.2];
    const t = weights8.map((w) => cosine([3, 4], w));
    expectPrinted(t, '.98386991, .17888544, .14142136');
    const z = t.map((value) => 4 * series(coefficients, value));
    expectPrinted(z, '3.89770071, .72919617, .65253691');
    expectPrinted(softmax(z), '.92504487, .03891336, .03604177');
    expectPrinted([logSumExp(z) - z[0]!], '.07791303');
    expectPrinted(slopes(t, coefficients, 4).alpha.slice(1), '-.24675195, -.28236201, -.28424610');
  });
});

const weights8: Matrix = [
  [1, 2],
  [2, -1],
  [-1, 1],
];

onEachBackend('kernelizedSoftmax facts', (test) => {
  for (const [name, { options, kappa }] of Object.entries(hand)) {
    test(`gives the logits of the worked example: ${name}`, async () => {
      const layer = headWith(axes, options);
      expectClose(
        await (layer.apply(tf.tensor2d([[1, 0]])) as tf.Tensor).data(),
        [1, 0, -1].map(kappa),
        VALUE_TOLERANCE,
      );
    });
  }

  test('has the gradients of the worked check', async () => {
    const coefficients = [0.1, 0.4, 0.3, 0.2];
    const f = tf.tensor2d([[3, 4]]);
    const rows = tf.tensor2d(weights8 as number[][]);
    const powers = tf.tensor1d(coefficients.slice(1));
    const loss = (x: tf.Tensor, w: tf.Tensor, a: tf.Tensor): tf.Tensor => {
      const scores = kernelizedScores(x as tf.Tensor2D, w as tf.Tensor2D, {
        coefficients: a as tf.Tensor1D,
        temperature: 0.25,
      });
      return softmaxCrossEntropy(label(0), scores);
    };
    const [byFeatures, byWeights, byPowers] = tf.grads(loss)([f, rows, powers]) as [tf.Tensor, tf.Tensor, tf.Tensor];
    expectClose(await byFeatures.data(), [0.0150383, -0.01127872], 1e-6);
    const expected = [-0.03370592, 0.01685296, 0.01612689, 0.03225378, 0.03545495, 0.03545495];
    expectClose(await byWeights.data(), expected, 1e-6);
    expectClose(await byPowers.data(), [-0.24675195, -0.28236201, -0.2842461], 1e-6);
    expectClose(await tf.sum(tf.mul(byFeatures, f)).data(), [0], 1e-7);

    const options = { temperature: 0.25, degree: 3, constantTerm: true, initialCoefficients: coefficients } as const;
    const layer = headWith(weights8, options);
    expectClose(await lossOf(layer, f).data(), [0.07791303], 1e-6);
    const gradient = tf.grad((x) => lossOf(layer, x))(f);
    expectClose(await gradient.data(), [0.0150383, -0.01127872], 1e-6);
  });

  test('moves no probability by a constant term', async () => {
    const f = tf.randomNormal([4, 3], 0, 1, 'float32', 2);
    const rows = Array.from({ length: 5 }, (_, i) => [Math.sin(i), Math.cos(2 * i), 0.3 * i - 0.5]);
    const common = { degree: 3, constantTerm: true, nonNegativity: 'exp' } as const;
    const without = headWith(rows, { ...common, initialCoefficients: [0.001, 0.4, 0.3, 0.2] });
    const shiftedUp = headWith(rows, { ...common, initialCoefficients: [2.5, 0.4, 0.3, 0.2] });
    const [a, b] = [without, shiftedUp].map((layer) => tf.softmax(layer.apply(f) as tf.Tensor)) as [
      tf.Tensor,
      tf.Tensor,
    ];
    expectClose(await b.data(), await a.data(), VALUE_TOLERANCE);
    const free = shiftedUp.trainableWeights[1]!.read() as tf.Variable;
    const loss = (): tf.Scalar =>
      softmaxCrossEntropy(tf.tensor1d([0, 1, 2, 3], 'int32'), shiftedUp.apply(f) as tf.Tensor2D) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [free]);
    expectClose([(await grads[free.name]!.data())[0]!], [0], 1e-6);
  });

  test('tells the quadrants of the circle apart by t^2', async () => {
    const layer = headWith(axes.slice(0, 2), { kernel: sphereKernels.polynomial({ degree: 2 }) });
    const points = tf.tensor2d([1, 0, 0, 1, -1, 0, 0, -1], [4, 2]);
    expectClose(await (layer.apply(points) as tf.Tensor).data(), [1, 0, 0, 1, 1, 0, 0, 1], VALUE_TOLERANCE);
  });

  test('equals the explicit map of t^2', async () => {
    const kernel = sphereKernels.polynomial({ degree: 2 });
    const scores = kernelizedScores(
      tf.tensor2d([[0.6, 0.8]]),
      tf.tensor2d([
        [1, 0],
        [0.8, -0.6],
      ]),
      { kernel, temperature: 1 },
    );
    expectClose(await scores.data(), [0.36, 0], VALUE_TOLERANCE);
  });

  test('agrees with the direct sum of powers at degree 10', async () => {
    const coefficients = Array.from({ length: 10 }, (_, i) => 1 / (i + 1.5));
    const angles = Array.from({ length: 101 }, (_, i) => (i * Math.PI) / 100);
    const rows = tf.tensor2d(angles.map((angle) => [Math.cos(angle), Math.sin(angle)]));
    const scores = kernelizedScores(tf.tensor2d([[2, 0]]), rows, {
      coefficients: tf.tensor1d(coefficients),
      temperature: 1,
    });
    const expected = angles.map((angle) => series([0, ...coefficients], Math.cos(angle)));
    expectClose(await scores.data(), expected, VALUE_TOLERANCE);
  });
});

describe('kernelizedSoftmax', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('starts all sigmoid coefficients at .7310586 when the free parameters are 1', async () => {
    const layer = kernelizedSoftmax({ units: 2, degree: 5, nonNegativity: 'sigmoid' });
    layer.build([null, 2]);
    layer.setWeights([layer.getWeights()[0]!, tf.ones([5])]);
    const { powers } = (await layer.coefficients())!;
    expect(powers.map((value) => value.toFixed(7))).toEqual(['0.0000000', ...new Array<string>(5).fill('0.7310586')]);
  });

  it('decides as the cosine does under every increasing kernel, and otherwise under t^2', async () => {
    const random = randomStream(11);
    const drawn = (rows: number): tf.Tensor2D =>
      tf.tensor2d(
        Float32Array.from({ length: rows * 8 }, () => random.normal()),
        [rows, 8],
      );
    const [f, w] = [drawn(2000), drawn(10)];
    const decide = (kernel?: SphereKernel): Promise<ArrayLike<number>> =>
      tf.tidy(() => tf.argMax(kernelizedScores(f, w, { ...(kernel && { kernel }), temperature: 1 }), 1)).data();
    const byCosine = Array.from(await decide());
    const { gaussian: rbf, polynomial, powerSeries, laplacian } = sphereKernels;
    const increasing = [
      rbf({ gamma: 2 }),
      polynomial({ degree: 2, offset: 1 }),
      polynomial({ degree: 5, offset: 1 }),
      powerSeries([0, 1, 0, 1]),
      laplacian({ gamma: 1 }),
      powerSeries([0, 0.9, 0.1]),
    ];
    for (const kernel of increasing) expect(Array.from(await decide(kernel)), kernel.name).toEqual(byCosine);
    const bySquare = await decide(polynomial({ degree: 2 }));
    const agreement = byCosine.filter((y, i) => y === bySquare[i]).length / byCosine.length;
    expect(agreement).toBeGreaterThan(0.4);
    expect(agreement).toBeLessThan(0.6);
  });

  it('gives opposite labels to opposite points under an odd kernel, and equal scores under an even one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
        async (point) => {
          const f = tf.tensor2d([point, point.map((value) => -value)]);
          const w = tf.tensor2d([
            [1, 2, 3],
            [-1, 0.5, 2],
          ]);
          const scores = async (coefficients: number[]): Promise<number[][]> =>
            await kernelizedScores(f, w, { coefficients: tf.tensor1d(coefficients) }).array();
          const [odd, negated] = await scores([0.5, 0, 0.5]);
          expect(negated).toEqual(odd!.map((value) => (value === 0 ? value : -value)));
          const [even, same] = await scores([0, 0.5, 0, 0.5]);
          expect(same).toEqual(even);
        },
      ),
      { numRuns: 30 },
    );
  });
});

it('has gradients orthogonal to features and weights', async () => {
  await tf.setBackend('cpu');
  const f = tf.randomNormal<tf.Rank.R2>([5, 4], 0, 2, 'float32', 1);
  const w = tf.randomNormal<tf.Rank.R2>([3, 4], 0, 2, 'float32', 2);
  const coefficients = tf.tensor1d([0.2, 0.5, 0.3]);
  const loss = (x: tf.Tensor, rows: tf.Tensor): tf.Tensor =>
    softmaxCrossEntropy(
      tf.tensor1d([0, 1, 2, 0, 1], 'int32'),
      kernelizedScores(x as tf.Tensor2D, rows as tf.Tensor2D, { coefficients }),
    );
  const [byFeatures, byRows] = tf.grads(loss)([f, w]) as [tf.Tensor, tf.Tensor];
  expectClose(await tf.sum(tf.mul(f, byFeatures), 1).data(), [0, 0, 0, 0, 0], GRADIENT_TOLERANCE);
  expectClose(await tf.sum(tf.mul(w, byRows), 1).data(), [0, 0, 0], GRADIENT_TOLERANCE);
});
