import { checkNumber, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { drawDirichlet } from './dirichlet.js';
import { alphaOfStrength, checkAlpha } from './equalStrength.js';

/** How the shares of the points are drawn. */
export interface ShareOptions {
  /** Parameter of the symmetric Dirichlet distribution of the shares, above 0. Default 1: uniform on the simplex. */
  readonly alpha?: number;
  /** Instead of `alpha`: how strongly the plan mixes, above 0 and below `1 - 1/K`; see `mixingStrength`. */
  readonly strength?: number;
  /**
   * `'dirichlet'` (default), or `{ zeta: gamma }` for the fixed shares of {@link zetaWeights}, the largest on the example
   * itself.
   */
  readonly weights?: 'dirichlet' | ZetaShares;
  /** Draw shares for each example; default false: one draw for the batch. */
  readonly perExample?: boolean;
  /** Sort the shares, so that the example itself has the largest. Default false. */
  readonly largestFirst?: boolean;
}

/** Shares that fall like a p-series. */
export interface ZetaShares {
  /** The exponent gamma, at least 0. Above 1.7287 the first share exceeds the sum of all others, for any K. */
  readonly zeta: number;
}

/**
 * The shares of zeta-mixup: $`l_i = i^-gamma / sum_j j^-gamma`$ for `i = 1..K`, largest first.
 *
 * @param points Number of points K, at least 1.
 * @param gamma The exponent, at least 0; 0 gives equal shares, the authors' default is 2.8.
 * @returns The shares, `[K]`; they sum to 1.
 * @throws InvalidArgumentError If a number is out of its range.
 * @example
 * ```ts
 * import { zetaWeights } from 'tfjs-longtail/mixup';
 * console.log(Array.from(zetaWeights(3, 2.8), (share) => share.toFixed(3)).join(' ')); // 0.841 0.121 0.039
 * ```
 * @see Abhishek et al., "Multi-sample zeta-mixup: richer, more realistic synthetic samples from a p-series interpolant", 2024.
 */
export function zetaWeights(points: number, gamma: number): Float64Array {
  checkNumber('zetaWeights', 'points', points, { min: 1, integer: true });
  checkNumber('zetaWeights', 'gamma', gamma, { min: 0 });
  const terms = Float64Array.from({ length: points }, (_, i) => (i + 1) ** -gamma);
  const total = terms.reduce((sum, term) => sum + term, 0);
  return terms.map((term) => term / total);
}

/** The shares of a plan: `[K]`, or `[K, B]` row by row. */
export function drawShares(
  where: string,
  random: RandomStream,
  points: number,
  batchSize: number,
  options: ShareOptions,
): Float32Array {
  const { weights = 'dirichlet', perExample = false, largestFirst = false } = options;
  if (weights !== 'dirichlet') return zetaShares(where, points, weights, options);
  const alpha = resolveAlpha(where, points, options);
  if (points === 1) return Float32Array.of(1);
  const columns = perExample ? batchSize : 1;
  const shares = new Float32Array(points * columns);
  for (let b = 0; b < columns; b++) {
    const drawn = drawDirichlet(random, points, alpha);
    if (largestFirst) drawn.sort((one, other) => other - one);
    for (let k = 0; k < points; k++) shares[k * columns + b] = drawn[k]!;
  }
  return shares;
}

function resolveAlpha(where: string, points: number, { alpha, strength }: ShareOptions): number {
  if (alpha !== undefined && strength !== undefined) {
    throw new InvalidArgumentError(where, 'one of alpha and strength', 'both');
  }
  if (strength !== undefined && points > 1) return alphaOfStrength(where, points, strength);
  const resolved = alpha ?? 1;
  checkAlpha(where, 'alpha', resolved);
  return resolved;
}

function zetaShares(where: string, points: number, weights: ZetaShares, options: ShareOptions): Float32Array {
  const { alpha, strength } = options;
  if (typeof weights?.zeta !== 'number') {
    throw new InvalidArgumentError(where, "weights to be 'dirichlet' or { zeta: gamma }", JSON.stringify(weights));
  }
  if (alpha !== undefined || strength !== undefined) {
    const got = `${alpha === undefined ? 'strength' : 'alpha'} as well`;
    throw new InvalidArgumentError(where, 'zeta shares, which are not drawn, alone', got);
  }
  checkNumber(where, 'weights.zeta', weights.zeta, { min: 0 });
  return Float32Array.from(zetaWeights(points, weights.zeta));
}
