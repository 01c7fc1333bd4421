import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { groupCaps, type CapRule } from './caps.js';
import type { SubsetConstraint } from './constraint.js';
import { CountingMatroid, withBudget } from './countingMatroid.js';
import { intersection } from './intersection.js';
import { partitionMatroid } from './partitionMatroid.js';
import type { ItemParts } from './parts.js';
import { truncation } from './truncation.js';
import { uniformMatroid } from './uniformMatroid.js';

/** Options of {@link balancedConstraint}. */
export interface BalancedConstraintOptions {
  /** Items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Classes to balance over, as {@link classParts} gives them. */
  readonly classes?: ItemParts;
  /** Decision boundaries to balance over, as {@link boundaryParts} gives them. */
  readonly boundaries?: ItemParts;
  /** Caps of the classes (default `'water-level'`). */
  readonly classCaps?: CapRule;
  /** Caps of the boundaries (default `'water-level'`). */
  readonly boundaryCaps?: CapRule;
}

/**
 * Caps on classes, on decision boundaries or on both, with the budget: as few matroids as will do.
 *
 * | balanced over | constraint | greedy's factor |
 * |---|---|---|
 * | nothing | budget alone | `1 - 1/e` |
 * | classes, or boundaries | one partition matroid, cut at the budget | `1/2` |
 * | both, boundaries within classes (ordered) | one laminar matroid | `1/2` |
 * | both, boundaries across classes (unordered) | intersection of two matroids | `1/3`, and greedy may stop short of the budget |
 *
 * @param options See {@link BalancedConstraintOptions}.
 * @returns The constraint, with the budget in it.
 * @throws InvalidArgumentError If the budget or a cap is not an integer of at least 0, or the parts are of different pools.
 * @example
 * ```ts
 * import { balancedConstraint, boundaryParts, classParts } from 'tfjs-longtail/subset';
 * const best = { best: [0, 0, 1, 1], second: [1, 2, 0, 2] };
 * const constraint = balancedConstraint({
 *   budget: 2,
 *   classes: classParts(best, { numClasses: 3 }),
 *   boundaries: boundaryParts(best, { numClasses: 3, ordered: true }),
 * });
 * console.log(constraint.name); // laminar matroid cut at 2
 * ```
 * @see Ramalingam et al., arXiv 2104.12835.
 */
export function balancedConstraint(options: BalancedConstraintOptions): SubsetConstraint {
  const { budget, classes, boundaries, classCaps = 'water-level', boundaryCaps = 'water-level' } = options;
  checkNumber('balancedConstraint', 'budget', budget, { min: 0, integer: true });
  const one = (of: ItemParts, rule: CapRule): SubsetConstraint =>
    truncation(partitionMatroid({ ...of, capacities: groupCaps(rule, of.counts, budget).capacities }), budget);
  if (classes === undefined || boundaries === undefined) {
    if (classes !== undefined) return one(classes, classCaps);
    return boundaries === undefined ? uniformMatroid({ capacity: budget }) : one(boundaries, boundaryCaps);
  }
  if (classes.parts.length !== boundaries.parts.length) {
    const got = `${classes.parts.length} and ${boundaries.parts.length}`;
    throw new InvalidArgumentError('balancedConstraint', 'classes and boundaries of the same items', got);
  }
  const around = classOfEach(boundaries, classes);
  if (around === null) return intersection(one(classes, classCaps), one(boundaries, boundaryCaps));
  const capacities = [
    ...groupCaps(classCaps, classes.counts, budget).capacities,
    ...groupCaps(boundaryCaps, boundaries.counts, budget).capacities,
  ];
  return withBudget(nested(classes, boundaries, around, Int32Array.from(capacities)), budget);
}

/** Classes first, boundaries after them. */
function nested(
  classes: ItemParts,
  boundaries: ItemParts,
  around: Int32Array,
  capacities: Int32Array,
): CountingMatroid {
  const offset = classes.names.length;
  return new CountingMatroid('laminar matroid', {
    group: boundaries.parts.map((part) => part + offset),
    parent: Int32Array.from([...new Int32Array(offset).fill(-1), ...around]),
    capacities,
    names: [...classes.names, ...boundaries.names],
  });
}

/** The class that each boundary lies within, or `null` where one does not. */
function classOfEach(boundaries: ItemParts, classes: ItemParts): Int32Array | null {
  const around = new Int32Array(boundaries.names.length).fill(-1);
  for (let item = 0; item < classes.parts.length; item++) {
    const [inner, outer] = [boundaries.parts[item]!, classes.parts[item]!];
    if (around[inner] === -1) around[inner] = outer;
    else if (around[inner] !== outer) return null;
  }
  return around;
}
