import { checkNumber } from '../core/index.js';
import {
  arcsineSeries,
  binomialSeries,
  geometricSeries,
  inverseMultiquadricSeries,
  seriesOfLength,
  tanhSeries,
} from './powerSeries.js';
import { checkAbove, checkDegree, clampCosine, finiteSlope, infiniteSlope, sine } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of `sphereKernels.polynomial`. */
export interface PolynomialOptions {
  /** Power `p`, an integer of at least 1. */
  readonly degree: number;
  /** What is added to the cosine, `c >= 0`. Default 0: homogeneous. */
  readonly offset?: number;
}

/** Options of `sphereKernels.inverseMultiquadric`. */
export interface InverseMultiquadricOptions {
  /** Factor of the squared distance, above 0. */
  readonly c: number;
}

/** Options of `sphereKernels.rational`. */
export interface RationalOptions {
  /** Where the profile has its pole, above 1. */
  readonly a: number;
}

const increasing = { positiveDefinite: true, increasing: true } as const;

/** `t`. */
export function linear(): SphereKernel {
  return {
    name: 'linear',
    parameters: {},
    profile: (t) => t,
    derivative: () => 1,
    parameterDerivatives: () => ({}),
    powerSeries: (degree) => seriesOfLength([0, 1], checkDegree('powerSeries', degree)),
    seriesDegree: 1,
    ...finiteSlope,
    theory: increasing,
  };
}

/** `(t + c)^p`. */
export function polynomial(options: PolynomialOptions): SphereKernel {
  const where = 'sphereKernels.polynomial';
  const p = checkNumber(where, 'degree', options.degree, { min: 1, max: 10_000, integer: true });
  const c = checkNumber(where, 'offset', options.offset ?? 0, { min: 0 });
  const slope = (t: number): number => p * (t + c) ** (p - 1);
  return {
    name: 'polynomial',
    parameters: { degree: p, offset: c },
    profile: (t) => (t + c) ** p,
    derivative: slope,
    parameterDerivatives: (t) => ({ offset: slope(t) }),
    powerSeries: (degree) => binomialSeries(p, c, checkDegree('powerSeries', degree)),
    seriesDegree: p,
    ...finiteSlope,
    theory: { positiveDefinite: true, increasing: p % 2 === 1 || c >= 1 },
  };
}

/** `(1 + c ||u - v||^2)^(-1/2)`. */
export function inverseMultiquadric(options: InverseMultiquadricOptions): SphereKernel {
  const c = checkAbove('sphereKernels.inverseMultiquadric', 'c', options.c, 0);
  const base = (t: number): number => 1 + 2 * c * (1 - t);
  return {
    name: 'inverse-multiquadric',
    parameters: { c },
    profile: (t) => base(t) ** -0.5,
    derivative: (t) => c * base(t) ** -1.5,
    parameterDerivatives: (t) => ({ c: (t - 1) * base(t) ** -1.5 }),
    powerSeries: (degree) => inverseMultiquadricSeries(c, checkDegree('powerSeries', degree)),
    seriesDegree: Infinity,
    ...finiteSlope,
    theory: increasing,
  };
}

/** `1 / (a - t)`. */
export function rational(options: RationalOptions): SphereKernel {
  const a = checkAbove('sphereKernels.rational', 'a', options.a, 1);
  return {
    name: 'rational',
    parameters: { a },
    profile: (t) => 1 / (a - t),
    derivative: (t) => (a - t) ** -2,
    parameterDerivatives: (t) => ({ a: -((a - t) ** -2) }),
    powerSeries: (degree) => geometricSeries(a, checkDegree('powerSeries', degree)),
    seriesDegree: Infinity,
    ...finiteSlope,
    theory: increasing,
  };
}

/** `1 - arccos(t) / pi`: the arc-cosine kernel of order 0. */
export function arcCosine(): SphereKernel {
  return {
    name: 'arc-cosine',
    parameters: {},
    profile: (t) => 1 - Math.acos(clampCosine(t)) / Math.PI,
    derivative: (t) => 1 / (Math.PI * sine(clampCosine(t))),
    parameterDerivatives: () => ({}),
    powerSeries: (degree) =>
      arcsineSeries(checkDegree('powerSeries', degree)).map((value, m) => (m === 0 ? 0.5 : value / Math.PI)),
    seriesDegree: Infinity,
    ...infiniteSlope(-1, 1),
    theory: increasing,
  };
}

/** `tanh t`; its third Gegenbauer coefficient is negative in every dimension. */
export function sigmoid(): SphereKernel {
  return {
    name: 'sigmoid',
    parameters: {},
    profile: Math.tanh,
    derivative: (t) => 1 - Math.tanh(t) ** 2,
    parameterDerivatives: () => ({}),
    powerSeries: (degree) => tanhSeries(checkDegree('powerSeries', degree)),
    seriesDegree: Infinity,
    ...finiteSlope,
    theory: { positiveDefinite: false, increasing: true },
  };
}
