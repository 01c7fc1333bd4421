import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Options of {@link mixingStrength}. */
export interface MixingStrengthOptions {
  /** Number of mixed points K, at least 1. */
  readonly points: number;
  /** Parameter of the symmetric Dirichlet distribution of the shares, above 0. */
  readonly alpha: number;
}

/** Options of {@link equalStrengthAlpha}: one of `alphaOfPair` and `strength`. */
export interface EqualStrengthOptions {
  /** Number of mixed points K, at least 2. */
  readonly points: number;
  /** The parameter of the mixup of two points that is to be matched, above 0. */
  readonly alphaOfPair?: number;
  /** The strength, above 0 and below `1 - 1/K`; see {@link mixingStrength}. */
  readonly strength?: number;
}

/**
 * How strongly a plan mixes: $`1 - E[sum_k l_k^2] = alpha (K - 1) / (K alpha + 1)`$, the chance that two looks into a mixture show
 * different points. It is 0 without mixing and `1 - 1/K` when all shares are equal.
 *
 * The standard deviation of a mixed feature is $`sqrt(1 - strength)`$ of the original one where the points are independent.
 *
 * @param options Number of points and Dirichlet parameter.
 * @returns The strength, in `[0, 1 - 1/K)`.
 * @throws InvalidArgumentError If a number is out of its range.
 * @example
 * ```ts
 * import { mixingStrength } from 'tfjs-longtail/mixup';
 * console.log(mixingStrength({ points: 2, alpha: 1 }).toFixed(4), mixingStrength({ points: 4, alpha: 1 })); // 0.3333 0.6
 * ```
 */
export function mixingStrength({ points, alpha }: MixingStrengthOptions): number {
  const where = 'mixingStrength';
  checkNumber(where, 'points', points, { min: 1, integer: true });
  checkAlpha(where, 'alpha', alpha);
  return (points - 1) / (points + 1 / alpha);
}

/**
 * The Dirichlet parameter with which K points mix as strongly as two do: at an equal parameter more points mix more.
 *
 * With `c = 1 - strength` it is $`(1 - c) / (K c - 1)`$: 1, 1/3, 1/5 and 1/7 for 2, 3, 4 and 5 points at the strength of
 * mixup with `alpha = 1`.
 *
 * @param options Number of points, and the strength or the parameter of the pair that has it.
 * @returns The parameter, above 0.
 * @throws InvalidArgumentError If a number is out of its range, or not exactly one of `alphaOfPair` and `strength` is given.
 * @example
 * ```ts
 * import { equalStrengthAlpha } from 'tfjs-longtail/mixup';
 * console.log(equalStrengthAlpha({ points: 4, alphaOfPair: 1 }).toFixed(2)); // 0.20
 * ```
 */
export function equalStrengthAlpha({ points, alphaOfPair, strength }: EqualStrengthOptions): number {
  const where = 'equalStrengthAlpha';
  checkNumber(where, 'points', points, { min: 2, integer: true });
  if ((alphaOfPair === undefined) === (strength === undefined)) {
    const got = strength === undefined ? 'neither' : 'both';
    throw new InvalidArgumentError(where, 'one of alphaOfPair and strength', got);
  }
  return alphaOfStrength(where, points, strength ?? pairStrength(where, alphaOfPair!));
}

function pairStrength(where: string, alpha: number): number {
  checkAlpha(where, 'alphaOfPair', alpha);
  return 1 / (2 + 1 / alpha);
}

/** The Dirichlet parameter of a strength. */
export function alphaOfStrength(where: string, points: number, strength: number): number {
  const limit = 1 - 1 / points;
  if (strength > 0 && strength < limit) return strength / (points * (limit - strength));
  const expected = `strength above 0 and below ${limit} for ${points} points`;
  throw new InvalidArgumentError(where, expected, strength, 'Equal shares have the strength 1 - 1 / points');
}

/** Throws unless a Dirichlet parameter is positive and finite. */
export function checkAlpha(where: string, name: string, alpha: number): void {
  if (alpha > 0 && alpha < Infinity) return;
  throw new InvalidArgumentError(where, `${name} to be positive and finite`, alpha);
}
