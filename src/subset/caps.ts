import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** How caps are made: the same share for every group, a level to which groups fill, one number for all, or one a group. */
export type CapRule = 'uniform' | 'water-level' | number | ArrayLike<number>;

/** Caps on groups of items, and what they allow. */
export interface GroupCaps {
  /** Most items of each group, `[groups]`. */
  readonly capacities: Int32Array;
  /** Most items that all groups together give, $`sum_c min(n_c, cap_c)`$, when no other constraint holds them back. */
  readonly feasible: number;
  /** Items of the budget that no group gives. */
  readonly shortfall: number;
  /** Groups with no more items than their cap: they may be used up. */
  readonly exhausted: number;
}

/**
 * The same cap for every group: its share of the budget, rounded up.
 *
 * $`cap = ceil(k / C)`$
 *
 * On a skewed pool small groups cannot fill theirs, so that the budget is out of reach: see {@link waterLevelCaps}.
 *
 * @param counts Items of each group, `[C]`, integers of at least 0.
 * @param budget Items to select in all, k, an integer of at least 0.
 * @returns The caps and what they allow.
 * @throws InvalidArgumentError If a count or the budget is not an integer of at least 0.
 * @example
 * ```ts
 * import { uniformCaps } from 'tfjs-longtail/subset';
 * const { capacities, shortfall } = uniformCaps([90, 9, 1], 30);
 * console.log(capacities, shortfall); // Int32Array(3) [ 10, 10, 10 ] 10: 10 each; 10 of the 30 cannot be had
 * ```
 */
export function uniformCaps(counts: ArrayLike<number>, budget: number): GroupCaps {
  checkCounts('uniformCaps', counts, budget);
  const cap = counts.length === 0 ? 0 : Math.ceil(budget / counts.length);
  return summary(counts, new Int32Array(counts.length).fill(cap), budget);
}

/**
 * The smallest cap, the same for every group, that leaves the budget within reach; small groups are used up and large ones share the rest.
 *
 * $`cap = min { t : sum_c min(n_c, t) >= k }`$
 *
 * @param counts Items of each group, `[C]`, integers of at least 0.
 * @param budget Items to select in all, k, an integer of at least 0; where there are fewer items, the cap is the largest group.
 * @returns The caps and what they allow.
 * @throws InvalidArgumentError If a count or the budget is not an integer of at least 0.
 * @example
 * ```ts
 * import { waterLevelCaps } from 'tfjs-longtail/subset';
 * const { capacities, shortfall } = waterLevelCaps([90, 9, 1], 30);
 * console.log(capacities, shortfall); // Int32Array(3) [ 20, 20, 20 ] 0: 20 each; 0
 * ```
 */
export function waterLevelCaps(counts: ArrayLike<number>, budget: number): GroupCaps {
  checkCounts('waterLevelCaps', counts, budget);
  let [low, high] = [0, 0];
  for (let group = 0; group < counts.length; group++) high = Math.max(high, counts[group]!);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (filledTo(counts, middle) >= budget) high = middle;
    else low = middle + 1;
  }
  return summary(counts, new Int32Array(counts.length).fill(low), budget);
}

/**
 * Caps by a rule: see {@link CapRule}.
 *
 * @param rule `'uniform'`, `'water-level'`, one number for all groups or one a group `[C]`, integers of at least 0.
 * @param counts Items of each group, `[C]`, integers of at least 0.
 * @param budget Items to select in all, k, an integer of at least 0.
 * @returns The caps and what they allow.
 * @throws InvalidArgumentError If a count, a cap or the budget is not an integer of at least 0, or there is not one cap a group.
 * @example
 * ```ts
 * import { groupCaps } from 'tfjs-longtail/subset';
 * console.log(groupCaps([5, 40, 20], [90, 9, 1], 30).feasible); // 15
 * ```
 */
export function groupCaps(rule: CapRule, counts: ArrayLike<number>, budget: number): GroupCaps {
  if (rule === 'uniform') return uniformCaps(counts, budget);
  if (rule === 'water-level') return waterLevelCaps(counts, budget);
  const where = 'groupCaps';
  checkCounts(where, counts, budget);
  if (typeof rule !== 'number' && (typeof rule === 'string' || rule.length !== counts.length)) {
    const got = typeof rule === 'string' ? `"${rule}"` : `${rule.length} caps`;
    throw new InvalidArgumentError(
      where,
      `"uniform", "water-level", one cap or one for each of ${counts.length} groups`,
      got,
    );
  }
  const capacities = Int32Array.from(counts, (_, group) => {
    const cap = typeof rule === 'number' ? rule : rule[group];
    return checkNumber(where, typeof rule === 'number' ? 'the cap' : `caps[${group}]`, cap, { min: 0, integer: true });
  });
  return summary(counts, capacities, budget);
}

function summary(counts: ArrayLike<number>, capacities: Int32Array, budget: number): GroupCaps {
  let [feasible, exhausted] = [0, 0];
  for (let group = 0; group < counts.length; group++) {
    feasible += Math.min(counts[group]!, capacities[group]!);
    if (counts[group]! <= capacities[group]!) exhausted++;
  }
  return { capacities, feasible, shortfall: Math.max(0, budget - feasible), exhausted };
}

/** Items below a level in all groups together. */
function filledTo(counts: ArrayLike<number>, level: number): number {
  let sum = 0;
  for (let group = 0; group < counts.length; group++) sum += Math.min(counts[group]!, level);
  return sum;
}

function checkCounts(where: string, counts: ArrayLike<number>, budget: number): void {
  checkNumber(where, 'budget', budget, { min: 0, integer: true });
  for (let group = 0; group < counts.length; group++) {
    checkNumber(where, `counts[${group}]`, counts[group], { min: 0, integer: true });
  }
}
