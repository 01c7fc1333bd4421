import type { RandomStream } from '../../src/core/index.js';
import type { ConstraintState, ObjectiveState, SubsetConstraint, SubsetObjective } from '../../src/subset/index.js';

// Everything here works by enumeration: a set of at most 14 items is a bit mask, and a set function is a table of 2^n values.

/** Rounding of sums of a few dozen float64 numbers of order 1. */
export const rounding = 1e-9;

/** Items of a mask, ascending. */
export function itemsOf(mask: number): number[] {
  const items: number[] = [];
  for (let rest = mask, item = 0; rest !== 0; rest >>>= 1, item++) if (rest & 1) items.push(item);
  return items;
}

/** Mask of items. */
export function maskOf(items: Iterable<number>): number {
  let mask = 0;
  for (const item of items) mask |= 1 << item;
  return mask;
}

/** Number of items of a mask. */
export function sizeOf(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** `f(S)` of items added one by one. */
export function valueOf(objective: SubsetObjective, items: Iterable<number>): number {
  const state = objective.start();
  for (const item of items) state.add(item);
  return state.value;
}

/** `f` of every subset, by its mask. */
export function valueTable(objective: SubsetObjective): Float64Array {
  const table = new Float64Array(2 ** objective.size);
  const visit = (state: ObjectiveState, mask: number, from: number): void => {
    table[mask] = state.value;
    for (let item = from; item < objective.size; item++) {
      const next = state.clone();
      next.add(item);
      visit(next, mask | (1 << item), item + 1);
    }
  };
  visit(objective.start(), 0, 0);
  return table;
}

/** Whether `f(S + i) >= f(S)` everywhere. */
export function isMonotone(objective: SubsetObjective, tolerance = rounding): boolean {
  const table = valueTable(objective);
  return table.every((value, mask) =>
    range(objective.size).every((item) => table[mask | (1 << item)]! >= value - tolerance),
  );
}

/** Whether `f(S + i) + f(S + j) >= f(S + i + j) + f(S)` everywhere. */
export function isSubmodular(objective: SubsetObjective, tolerance = rounding): boolean {
  const table = valueTable(objective);
  const n = objective.size;
  for (let mask = 0; mask < table.length; mask++) {
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        if (mask & ((1 << i) | (1 << j))) continue;
        const apart = table[mask | (1 << i)]! + table[mask | (1 << j)]!;
        if (apart < table[mask | (1 << i) | (1 << j)]! + table[mask]! - tolerance) return false;
      }
    }
  }
  return true;
}

/** Whether every gain is the difference of two values, in every state that adding in ascending order reaches. */
export function gainsAgree(objective: SubsetObjective, tolerance = rounding): boolean {
  const table = valueTable(objective);
  return table.every((value, mask) => {
    const state = objective.start();
    for (const item of itemsOf(mask)) state.add(item);
    return range(objective.size).every(
      (item) => Math.abs(state.gain(item) - (table[mask | (1 << item)]! - value)) <= tolerance,
    );
  });
}

/** The state of a constraint after items, or `null` where one of them is refused. */
export function grown(constraint: SubsetConstraint, items: Iterable<number>): ConstraintState | null {
  const state = constraint.start();
  for (const item of items) {
    if (!state.canAdd(item)) return null;
    state.add(item);
  }
  return state;
}

/** Which subsets of `0 .. size - 1` are feasible, by mask: 1 or 0. */
export function feasibleTable(constraint: SubsetConstraint, size: number): Uint8Array {
  return Uint8Array.from({ length: 2 ** size }, (_, mask) => (grown(constraint, itemsOf(mask)) ? 1 : 0));
}

/** Whether every subset of a feasible set is feasible, the empty one included. */
export function isDownwardClosed(table: Uint8Array): boolean {
  return table[0] === 1 && table.every((yes, mask) => !yes || itemsOf(mask).every((item) => table[mask ^ (1 << item)]));
}

/** The first `[A, B]` of feasible sets with `|A| < |B|` and no item of B that A may take, or `null`: then it is a matroid. */
export function exchangeViolation(table: Uint8Array): readonly [number, number] | null {
  const feasible = range(table.length).filter((mask) => table[mask]);
  for (const small of feasible) {
    for (const large of feasible) {
      if (sizeOf(large) !== sizeOf(small) + 1) continue; // a larger one has subsets of that size
      if (!itemsOf(large & ~small).some((item) => table[small | (1 << item)])) return [small, large];
    }
  }
  return null;
}

/** Whether a constraint on `size` items is a matroid, by its three axioms. */
export function exchangeHolds(constraint: SubsetConstraint, size: number): boolean {
  const table = feasibleTable(constraint, size);
  return isDownwardClosed(table) && exchangeViolation(table) === null;
}

/** Size of the largest feasible set within a budget. */
export function rankOf(constraint: SubsetConstraint, size: number, budget = size): number {
  const table = feasibleTable(constraint, size);
  let rank = 0;
  for (let mask = 0; mask < table.length; mask++) {
    if (table[mask] && sizeOf(mask) <= budget) rank = Math.max(rank, sizeOf(mask));
  }
  return rank;
}

/** A best feasible set of at most `budget` items, and its value; the first mask of those that tie. */
export function bruteForceOptimum(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  budget = objective.size,
): { readonly items: number[]; readonly value: number } {
  const values = valueTable(objective);
  const feasible = feasibleTable(constraint, objective.size);
  let best = 0;
  for (let mask = 1; mask < values.length; mask++) {
    if (feasible[mask] && sizeOf(mask) <= budget && values[mask]! > values[best]!) best = mask;
  }
  return { items: itemsOf(best), value: values[best]! };
}

/** Greedy from its definition: of all feasible items the one of largest gain, the lowest index where they tie. */
export function greedyByDefinition(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  budget = objective.size,
): { readonly items: number[]; readonly gains: number[]; readonly value: number } {
  const state = objective.start();
  const allowed = constraint.start();
  const [items, gains]: [number[], number[]] = [[], []];
  while (items.length < budget) {
    let best = -1;
    for (let item = 0; item < objective.size; item++) {
      if (allowed.canAdd(item) && (best < 0 || state.gain(item) > state.gain(best))) best = item;
    }
    if (best < 0) break;
    gains.push(state.gain(best));
    items.push(best);
    state.add(best);
    allowed.add(best);
  }
  return { items, gains, value: state.value };
}

/** An objective from a function of masks, with `f(empty) = 0`; nothing is clever in it. */
export function objectiveFrom(
  name: string,
  size: number,
  value: (mask: number) => number,
  properties = { monotone: true, submodular: true },
): SubsetObjective {
  const from = (start: number): ObjectiveState => {
    let mask = start;
    return {
      get value() {
        return value(mask);
      },
      gain: (item) => value(mask | (1 << item)) - value(mask),
      add: (item) => {
        mask |= 1 << item;
        return 'all';
      },
      clone: () => from(mask),
    };
  };
  return { name, size, properties, start: () => from(0) };
}

/** Weighted coverage: the weight of the points that at least one selected item covers; `covers[i]` is a mask of points. */
export function coverage(covers: readonly number[], weights: readonly number[]): SubsetObjective {
  return objectiveFrom('coverage', covers.length, (mask) => {
    const covered = itemsOf(mask).reduce((union, item) => union | covers[item]!, 0);
    return itemsOf(covered).reduce((sum, point) => sum + weights[point]!, 0);
  });
}

/** A sum of weights, one an item. */
export function modular(weights: readonly number[]): SubsetObjective {
  return objectiveFrom('modular', weights.length, (mask) =>
    itemsOf(mask).reduce((sum, item) => sum + weights[item]!, 0),
  );
}

/** What {@link randomObjective} makes; all are monotone and submodular. */
export const objectiveKinds = ['coverage', 'modular', 'root of modular', 'matching'] as const;

/** A monotone submodular function at random. */
export function randomObjective(
  kind: (typeof objectiveKinds)[number],
  size: number,
  random: RandomStream,
): SubsetObjective {
  const weights = Array.from({ length: size }, () => random.uniform());
  const masks = (points: number): number[] => Array.from({ length: size }, () => random.integer(2 ** points - 1) + 1);
  switch (kind) {
    case 'coverage':
      return coverage(masks(size), weights);
    case 'modular':
      return modular(weights);
    case 'root of modular': {
      const sum = modular(weights);
      return objectiveFrom(kind, size, (mask) => Math.sqrt(valueOf(sum, itemsOf(mask))));
    }
    case 'matching': {
      const rows = weights.map(() => Array.from({ length: size }, () => random.uniform()));
      return objectiveFrom(kind, size, (mask) => {
        const items = itemsOf(mask);
        return rows.reduce((sum, row) => sum + items.reduce((best, item) => Math.max(best, row[item]!), 0), 0);
      });
    }
  }
}

/** `0 .. count - 1`. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
