import { checkNumber } from '../core/index.js';
import { checkItems, refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';

/** Options of {@link transversalMatroid}. */
export interface TransversalMatroidOptions {
  /** Items that each set, such as a labeller, can take one of; a set may come several times. */
  readonly sets: readonly ArrayLike<number>[];
  /** Number of items n. */
  readonly size: number;
}

/**
 * The sets of items that can be given out to different takers, one each: partial transversals.
 *
 * $`I = { S : some injective m : S -> sets has i in m(i) for every i of S }`$
 *
 * A state keeps a matching and grows it by augmenting paths: `canAdd` takes time in the number of (item, set) pairs at most.
 *
 * @param options See {@link TransversalMatroidOptions}.
 * @returns A matroid.
 * @throws InvalidArgumentError If an item is out of range or stands twice in a set.
 * @example
 * ```ts
 * import { transversalMatroid } from 'tfjs-longtail/subset';
 * const state = transversalMatroid({ sets: [[0, 1], [1, 2]], size: 3 }).start();
 * state.add(1);
 * state.add(2); // item 1 moves to the first set
 * console.log(state.canAdd(0)); // false: both sets are used
 * ```
 * @see Edmonds and Fulkerson, "Transversals and Matroid Partition", 1965.
 */
export function transversalMatroid({ sets, size }: TransversalMatroidOptions): SubsetConstraint {
  const where = 'transversalMatroid';
  checkNumber(where, 'size', size, { min: 0, integer: true });
  sets.forEach((set, index) => checkItems(where, `sets[${index}]`, set, size));
  return new TransversalMatroid(sets.length, setsOfItems(sets, size));
}

class TransversalMatroid implements SubsetConstraint {
  readonly name = 'transversal matroid';
  readonly structure: ConstraintKind = { kind: 'matroid' };

  constructor(
    readonly setCount: number,
    readonly setsOf: readonly Int32Array[],
  ) {}

  get size(): number {
    return this.setsOf.length;
  }

  get matroids(): readonly SubsetConstraint[] {
    return [this];
  }

  start(): ConstraintState {
    return this.startMatching();
  }

  startMatching(): MatchingState {
    return new MatchingState(this, new Int32Array(this.setCount).fill(-1), new Int32Array(this.size).fill(waiting), 0);
  }

  /** The sets that the items left ask for, all of them used; and the items that no set can take. */
  binding(items: ArrayLike<number>): readonly BindingCap[] {
    const state = this.startMatching();
    for (let at = 0; at < items.length; at++) state.add(items[at]!);
    const closed = new Uint8Array(this.setCount);
    for (let item = 0; item < this.size; item++) state.closeOver(item, closed);
    const used = [...closed.keys()].filter((set) => closed[set] === 1);
    const within = this.setsOf.filter((sets) => sets.every((set) => closed[set] === 1)).length;
    const lost = this.setsOf.filter((sets) => sets.length === 0).length;
    return [
      { name: `sets ${listed(used)}`, capacity: used.length, items: within - lost },
      { name: 'no set', capacity: 0, items: lost },
    ].filter(({ items }) => items > 0);
  }
}

/** The first few numbers of a list. */
function listed(numbers: readonly number[]): string {
  return numbers.length > 5 ? `${numbers.slice(0, 5).join(', ')} and ${numbers.length - 5} more` : numbers.join(', ');
}

/** In the place of an item's set: not selected. */
const waiting = -1;
/** Likewise: no path led from the item to a free set, so that none ever will. */
const refused = -2;

class MatchingState implements ConstraintState {
  constructor(
    private readonly matroid: TransversalMatroid,
    private readonly itemOf: Int32Array,
    private readonly setOf: Int32Array,
    public count: number,
  ) {}

  canAdd(item: number): boolean {
    if (this.setOf[item] !== waiting) return false;
    if (this.search(item).end >= 0) return true;
    this.setOf[item] = refused;
    return false;
  }

  add(item: number): void {
    const { end, from } = this.setOf[item] === waiting ? this.search(item) : nowhere;
    if (end < 0) throw refusedItem(this.matroid.name, item);
    for (let set = end; set >= 0;) {
      const mover = from[set]!;
      const left = this.setOf[mover]!;
      this.itemOf[set] = mover;
      this.setOf[mover] = set;
      set = left;
    }
    this.count++;
  }

  clone(): ConstraintState {
    return new MatchingState(this.matroid, this.itemOf.slice(), this.setOf.slice(), this.count);
  }

  /** Marks the sets that an item which finds no place asks for, those too that the items in its way could move to. */
  closeOver(item: number, closed: Uint8Array): void {
    if (this.setOf[item]! >= 0) return;
    const { end, reached } = this.search(item);
    if (end < 0) for (const set of reached) closed[set] = 1;
  }

  /** Breadth first along alternating paths to a free set, -1 where there is none; `from[set]` is the item that would take it. */
  private search(item: number): { end: number; from: Int32Array; reached: number[] } {
    const from = new Int32Array(this.matroid.setCount).fill(-1);
    const reached: number[] = [];
    const queue = [item];
    for (let head = 0; head < queue.length; head++) {
      const mover = queue[head]!;
      for (const set of this.matroid.setsOf[mover]!) {
        if (from[set] !== -1) continue;
        from[set] = mover;
        if (this.itemOf[set]! < 0) return { end: set, from, reached };
        reached.push(set);
        queue.push(this.itemOf[set]!);
      }
    }
    return { end: -1, from, reached };
  }
}

const nowhere = { end: -1, from: new Int32Array(0) };

function setsOfItems(sets: readonly ArrayLike<number>[], size: number): Int32Array[] {
  const lists: number[][] = Array.from({ length: size }, () => []);
  sets.forEach((set, index) => {
    for (let at = 0; at < set.length; at++) lists[set[at]!]!.push(index);
  });
  return lists.map((list) => Int32Array.from(list));
}
