import { InvalidArgumentError } from '../core/index.js';
import { interpolatedSeries } from './interpolatedSeries.js';
import type { SeriesCoefficients } from './interpolatedSeries.js';
import { checkDegree } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/**
 * Coefficients of $`kappa(t) = sum_m alpha_m t^m`$ with bounds of their errors, for any kernel.
 *
 * Closed forms where the kernel has them; else a Chebyshev interpolant on `[-1/2, 1/2]`. Its bounds hold for every profile
 * that is positive definite on all spheres and evaluated to 16 roundings (such a profile is analytic in the unit disc, with
 * `|kappa(z)| <= kappa(1)` there), so a coefficient below minus its bound refutes that. They grow fast with the degree, from
 * about 1e-13 $`kappa(1)`$ at degree 0 to 1e-6 at degree 6, and are infinite for a profile with a kink.
 *
 * @param kernel The kernel.
 * @param options `degree` of the last coefficient, an integer of at least 0.
 * @returns Coefficients and error bounds, `degree + 1` each; bracket terms are left out.
 * @throws InvalidArgumentError If the degree is out of range or a value of the profile is not finite.
 * @example
 * ```ts
 * import { powerCoefficients, sphereKernels } from 'tfjs-longtail/heads';
 * const kernel = sphereKernels.custom({ profile: (t) => 1 / (2 - t), derivative: (t) => (2 - t) ** -2 });
 * const { coefficients } = powerCoefficients(kernel, { degree: 2 });
 * console.log(Array.from(coefficients, (alpha) => alpha.toFixed(6))); // [ '0.500000', '0.250000', '0.125000' ]
 * ```
 * @see Gneiting, "Strictly and non-strictly positive definite functions on spheres", Bernoulli 19, 2013, theorem 1.
 */
export function powerCoefficients(kernel: SphereKernel, options: { readonly degree: number }): SeriesCoefficients {
  const degree = checkDegree('powerCoefficients', options.degree);
  const coefficients = kernel.powerSeries(degree);
  if (coefficients === null) return interpolatedSeries(finiteProfile('powerCoefficients', kernel), degree);
  const errorBounds =
    kernel.powerSeriesErrors?.(degree) ?? coefficients.map((value, m) => 1e-15 * (m + 1) * Math.abs(value));
  return { coefficients, errorBounds };
}

/** The profile, which throws where its value is not a finite number. */
export function finiteProfile(where: string, kernel: SphereKernel): (t: number) => number {
  return (t) => {
    const value: unknown = kernel.profile(t);
    if (Number.isFinite(value)) return value as number;
    throw new InvalidArgumentError(where, `a finite profile at t = ${t}`, value);
  };
}
