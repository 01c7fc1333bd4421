import { InvalidArgumentError } from '../core/index.js';
import { clampCosine } from './sphereKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/**
 * Gram matrix of points on the sphere: $`K_ij = kappa(<x_i, x_j>)`$, the points divided by their lengths first.
 *
 * No matrix of a positive definite kernel has a negative eigenvalue; one negative eigenvalue proves that a kernel is not, many
 * non-negative ones prove nothing.
 *
 * @param kernel The kernel.
 * @param points $`n`$ points of one dimension, none of them 0.
 * @returns The symmetric matrix `[n, n]` in float64, row by row.
 * @throws InvalidArgumentError If there is no point, the points differ in dimension, or one is 0 or not finite.
 * @example
 * ```ts
 * import { gramMatrix, sphereKernels } from 'tfjs-longtail/heads';
 * console.log(gramMatrix(sphereKernels.polynomial({ degree: 2 }), [[1, 0], [1, 1]]).map((k) => Number(k.toFixed(4)))); // Float64Array(4) [ 1, 0.5, 0.5, 1 ]
 * ```
 */
export function gramMatrix(kernel: SphereKernel, points: ArrayLike<ArrayLike<number>>): Float64Array {
  const count = points.length;
  if (count === 0) throw new InvalidArgumentError('gramMatrix', 'at least one point', 'none');
  const units = Array.from(points, (point, i) => unitVector(point, i, points[0]!.length));
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const cosine = i === j ? 1 : clampCosine(dot(units[i]!, units[j]!));
      matrix[i * count + j] = matrix[j * count + i] = kernel.profile(cosine);
    }
  }
  return matrix;
}

function unitVector(point: ArrayLike<number>, i: number, dimension: number): number[] {
  if (point.length !== dimension)
    throw new InvalidArgumentError('gramMatrix', `point ${i} of dimension ${dimension}, as the first`, point.length);
  const length = Math.hypot(...Array.from(point));
  if (length > 0 && Number.isFinite(length)) return Array.from(point, (value) => value / length);
  throw new InvalidArgumentError('gramMatrix', `point ${i} to have a direction`, `a length of ${length}`);
}

function dot(u: readonly number[], v: readonly number[]): number {
  return u.reduce((sum, value, k) => sum + value * v[k]!, 0);
}
