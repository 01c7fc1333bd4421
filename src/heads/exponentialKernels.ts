import { geodesicGaussianSeries, geodesicLaplacianSeries, laplacianSeries, poissonSeries } from './powerSeries.js';
import { checkAbove, checkDegree, clampCosine, finiteSlope, infiniteSlope, sine } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of the kernels that fall off exponentially. */
export interface BandwidthOptions {
  /** Inverse bandwidth, above 0. */
  readonly gamma: number;
}

const increasing = { positiveDefinite: true, increasing: true } as const;

/** `exp(-gamma ||u - v||^2)`. */
export function gaussian(options: BandwidthOptions): SphereKernel {
  const gamma = checkAbove('sphereKernels.gaussian', 'gamma', options.gamma, 0);
  const profile = (t: number): number => Math.exp(-2 * gamma * (1 - t));
  return {
    name: 'gaussian',
    parameters: { gamma },
    profile,
    derivative: (t) => 2 * gamma * profile(t),
    parameterDerivatives: (t) => ({ gamma: -2 * (1 - t) * profile(t) }),
    powerSeries: (degree) => poissonSeries(2 * gamma, checkDegree('powerSeries', degree)),
    seriesDegree: Infinity,
    ...finiteSlope,
    theory: increasing,
  };
}

/** `exp(-gamma ||u - v||)`. */
export function laplacian(options: BandwidthOptions): SphereKernel {
  const gamma = checkAbove('sphereKernels.laplacian', 'gamma', options.gamma, 0);
  const distance = (t: number): number => Math.sqrt(2 - 2 * clampCosine(t));
  const profile = (t: number): number => Math.exp(-gamma * distance(t));
  return {
    name: 'laplacian',
    parameters: { gamma },
    profile,
    derivative: (t) => (gamma * profile(t)) / distance(t),
    parameterDerivatives: (t) => ({ gamma: -distance(t) * profile(t) }),
    powerSeries: (degree) => laplacianSeries(gamma, checkDegree('powerSeries', degree)),
    seriesDegree: Infinity,
    ...infiniteSlope(1),
    theory: increasing,
  };
}

/** `exp(-gamma arccos t)`. */
export function geodesicLaplacian(options: BandwidthOptions): SphereKernel {
  const gamma = checkAbove('sphereKernels.geodesicLaplacian', 'gamma', options.gamma, 0);
  const angle = (t: number): number => Math.acos(clampCosine(t));
  const profile = (t: number): number => Math.exp(-gamma * angle(t));
  return {
    name: 'geodesic-laplacian',
    parameters: { gamma },
    profile,
    derivative: (t) => (gamma * profile(t)) / sine(clampCosine(t)),
    parameterDerivatives: (t) => ({ gamma: -angle(t) * profile(t) }),
    powerSeries: (degree) => geodesicLaplacianSeries(gamma, checkDegree('powerSeries', degree)),
    seriesDegree: Infinity,
    ...infiniteSlope(-1, 1),
    theory: increasing,
  };
}

/** `exp(-gamma arccos(t)^2)`; its cosine coefficients of large even degree are negative, whatever gamma. */
export function geodesicGaussian(options: BandwidthOptions): SphereKernel {
  const gamma = checkAbove('sphereKernels.geodesicGaussian', 'gamma', options.gamma, 0);
  const angle = (t: number): number => Math.acos(clampCosine(t));
  const profile = (t: number): number => Math.exp(-gamma * angle(t) ** 2);
  // arccos(t) / sin(arccos(t)) is 1 at t = 1, where both vanish.
  const angleOverSine = (t: number): number => (t >= 1 ? 1 : angle(t) / sine(clampCosine(t)));
  return {
    name: 'geodesic-gaussian',
    parameters: { gamma },
    profile,
    derivative: (t) => 2 * gamma * angleOverSine(t) * profile(t),
    parameterDerivatives: (t) => ({ gamma: -(angle(t) ** 2) * profile(t) }),
    powerSeries: (degree) => geodesicGaussianSeries(gamma, checkDegree('powerSeries', degree)).values,
    powerSeriesErrors: (degree) => geodesicGaussianSeries(gamma, checkDegree('powerSeries', degree)).errors,
    seriesDegree: Infinity,
    ...infiniteSlope(-1),
    theory: { positiveDefinite: false, increasing: true },
  };
}
