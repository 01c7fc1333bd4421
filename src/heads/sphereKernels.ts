import { arcCosine, inverseMultiquadric, linear, polynomial, rational, sigmoid } from './algebraicKernels.js';
import type { InverseMultiquadricOptions, PolynomialOptions, RationalOptions } from './algebraicKernels.js';
import { gaussian, geodesicGaussian, geodesicLaplacian, laplacian } from './exponentialKernels.js';
import type { BandwidthOptions } from './exponentialKernels.js';
import { custom, powerSeries } from './powerSeriesKernel.js';
import type { CustomOptions, PowerSeriesOptions } from './powerSeriesKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** What {@link sphereKernels} makes kernels with; every function throws InvalidArgumentError for a parameter out of range. */
export interface SphereKernels {
  /** `t`: the cosine itself. Positive definite. */
  linear(): SphereKernel;
  /** $`(t + offset)^degree`$. Positive definite. */
  polynomial(options: PolynomialOptions): SphereKernel;
  /** $`exp(-gamma ||u - v||^2) = exp(-2 gamma (1 - t))`$, the RBF on chordal distances. Positive definite. */
  gaussian(options: BandwidthOptions): SphereKernel;
  /** $`exp(-gamma ||u - v||) = exp(-gamma sqrt(2 - 2t))`$. Positive definite; infinite slope at 1. */
  laplacian(options: BandwidthOptions): SphereKernel;
  /** $`exp(-gamma arccos t)`$. Positive definite; infinite slope at -1 and 1. */
  geodesicLaplacian(options: BandwidthOptions): SphereKernel;
  /** $`exp(-gamma arccos(t)^2)`$. Not positive definite, on no sphere; infinite slope at -1. */
  geodesicGaussian(options: BandwidthOptions): SphereKernel;
  /** $`(1 + c ||u - v||^2)^(-1/2) = (1 + 2c (1 - t))^(-1/2)`$. Positive definite. */
  inverseMultiquadric(options: InverseMultiquadricOptions): SphereKernel;
  /** $`1 / (a - t)`$: every power of the cosine. Positive definite. */
  rational(options: RationalOptions): SphereKernel;
  /** $`1 - arccos(t) / pi`$, of order 0. Positive definite; infinite slope at -1 and 1. */
  arcCosine(): SphereKernel;
  /** `tanh t`. Not positive definite, on no sphere. */
  sigmoid(): SphereKernel;
  /** $`sum_m coefficients[m] t^m`$ and the bracket terms. Positive definite as long as no factor is negative. */
  powerSeries(coefficients: ArrayLike<number>, options?: PowerSeriesOptions): SphereKernel;
  /** A profile of your own. {@link positiveDefiniteness} examines it. */
  custom(options: CustomOptions): SphereKernel;
}

/**
 * Kernels on the unit sphere that depend on the cosine alone, `k(u, v) = kappa(<u, v>)` with $`||u|| = ||v|| = 1`$.
 *
 * @example
 * ```ts
 * import { sphereKernels } from 'tfjs-longtail/heads';
 * const kernel = sphereKernels.gaussian({ gamma: 0.5 });
 * console.log([1, 0, -1].map((t) => kernel.profile(t).toFixed(4))); // [ '1.0000', '0.3679', '0.1353' ]
 * ```
 * @see Jayasumana et al., "Kernelized classification in deep networks", arXiv 2012.09607; Schoenberg, "Positive definite
 *   functions on spheres", Duke Mathematical Journal 9, 1942.
 */
export const sphereKernels: SphereKernels = {
  linear,
  polynomial,
  gaussian,
  laplacian,
  geodesicLaplacian,
  geodesicGaussian,
  inverseMultiquadric,
  rational,
  arcCosine,
  sigmoid,
  powerSeries,
  custom,
};
