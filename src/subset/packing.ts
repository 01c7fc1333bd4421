import { refusedItem } from './checkItems.js';
import type { ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';
import type { Distances } from './distances.js';

/** The sets whose items are at least `separation` from each other: the independent sets of a threshold graph. */
export function packing(distances: Distances, separation: number): SubsetConstraint {
  return new Packing(distances, separation);
}

class Packing implements SubsetConstraint {
  readonly name = 'packing';
  readonly structure: ConstraintKind = { kind: 'downward-closed' };
  readonly matroids = [];

  constructor(
    readonly distances: Distances,
    readonly separation: number,
  ) {}

  get size(): number {
    return this.distances.size;
  }

  start(): ConstraintState {
    return new PackingState(this, new Uint8Array(this.size), 0);
  }

  binding(): [] {
    return [];
  }
}

/** `blocked` marks the items that are selected or too close to one that is. */
class PackingState implements ConstraintState {
  constructor(
    private readonly packing: Packing,
    private readonly blocked: Uint8Array,
    public count: number,
  ) {}

  canAdd(item: number): boolean {
    return this.blocked[item] === 0;
  }

  add(item: number): void {
    if (!this.canAdd(item)) throw refusedItem('packing', item);
    this.packing.distances.markWithin(item, this.packing.separation, false, this.blocked);
    this.blocked[item] = 1;
    this.count++;
  }

  clone(): ConstraintState {
    return new PackingState(this.packing, this.blocked.slice(), this.count);
  }
}
