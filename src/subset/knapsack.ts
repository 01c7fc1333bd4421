import { checkNumber } from '../core/index.js';
import { refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';

/** Options of {@link knapsack}. */
export interface KnapsackOptions {
  /** Cost of each item, `[n]`, at least 0. */
  readonly costs: ArrayLike<number>;
  /** Most that a set may cost, in the unit of the costs, at least 0; it is met to 12 digits. */
  readonly budget: number;
}

/** Costs are added up in floating point: 0.1 + 0.2 is to fit into 0.3. */
const slack = 1e-12;

/**
 * The sets that cost no more than a budget, such as minutes of labelling.
 *
 * $`I = { S : sum_{i in S} cost_i <= budget }`$
 *
 * It is closed downward and not a matroid: greedy has no constant factor under it.
 *
 * @param options See {@link KnapsackOptions}.
 * @returns A constraint.
 * @throws InvalidArgumentError If a cost or the budget is not a finite number of at least 0.
 * @example
 * ```ts
 * import { knapsack } from 'tfjs-longtail/subset';
 * const state = knapsack({ costs: [2, 3, 1], budget: 4 }).start();
 * state.add(0);
 * console.log(state.canAdd(1), state.canAdd(2)); // false true
 * ```
 */
export function knapsack({ costs, budget }: KnapsackOptions): SubsetConstraint {
  checkNumber('knapsack', 'budget', budget, { min: 0 });
  const checked = Float64Array.from(costs, (cost, item) => checkNumber('knapsack', `costs[${item}]`, cost, { min: 0 }));
  return new Knapsack(checked, budget);
}

/** What {@link knapsack} makes; other files of the room look at its costs. */
export class Knapsack implements SubsetConstraint {
  readonly name = 'knapsack';
  readonly structure: ConstraintKind = { kind: 'downward-closed' };
  readonly matroids = [];
  /** Most that is spent, with the slack of rounding. */
  readonly limit: number;

  constructor(
    readonly costs: Float64Array,
    readonly budget: number,
  ) {
    this.limit = budget * (1 + slack);
  }

  get size(): number {
    return this.costs.length;
  }

  start(): ConstraintState {
    return new KnapsackState(this, new Uint8Array(this.size), 0, 0);
  }

  /** The budget, where some item left does not fit. */
  binding(items: ArrayLike<number>): readonly BindingCap[] {
    const state = new KnapsackState(this, new Uint8Array(this.size), 0, 0);
    for (let at = 0; at < items.length; at++) state.add(items[at]!);
    const held = this.costs.some((_, item) => !state.has(item) && !state.canAdd(item));
    return held ? [{ name: 'cost budget', capacity: this.budget, items: this.size }] : [];
  }
}

class KnapsackState implements ConstraintState {
  constructor(
    private readonly knapsack: Knapsack,
    private readonly taken: Uint8Array,
    private spent: number,
    public count: number,
  ) {}

  has(item: number): boolean {
    return this.taken[item] === 1;
  }

  canAdd(item: number): boolean {
    return this.taken[item] === 0 && this.spent + this.knapsack.costs[item]! <= this.knapsack.limit;
  }

  add(item: number): void {
    if (!this.canAdd(item)) throw refusedItem(this.knapsack.name, item);
    this.taken[item] = 1;
    this.spent += this.knapsack.costs[item]!;
    this.count++;
  }

  clone(): ConstraintState {
    return new KnapsackState(this.knapsack, this.taken.slice(), this.spent, this.count);
  }
}
