import { PROFILE_ERROR, UNIT } from './interpolatedSeries.js';
import type { SeriesCoefficients } from './interpolatedSeries.js';

/** Points on the circle. */
const POINTS = 1024;

/**
 * Cosine coefficients of `kappa(cos x)` from {@link POINTS} equally spaced points, n below a quarter of them.
 *
 * Up to a positive factor they are the eigenvalues of the Gram matrix of these points, which is circulant. So a coefficient
 * below minus its bound, which holds rounding alone, proves that the kernel is positive definite on no sphere: every sphere
 * holds the circle.
 */
export function circleCoefficients(profile: (t: number) => number, degree: number): SeriesCoefficients {
  const cosines = Float64Array.from({ length: POINTS }, (_, j) => Math.cos((2 * Math.PI * j) / POINTS));
  cosines[0] = 1;
  cosines[POINTS / 2] = -1;
  const values = cosines.map((_, j) => profile(cosines[Math.min(j, POINTS - j)]!));
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0) / POINTS;
  const last = Math.min(degree, POINTS / 4 - 1);
  const coefficients = Float64Array.from({ length: last + 1 }, (_, n) => {
    const sum = values.reduce((total, value, j) => total + value * cosines[(j * n) % POINTS]!, 0);
    return ((n === 0 ? 1 : 2) / POINTS) * sum;
  });
  return { coefficients, errorBounds: coefficients.map(() => 2 * (PROFILE_ERROR + (POINTS + 4) * UNIT) * size) };
}
