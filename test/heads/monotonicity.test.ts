import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { monotonicity, sphereKernels } from '../../src/heads/index.js';
import type { SphereKernel } from '../../src/heads/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

const increasing: readonly SphereKernel[] = [
  sphereKernels.linear(),
  sphereKernels.gaussian({ gamma: 2 }),
  sphereKernels.gaussian({ gamma: 5000 }),
  sphereKernels.laplacian({ gamma: 1 }),
  sphereKernels.geodesicLaplacian({ gamma: 1 }),
  sphereKernels.geodesicGaussian({ gamma: 1 }),
  sphereKernels.inverseMultiquadric({ c: 1 }),
  sphereKernels.rational({ a: 1.5 }),
  sphereKernels.arcCosine(),
  sphereKernels.sigmoid(),
  sphereKernels.polynomial({ degree: 2, offset: 1 }),
  sphereKernels.polynomial({ degree: 5 }),
  sphereKernels.polynomial({ degree: 5, offset: 1 }),
  sphereKernels.powerSeries([0, 1, 0, 1]),
  sphereKernels.powerSeries([0, 0.9, 0.1], { evenBracket: 0.5 }),
];

/** Cosines `[5000][10]` between random unit vectors of 8 dimensions. */
function randomCosines(): number[][] {
  const random = randomStream(3);
  const unit = (): number[] => {
    const point = Array.from({ length: 8 }, () => random.normal());
    return point.map((x) => x / Math.hypot(...point));
  };
  const weights = Array.from({ length: 10 }, unit);
  return Array.from({ length: 5000 }, () => {
    const feature = unit();
    return weights.map((w) => w.reduce((sum, x, k) => sum + x * feature[k]!, 0));
  });
}

const argMax = (values: readonly number[]): number => values.indexOf(Math.max(...values));
/** The share of rows on which the argmax of the kernel is that of the cosine. */
const agreement = (kernel: SphereKernel, cosines: readonly number[][]): number =>
  cosines.filter((row) => argMax(row.map(kernel.profile)) === argMax(row)).length / cosines.length;

describe('kernels that keep the decisions of a cosine', () => {
  it.each(increasing)('$name $parameters', (kernel) => {
    expect(monotonicity(kernel)).toEqual({ increasing: true, fallsAt: null });
  });

  it('by the scan as by the theory', () => {
    for (const kernel of increasing) expect(monotonicity({ ...kernel, theory: {} }).increasing).toBe(true);
  });

  it('agree with it on random features, the square does not', () => {
    const cosines = randomCosines();
    for (const kernel of increasing.filter(({ parameters }) => parameters['gamma'] !== 5000))
      expect(agreement(kernel, cosines)).toBe(1);
    const square = agreement(sphereKernels.polynomial({ degree: 2 }), cosines);
    expect(square).toBeGreaterThan(0.35);
    expect(square).toBeLessThan(0.7);
  });
});

describe('kernels that may change decisions', () => {
  it('fall somewhere below 0, and nowhere above', () => {
    for (const kernel of [
      sphereKernels.polynomial({ degree: 2 }),
      sphereKernels.polynomial({ degree: 4, offset: 0.5 }),
      sphereKernels.powerSeries([0.2, 0.3, 0.5]),
    ]) {
      const { increasing, fallsAt } = monotonicity(kernel);
      expect(increasing).toBe(false);
      expect(kernel.derivative(fallsAt!)).toBeLessThan(0);
      expect(monotonicity(kernel, { from: 0 })).toEqual({ increasing: true, fallsAt: null });
    }
  });

  it('(0.2, 0.3, 0.5) falls below -0.3 and nowhere else', () => {
    const kernel = sphereKernels.powerSeries([0.2, 0.3, 0.5]);
    expect(monotonicity(kernel, { to: -0.299 }).increasing).toBe(false);
    expect(monotonicity(kernel, { from: -0.3 }).increasing).toBe(true);
  });

  it('a constant keeps no order', () => {
    expect(monotonicity(sphereKernels.powerSeries([1]))).toEqual({ increasing: false, fallsAt: null });
    expect(monotonicity(sphereKernels.powerSeries([1], { oddBracket: 1 })).increasing).toBe(false);
  });
});

it('a series of non-negative coefficients keeps the order of non-negative cosines', () => {
  const factors = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 11 });
  fc.assert(
    fc.property(factors, (alpha) => {
      fc.pre(alpha.slice(1).some((value) => value > 1e-3));
      expect(monotonicity(sphereKernels.powerSeries(alpha), { from: 0 })).toEqual({ increasing: true, fallsAt: null });
    }),
  );
});

it('refuses ranges and profiles that are none', () => {
  const linear = sphereKernels.linear();
  expect(() => monotonicity(linear, { from: -2 })).toThrow(
    refusal('InvalidArgumentError', 'monotonicity: expected from to be a finite number in -1..1, got -2'),
  );
  expect(() => monotonicity(linear, { from: 0.5, to: 0 })).toThrow(
    refusal('InvalidArgumentError', 'monotonicity: expected to to be a finite number in 0.5..1, got 0'),
  );
  const broken = sphereKernels.custom({ profile: (t) => Math.sqrt(t), derivative: () => 0 });
  expect(() => monotonicity(broken, { from: -0.5 })).toThrow(
    refusal('InvalidArgumentError', 'monotonicity: expected a finite profile at t = -0.5, got NaN'),
  );
});
