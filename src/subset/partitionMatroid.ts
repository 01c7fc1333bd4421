import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import { CountingMatroid } from './countingMatroid.js';

/** Options of {@link partitionMatroid}. */
export interface PartitionMatroidOptions {
  /** Part of each item, `[n]`, integers from 0; -1 for an item that no cap holds back. */
  readonly parts: ArrayLike<number>;
  /** Most items of each part, integers of at least 0: one number for all, or `[parts]`. */
  readonly capacities: number | ArrayLike<number>;
  /** Names of the parts for reports; `part 0`, `part 1`, ... where it is left out. */
  readonly names?: readonly string[];
}

/**
 * The sets with at most so many items of each part, such as of each class.
 *
 * $`I = { S : |S & V_c| <= capacity_c for every part c }`$
 *
 * @param options See {@link PartitionMatroidOptions}.
 * @returns A matroid.
 * @throws InvalidArgumentError If a part or a capacity is not an integer in range, or the names are not one a part.
 * @example
 * ```ts
 * import { partitionMatroid } from 'tfjs-longtail/subset';
 * const state = partitionMatroid({ parts: [0, 0, 1], capacities: 1 }).start();
 * state.add(0);
 * console.log(state.canAdd(1), state.canAdd(2)); // false true
 * ```
 * @see Ramalingam et al., arXiv 2104.12835, for class and boundary balance as matroids.
 */
export function partitionMatroid({ parts, capacities, names }: PartitionMatroidOptions): SubsetConstraint {
  const where = 'partitionMatroid';
  const count = typeof capacities === 'number' ? (names?.length ?? largest(parts) + 1) : capacities.length;
  if (names !== undefined && names.length !== count) {
    throw new InvalidArgumentError(where, `one name for each of ${count} parts`, names.length);
  }
  for (let item = 0; item < parts.length; item++) {
    checkNumber(where, `parts[${item}]`, parts[item], { min: -1, max: count - 1, integer: true });
  }
  return new CountingMatroid('partition matroid', {
    group: Int32Array.from(parts),
    parent: new Int32Array(count).fill(-1),
    capacities: checkedCapacities(where, capacities, count),
    names: names ?? Array.from({ length: count }, (_, part) => `part ${part}`),
  });
}

/** One capacity a part; the caller knows that there are `count` where they come one by one. */
function checkedCapacities(where: string, capacities: number | ArrayLike<number>, count: number): Int32Array {
  if (typeof capacities === 'number') {
    return new Int32Array(count).fill(checkNumber(where, 'capacities', capacities, { min: 0, integer: true }));
  }
  return Int32Array.from(capacities, (capacity, part) =>
    checkNumber(where, `capacities[${part}]`, capacity, { min: 0, integer: true }),
  );
}

function largest(parts: ArrayLike<number>): number {
  let most = -1;
  for (let item = 0; item < parts.length; item++) if (parts[item]! > most) most = parts[item]!;
  return Math.floor(most); // what is not an integer is refused by the check of each part
}
