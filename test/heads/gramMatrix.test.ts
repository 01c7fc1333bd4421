import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { gramMatrix, sphereKernels } from '../../src/heads/index.js';
import type { SphereKernel } from '../../src/heads/index.js';
import { eigenvaluesOf } from '../support/eigenvalues.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { expectPrinted } from '../support/reference.js';

const eigenvalues = (kernel: SphereKernel, points: readonly (readonly number[])[]): number[] =>
  eigenvaluesOf(gramMatrix(kernel, points));
const axes = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, k) => Number(i === k)));
const cross = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

function randomPoints(seed: number, count: number, dimension: number): number[][] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => Array.from({ length: dimension }, () => random.normal()));
}

it('is kappa of the cosines, whatever the lengths', () => {
  const points = [
    [2, 0],
    [3, 4],
    [0, -5],
  ];
  const expected = [1, 0.6, 0, 0.6, 1, -0.8, 0, -0.8, 1];
  expectClose(gramMatrix(sphereKernels.linear(), points), expected, 1e-15);
  expectClose(
    gramMatrix(sphereKernels.polynomial({ degree: 2 }), points),
    expected.map((t) => t * t),
    1e-15,
  );
});

it('takes a point as equal to itself to the last digit', () => {
  const matrix = gramMatrix(sphereKernels.laplacian({ gamma: 1 }), randomPoints(1, 20, 7));
  for (let i = 0; i < 20; i++) expect(matrix[i * 21]).toBe(1);
});

it.each([
  [0.05, '-.157375,.389502,.389502,3.378371'],
  [0.1, '-.189980,.627292,.627292,2.935395'],
  [0.5, '.424766,.992808,.992808,1.589618'],
])('the geodesic Gaussian of gamma %d on four points of the circle', (gamma, printed) => {
  expectPrinted(eigenvalues(sphereKernels.geodesicGaussian({ gamma }), cross), printed);
});

describe('Legendre polynomials', () => {
  const second = sphereKernels.powerSeries([-0.5, 0, 1.5], { allowNegative: true });
  const fourth = sphereKernels.powerSeries([0.375, 0, -3.75, 0, 4.375], { allowNegative: true });

  it.each([3, 4, 5])('P_2 on %d orthogonal points', (n) => {
    const expected = [1 - (n - 1) / 2, ...Array<number>(n - 1).fill(1.5)];
    expectClose(eigenvalues(second, axes(n)), expected, 1e-14);
  });

  it('P_4 on random points of two spheres', () => {
    expect(eigenvalues(fourth, randomPoints(4, 60, 3))[0]).toBeGreaterThan(-1e-13);
    expect(eigenvalues(fourth, randomPoints(4, 60, 30))[0]).toBeLessThan(-1);
  });
});

describe('bracket terms on a cross', () => {
  const bracket = (oddBracket: number, evenBracket: number): SphereKernel =>
    sphereKernels.powerSeries([0], { oddBracket, evenBracket, allowNegative: true });

  it.each([
    ['odd', bracket(1, 0), [0, 0, 2, 2]],
    ['even', bracket(0, 1), [0, 0, 2, 2]],
    ['[t = -1] alone', bracket(-0.5, 0.5), [-1, -1, 1, 1]],
  ])('%s', (_name, kernel, expected) => {
    expectClose(eigenvalues(kernel, cross), expected, 1e-15);
  });
});

it.each([
  [1, 200],
  [2, 100],
  [3, 100],
])('no series of non-negative coefficients has a negative eigenvalue (draw %d, %d points)', (draw, count) => {
  const random = randomStream(draw);
  const alpha = Array.from({ length: 11 }, () => random.uniform());
  const points = randomPoints(100 + draw, count, 8);
  const trace = count * alpha.reduce((sum, value) => sum + value, 0);
  expect(eigenvalues(sphereKernels.powerSeries(alpha), points)[0]).toBeGreaterThan(-1e-12 * trace);
});

it.each([
  ['constant', [1], 1],
  ['linear', [0, 1], 8],
])('the %s series has a rank that leaves eigenvalues at 0', (_name, alpha, rank) => {
  const values = eigenvalues(sphereKernels.powerSeries(alpha), randomPoints(9, 40, 8));
  expect(Math.abs(values[0]!)).toBeLessThan(1e-12);
  expect(values.filter((value) => value > 1e-6)).toHaveLength(rank);
});

it('refuses points without a direction', () => {
  const kernel = sphereKernels.linear();
  expect(() => gramMatrix(kernel, [])).toThrow(
    refusal('InvalidArgumentError', 'gramMatrix: expected at least one point, got none'),
  );
  expect(() => gramMatrix(kernel, [[1, 0], [1]])).toThrow(
    refusal('InvalidArgumentError', 'gramMatrix: expected point 1 of dimension 2, as the first, got 1'),
  );
  expect(() => gramMatrix(kernel, [[1], [0]])).toThrow(
    refusal('InvalidArgumentError', 'gramMatrix: expected point 1 to have a direction, got a length of 0'),
  );
  expect(() => gramMatrix(kernel, [[NaN]])).toThrow(
    refusal('InvalidArgumentError', 'gramMatrix: expected point 0 to have a direction, got a length of NaN'),
  );
});
