import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawDirichlet, drawLogGamma } from '../../src/mixup/dirichlet.js';

/** A mean of independent draws this many standard errors away is chance once in 150,000 seeds. */
const STANDARD_ERRORS = 4.5;
/** Kolmogorov's limit at 1e-4: `sqrt(n) D` exceeds it by chance once in 10,000 seeds. */
const KOLMOGOROV_LIMIT = 2.2253;

function expectMean(values: readonly number[], mean: number): void {
  const n = values.length;
  const average = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (n - 1);
  expect(Math.abs(average - mean)).toBeLessThan(STANDARD_ERRORS * Math.sqrt(variance / n));
}

function expectDistribution(values: readonly number[], cdf: (x: number) => number): void {
  const n = values.length;
  const sorted = [...values].sort((a, b) => a - b);
  const distance = Math.max(...sorted.map((x, i) => Math.max(cdf(x) - i / n, (i + 1) / n - cdf(x))));
  expect(Math.sqrt(n) * distance).toBeLessThan(KOLMOGOROV_LIMIT);
}

const draws = (count: number, alpha: number, n = 8000): Float64Array[] => {
  const random = randomStream(11).child(`${count} points, alpha ${alpha}`);
  return Array.from({ length: n }, () => drawDirichlet(random, count, alpha));
};

describe('Dirichlet shares, alpha 1 (A7)', () => {
  it.each([
    { K: 2, squares: 2 / 3, variance: 1 / 12, max: 3 / 4, product: 1 / 6 },
    { K: 3, squares: 1 / 2, variance: 1 / 18, max: 11 / 18, product: 1 / 12 },
    { K: 4, squares: 2 / 5, variance: 3 / 80, max: 25 / 48, product: 1 / 20 },
    { K: 5, squares: 1 / 3, variance: 2 / 75, max: 137 / 300, product: 1 / 30 },
    { K: 8, squares: 2 / 9, variance: 7 / 576, max: 761 / 2240, product: 1 / 72 },
  ])('of $K points have the moments of the simplex', ({ K, squares, variance, max, product }) => {
    const points = draws(K, 1);
    expectMean(
      points.map((l) => l.reduce((sum, share) => sum + share ** 2, 0)),
      squares,
    );
    expectMean(
      points.map((l) => (l[0]! - 1 / K) ** 2),
      variance,
    );
    expectMean(
      points.map((l) => Math.max(...l)),
      max,
    );
    expectMean(
      points.map((l) => l[0]! * l[1]!),
      product,
    );
  });

  it('give the bubble of A5 its mean and its mean square', () => {
    const bubbles = draws(3, 1, 20000).map(([a, b, c]) => 27 * a! * b! * c!);
    expectMean(bubbles, 9 / 20);
    expectMean(
      bubbles.map((value) => value ** 2),
      81 / 280,
    );
  });
});

describe('Dirichlet shares of any alpha (A7)', () => {
  it.each([
    [2, 0.2, 0.857143],
    [3, 0.2, 0.75],
    [4, 0.2, 0.666667],
    [2, 2, 0.6],
    [3, 2, 0.428571],
    [4, 2, 0.333333],
  ])('%i points, alpha %d: E sum l^2 = %d', (K, alpha, squares) => {
    expectMean(
      draws(K, alpha).map((l) => l.reduce((sum, share) => sum + share ** 2, 0)),
      squares,
    );
  });

  it.each([
    [0.2, 0.89881],
    [0.5, 0.81831],
    [0.75, 0.778209],
    [1, 0.75],
    [10, 0.588099],
  ])('Beta(%d, %d): E max = %d', (alpha, max) => {
    expectMean(
      draws(2, alpha).map(([l, other]) => Math.max(l!, other!)),
      max,
    );
  });

  it.each<[string, number, number, (x: number) => number]>([
    ['Beta(1, 1)', 2, 1, (x) => x],
    ['Beta(1/2, 1/2)', 2, 0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    ['Beta(2, 2)', 2, 2, (x) => 3 * x ** 2 - 2 * x ** 3],
    ['Beta(1, 3)', 4, 1, (x) => 1 - (1 - x) ** 3],
    ['Beta(1/2, 1)', 3, 0.5, (x) => Math.sqrt(x)],
  ])('the first share is %s', (_, K, alpha, cdf) => {
    expectDistribution(
      draws(K, alpha).map((l) => l[0]!),
      cdf,
    );
  });

  it.each([1e-2, 1e-5, 1e-300, Number.MIN_VALUE])('are finite for alpha %d, each corner as often', (alpha) => {
    const points = draws(4, alpha, 4000);
    for (const l of points) {
      expect(l.every((share) => share >= 0)).toBe(true);
      expect(l.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
    const corners = points.map((l) => l.indexOf(Math.max(...l)));
    for (let k = 0; k < 4; k++) {
      expectMean(
        corners.map((corner) => Number(corner === k)),
        1 / 4,
      );
    }
  });

  it('are equal for a huge alpha', () => {
    for (const share of draws(3, 1e300, 1)[0]!) expect(share).toBeCloseTo(1 / 3, 12);
  });
});

describe('gamma variates', () => {
  const logs = (shape: number): number[] => {
    const random = randomStream(12).child(`shape ${shape}`);
    return Array.from({ length: 8000 }, () => drawLogGamma(random, shape));
  };

  it.each<[number, (x: number) => number]>([
    [1, (x) => 1 - Math.exp(-x)],
    [2, (x) => 1 - Math.exp(-x) * (1 + x)],
    [5, (x) => 1 - Math.exp(-x) * (1 + x + x ** 2 / 2 + x ** 3 / 6 + x ** 4 / 24)],
  ])('of shape %d are distributed so', (shape, cdf) => {
    expectDistribution(logs(shape).map(Math.exp), cdf);
  });

  it('of a tiny shape are uniform to the power of one over it', () => {
    // P(G <= x) goes to x^a / Gamma(1 + a), with Gamma(1 + 1e-6) = 1 - 5.8e-7.
    expectDistribution(
      logs(1e-6).map((log) => Math.exp(1e-6 * log)),
      (u) => Math.min(u, 1),
    );
  });
});
