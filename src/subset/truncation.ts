import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';
import { CountingMatroid, withBudget } from './countingMatroid.js';
import { UniformMatroid } from './uniformMatroid.js';

/**
 * The sets of a matroid that have at most so many items; again a matroid.
 *
 * $`I' = { S in I : |S| <= capacity }`$
 *
 * @param matroid A constraint that is one matroid.
 * @param capacity Most items of a set, an integer of at least 0.
 * @returns A matroid, so that a budget costs nothing of a guarantee.
 * @throws InvalidArgumentError If the constraint is not one matroid, or the capacity is not an integer of at least 0.
 * @example
 * ```ts
 * import { partitionMatroid, truncation } from 'tfjs-longtail/subset';
 * const state = truncation(partitionMatroid({ parts: [0, 0, 1, 2], capacities: 1 }), 2).start();
 * state.add(0);
 * state.add(2);
 * console.log(state.canAdd(3)); // false
 * ```
 */
export function truncation(matroid: SubsetConstraint, capacity: number): SubsetConstraint {
  checkNumber('truncation', 'capacity', capacity, { min: 0, integer: true });
  if (matroid.structure.kind !== 'matroid') {
    throw new InvalidArgumentError(
      'truncation',
      'one matroid',
      matroid.name,
      'For anything else, give uniformMatroid({ capacity }) to intersection as well',
    );
  }
  if (matroid instanceof UniformMatroid) return new UniformMatroid(Math.min(matroid.capacity, capacity));
  if (matroid instanceof CountingMatroid) return withBudget(matroid, capacity);
  return new TruncatedMatroid(matroid, capacity);
}

class TruncatedMatroid implements SubsetConstraint {
  readonly structure: ConstraintKind = { kind: 'matroid' };

  constructor(
    private readonly inner: SubsetConstraint,
    readonly capacity: number,
  ) {}

  get name(): string {
    return `${this.inner.name} cut at ${this.capacity}`;
  }

  get size(): number | null {
    return this.inner.size;
  }

  get matroids(): readonly SubsetConstraint[] {
    return [this];
  }

  start(): ConstraintState {
    return new TruncatedState(this.inner.start(), this);
  }

  binding(items: ArrayLike<number>): readonly BindingCap[] {
    const total = this.size ?? items.length;
    const full = items.length >= this.capacity && total > items.length;
    const budget = { name: 'budget', capacity: this.capacity, items: total };
    return [...this.inner.binding(items), ...(full ? [budget] : [])];
  }
}

class TruncatedState implements ConstraintState {
  constructor(
    private readonly inner: ConstraintState,
    private readonly matroid: TruncatedMatroid,
  ) {}

  get count(): number {
    return this.inner.count;
  }

  canAdd(item: number): boolean {
    return this.inner.count < this.matroid.capacity && this.inner.canAdd(item);
  }

  add(item: number): void {
    if (this.inner.count >= this.matroid.capacity) throw refusedItem(this.matroid.name, item);
    this.inner.add(item);
  }

  clone(): ConstraintState {
    return new TruncatedState(this.inner.clone(), this.matroid);
  }
}
