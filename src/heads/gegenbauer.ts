import { checkNumber } from '../core/index.js';
import { gaussGegenbauer, orthonormalAt, upwards } from './gaussGegenbauer.js';
import { PROFILE_ERROR, UNIT } from './interpolatedSeries.js';
import type { SeriesCoefficients } from './interpolatedSeries.js';
import { finiteProfile } from './powerCoefficients.js';
import { checkDegree } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of {@link gegenbauerCoefficients}. */
export interface GegenbauerOptions {
  /** $`d`$ of the sphere $`S^(d-1)`$ in $`R^d`$, an integer of at least 2. */
  readonly dimension: number;
  /** Degree of the last coefficient, an integer of at least 0. */
  readonly degree: number;
}

/**
 * Coefficients of $`kappa(t) = sum_n b_n C_n(t)`$ in the Gegenbauer polynomials of the sphere $`S^(d-1)`$.
 *
 * $`C_n = C_n^((d-2)/2)`$: Legendre polynomials for `d = 3`; for `d = 2` $`cos(n arccos t)`$. A kernel is positive definite on that
 * sphere if and only if every $`b_n >= 0`$. Polynomials are expanded exactly. Else by Gauss-Gegenbauer quadrature, whose error
 * bound is its rounding plus twice the larger of its differences to the rules of half and of a quarter of the nodes: it
 * holds where doubling the nodes at least halves the error, as for every smooth profile and for roots at the ends.
 *
 * @param kernel The kernel; its bracket terms are left out.
 * @param options `dimension` and `degree`.
 * @returns Coefficients and error bounds, `degree + 1` each.
 * @throws InvalidArgumentError If an option is out of range or a value of the profile is not finite.
 * @example
 * ```ts
 * import { gegenbauerCoefficients, sphereKernels } from 'tfjs-longtail/heads';
 * const { coefficients } = gegenbauerCoefficients(sphereKernels.polynomial({ degree: 2 }), { dimension: 3, degree: 2 });
 * console.log(Array.from(coefficients, (b) => b.toFixed(4))); // [ '0.3333', '0.0000', '0.6667' ]
 * ```
 * @see Schoenberg, "Positive definite functions on spheres", Duke Mathematical Journal 9, 1942, theorem 1.
 */
export function gegenbauerCoefficients(kernel: SphereKernel, options: GegenbauerOptions): SeriesCoefficients {
  const where = 'gegenbauerCoefficients';
  const dimension = checkNumber(where, 'dimension', options.dimension, { min: 2, max: 2 ** 31, integer: true });
  const degree = checkDegree(where, options.degree);
  const shares = Number.isFinite(kernel.seriesDegree)
    ? sharesOfPolynomial(kernel, dimension, degree)
    : sharesByQuadrature(finiteProfile(where, kernel), dimension, degree);
  const top = largestValues(dimension, degree);
  return {
    coefficients: shares.coefficients.map((value, n) => value / top[n]!),
    errorBounds: shares.errorBounds.map((value, n) => value / top[n]!),
  };
}

/** `C_n(1)`: `binomial(n + d - 3, n)`, and 1 on the circle. */
function largestValues(d: number, degree: number): Float64Array {
  const values = new Float64Array(degree + 1).fill(1);
  for (let n = 1; n <= degree && d > 2; n++) values[n] = (values[n - 1]! * (d - 3 + n)) / n;
  return values;
}

/** Coefficients of `c_n = C_n / C_n(1)` of a polynomial, by Horner's scheme on coefficients. */
function sharesOfPolynomial(kernel: SphereKernel, d: number, degree: number): SeriesCoefficients {
  const alpha = kernel.powerSeries(kernel.seriesDegree)!;
  const expand = (powers: Float64Array): Float64Array => {
    let shares = new Float64Array(powers.length);
    for (let m = powers.length - 1; m >= 0; m--) {
      shares = timesCosine(shares, d);
      shares[0]! += powers[m]!;
    }
    return shares;
  };
  const cut = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: degree + 1 }, (_, n) => values[n] ?? 0);
  const magnitudes = expand(alpha.map(Math.abs));
  return {
    coefficients: cut(expand(alpha)),
    errorBounds: cut(magnitudes.map((value) => 4 * (alpha.length + 1) * UNIT * value)),
  };
}

/** Coefficients of `t f` from those of `f`: the weights of `c_n` move to `c_(n+1)` and `c_(n-1)`. */
function timesCosine(shares: Float64Array, d: number): Float64Array<ArrayBuffer> {
  const moved = new Float64Array(shares.length);
  shares.forEach((share, n) => {
    const up = upwards(n, d);
    if (n + 1 < moved.length) moved[n + 1]! += up * share;
    if (n > 0) moved[n - 1]! += (1 - up) * share;
  });
  return moved;
}

function sharesByQuadrature(profile: (t: number) => number, d: number, degree: number): SeriesCoefficients {
  const size = Math.max(48, 2 * (degree + 1));
  const [coarse, middle, fine] = [1, 2, 4].map((factor) => project(profile, d, degree, factor * size));
  const errorBounds = fine!.errorBounds.map((rounding, n) => {
    const value = fine!.coefficients[n]!;
    const [far, near] = [coarse!, middle!].map(({ coefficients }) => Math.abs(coefficients[n]! - value));
    return rounding + 2 * Math.max(far!, near!);
  });
  return { coefficients: fine!.coefficients, errorBounds };
}

/** `p_n(1) sum_q w_q kappa(t_q) p_n(t_q)` with orthonormal `p_n`, and what rounding adds. */
function project(profile: (t: number) => number, d: number, degree: number, size: number): SeriesCoefficients {
  const { nodes, weights } = gaussGegenbauer(size, d);
  const top = orthonormalAt(1, degree, d);
  const coefficients = new Float64Array(degree + 1);
  const errorBounds = new Float64Array(degree + 1);
  nodes.forEach((t, q) => {
    const value = profile(t) * weights[q]!;
    orthonormalAt(t, degree, d).forEach((p, n) => {
      coefficients[n]! += value * p * top[n]!;
      errorBounds[n]! += Math.abs(value * p) * top[n]! * (PROFILE_ERROR + 2 * size * UNIT);
    });
  });
  return { coefficients, errorBounds };
}
