import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerCoefficients, sphereKernels } from '../../src/heads/index.js';
import type { SphereKernel } from '../../src/heads/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted } from '../support/reference.js';

seedProperties();

const series = (kernel: SphereKernel, degree: number): Float64Array => kernel.powerSeries(degree)!;
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
/** Left out at `t = 1`, where the error of a cut series of non-negative coefficients is largest. */
const missing = (kernel: SphereKernel, degree: number): number => sum(series(kernel, degree + 100).slice(degree + 1));

/** One unit in the last of the printed significant digits. */
function expectDigits(actual: number, printed: string): void {
  const digits = printed.split('e')[0]!.replace('.', '').replace(/^0+/, '').length;
  const unit = 10 ** (Math.floor(Math.log10(Number(printed))) - digits + 1);
  expect(Math.abs(actual - Number(printed)), `${actual} is not ${printed}`).toBeLessThanOrEqual(unit * 1.001);
}

describe('coefficients of the Gaussian', () => {
  it('gamma 0.5 and 1', () => {
    const half = sphereKernels.gaussian({ gamma: 0.5 });
    const printed = '0.36787944,0.36787944,0.18393972,0.06131324,0.01532831,0.00306566,0.00051094';
    expectPrinted(series(half, 6), printed);
    expectPrinted([sum(series(half, 10))], '0.9999999900');
    expectDigits(missing(half, 10), '1.0048e-8');
    const one = sphereKernels.gaussian({ gamma: 1 });
    expectPrinted(series(one, 5), '0.13533528,0.27067057,0.27067057,0.18044704,0.09022352,0.03608941');
    expectDigits(missing(one, 10), '8.308e-6');
  });

  it.each([
    [0.25, '1.416e-5', '7.74e-12', null],
    [0.5, '5.942e-4', '1.005e-8', null],
    [1, '1.656e-2', '8.308e-6', '6e-15'],
    [2, '2.149e-1', '2.840e-3', '1.92e-9'],
    [5, '9.329e-1', '4.170e-1', '1.588e-3'],
  ])('gamma %d: what a cut series misses', (gamma, ...printed) => {
    const kernel = sphereKernels.gaussian({ gamma });
    [5, 10, 20].forEach((degree, i) => {
      const cut = sphereKernels.powerSeries(series(kernel, degree));
      const errors = Array.from({ length: 201 }, (_, k) =>
        Math.abs(cut.profile(k / 100 - 1) - kernel.profile(k / 100 - 1)),
      );
      const largest = Math.max(...errors);
      expect(largest).toBeLessThanOrEqual(errors.at(-1)! + 1e-15); // at t = 1
      const digits = printed[i];
      if (typeof digits !== 'string') return expect(largest).toBeLessThan(1e-15);
      expectDigits(missing(kernel, degree), digits);
      if (largest > 1e-13) expectDigits(largest, digits);
    });
  });

  it('does not underflow on the way to its largest coefficient', () => {
    const alpha = series(sphereKernels.gaussian({ gamma: 500 }), 1200);
    expect(alpha[0]).toBe(0);
    expect(sum(alpha)).toBeCloseTo(1, 8);
  });
});

it.each([
  [sphereKernels.laplacian({ gamma: 1 }), '.2431167,.1719095,.1037566,.0662041,.0457007'],
  [sphereKernels.geodesicLaplacian({ gamma: 1 }), '.2078796,.2078796,.1039398,.0692932,.0433082'],
  [sphereKernels.arcCosine(), '.5,.3183099,0,.0530516,0'],
  [sphereKernels.inverseMultiquadric({ c: 1 }), '.5773503,.1924501,.0962250,.0534584,.0311840'],
  [sphereKernels.rational({ a: 2 }), '.5,.25,.125,.0625,.03125'],
  [sphereKernels.geodesicGaussian({ gamma: 0.1 }), '.7813437,.2454664,-.0395766,.0204022,-.0128241'],
])('coefficients of $name', (kernel, printed) => {
  const { coefficients, errorBounds } = powerCoefficients(kernel, { degree: 4 });
  expectPrinted(coefficients, printed);
  expect(Math.max(...errorBounds)).toBeLessThan(1e-14);
});

it('coefficients of polynomials end with the degree', () => {
  expect([...series(sphereKernels.linear(), 3)]).toEqual([0, 1, 0, 0]);
  expect([...series(sphereKernels.polynomial({ degree: 3, offset: 2 }), 5)]).toEqual([8, 12, 6, 1, 0, 0]);
  expect([...series(sphereKernels.polynomial({ degree: 3, offset: 2 }), 1)]).toEqual([8, 12]);
  expect([...series(sphereKernels.polynomial({ degree: 2 }), 2)]).toEqual([0, 0, 1]);
  expect([...series(sphereKernels.powerSeries([3, 2]), 2)]).toEqual([3, 2, 0]);
});

const positive = fc.double({ min: 0.02, max: 2, noNaN: true });
const families: Record<string, (x: number) => SphereKernel> = {
  linear: () => sphereKernels.linear(),
  polynomial: (offset) => sphereKernels.polynomial({ degree: 7, offset }),
  gaussian: (gamma) => sphereKernels.gaussian({ gamma }),
  laplacian: (gamma) => sphereKernels.laplacian({ gamma }),
  'geodesic laplacian': (gamma) => sphereKernels.geodesicLaplacian({ gamma }),
  'geodesic gaussian': (gamma) => sphereKernels.geodesicGaussian({ gamma }),
  'inverse multiquadric': (c) => sphereKernels.inverseMultiquadric({ c }),
  rational: (x) => sphereKernels.rational({ a: 1 + x }),
  'arc-cosine': () => sphereKernels.arcCosine(),
  sigmoid: () => sphereKernels.sigmoid(),
};

describe.each(Object.entries(families))('series of the %s', (name, make) => {
  it('sums to the profile within the circle of convergence', () => {
    fc.assert(
      fc.property(positive, fc.double({ min: -0.6, max: 0.6, noNaN: true }), (x, t) => {
        const kernel = make(x);
        const value = sphereKernels.powerSeries(series(kernel, 120), { allowNegative: true }).profile(t);
        expect(Math.abs(value - kernel.profile(t))).toBeLessThan(1e-13 * Math.max(1, kernel.profile(1)));
      }),
    );
  });

  it('is found from values alone, within the bounds', () => {
    // A bound supposes |kappa(z)| <= kappa(1) in the unit disc, which these two miss by less than a factor of 4.
    const slack = name === 'sigmoid' || name === 'geodesic gaussian' ? 4 : 1;
    fc.assert(
      fc.property(positive, (x) => {
        const kernel = make(x);
        const exact = series(kernel, 12);
        const { coefficients, errorBounds } = powerCoefficients(sphereKernels.custom(kernel), { degree: 12 });
        exact.forEach((value, m) =>
          expect(Math.abs(coefficients[m]! - value)).toBeLessThanOrEqual(slack * errorBounds[m]!),
        );
        expect(errorBounds[0]!).toBeLessThan(1e-12 * Math.max(1, kernel.profile(1)));
        expect(errorBounds[4]!).toBeLessThan(1e-7 * Math.max(1, kernel.profile(1)));
      }),
      { numRuns: 30 },
    );
  });
});

it('a profile with a kink has no series: its bounds are infinite', () => {
  const kernel = sphereKernels.custom({ profile: (t) => Math.max(0, t), derivative: (t) => (t > 0 ? 1 : 0) });
  expect([...powerCoefficients(kernel, { degree: 2 }).errorBounds]).toEqual([Infinity, Infinity, Infinity]);
});

it('refuses what has no coefficients', () => {
  const kernel = sphereKernels.custom({ profile: (t) => 1 / (t - 1), derivative: () => 0 });
  expect(() => powerCoefficients(kernel, { degree: 2 })).toThrow(
    refusal('InvalidArgumentError', 'powerCoefficients: expected a finite profile at t = 1, got Infinity'),
  );
  expect(() => powerCoefficients(sphereKernels.linear(), { degree: 1.5 })).toThrow(
    refusal('InvalidArgumentError', 'powerCoefficients: expected degree to be an integer in 0..10000, got 1.5'),
  );
});
