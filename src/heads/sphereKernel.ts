import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Names of the kernels in {@link sphereKernels}. */
export type SphereKernelName =
  | 'linear'
  | 'polynomial'
  | 'gaussian'
  | 'laplacian'
  | 'geodesic-laplacian'
  | 'geodesic-gaussian'
  | 'inverse-multiquadric'
  | 'rational'
  | 'arc-cosine'
  | 'sigmoid'
  | 'power-series'
  | 'custom';

/** What is known of a kernel by proof, for every parameter that its factory accepts. */
export interface KernelTheory {
  /** `true`: positive definite on every sphere; `false`: on none (from the circle on). Absent: not known. */
  readonly positiveDefinite?: boolean;
  /** Whether the profile is strictly increasing on `[-1, 1]`. Absent: not known. */
  readonly increasing?: boolean;
}

/**
 * A kernel on the unit sphere that depends on the cosine alone: `k(u, v) = kappa(<u, v>)`, an immutable description.
 *
 * Made by {@link sphereKernels}. All of its functions are float64 and take cosines `t` in `[-1, 1]`.
 */
export interface SphereKernel {
  /** Name of the family. */
  readonly name: SphereKernelName;
  /** The parameters by name; those that {@link parameterDerivatives} lists are continuous and may be learnt. */
  readonly parameters: Readonly<Record<string, number>>;
  /** `kappa(t)`. */
  profile(t: number): number;
  /** `kappa'(t)`; `Infinity` at the ends that {@link infiniteSlopeAt} lists. */
  derivative(t: number): number;
  /** $`d kappa(t) / d parameter`$ for each continuous parameter. */
  parameterDerivatives(t: number): Readonly<Record<string, number>>;
  /** Coefficients of $`t^0..t^degree`$, without the bracket terms; `null` where no closed form is known. */
  powerSeries(degree: number): Float64Array | null;
  /** Bounds of the rounding errors of {@link powerSeries}. Absent: each is below `1e-15 (m + 1)` of its coefficient. */
  powerSeriesErrors?(degree: number): Float64Array;
  /** Degree of the profile where it is a polynomial, else `Infinity`. */
  readonly seriesDegree: number;
  /** The ends of `[-1, 1]` at which the slope is infinite. */
  readonly infiniteSlopeAt: readonly (-1 | 1)[];
  /**
   * How far from the ends a training step takes the slope: at $`t`$ clamped to `[-1 + slopeMargin, 1 - slopeMargin]`. It is
   * 0 for kernels of finite slope and 1e-6 for the others. Their gradient on the sphere has the bounded length
   * $`kappa'(t) sqrt(1 - t^2)`$ and no direction at the end itself, where the clamped slope makes it 0. Values stay as they are.
   */
  readonly slopeMargin: number;
  /** What is known by proof. */
  readonly theory: KernelTheory;
}

/** The `slopeMargin` of kernels of infinite slope: ten times the spacing of float32 numbers near 1. */
export const SLOPE_MARGIN = 1e-6;

/** What kernels of finite slope share. */
export const finiteSlope: Pick<SphereKernel, 'infiniteSlopeAt' | 'slopeMargin'> = {
  infiniteSlopeAt: [],
  slopeMargin: 0,
};

/** The same for a slope that is infinite at the given ends. */
export function infiniteSlope(...ends: (-1 | 1)[]): Pick<SphereKernel, 'infiniteSlopeAt' | 'slopeMargin'> {
  return { infiniteSlopeAt: ends, slopeMargin: SLOPE_MARGIN };
}

/** `t` in `[-1, 1]`: the cosine of computed unit vectors may leave it by rounding. */
export function clampCosine(t: number): number {
  return Math.min(1, Math.max(-1, t));
}

/** `sqrt(1 - t^2)`, without cancellation near the ends. */
export function sine(t: number): number {
  return Math.sqrt((1 - t) * (1 + t));
}

/** Throws unless `value` is a finite number above `bound`; returns it. */
export function checkAbove(where: string, name: string, value: unknown, bound: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > bound) return value;
  throw new InvalidArgumentError(where, `${name} to be a finite number above ${bound}`, value);
}

/** Throws unless `degree` can be the degree of a series; returns it. */
export function checkDegree(where: string, degree: unknown): number {
  return checkNumber(where, 'degree', degree, { min: 0, max: 10_000, integer: true });
}
