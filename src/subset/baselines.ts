import { checkNumber, type RandomStream } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import { greedy } from './greedy.js';
import { guaranteeOf } from './guarantee.js';
import { modularObjective } from './modular.js';
import type { SelectionResult } from './result.js';
import { runSelection, startSelection } from './selection.js';
import { uniformMatroid } from './uniformMatroid.js';

/** Options of {@link randomSubset}. */
export interface RandomSubsetOptions {
  /** Items of the pool, n. */
  readonly size: number;
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Where the order comes from. */
  readonly random: RandomStream;
  /** Which sets are feasible; all where it is left out. */
  readonly constraint?: SubsetConstraint;
}

/** Options of {@link topUtility}. */
export interface TopUtilityOptions {
  /** Utility of each item, `[n]`: {@link marginUtility}, {@link entropyUtility} or {@link leastConfidenceUtility}. */
  readonly utility: ArrayLike<number>;
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Which sets are feasible; all where it is left out. */
  readonly constraint?: SubsetConstraint;
}

/**
 * Items at random, without replacement; those that a constraint refuses are passed over.
 *
 * @param options See {@link RandomSubsetOptions}.
 * @returns The selection in random order; gains and value are 0.
 * @throws InvalidArgumentError If the size or the budget is not an integer of at least 0, or the constraint is for another number of items.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { randomSubset } from 'tfjs-longtail/subset';
 * console.log(randomSubset({ size: 10, budget: 3, random: randomStream(1) }).items.length); // 3
 * ```
 */
export function randomSubset({ size, budget, random, constraint }: RandomSubsetOptions): SelectionResult {
  const where = 'randomSubset';
  checkNumber(where, 'size', size, { min: 0, integer: true });
  checkNumber(where, 'budget', budget, { min: 0, integer: true });
  const allowed = constraint ?? uniformMatroid({ capacity: budget });
  const order = random.permutation(size);
  const objective = modularObjective({ utility: new Float64Array(size) });
  const selection = startSelection(where, objective, allowed, { budget, candidates: order, stopAtNegative: false });
  let at = 0;
  const next = (): number => {
    for (; at < size; at++) if (selection.allowed.canAdd(order[at]!)) return order[at++]!;
    return -1;
  };
  const guarantee = guaranteeOf(
    { kind: 'heuristic', name: 'a random selection' },
    objective.properties,
    allowed.structure,
  );
  return { ...runSelection(selection, { next, selected: () => undefined }, {}), guarantee };
}

/**
 * The items of largest utility; of those that tie, the lowest index. Selection by margin, by entropy and by least confidence are this with
 * the utility of that name.
 *
 * Its value is the sum of utilities, and greatest possible under a budget or one matroid, where none of them is negative; the guarantee says
 * so, and says nothing of diversity.
 *
 * @param options See {@link TopUtilityOptions}.
 * @returns The selection, highest utility first.
 * @throws InvalidArgumentError If a utility is not finite, the budget is not an integer of at least 0, or the constraint is for another
 * number of items.
 * @example
 * ```ts
 * import { marginUtility, topUtility } from 'tfjs-longtail/subset';
 * const utility = marginUtility([0.5, 0.5, 1, 0, 0.75, 0.25], { numClasses: 2 });
 * console.log(topUtility({ utility, budget: 2 }).items); // Int32Array(2) [ 0, 2 ]
 * ```
 * @see Settles, "Active Learning Literature Survey", 2009, section 3.1.
 */
export function topUtility({ utility, budget, constraint }: TopUtilityOptions): SelectionResult {
  checkNumber('topUtility', 'budget', budget, { min: 0, integer: true });
  return greedy(modularObjective({ utility }), constraint ?? uniformMatroid({ capacity: budget }), { budget });
}
