import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { kernelizedScores, kernelizedSoftmax, sphereKernels } from '../../src/heads/index.js';
import type { KernelizedSoftmaxOptions } from '../../src/heads/index.js';
import { refusal } from '../support/errors.js';

const made = (options: Partial<KernelizedSoftmaxOptions>) => () => kernelizedSoftmax({ units: 3, ...options });
const { gaussian, polynomial, rational, sigmoid, geodesicGaussian, powerSeries, custom, arcCosine } = sphereKernels;
const where = 'kernelizedSoftmax: expected ';
const softmaxHint = 'Fix the temperature, or let the coefficients sum to 1 with nonNegativity: "softmax"';
const learnHint = 'Use kernel "learned" with it as initialKernel, or leave learnKernel out';

describe('kernelizedSoftmax refuses', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each<[string, Partial<KernelizedSoftmaxOptions>, string]>([
    ['one class', { units: 1 }, 'units to be an integer of at least 2, got 1'],
    ['degree 0', { degree: 0 }, 'degree to be an integer in 1..100, got 0'],
    ['half a degree', { degree: 2.5 }, 'degree to be an integer in 1..100, got 2.5'],
    [
      'a negative coefficient',
      { degree: 2, initialCoefficients: [0.5, -0.1] },
      'initialCoefficients[1] to be a finite number of at least 0, got -0.1',
    ],
    [
      'a coefficient that is no number',
      { degree: 2, initialCoefficients: [NaN, 1] },
      'initialCoefficients[0] to be a finite number of at least 0, got NaN',
    ],
    ['too few coefficients', { degree: 3, initialCoefficients: [1, 0] }, '3 initialCoefficients, of t^1..t^3, got 2'],
    [
      'coefficients without the constant',
      { degree: 2, constantTerm: true, initialCoefficients: [1, 0] },
      '3 initialCoefficients, of t^0..t^2, got 2',
    ],
    ['only zeros', { degree: 2, initialCoefficients: [0, 0] }, 'an initial coefficient above 0, got 0, 0'],
    [
      'a coefficient out of reach',
      { degree: 2, initialCoefficients: [1, 0.5], nonNegativity: 'sigmoid' },
      'initial coefficients below 1, got 1. Coefficients of nonNegativity "sigmoid" stay below 1',
    ],
    [
      'an initial kernel with negative coefficients',
      { degree: 3, initialKernel: sigmoid() },
      `initialKernel "sigmoid" to have a series of no negative coefficient, got ${-1 / 3}`,
    ],
    [
      'an initial kernel without a series',
      { initialKernel: custom({ profile: (t) => t, derivative: () => 1 }) },
      'initialKernel "custom" to have a series of no negative coefficient, got none',
    ],
    ['temperature 0', { temperature: 0 }, 'temperature to be a finite number above 0, got 0'],
    ['no temperature', { temperature: NaN }, 'temperature to be a finite number above 0, got NaN'],
    [
      'a map it does not know',
      { nonNegativity: 'softmaxx' as 'softmax' },
      'nonNegativity to be one of softmax, softplus, exp, square, sigmoid, relu, got softmaxx. Did you mean "softmax"?',
    ],
    [
      'a learnt temperature and free coefficients',
      { learnTemperature: true, nonNegativity: 'softplus' },
      `one free scale, got learnTemperature with nonNegativity "softplus". ${softmaxHint}`,
    ],
    [
      'a learnt temperature and a learnt offset',
      { learnTemperature: true, learnKernel: true, kernel: polynomial({ degree: 2, offset: 1 }) },
      'one free scale, got learnTemperature with a learnt offset. Fix the temperature or the kernel',
    ],
    [
      'a learnt temperature and a learnt pole',
      { learnTemperature: true, learnKernel: true, kernel: rational({ a: 2 }) },
      'one free scale, got learnTemperature with a learnt a. Fix the temperature or the kernel',
    ],
    [
      'a kernel that is not positive definite',
      { kernel: sigmoid() },
      'a positive definite kernel, got sigmoid. allowIndefinite: "sigmoid" takes it all the same',
    ],
    [
      'another name than that of the kernel',
      { kernel: geodesicGaussian({ gamma: 1 }), allowIndefinite: 'sigmoid' },
      'a positive definite kernel, got geodesic-gaussian. allowIndefinite: "geodesic-gaussian" takes it all the same',
    ],
    [
      'a series with a negative coefficient',
      { kernel: powerSeries([1, -1], { allowNegative: true }) },
      'a positive definite kernel, got power-series. allowIndefinite: "power-series" takes it all the same',
    ],
    [
      'a kernel of functions',
      { kernel: custom({ profile: (t) => t, derivative: () => 1 }) },
      'a kernel that can be saved, got a custom one. ' +
        'Give its coefficients to sphereKernels.powerSeries, or to initialCoefficients of kernel "learned"',
    ],
    [
      'a kernel it does not know',
      { kernel: 'cosine' as 'linear' },
      'kernel to be "learned" or one of linear, polynomial, gaussian, laplacian, geodesic-laplacian, ' +
        'geodesic-gaussian, inverse-multiquadric, rational, arc-cosine, sigmoid, power-series, custom, got cosine',
    ],
    ['to learn a kernel without parameters', { kernel: arcCosine(), learnKernel: true }, learnt('arc-cosine')],
    ['to learn a fixed series', { kernel: powerSeries([0, 1]), learnKernel: true }, learnt('power-series')],
    [
      'to learn an offset of 0',
      { kernel: polynomial({ degree: 2 }), learnKernel: true },
      'offset above 0 to be learnt from, got 0',
    ],
    [
      'a fixed kernel with brackets',
      { kernel: 'linear', brackets: true },
      'kernel "learned" with brackets, got linear',
    ],
    [
      'a fixed kernel for each class',
      { kernel: gaussian({ gamma: 1 }), perClassKernel: true },
      'kernel "learned" with perClassKernel, got gaussian',
    ],
    ['no weights', { weightsPerClass: 0 }, 'weightsPerClass to be an integer of at least 1, got 0'],
    [
      'a layer of the future',
      { version: 2 },
      'a layer saved in version 1 of its form, got 2. Load it with the newer tfjs-longtail that saved it',
    ],
  ])('%s', (_name, options, message) => {
    expect(made(options)).toThrow(refusal('InvalidArgumentError', where + message));
  });

  function learnt(name: string): string {
    return `a kernel with a continuous parameter to learn, got ${name}. ${learnHint}`;
  }

  it('features of another width, type or rank', () => {
    const layer = kernelizedSoftmax({ units: 3 });
    layer.build([null, 4]);
    expect(() => layer.call(tf.ones([2, 5]))).toThrow(
      refusal('InvalidArgumentError', `${where}features of shape [any, 4], got [2, 5]`),
    );
    expect(() => layer.call(tf.ones([2, 4], 'int32'))).toThrow(
      refusal('InvalidArgumentError', `${where}features of dtype float32, got int32`),
    );
    expect(() => kernelizedSoftmax({ units: 3 }).apply(tf.ones([2, 4, 4]))).toThrow(
      refusal('InvalidArgumentError', `${where}features [B, D] with a known D, got [2,4,4]`),
    );
  });

  it('to score by a layer without weights, by odd ids, or to tell its scale while it learns', async () => {
    const layer = kernelizedSoftmax({ units: 3, learnTemperature: true });
    const f = tf.ones<tf.Rank.R2>([2, 4]);
    const hint = 'Apply it, or build it';
    expect(() => layer.score(f, tf.tensor1d([0], 'int32'))).toThrow(
      refusal('InvalidArgumentError', `${where}a layer with weights, got one that was never applied. ${hint}`),
    );
    expect(() => layer.scale).toThrow(
      refusal(
        'InvalidArgumentError',
        `${where}a fixed temperature, got a learnt one. Leave learnTemperature out, or read it with temperature()`,
      ),
    );
    layer.build([null, 4]);
    expect(() => layer.score(f, tf.tensor1d([0]))).toThrow(
      refusal('InvalidArgumentError', `${where}ids of dtype int32, got float32`),
    );
    expect(() => layer.score(f, tf.zeros<tf.Rank.R2>([3, 1], 'int32'))).toThrow(
      refusal('InvalidArgumentError', `${where}ids of shape [S] or [2, S], got [3, 1]`),
    );
    await expect(layer.kernelProfile(1)).rejects.toThrow(
      refusal('InvalidArgumentError', `${where}points to be an integer of at least 2, got 1`),
    );
    const apart = kernelizedSoftmax({ units: 3, perClassKernel: true });
    apart.build([null, 4]);
    await expect(apart.coefficients(3)).rejects.toThrow(
      refusal('InvalidArgumentError', `${where}classId to be an integer in 0..2, got 3`),
    );
  });

  it('rows that do not fit the features', () => {
    const f = tf.ones<tf.Rank.R2>([2, 4]);
    expect(() => kernelizedScores(f, tf.ones<tf.Rank.R2>([3, 5]))).toThrow(
      refusal('InvalidArgumentError', 'kernelizedScores: expected features of shape [any, 5], got [2, 4]'),
    );
    expect(() => kernelizedScores(f, tf.ones<tf.Rank.R3>([3, 2, 4]))).toThrow(
      refusal('InvalidArgumentError', 'kernelizedScores: expected rows of shape [2, any, any], got [3, 2, 4]'),
    );
    expect(() => kernelizedScores(f, tf.ones<tf.Rank.R2>([3, 4], 'int32'))).toThrow(
      refusal('InvalidArgumentError', 'kernelizedScores: expected rows of dtype float32, got int32'),
    );
  });

  it('a gradient of its gradient', () => {
    const layer = kernelizedSoftmax({ units: 3 });
    const once = (x: tf.Tensor): tf.Tensor => tf.grad((f) => layer.apply(f) as tf.Tensor)(x);
    const hint = 'It has first derivatives only: take its gradient outside any other gradient';
    expect(() => tf.grad(once)(tf.ones([2, 4]))).toThrow(
      refusal('InvalidArgumentError', `${where}to be differentiated once, got a gradient inside another one. ${hint}`),
    );
  });
});
