import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { gegenbauerCoefficients, gramMatrix, positiveDefiniteness, sphereKernels } from '../../src/heads/index.js';
import type { SphereKernel } from '../../src/heads/index.js';
import { eigenvaluesOf } from '../support/eigenvalues.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** Powers of `sum_n b_n C_n` by the recurrence of the polynomials; for `d = 2` of Chebyshev's. */
function powersOf(b: readonly number[], d: number): number[] {
  const powers = new Array<number>(b.length).fill(0);
  const lambda = (d - 2) / 2;
  let [before, current]: number[][] = [[], [1]];
  b.forEach((value, n) => {
    current!.forEach((factor, m) => (powers[m]! += value * factor));
    // n C_n = 2 (n + lambda - 1) t C_{n-1} - (n + 2 lambda - 2) C_{n-2}, and T_1 = t, T_n = 2 t T_{n-1} - T_{n-2}.
    const k = n + 1;
    const up = d === 2 ? (k === 1 ? 1 : 2) : (2 * (k + lambda - 1)) / k;
    const down = d === 2 ? 1 : (k + 2 * lambda - 2) / k;
    const next = Array.from({ length: k + 1 }, (_, m) => up * (current![m - 1] ?? 0) - down * (before![m] ?? 0));
    [before, current] = [current, next];
  });
  return powers;
}

const series = (powers: readonly number[]): SphereKernel => sphereKernels.powerSeries(powers, { allowNegative: true });
const secondLegendre = series([-0.5, 0, 1.5]);
const kink = sphereKernels.custom({ profile: (t) => Math.max(0, t), derivative: (t) => (t > 0 ? 1 : 0) });
const verdictOf = (kernel: SphereKernel, dimension?: number): string =>
  positiveDefiniteness(kernel, dimension === undefined ? {} : { dimension }).verdict;

const positiveDefinite: readonly SphereKernel[] = [
  sphereKernels.linear(),
  sphereKernels.polynomial({ degree: 2 }),
  sphereKernels.polynomial({ degree: 5, offset: 0.5 }),
  sphereKernels.gaussian({ gamma: 0.5 }),
  sphereKernels.gaussian({ gamma: 40 }),
  sphereKernels.laplacian({ gamma: 1 }),
  sphereKernels.laplacian({ gamma: 300 }),
  sphereKernels.geodesicLaplacian({ gamma: 2 }),
  sphereKernels.inverseMultiquadric({ c: 1 }),
  sphereKernels.rational({ a: 2 }),
  sphereKernels.rational({ a: 1.001 }),
  sphereKernels.arcCosine(),
  sphereKernels.powerSeries([0.2, 0.3, 0.5]),
];

describe('verdicts', () => {
  it.each(positiveDefinite)(
    '$name $parameters is positive definite by theory, and never refuted by numbers',
    (kernel) => {
      const reason = 'Its power series has no negative coefficient, by its closed form.';
      expect(positiveDefiniteness(kernel)).toEqual({ verdict: 'positive-definite', reason });
      expect(verdictOf(kernel, 3)).toBe('positive-definite');
      for (const dimension of [2, 3, 10, 512, Infinity])
        expect(verdictOf(sphereKernels.custom(kernel), dimension)).toBe('undecided');
    },
  );

  it('the geodesic Gaussian is not, with its first negative coefficient', () => {
    const { verdict, witness, reason } = positiveDefiniteness(sphereKernels.geodesicGaussian({ gamma: 0.1 }));
    expect(verdict).toBe('not');
    expect(witness).toMatchObject({ basis: 'power', degree: 2, coefficient: expect.closeTo(-0.0395766, 7) as number });
    expect(witness!.errorBound).toBeLessThan(1e-14);
    expect(reason).toBe('Its power coefficient of degree 2 is -0.0395766.');
  });

  it.each([0.05, 0.2, 0.5, 1, 2])('the geodesic Gaussian of gamma %d is on no sphere', (gamma) => {
    const kernel = sphereKernels.geodesicGaussian({ gamma });
    for (const dimension of [2, 3, 10, Infinity]) {
      for (const one of [kernel, sphereKernels.custom(kernel)]) {
        const { verdict, witness } = positiveDefiniteness(one, { dimension });
        expect(verdict).toBe('not');
        expect(witness!.coefficient).toBeLessThan(-witness!.errorBound);
        expect(witness!.degree % 2).toBe(0);
      }
    }
  });

  it('the geodesic Gaussian of a large gamma is not by theory, without a coefficient to be seen', () => {
    const kernel = sphereKernels.geodesicGaussian({ gamma: 5 });
    const reason = 'Some coefficient is negative, by theory, but none up to degree 24 is beyond its error bound.';
    expect(positiveDefiniteness(kernel)).toEqual({ verdict: 'not', reason });
    expect(verdictOf(sphereKernels.custom(kernel))).toBe('undecided');
  });

  it('the sigmoid is not, by its third coefficient in every dimension', () => {
    const kernel = sphereKernels.sigmoid();
    const bases = [2, 3, 8, 64, Infinity].map((dimension) => positiveDefiniteness(kernel, { dimension }).witness!);
    expect(bases.map(({ basis }) => basis)).toEqual(['cosine', 'gegenbauer', 'gegenbauer', 'gegenbauer', 'power']);
    expect(bases.map(({ degree }) => degree)).toEqual([3, 3, 3, 3, 3]);
    expect(bases.at(-1)!.coefficient).toBeCloseTo(-1 / 3, 15);
    expect(verdictOf(sphereKernels.custom(kernel))).toBe('not');
  });

  it('P_2 is on the circle and the sphere of three dimensions, and on no larger one', () => {
    expect([2, 3].map((dimension) => verdictOf(secondLegendre, dimension))).toEqual(Array(2).fill('positive-definite'));
    expect(positiveDefiniteness(secondLegendre, { dimension: 4 })).toMatchObject({
      verdict: 'not',
      witness: { basis: 'gegenbauer', degree: 0, coefficient: -0.125 },
    });
    expect([5, 100].map((dimension) => verdictOf(secondLegendre, dimension))).toEqual(['not', 'not']);
    expect(positiveDefiniteness(secondLegendre)).toEqual({
      verdict: 'not',
      witness: { basis: 'power', degree: 0, coefficient: -0.5, errorBound: 0 },
      reason: 'Its power coefficient of degree 0 is -0.500000.',
    });
  });

  it('P_2 by its values alone', () => {
    const kernel = sphereKernels.custom(secondLegendre);
    expect([2, 3, 4, Infinity].map((d) => verdictOf(kernel, d))).toEqual(['undecided', 'undecided', 'not', 'not']);
    const { reason } = positiveDefiniteness(kernel, { dimension: 3, degree: 5 });
    const rest = 'is negative beyond its error bound, which proves nothing of the others.';
    expect(reason).toBe(`No coefficient up to degree 5 ${rest}`);
  });

  it('P_4 is on the sphere of three dimensions, and not on that of thirty', () => {
    const kernel = series([0.375, 0, -3.75, 0, 4.375]);
    expect([2, 3, 30].map((d) => verdictOf(kernel, d))).toEqual(['positive-definite', 'positive-definite', 'not']);
  });

  it('bracket terms count on every sphere', () => {
    const alone = sphereKernels.powerSeries([0], { oddBracket: -0.5, evenBracket: 0.5, allowNegative: true });
    for (const dimension of [2, 5, Infinity]) {
      expect(positiveDefiniteness(alone, { dimension })).toEqual({
        verdict: 'not',
        witness: { basis: 'power', degree: -1, coefficient: -0.5, errorBound: 0 },
        reason: 'Its odd bracket term is -0.500000.',
      });
    }
    const even = sphereKernels.powerSeries([1], { evenBracket: -0.25, allowNegative: true });
    expect(positiveDefiniteness(even).reason).toBe('Its even bracket term is -0.250000.');
    expect(verdictOf(sphereKernels.powerSeries([0], { oddBracket: 1, evenBracket: 1 }))).toBe('positive-definite');
    expect(verdictOf(sphereKernels.custom({ profile: (t) => (t === -1 ? 1 : 0), derivative: () => 0 }))).toBe('not');
  });

  it('a profile with a kink is not, by the circle where it has no power series', () => {
    expect(positiveDefiniteness(kink).witness).toMatchObject({ basis: 'cosine', degree: 4 });
    expect(positiveDefiniteness(kink, { dimension: 3 }).witness).toMatchObject({ basis: 'gegenbauer', degree: 4 });
    // |cos x| / 2 = 1 / pi + (2 / pi) (cos(2x) / 3 - cos(4x) / 15 + ...)
    expect(positiveDefiniteness(kink, { dimension: 2 }).witness!.coefficient).toBeCloseTo(-2 / (15 * Math.PI), 5);
  });

  it('refuses dimensions, degrees and profiles that are none', () => {
    const refused =
      (options: object, kernel = kink): (() => unknown) =>
      () =>
        positiveDefiniteness(kernel, options);
    const range = 'in 2..2147483648';
    for (const dimension of [1, 2.5, NaN, -Infinity]) {
      const message = `positiveDefiniteness: expected dimension to be an integer ${range}, got ${dimension}`;
      expect(refused({ dimension })).toThrow(refusal('InvalidArgumentError', message));
    }
    expect(refused({ degree: -1 })).toThrow(
      refusal('InvalidArgumentError', 'positiveDefiniteness: expected degree to be an integer in 0..10000, got -1'),
    );
    const broken = sphereKernels.custom({ profile: () => NaN, derivative: () => 0 });
    expect(refused({ dimension: 2 }, broken)).toThrow(
      refusal('InvalidArgumentError', 'positiveDefiniteness: expected a finite profile at t = 1, got NaN'),
    );
  });
});

const factor = fc.double({ min: 0, max: 2, noNaN: true });
const factors = fc.array(factor, { minLength: 1, maxLength: 9 });
const dimensions = fc.integer({ min: 2, max: 12 });

describe('properties', () => {
  it('non-negative factors are positive definite in every dimension, one negative factor is not', () => {
    fc.assert(
      fc.property(factors, factor, factor, dimensions, (alpha, oddBracket, evenBracket, dimension) => {
        const kernel = sphereKernels.powerSeries(alpha, { oddBracket, evenBracket });
        expect([verdictOf(kernel), verdictOf(kernel, dimension)]).toEqual(Array(2).fill('positive-definite'));
        // Taken for numbers that nobody knows the signs of.
        expect(verdictOf({ ...kernel, theory: {} }, dimension)).toBe('positive-definite');
      }),
    );
    fc.assert(
      fc.property(factors, fc.nat(), fc.double({ min: 1e-9, max: 1, noNaN: true }), (alpha, at, size) => {
        const degree = at % alpha.length;
        const { verdict, witness } = positiveDefiniteness(series(alpha.with(degree, -size)));
        expect([verdict, witness!.degree, witness!.coefficient]).toEqual(['not', degree, -size]);
      }),
    );
  });

  it('sums and products are positive definite, and their Gram matrices say so too', () => {
    const random = randomStream(5);
    const points = Array.from({ length: 12 }, () => [random.normal(), random.normal(), random.normal()]);
    fc.assert(
      fc.property(factors, factors, (a, b) => {
        const sum = Array.from({ length: Math.max(a.length, b.length) }, (_, m) => (a[m] ?? 0) + (b[m] ?? 0));
        const product = new Array<number>(a.length + b.length - 1).fill(0);
        a.forEach((x, i) => b.forEach((y, j) => (product[i + j]! += x * y)));
        for (const alpha of [sum, product]) {
          const kernel = sphereKernels.powerSeries(alpha);
          expect(verdictOf(kernel)).toBe('positive-definite');
          const trace = points.length * kernel.profile(1);
          expect(eigenvaluesOf(gramMatrix(kernel, points))[0]).toBeGreaterThanOrEqual(-1e-14 * trace);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('Gegenbauer coefficients come back, exactly and by quadrature', () => {
    const signed = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(signed, dimensions, (b, dimension) => {
        const kernel = series(powersOf(b, dimension));
        for (const one of [kernel, sphereKernels.custom(kernel)]) {
          const { coefficients, errorBounds } = gegenbauerCoefficients(one, { dimension, degree: b.length });
          expectClose(coefficients, [...b, 0], 1e-10);
          [...b, 0].forEach((value, n) =>
            expect(Math.abs(coefficients[n]! - value)).toBeLessThanOrEqual(errorBounds[n]! + 1e-13),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  it('non-negative Gegenbauer coefficients are positive definite there and on every smaller sphere', () => {
    fc.assert(
      fc.property(factors, dimensions, fc.nat(), fc.nat(), (b, dimension, at, smaller) => {
        const kernel = series(powersOf(b, dimension));
        const below = 2 + (smaller % (dimension - 1));
        expect([verdictOf(kernel, dimension), verdictOf(kernel, below)]).toEqual(Array(2).fill('positive-definite'));
        const degree = at % b.length;
        const { witness } = positiveDefiniteness(series(powersOf(b.with(degree, -0.01), dimension)), { dimension });
        expect([witness?.degree, witness?.basis]).toEqual([degree, dimension === 2 ? 'cosine' : 'gegenbauer']);
        expectClose([witness!.coefficient], [-0.01], 1e-9);
      }),
    );
  });
});

describe('Gegenbauer coefficients', () => {
  it('are Legendre coefficients for d = 3 and cosines for d = 2', () => {
    const square = sphereKernels.polynomial({ degree: 2 });
    expectClose(gegenbauerCoefficients(square, { dimension: 3, degree: 3 }).coefficients, [1 / 3, 0, 2 / 3, 0], 1e-15);
    expectClose(gegenbauerCoefficients(square, { dimension: 2, degree: 2 }).coefficients, [0.5, 0, 0.5], 1e-15);
  });

  it('of 1 / sqrt(1 - 2 r t + r^2) are the powers of r, its generating function', () => {
    const r = 0.5;
    const kernel = sphereKernels.custom({ profile: (t) => 1 / Math.sqrt(1 - 2 * r * t + r * r), derivative: () => 0 });
    const { coefficients, errorBounds } = gegenbauerCoefficients(kernel, { dimension: 3, degree: 12 });
    expectClose(
      coefficients,
      Array.from({ length: 13 }, (_, n) => r ** n),
      1e-13,
    );
    expect(Math.max(...errorBounds)).toBeLessThan(1e-11);
  });

  it('of (1 - 2 r t + r^2)^(-lambda) are those powers in every dimension', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.double({ min: 0.1, max: 0.7, noNaN: true }), (dimension, r) => {
        const profile = (t: number): number => (1 - 2 * r * t + r * r) ** (1 - dimension / 2);
        const kernel = sphereKernels.custom({ profile, derivative: () => 0 });
        const { coefficients, errorBounds } = gegenbauerCoefficients(kernel, { dimension, degree: 6 });
        coefficients.forEach((b, n) => expect(Math.abs(b - r ** n)).toBeLessThanOrEqual(errorBounds[n]!));
        expect(errorBounds[6]!).toBeLessThan(1e-4);
      }),
      { numRuns: 20 },
    );
  });

  it('stay within their bounds where the slope is infinite', () => {
    // 1/2 + arcsin(t) / pi by partial integration: (2n + 1) / (2 pi) int P_n arcsin = 3/8 for n = 1 and 7/128 for n = 3.
    const kernel = sphereKernels.custom(sphereKernels.arcCosine());
    const { coefficients, errorBounds } = gegenbauerCoefficients(kernel, { dimension: 3, degree: 3 });
    [1 / 2, 3 / 8, 0, 7 / 128].forEach((b, n) => expect(Math.abs(coefficients[n]! - b)).toBeLessThan(errorBounds[n]!));
    expect(Math.max(...errorBounds)).toBeLessThan(1e-4);
  });

  it('refuse what is no sphere', () => {
    const refused = (dimension: number) => () => gegenbauerCoefficients(kink, { dimension, degree: 2 });
    expect(refused(1)).toThrow(
      refusal(
        'InvalidArgumentError',
        'gegenbauerCoefficients: expected dimension to be an integer in 2..2147483648, got 1',
      ),
    );
  });
});
