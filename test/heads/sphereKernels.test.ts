import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sphereKernels } from '../../src/heads/index.js';
import type { SphereKernel } from '../../src/heads/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { centralDifference, expectPrinted } from '../support/reference.js';

seedProperties();

/** The table of kernels: how each is made from its continuous parameter, and its profile by the definition. */
const table: Record<string, { make: (x: number) => SphereKernel; profile: (t: number, x: number) => number }> = {
  linear: { make: () => sphereKernels.linear(), profile: (t) => t },
  'polynomial, homogeneous': { make: () => sphereKernels.polynomial({ degree: 4 }), profile: (t) => t * t * t * t },
  'polynomial, inhomogeneous': {
    make: (offset) => sphereKernels.polynomial({ degree: 3, offset }),
    profile: (t, c) => (t + c) * (t + c) * (t + c),
  },
  gaussian: {
    make: (gamma) => sphereKernels.gaussian({ gamma }),
    profile: (t, gamma) => Math.exp(-gamma * (2 - 2 * t)),
  },
  laplacian: {
    make: (gamma) => sphereKernels.laplacian({ gamma }),
    profile: (t, gamma) => Math.exp(-gamma * Math.sqrt(2 - 2 * t)),
  },
  'geodesic laplacian': {
    make: (gamma) => sphereKernels.geodesicLaplacian({ gamma }),
    profile: (t, gamma) => Math.exp(-gamma * Math.acos(t)),
  },
  'geodesic gaussian': {
    make: (gamma) => sphereKernels.geodesicGaussian({ gamma }),
    profile: (t, gamma) => Math.exp(-gamma * Math.acos(t) * Math.acos(t)),
  },
  'inverse multiquadric': {
    make: (c) => sphereKernels.inverseMultiquadric({ c }),
    profile: (t, c) => 1 / Math.sqrt(1 + c * (2 - 2 * t)),
  },
  rational: { make: (x) => sphereKernels.rational({ a: 1 + x }), profile: (t, x) => 1 / (1 + x - t) },
  'arc-cosine': { make: () => sphereKernels.arcCosine(), profile: (t) => 1 - Math.acos(t) / Math.PI },
  sigmoid: { make: () => sphereKernels.sigmoid(), profile: (t) => Math.tanh(t) },
  'power series': {
    make: (x) => sphereKernels.powerSeries([0.5, x, 0, 0.25]),
    profile: (t, x) => 0.5 + x * t + 0.25 * t * t * t,
  },
};

const parameter = fc.double({ min: 0.05, max: 3, noNaN: true });
const insideCosine = fc.double({ min: -0.98, max: 0.98, noNaN: true });

describe.each(Object.entries(table))('%s', (_name, { make, profile }) => {
  it('has the profile of its definition, to the ends', () => {
    fc.assert(
      fc.property(parameter, fc.oneof(insideCosine, fc.constantFrom(-1, 0, 1)), (x, t) => {
        expectClose([make(x).profile(t)], [profile(t, x)], 1e-13);
      }),
    );
  });

  it('has the derivative that differences show', () => {
    fc.assert(
      fc.property(parameter, insideCosine, (x, t) => {
        const kernel = make(x);
        const slope = centralDifference((step) => kernel.profile(t + step));
        expectClose([kernel.derivative(t)], [slope], 1e-6);
      }),
    );
  });

  it('has finite slopes at the ends, except where it says so', () => {
    const kernel = make(0.7);
    const steep = ([-1, 1] as const).filter((t) => kernel.derivative(t) === Infinity);
    expect(kernel.infiniteSlopeAt).toEqual(steep);
    expect(kernel.slopeMargin).toBe(steep.length > 0 ? 1e-6 : 0);
    for (const t of [-1, 1]) {
      const clamped = Math.max(-1 + kernel.slopeMargin, Math.min(1 - kernel.slopeMargin, t));
      expect(kernel.derivative(clamped)).toBeLessThan(1e4);
    }
  });
});

/** The derivative by the parameter `name` against differences between kernels. */
function expectParameterDerivative(
  name: string,
  make: (value: number) => SphereKernel,
  value: number,
  t: number,
): void {
  const slope = centralDifference((step) => make(value + step).profile(t), 1e-6);
  expectClose([make(value).parameterDerivatives(t)[name]!], [slope], 1e-7);
}

describe('derivatives by parameters', () => {
  it.each([
    ['gamma', (gamma: number) => sphereKernels.gaussian({ gamma })],
    ['gamma', (gamma: number) => sphereKernels.laplacian({ gamma })],
    ['gamma', (gamma: number) => sphereKernels.geodesicLaplacian({ gamma })],
    ['gamma', (gamma: number) => sphereKernels.geodesicGaussian({ gamma })],
    ['c', (c: number) => sphereKernels.inverseMultiquadric({ c })],
    ['a', (a: number) => sphereKernels.rational({ a: a + 1 })],
    ['offset', (offset: number) => sphereKernels.polynomial({ degree: 5, offset })],
    ['alpha0', (alpha: number) => sphereKernels.powerSeries([alpha, 1])],
    ['alpha3', (alpha: number) => sphereKernels.powerSeries([0, 1, 2, alpha])],
    ['oddBracket', (oddBracket: number) => sphereKernels.powerSeries([1], { oddBracket })],
    ['evenBracket', (evenBracket: number) => sphereKernels.powerSeries([1], { evenBracket })],
  ])('%s of %o', (name, make) => {
    fc.assert(
      fc.property(parameter, fc.oneof(insideCosine, fc.constantFrom(-1, 1)), (value, t) => {
        expectParameterDerivative(name, make, value, t);
      }),
    );
  });

  it('are those of the continuous parameters, under the names of `parameters`', () => {
    const learnable = (kernel: SphereKernel): string[] => Object.keys(kernel.parameterDerivatives(0.5));
    expect(learnable(sphereKernels.polynomial({ degree: 2, offset: 1 }))).toEqual(['offset']);
    const series = sphereKernels.powerSeries([0, 1], { oddBracket: 0.5 });
    expect(series.parameters).toEqual({ alpha0: 0, alpha1: 1, oddBracket: 0.5, evenBracket: 0 });
    expect(learnable(series)).toEqual(Object.keys(series.parameters));
    for (const kernel of [sphereKernels.linear(), sphereKernels.arcCosine(), sphereKernels.sigmoid()])
      expect(learnable(kernel)).toEqual([]);
  });
});

describe('worked numbers', () => {
  it('the Gaussian at 1, 0 and -1', () => {
    const kernel = sphereKernels.gaussian({ gamma: 0.5 });
    expectPrinted([1, 0, -1].map(kernel.profile), '1,0.3678794412,0.1353352832');
  });

  it('logits of one example under four kernels', () => {
    const cosines = [1, 0, -1];
    const square = sphereKernels.polynomial({ degree: 2, offset: 1 });
    expectPrinted(cosines.map(sphereKernels.linear().profile), '1,0,-1');
    expectPrinted(
      cosines.map((t) => square.profile(t) / 4),
      '1,0.25,0',
    );
    expectPrinted(cosines.map(sphereKernels.powerSeries([0.2, 0.3, 0.5]).profile), '1,0.2,0.4');
  });

  it('logits of a power series and its slope', () => {
    const kernel = sphereKernels.powerSeries([0.1, 0.4, 0.3, 0.2]);
    const logits = [0.98386991, 0.17888544, 0.14142136].map((t) => 4 * kernel.profile(t));
    expectPrinted(logits, '3.89770071,0.72919617,0.65253691');
    expect(sphereKernels.powerSeries([0.2, 0.3, 0.5]).derivative(-0.3)).toBeCloseTo(0, 15);
  });

  it('the square of the cosine is the explicit map (x^2, sqrt2 xy, y^2)', () => {
    const map = ([x, y]: readonly [number, number]): number[] => [x * x, Math.SQRT2 * x * y, y * y];
    const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
    const kernel = sphereKernels.polynomial({ degree: 2 });
    for (const [u, w, value] of [
      [[0.6, 0.8], [1, 0], 0.36],
      [[0.8, -0.6], [0.6, 0.8], 0],
    ] as const) {
      expectClose([kernel.profile(dot(u, w)), dot(map(u), map(w))], [value, value], 1e-15);
    }
  });

  it('the axes of the circle are told apart by the square, to the four quadrants', () => {
    const kernel = sphereKernels.polynomial({ degree: 2 });
    const logits = [0, 1, 2, 3].map((k) =>
      [Math.cos((k * Math.PI) / 2), Math.sin((k * Math.PI) / 2)].map(kernel.profile),
    );
    expectClose(logits.flat(), [1, 0, 0, 1, 1, 0, 0, 1], 1e-15);
  });

  it('Horner and direct powers agree', () => {
    const alpha = Array.from({ length: 11 }, (_, m) => 1 / (m + 1));
    const kernel = sphereKernels.powerSeries(alpha);
    for (let t = -1; t <= 1; t += 0.0625) {
      const direct = alpha.reduce((sum, value, m) => sum + value * t ** m, 0);
      expect(Math.abs(kernel.profile(t) - direct)).toBeLessThan(1e-15);
    }
  });
});

describe('bracket terms', () => {
  const kernel = sphereKernels.powerSeries([0, 1], { oddBracket: 0.25, evenBracket: 0.5 });

  it('act at the ends alone, to within what float32 misses them by', () => {
    expect([1, 1 - 1e-7, 1 + 1e-7].map((t) => kernel.profile(t) - t)).toEqual(Array(3).fill(expect.closeTo(0.75, 12)));
    expect([-1, -1 + 1e-7].map((t) => kernel.profile(t) - t)).toEqual(Array(2).fill(expect.closeTo(0.25, 12)));
    expect([0.99999, -0.99999, 0].map(kernel.profile)).toEqual([0.99999, -0.99999, 0]);
  });

  it('have no slope and no part in the power series', () => {
    expect(kernel.derivative(1)).toBe(1);
    expect([...kernel.powerSeries(2)!]).toEqual([0, 1, 0]);
  });
});

it('cosines that rounding carries past the ends give the values there', () => {
  for (const [name, { make }] of Object.entries(table)) {
    if (name.startsWith('poly')) continue;
    for (const end of [-1, 1]) {
      const kernel = make(0.7);
      expectClose([kernel.profile(end * (1 + 2e-16))], [kernel.profile(end)], 1e-12);
    }
  }
});

describe('refusals', () => {
  const above = (where: string, name: string, bound: number, got: string): string =>
    `sphereKernels.${where}: expected ${name} to be a finite number above ${bound}, got ${got}`;

  it.each([
    [() => sphereKernels.gaussian({ gamma: 0 }), above('gaussian', 'gamma', 0, '0')],
    [() => sphereKernels.laplacian({ gamma: -1 }), above('laplacian', 'gamma', 0, '-1')],
    [() => sphereKernels.geodesicLaplacian({ gamma: NaN }), above('geodesicLaplacian', 'gamma', 0, 'NaN')],
    [() => sphereKernels.geodesicGaussian({ gamma: Infinity }), above('geodesicGaussian', 'gamma', 0, 'Infinity')],
    [() => sphereKernels.inverseMultiquadric({ c: 0 }), above('inverseMultiquadric', 'c', 0, '0')],
    [() => sphereKernels.rational({ a: 1 }), above('rational', 'a', 1, '1')],
    [
      () => sphereKernels.polynomial({ degree: 0 }),
      'sphereKernels.polynomial: expected degree to be an integer in 1..10000, got 0',
    ],
    [
      () => sphereKernels.polynomial({ degree: 1.5 }),
      'sphereKernels.polynomial: expected degree to be an integer in 1..10000, got 1.5',
    ],
    [
      () => sphereKernels.polynomial({ degree: 2, offset: -0.1 }),
      'sphereKernels.polynomial: expected offset to be a finite number of at least 0, got -0.1',
    ],
    [() => sphereKernels.powerSeries([]), 'sphereKernels.powerSeries: expected at least one coefficient, got none'],
    [
      () => sphereKernels.powerSeries([0, NaN]),
      'sphereKernels.powerSeries: expected coefficients[1] to be a finite number, got NaN',
    ],
    [
      () => sphereKernels.powerSeries([0, -1]),
      'sphereKernels.powerSeries: expected coefficients[1] to be at least 0, got -1. No sum with a negative factor is ' +
        'positive definite on every sphere; allowNegative: true takes it',
    ],
    [
      () => sphereKernels.powerSeries([1], { oddBracket: -1 }),
      'sphereKernels.powerSeries: expected oddBracket to be at least 0, got -1. No sum with a negative factor is ' +
        'positive definite on every sphere; allowNegative: true takes it',
    ],
    [
      () => sphereKernels.powerSeries([1], { evenBracket: NaN, allowNegative: true }),
      'sphereKernels.powerSeries: expected evenBracket to be a finite number, got NaN',
    ],
    [
      () => sphereKernels.custom({ profile: Math.cos } as never),
      'sphereKernels.custom: expected derivative to be a function, got undefined',
    ],
    [() => sphereKernels.linear().powerSeries(-1), 'powerSeries: expected degree to be an integer in 0..10000, got -1'],
  ])('%s', (make, message) => {
    expect(make).toThrow(refusal('InvalidArgumentError', message));
  });
});
