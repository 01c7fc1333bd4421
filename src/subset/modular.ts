import { InvalidArgumentError } from '../core/index.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';

/** Options of {@link modularObjective}. */
export interface ModularOptions {
  /** Utility u of each item, `[n]`, finite; see {@link marginUtility}. */
  readonly utility: ArrayLike<number>;
}

/**
 * The sum of the utilities of the items selected: $`f(S) = sum_{i in S} u_i`$.
 *
 * Greedy maximises it exactly under a budget or one matroid; with {@link gist}, it is the linear utility.
 *
 * @param options Utilities.
 * @returns A modular objective, monotone where no utility is negative.
 * @throws InvalidArgumentError If a utility is not finite.
 * @example
 * ```ts
 * import { greedy, modularObjective, uniformMatroid } from 'tfjs-longtail/subset';
 * const objective = modularObjective({ utility: [0.2, 0.9, 0.5] });
 * console.log(greedy(objective, uniformMatroid({ capacity: 2 }), { budget: 2 }).items); // Int32Array(2) [ 1, 2 ]
 * ```
 */
export function modularObjective({ utility }: ModularOptions): SubsetObjective {
  let lowest = Infinity;
  const values = Float64Array.from(utility, (value, item) => {
    if (!Number.isFinite(value)) {
      throw new InvalidArgumentError('modularObjective', 'finite utilities', `${value} at item ${item}`);
    }
    lowest = Math.min(lowest, value);
    return value;
  });
  return {
    name: 'modular',
    size: values.length,
    properties: { monotone: lowest >= 0, submodular: true, modular: true },
    start: () => new ModularState(values, new Uint8Array(values.length), 0),
  };
}

const nobody = new Int32Array(0);

class ModularState implements ObjectiveState {
  constructor(
    private readonly utility: Float64Array,
    private readonly selected: Uint8Array,
    public value: number,
  ) {}

  gain(item: number): number {
    return this.selected[item] === 1 ? 0 : this.utility[item]!;
  }

  add(item: number): ArrayLike<number> {
    this.value += this.gain(item);
    this.selected[item] = 1;
    return nobody;
  }

  clone(): ObjectiveState {
    return new ModularState(this.utility, this.selected.slice(), this.value);
  }
}
