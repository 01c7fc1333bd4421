import { refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';

/** A forest of groups with a cap each: `group[i]` is the smallest group that holds item i, -1 for none. */
export interface GroupForest {
  /** Smallest group of each item, `[n]`, -1 where none holds it. */
  readonly group: Int32Array;
  /** Smallest group around each group, -1 for none. */
  readonly parent: Int32Array;
  /** Items that each group admits. */
  readonly capacities: Int32Array;
  /** Names for reports. */
  readonly names: readonly string[];
}

/** The matroid whose sets hold at most `capacities[g]` items of each group g: partition and laminar matroids, and what cuts them. */
export class CountingMatroid implements SubsetConstraint {
  readonly structure: ConstraintKind = { kind: 'matroid' };
  /** Items of each group. */
  private readonly members: Int32Array;

  constructor(
    readonly name: string,
    readonly forest: GroupForest,
  ) {
    this.members = countsOf(forest);
  }

  get size(): number {
    return this.forest.group.length;
  }

  get matroids(): readonly SubsetConstraint[] {
    return [this];
  }

  start(): ConstraintState {
    const { group, capacities } = this.forest;
    return new CountingState(this, new Uint8Array(group.length), new Int32Array(capacities.length), 0);
  }

  binding(items: ArrayLike<number>): readonly BindingCap[] {
    const { capacities, names } = this.forest;
    const counts = countsOf(this.forest, items);
    return names.flatMap((name, group) => {
      const members = this.members[group]!;
      const full = counts[group]! >= capacities[group]! && members > counts[group]!;
      return full ? [{ name, capacity: capacities[group]!, items: members }] : [];
    });
  }
}

class CountingState implements ConstraintState {
  constructor(
    private readonly matroid: CountingMatroid,
    private readonly taken: Uint8Array,
    private readonly counts: Int32Array,
    public count: number,
  ) {}

  canAdd(item: number): boolean {
    if (this.taken[item] !== 0) return false; // also where there is no such item
    const { group, parent, capacities } = this.matroid.forest;
    for (let at = group[item]!; at >= 0; at = parent[at]!) {
      if (this.counts[at]! >= capacities[at]!) return false;
    }
    return true;
  }

  add(item: number): void {
    if (!this.canAdd(item)) throw refusedItem(this.matroid.name, item);
    const { group, parent } = this.matroid.forest;
    for (let at = group[item]!; at >= 0; at = parent[at]!) this.counts[at]!++;
    this.taken[item] = 1;
    this.count++;
  }

  clone(): ConstraintState {
    return new CountingState(this.matroid, this.taken.slice(), this.counts.slice(), this.count);
  }
}

/** The matroid with one more group around everything. */
export function withBudget(matroid: CountingMatroid, capacity: number): CountingMatroid {
  const { group, parent, capacities, names } = matroid.forest;
  const root = names.length;
  return new CountingMatroid(`${matroid.name} cut at ${capacity}`, {
    group: group.map((at) => (at < 0 ? root : at)),
    parent: Int32Array.from([...parent.map((at) => (at < 0 ? root : at)), -1]),
    capacities: Int32Array.from([...capacities, capacity]),
    names: [...names, 'budget'],
  });
}

/** Items in each group, of a selection or of all. */
function countsOf({ group, parent, capacities }: GroupForest, items?: ArrayLike<number>): Int32Array {
  const counts = new Int32Array(capacities.length);
  const total = items?.length ?? group.length;
  for (let at = 0; at < total; at++) {
    for (let inside = group[items?.[at] ?? at]!; inside >= 0; inside = parent[inside]!) counts[inside]!++;
  }
  return counts;
}
