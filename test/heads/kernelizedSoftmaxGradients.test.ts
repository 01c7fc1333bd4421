import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../src/core/index.js';
import { kernelizedSoftmax, sphereKernels } from '../../src/heads/index.js';
import type {
  KernelizedSoftmax,
  KernelizedSoftmaxOptions,
  NonNegativity,
  SphereKernel,
} from '../../src/heads/index.js';
import { onEachBackend } from '../support/backends.js';
import { ARC_TOLERANCE, expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { centralDifference } from '../support/reference.js';
import { coefficients, fixed, logits, rowsOf, series } from './kernelizedSoftmaxReference.js';
import type { Matrix, ReferenceHead } from './kernelizedSoftmaxReference.js';

const UNITS = 3;
const features: Matrix = [
  [0.3, -1.2, 0.7, 0.2],
  [2, 0.4, -0.5, 1.1],
  [-0.6, -0.1, 0.9, -1.4],
  [0.05, 0.02, -0.01, 0.08],
  [-1, 1.5, 0.3, 0.6],
];

type Options = Omit<KernelizedSoftmaxOptions, 'units'>;

interface Case {
  readonly name: string;
  readonly options: Options;
  readonly kappa: ReferenceHead['kappa'];
}

/** A learnt series; its reference reads the free parameters of the layer. */
function learnt(name: string, options: Options): Case {
  const { nonNegativity = 'softmax', constantTerm, perClassKernel, brackets, degree = 10 } = options;
  const count = degree + (constantTerm ? 1 : 0) + (brackets ? 2 : 0);
  const kappa: ReferenceHead['kappa'] = (t, free, j) => {
    const own = Array.from(free)
      .slice(perClassKernel ? j * count : 0)
      .slice(0, count);
    const alpha = coefficients(own, nonNegativity);
    return series([...(constantTerm ? [] : [0]), ...alpha.slice(0, brackets ? -2 : undefined)], t);
  };
  return { name, options, kappa };
}

function kernelCase(kernel: SphereKernel, remake?: (value: number) => SphereKernel): Case {
  const learnKernel = remake !== undefined;
  const options = { kernel, learnKernel, allowIndefinite: kernel.name };
  return { name: `${kernel.name}${learnKernel ? ', learnt' : ''}`, options, kappa: fixed(kernel, remake) };
}

const { gaussian, polynomial, rational, inverseMultiquadric } = sphereKernels;
const maps: readonly NonNegativity[] = ['softmax', 'softplus', 'exp', 'square', 'sigmoid', 'relu'];
const cases: readonly Case[] = [
  ...[1, 2, 4, 5, 6, 10, 11, 20, 31].map((degree) => learnt(`degree ${degree}`, { degree })),
  ...maps.map((nonNegativity) => learnt(nonNegativity, { nonNegativity, degree: 4 })),
  learnt('a constant term', { constantTerm: true, nonNegativity: 'softplus', degree: 3 }),
  learnt('bracket terms', { brackets: true, degree: 3 }),
  learnt('a series for each class', { perClassKernel: true, degree: 4 }),
  learnt('a series of degree 1 for each class', { perClassKernel: true, degree: 1 }),
  learnt('two weights for each class', { weightsPerClass: 2, degree: 4 }),
  learnt('two weights and a series for each class', { weightsPerClass: 2, perClassKernel: true, constantTerm: true }),
  learnt('another temperature', { temperature: 0.5 }),
  learnt('a fixed series', { learnKernel: false }),
  kernelCase(sphereKernels.linear()),
  kernelCase(polynomial({ degree: 1, offset: 0.5 }), (offset) => polynomial({ degree: 1, offset })),
  kernelCase(polynomial({ degree: 2 })),
  kernelCase(polynomial({ degree: 5, offset: 0.7 }), (offset) => polynomial({ degree: 5, offset })),
  kernelCase(gaussian({ gamma: 0.5 }), (gamma) => gaussian({ gamma })),
  kernelCase(sphereKernels.laplacian({ gamma: 0.8 }), (gamma) => sphereKernels.laplacian({ gamma })),
  kernelCase(sphereKernels.geodesicLaplacian({ gamma: 0.7 }), (gamma) => sphereKernels.geodesicLaplacian({ gamma })),
  kernelCase(sphereKernels.geodesicGaussian({ gamma: 0.6 }), (gamma) => sphereKernels.geodesicGaussian({ gamma })),
  kernelCase(inverseMultiquadric({ c: 1.3 }), (c) => inverseMultiquadric({ c })),
  kernelCase(rational({ a: 1.8 }), (excess) => rational({ a: 1 + excess })),
  kernelCase(sphereKernels.arcCosine()),
  kernelCase(sphereKernels.sigmoid()),
  kernelCase(sphereKernels.powerSeries([0.1, 0.4, 0.3, 0, 0.2], { oddBracket: 0.1, evenBracket: 0.3 })),
];

/** Moves the weights off their symmetric start. */
async function scramble({ weights }: KernelizedSoftmax): Promise<void> {
  const random = randomStream(5);
  for (const [i, weight] of weights.entries()) {
    const values = await weight.read().data();
    const moved = values.map((value) => value + (i === 0 ? 1 : 0.3) * random.normal());
    weight.write(tf.tensor(moved, weight.shape as number[]));
  }
}

const x = (): tf.Tensor2D => tf.tensor2d(features as number[][]);

/** Kernels of the angle between two vectors, `acos t`. */
const ofAngles = /geodesic|arc-cosine/;

onEachBackend('kernelizedSoftmax', (test, backend) => {
  for (const { name, options, kappa } of cases) {
    const rough = backend.startsWith('webg') && ofAngles.test(name);
    const [close, closeGradient] = rough ? [ARC_TOLERANCE, ARC_TOLERANCE] : [VALUE_TOLERANCE, GRADIENT_TOLERANCE];
    test(`with ${name} has the values and gradients of the definition`, async () => {
      const layer = kernelizedSoftmax({ units: UNITS, random: randomStream(3), ...options });
      layer.build([null, 4]);
      if (options.nonNegativity !== 'relu') await scramble(layer);
      const variables = layer.weights.map((weight) => weight.read());
      const [kernel, free = new Float32Array(0)] = await Promise.all(variables.map((one) => one.data()));
      const head: ReferenceHead = { units: UNITS, kappa, ...options };
      const expected = logits(head, features, kernel!, free);
      expectClose(await (layer.apply(x()) as tf.Tensor).data(), expected, close);

      const upstream = expected.map((_, i) => Math.fround(Math.sin(3 * i + 1)));
      const sum = (f: Matrix, w: ArrayLike<number>, a: ArrayLike<number>): number =>
        logits(head, f, w, a).reduce((total, z, i) => total + z * upstream[i]!, 0);
      const differences = (values: ArrayLike<number>, at: (moved: Float64Array) => number): number[] =>
        Array.from(values, (value, i) =>
          centralDifference((step) => at(Float64Array.from(values).with(i, value + step))),
        );
      const dy = tf.tensor2d(upstream, [features.length, UNITS]);
      const learntFree = layer.trainableWeights.length > 1 ? [variables[1]!] : [];
      const { grads } = tf.engine().gradients(() => layer.apply(x()) as tf.Tensor, [variables[0]!, ...learntFree], dy);
      const byKernel = differences(kernel!, (moved) => sum(features, moved, free));
      expectClose(await grads[0]!.data(), byKernel, closeGradient);
      if (learntFree.length > 0) {
        const byFree = differences(free, (moved) => sum(features, kernel!, moved));
        expectClose(await grads[1]!.data(), byFree, closeGradient);
      }
      const byFeatures = differences(features.flat(), (moved) => sum(rowsOf(moved, 4), kernel!, free));
      const gradient = tf.grad((f) => layer.apply(f) as tf.Tensor)(x(), dy);
      expectClose(await gradient.data(), byFeatures, closeGradient);
    });
  }

  test('with a learnt temperature has the gradient of the definition by its logarithm', async () => {
    const layer = kernelizedSoftmax({
      units: UNITS,
      random: randomStream(3),
      temperature: 0.25,
      learnTemperature: true,
    });
    const z = layer.apply(x()) as tf.Tensor;
    const weight = layer.weights.at(-1)!;
    const dy = tf.randomNormal(z.shape, 0, 1, 'float32', 7);
    const { grads } = tf.engine().gradients(() => layer.apply(x()) as tf.Tensor, [weight.read()], dy);
    // z = kappa exp(-w), so dz/dw = -z.
    expectClose(await grads[0]!.data(), await tf.neg(tf.sum(tf.mul(z, dy))).data(), GRADIENT_TOLERANCE);
    expectClose([await layer.temperature()], [0.25], VALUE_TOLERANCE);
  });
});
