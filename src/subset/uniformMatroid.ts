import { checkNumber } from '../core/index.js';
import { refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';

/** Options of {@link uniformMatroid}. */
export interface UniformMatroidOptions {
  /** Most items of a set, an integer of at least 0. */
  readonly capacity: number;
}

/**
 * The sets of at most so many items: a budget.
 *
 * $`I = { S : |S| <= capacity }`$
 *
 * @param options See {@link UniformMatroidOptions}.
 * @returns A matroid on any number of items.
 * @throws InvalidArgumentError If the capacity is not an integer of at least 0.
 * @example
 * ```ts
 * import { uniformMatroid } from 'tfjs-longtail/subset';
 * const state = uniformMatroid({ capacity: 1 }).start();
 * state.add(4);
 * console.log(state.canAdd(5)); // false
 * ```
 */
export function uniformMatroid({ capacity }: UniformMatroidOptions): SubsetConstraint {
  return new UniformMatroid(checkNumber('uniformMatroid', 'capacity', capacity, { min: 0, integer: true }));
}

/** What {@link uniformMatroid} makes; other files of the room look at its capacity. */
export class UniformMatroid implements SubsetConstraint {
  readonly name = 'uniform matroid';
  readonly size = null;
  readonly structure: ConstraintKind = { kind: 'matroid', uniform: true };

  constructor(readonly capacity: number) {}

  get matroids(): readonly SubsetConstraint[] {
    return [this];
  }

  start(): ConstraintState {
    return new UniformState(this.capacity, new Uint8Array(1024), 0);
  }

  binding(items: ArrayLike<number>): readonly BindingCap[] {
    return items.length < this.capacity ? [] : [{ name: 'budget', capacity: this.capacity, items: items.length }];
  }
}

class UniformState implements ConstraintState {
  /** `taken` marks the selected items and grows with the largest of them: their number is not known. */
  constructor(
    private readonly capacity: number,
    private taken: Uint8Array,
    public count: number,
  ) {}

  canAdd(item: number): boolean {
    return this.count < this.capacity && this.taken[item] !== 1 && item >= 0;
  }

  add(item: number): void {
    if (!this.canAdd(item)) throw refusedItem('uniform matroid', item);
    if (item >= this.taken.length) {
      const wider = new Uint8Array(Math.max(item + 1, 2 * this.taken.length));
      wider.set(this.taken);
      this.taken = wider;
    }
    this.taken[item] = 1;
    this.count++;
  }

  clone(): ConstraintState {
    return new UniformState(this.capacity, this.taken.slice(), this.count);
  }
}
