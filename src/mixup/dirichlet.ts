import type { RandomStream } from '../core/index.js';

/** Below this shape a point of the simplex is a corner in every digit, and `log u / shape` would overflow further down. */
const SMALLEST_SHAPE = 1e-300;

/**
 * A point of the simplex, distributed by the symmetric Dirichlet distribution of `count` parts; exact for every
 * `alpha > 0`: gamma variates of a small shape underflow, their logarithms do not.
 */
export function drawDirichlet(random: RandomStream, count: number, alpha: number): Float64Array {
  const logs = Float64Array.from({ length: count }, () => drawLogGamma(random, Math.max(alpha, SMALLEST_SHAPE)));
  const largest = Math.max(...logs);
  const parts = logs.map((value) => Math.exp(value - largest));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/**
 * The logarithm of a gamma variate of scale 1.
 *
 * Below shape 1 it is a variate of shape + 1 times `u^(1 / shape)`.
 *
 * @see Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
 */
export function drawLogGamma(random: RandomStream, shape: number): number {
  // 1 - u, because u may be 0.
  const boost = shape < 1 ? Math.log(1 - random.uniform()) / shape : 0;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return Math.log(d * v) + boost;
  }
}
