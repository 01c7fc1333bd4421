import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { checkItems } from './checkItems.js';
import type { SubsetConstraint } from './constraint.js';
import { CountingMatroid } from './countingMatroid.js';

/** A set of items with a cap on how many of them are selected. */
export interface CappedSet {
  /** Its items, each once. */
  readonly items: ArrayLike<number>;
  /** Most of them in a selection, an integer of at least 0. */
  readonly capacity: number;
  /** Name for reports; `set 0`, `set 1`, ... where it is left out. */
  readonly name?: string;
}

/** Options of {@link laminarMatroid}. */
export interface LaminarMatroidOptions {
  /** Number of items n. */
  readonly size: number;
}

/**
 * The sets that respect caps on nested groups, such as on each class, on each boundary within it, and on everything:
 * any two groups are disjoint or one holds the other.
 *
 * $`I = { S : |S & A| <= capacity_A for every group A }`$
 *
 * @param sets The groups with their caps.
 * @param options See {@link LaminarMatroidOptions}.
 * @returns A matroid.
 * @throws InvalidArgumentError If two groups cross (the message names them), or an item or capacity is out of range.
 * @example
 * ```ts
 * import { laminarMatroid } from 'tfjs-longtail/subset';
 * const matroid = laminarMatroid(
 *   [{ items: [0, 1, 2, 3], capacity: 2 }, { items: [0, 1], capacity: 1 }],
 *   { size: 4 },
 * );
 * const state = matroid.start();
 * state.add(0);
 * console.log(state.canAdd(1), state.canAdd(2)); // false true
 * ```
 * @see Schrijver, "Combinatorial Optimization", 2003, section 39.4.
 */
export function laminarMatroid(sets: readonly CappedSet[], { size }: LaminarMatroidOptions): SubsetConstraint {
  const where = 'laminarMatroid';
  checkNumber(where, 'size', size, { min: 0, integer: true });
  const names = sets.map((set, index) => set.name ?? `set ${index}`);
  sets.forEach((set, index) => {
    checkItems(where, `the items of ${names[index]}`, set.items, size);
    checkNumber(where, `the capacity of ${names[index]}`, set.capacity, { min: 0, integer: true });
  });
  return new CountingMatroid('laminar matroid', {
    ...nest(where, sets, names, size),
    capacities: Int32Array.from(sets, (set) => set.capacity),
    names,
  });
}

/** The smallest set around each item and around each set; larger sets go first, so that each finds the one around it in place. */
function nest(
  where: string,
  sets: readonly CappedSet[],
  names: readonly string[],
  size: number,
): { group: Int32Array; parent: Int32Array } {
  const group = new Int32Array(size).fill(-1);
  const parent = new Int32Array(sets.length).fill(-1);
  const descending = sets.map((_, index) => index).sort((a, b) => sets[b]!.items.length - sets[a]!.items.length);
  for (const index of descending) {
    const { items } = sets[index]!;
    const around = items.length === 0 ? -1 : group[items[0]!]!;
    for (let at = 0; at < items.length; at++) {
      const other = group[items[at]!]!;
      if (other !== around) throw crossing(where, names, index, isAround(parent, around, other) ? other : around);
      group[items[at]!] = index;
    }
    parent[index] = around;
  }
  return { group, parent };
}

/** Whether `outer`, -1 for everything, holds `inner`. */
function isAround(parent: Int32Array, outer: number, inner: number): boolean {
  let at = inner;
  while (at >= 0 && at !== outer) at = parent[at]!;
  return at === outer;
}

function crossing(where: string, names: readonly string[], index: number, other: number): InvalidArgumentError {
  const [first, second] = index < other ? [index, other] : [other, index];
  return new InvalidArgumentError(
    where,
    'sets that are disjoint or nested',
    `${names[first]} and ${names[second]}, which cross`,
    'Give them as two matroids to intersection',
  );
}
