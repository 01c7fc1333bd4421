import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { BindingCap, SubsetConstraint } from './constraint.js';
import { CountingMatroid, type GroupForest } from './countingMatroid.js';
import { Intersection } from './intersection.js';
import { Knapsack } from './knapsack.js';
import { FlowNetwork } from './maximumFlow.js';

/** How far a budget can be met, and what stands in the way. */
export interface Feasibility {
  /** Items asked for, k. */
  readonly budget: number;
  /** Items of the largest feasible set within the budget; where not {@link Feasibility.exact}, no set has more. */
  readonly maximum: number;
  /** Whether {@link Feasibility.maximum} is reached by some set, or an upper bound. */
  readonly exact: boolean;
  /** Caps that are full: of the selection, or of one that cannot grow where none is given. */
  readonly binding: readonly BindingCap[];
  /** Why fewer items than the budget are selected, or can be, in words. */
  readonly because: string;
}

/**
 * How many items a constraint allows within a budget, and why a selection has no more.
 *
 * Exact for one matroid (all its maximal sets have one size), for two matroids that count, such as class and boundary caps (a maximum
 * flow), for a knapsack, and wherever a set that cannot grow meets the bound; an upper bound for anything else.
 *
 * @param constraint The constraint.
 * @param budget Items to select, k, an integer of at least 0.
 * @param selection Items that were selected.
 * @returns See {@link Feasibility}.
 * @throws InvalidArgumentError If the budget is not an integer of at least 0, or the selection is not feasible.
 * @example
 * ```ts
 * import { feasibilityOf, partitionMatroid } from 'tfjs-longtail/subset';
 * const constraint = partitionMatroid({ parts: [0, 0, 0, 1], capacities: 1, names: ['class cat', 'class dog'] });
 * console.log(feasibilityOf(constraint, 3).because);
 * // the constraint admits 2 of 3 items: class cat (1 of 3 items) is full
 * ```
 */
export function feasibilityOf(
  constraint: SubsetConstraint,
  budget: number,
  selection?: ArrayLike<number>,
): Feasibility {
  checkNumber('feasibilityOf', 'budget', budget, { min: 0, integer: true });
  const grown = grow(constraint, budget, []);
  const bound = Math.min(budget, upperBound(constraint, budget));
  const exact = isExact(constraint) || grown.length >= bound;
  const maximum = constraint.structure.kind === 'matroid' ? grown.length : bound;
  const shown = selection === undefined ? grown : Array.from(selection);
  const binding = constraint.binding(shown);
  const left = selection === undefined ? 0 : grow(constraint, budget, shown).length - shown.length;
  const base = { budget, maximum, exact, binding };
  return { ...base, because: reasonOf(base, selection === undefined ? null : { count: shown.length, left }) };
}

/** The items, and then each next one that still fits, up to the budget. */
function grow(constraint: SubsetConstraint, budget: number, items: readonly number[]): number[] {
  const state = constraint.start();
  for (const item of items) {
    if (!state.canAdd(item)) {
      throw new InvalidArgumentError(
        'feasibilityOf',
        'a feasible selection',
        `item ${item}, which ${constraint.name} refuses`,
      );
    }
    state.add(item);
  }
  const grown = [...items];
  const size = constraint.size ?? budget + items.length; // without a size any item will do
  for (let item = 0; item < size && grown.length < budget; item++) {
    if (!state.canAdd(item)) continue;
    state.add(item);
    grown.push(item);
  }
  return grown;
}

function isExact(constraint: SubsetConstraint): boolean {
  return constraint.structure.kind === 'matroid' || constraint instanceof Knapsack || countingPair(constraint) !== null;
}

/** No feasible set has more items. */
function upperBound(constraint: SubsetConstraint, budget: number): number {
  if (constraint instanceof Knapsack) return cheapest(constraint);
  const pair = countingPair(constraint);
  if (pair !== null) return largestCommonSet(pair[0].forest, pair[1].forest);
  if (constraint instanceof Intersection) {
    return Math.min(...constraint.parts.map((part) => upperBound(part, budget)));
  }
  return constraint.structure.kind === 'matroid' ? grow(constraint, budget, []).length : (constraint.size ?? budget);
}

/** Items that fit when the cheapest go first. */
function cheapest(constraint: Knapsack): number {
  const order = [...constraint.costs.keys()].sort((a, b) => constraint.costs[a]! - constraint.costs[b]!);
  const state = constraint.start();
  for (const item of order) if (state.canAdd(item)) state.add(item);
  return state.count;
}

function countingPair(constraint: SubsetConstraint): readonly [CountingMatroid, CountingMatroid] | null {
  const [first, second, third] = constraint.matroids;
  if (!(first instanceof CountingMatroid && second instanceof CountingMatroid)) return null;
  return third === undefined ? [first, second] : null;
}

/** The largest set that two forests of caps allow: a flow down the one, through the items, up the other. */
function largestCommonSet(first: GroupForest, second: GroupForest): number {
  const n = first.group.length;
  const [source, firstRoot] = [0, 1];
  const secondRoot = firstRoot + first.names.length + 1;
  const sink = secondRoot + second.names.length + 1;
  const network = new FlowNetwork(sink + 1);
  network.connect(source, firstRoot, n);
  network.connect(secondRoot, sink, n);
  // Group g of a forest is node root + 1 + g, and -1, which caps nothing, is the root.
  first.parent.forEach((up, group) =>
    network.connect(firstRoot + 1 + up, firstRoot + 1 + group, first.capacities[group]!),
  );
  second.parent.forEach((up, group) =>
    network.connect(secondRoot + 1 + group, secondRoot + 1 + up, second.capacities[group]!),
  );
  const cells = new Map<number, number>();
  for (let item = 0; item < n; item++) {
    const cell = (first.group[item]! + 1) * (second.names.length + 1) + second.group[item]! + 1;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  for (const [cell, count] of cells) {
    const [down, up] = [Math.floor(cell / (second.names.length + 1)), cell % (second.names.length + 1)];
    network.connect(firstRoot + down, secondRoot + up, count);
  }
  return network.maximumFlow(source, sink);
}

function reasonOf(
  { budget, maximum, exact, binding }: Omit<Feasibility, 'because'>,
  selection: { readonly count: number; readonly left: number } | null,
): string {
  const held = binding.length === 0 ? 'no more items' : heldBy(binding);
  const most = exact ? `${maximum}` : `at most ${maximum}`;
  if (selection === null || (selection.count === maximum && maximum < budget)) {
    if (maximum < budget) return `the constraint admits ${most} of ${budget} items: ${held}`;
    return exact
      ? `the budget of ${budget} can be met`
      : `no cap rules out the budget of ${budget}, and whether some set meets it is not known`;
  }
  const { count, left } = selection;
  if (count >= budget) return `the budget of ${budget} is met`;
  if (left > 0) return `the selection stopped at ${count} of ${budget} items with room for ${left} more`;
  const others = exact ? `others have ${maximum}` : `whether others have up to ${maximum} is not known`;
  return `the selection cannot grow past ${count} of ${budget} items, and ${others}: ${held}`;
}

/** The first few caps in words. */
function heldBy(binding: readonly BindingCap[]): string {
  const shown = binding.slice(0, 3).map(({ name, capacity, items }) => `${name} (${capacity} of ${items} items)`);
  const more = binding.length > 3 ? ` and ${binding.length - 3} more` : '';
  return `${shown.join(', ')}${more} ${binding.length > 1 ? 'are' : 'is'} full`;
}
