import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { seriesOfLength } from './powerSeries.js';
import { checkDegree, finiteSlope } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of `sphereKernels.powerSeries`. */
export interface PowerSeriesOptions {
  /** Factor of `[t = 1] - [t = -1]`, the limit of the odd powers. Default 0. */
  readonly oddBracket?: number;
  /** Factor of `[t = 1] + [t = -1]`, the limit of the even powers. Default 0. */
  readonly evenBracket?: number;
  /** Accepts negative factors, for profiles to be examined or used outside the theory. Default `false`. */
  readonly allowNegative?: boolean;
}

/** Cosines this close to an end count as equal to it in the bracket terms: float32 products of unit vectors miss it by less. */
export const BRACKET_TOLERANCE = 1e-6;

/** Options of `sphereKernels.custom`. */
export interface CustomOptions {
  /** `kappa(t)` in float64, finite on `[-1, 1]`. */
  readonly profile: (t: number) => number;
  /** `kappa'(t)`. */
  readonly derivative: (t: number) => number;
}

/** `sum_m alpha_m t^m` and the bracket terms. */
export function powerSeries(coefficients: ArrayLike<number>, options: PowerSeriesOptions = {}): SphereKernel {
  const alpha = checkCoefficients(coefficients, options);
  const { oddBracket = 0, evenBracket = 0 } = options;
  const names = Array.from(alpha, (_, m) => `alpha${m}`);
  const all = [...alpha, oddBracket, evenBracket];
  return {
    name: 'power-series',
    parameters: { ...named(names, alpha), oddBracket, evenBracket },
    profile: (t) => horner(alpha, t) + oddBracket * bracket(t, -1) + evenBracket * bracket(t, 1),
    derivative: (t) => hornerSlope(alpha, t),
    parameterDerivatives: (t) => ({
      ...named(
        names,
        alpha.map((_, m) => t ** m),
      ),
      oddBracket: bracket(t, -1),
      evenBracket: bracket(t, 1),
    }),
    powerSeries: (degree) => seriesOfLength(alpha, checkDegree('powerSeries', degree)),
    powerSeriesErrors: (degree) => new Float64Array(checkDegree('powerSeries', degree) + 1),
    seriesDegree: alpha.length - 1,
    ...finiteSlope,
    theory: all.every((value) => value >= 0) ? { positiveDefinite: true } : {},
  };
}

/** A profile of the caller's own. */
export function custom(options: CustomOptions): SphereKernel {
  for (const part of ['profile', 'derivative'] as const) {
    if (typeof options[part] !== 'function')
      throw new InvalidArgumentError('sphereKernels.custom', `${part} to be a function`, options[part]);
  }
  return {
    name: 'custom',
    parameters: {},
    profile: options.profile,
    derivative: options.derivative,
    parameterDerivatives: () => ({}),
    powerSeries: () => null,
    seriesDegree: Infinity,
    ...finiteSlope,
    theory: {},
  };
}

function checkCoefficients(coefficients: ArrayLike<number>, options: PowerSeriesOptions): Float64Array {
  const where = 'sphereKernels.powerSeries';
  if (!(coefficients?.length > 0))
    throw new InvalidArgumentError(
      where,
      'at least one coefficient',
      coefficients?.length === 0 ? 'none' : coefficients,
    );
  const check = (name: string, value: unknown): void => {
    checkNumber(where, name, value);
    if ((value as number) >= 0 || options.allowNegative) return;
    const hint = 'No sum with a negative factor is positive definite on every sphere; allowNegative: true takes it';
    throw new InvalidArgumentError(where, `${name} to be at least 0`, value, hint);
  };
  for (let m = 0; m < coefficients.length; m++) check(`coefficients[${m}]`, coefficients[m]);
  check('oddBracket', options.oddBracket ?? 0);
  check('evenBracket', options.evenBracket ?? 0);
  return Float64Array.from(coefficients);
}

/** `[t = 1] + sign [t = -1]`. */
function bracket(t: number, sign: -1 | 1): number {
  if (t > 1 - BRACKET_TOLERANCE) return 1;
  return t < -1 + BRACKET_TOLERANCE ? sign : 0;
}

/** `sum_m alpha_m t^m`. */
function horner(alpha: Float64Array, t: number): number {
  return alpha.reduceRight((sum, value) => sum * t + value, 0);
}

/** `sum_m m alpha_m t^(m-1)`. */
function hornerSlope(alpha: Float64Array, t: number): number {
  let sum = 0;
  for (let m = alpha.length - 1; m >= 1; m--) sum = sum * t + m * alpha[m]!;
  return sum;
}

function named(names: readonly string[], values: Float64Array): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
