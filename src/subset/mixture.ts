import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';

/** A part of a {@link mixture}. */
export interface MixturePart {
  /** An objective. */
  readonly objective: SubsetObjective;
  /** Its weight, at least 0. */
  readonly weight: number;
}

const where = 'mixture';

/**
 * A weighted sum of objectives: $`f(S) = sum_m w_m f_m(S)`$.
 *
 * It is monotone, submodular or modular where all parts with a weight above 0 are.
 *
 * @param parts Objectives on the same items, at least one, with their weights.
 * @returns The objective.
 * @throws InvalidArgumentError If there is no part, sizes differ, or a weight is negative or not finite.
 * @example
 * ```ts
 * import { facilityLocation, graphFromEdges, mixture, pairwiseObjective } from 'tfjs-longtail/subset';
 * const graph = graphFromEdges(3, [[0, 1, 0.5], [1, 2, 0.25]]);
 * const objective = mixture([
 *   { objective: pairwiseObjective({ utility: [0.9, 0.5, 0.7], graph }), weight: 1 },
 *   { objective: facilityLocation({ graph }), weight: 0.1 },
 * ]);
 * console.log(objective.start().gain(1)); // 0.625: 0.9 * 0.5 + 0.1 * 1.75 = 0.625
 * ```
 */
export function mixture(parts: readonly MixturePart[]): SubsetObjective {
  const size = parts[0]?.objective.size;
  if (size === undefined) throw new InvalidArgumentError(where, 'at least one objective', 'none');
  for (const { objective, weight } of parts) {
    checkNumber(where, `weight of ${objective.name}`, weight, { min: 0 });
    if (objective.size !== size) {
      throw new InvalidArgumentError(
        where,
        `objectives on the same ${size} items`,
        `${objective.size} in ${objective.name}`,
      );
    }
  }
  const used = parts.filter(({ weight }) => weight > 0);
  return {
    name: `mixture of ${used.map(({ objective }) => objective.name).join(', ') || 'nothing'}`,
    size,
    properties: {
      monotone: used.every(({ objective }) => objective.properties.monotone),
      submodular: used.every(({ objective }) => objective.properties.submodular),
      modular: used.every(({ objective }) => objective.properties.modular === true),
    },
    start: () => new MixtureState(used.map(({ objective, weight }) => ({ state: objective.start(), weight }))),
  };
}

class MixtureState implements ObjectiveState {
  constructor(private readonly parts: readonly { readonly state: ObjectiveState; readonly weight: number }[]) {}

  get value(): number {
    return this.parts.reduce((sum, { state, weight }) => sum + weight * state.value, 0);
  }

  gain(item: number): number {
    let gain = 0;
    for (const { state, weight } of this.parts) gain += weight * state.gain(item);
    return gain;
  }

  add(item: number): ArrayLike<number> | 'all' {
    const changed = this.parts.map(({ state }) => state.add(item)); // every part has to add it
    const lists = changed.filter((list) => list !== 'all');
    if (lists.length < changed.length) return 'all';
    const items = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
    let end = 0;
    for (const list of lists) {
      items.set(list, end);
      end += list.length;
    }
    return items;
  }

  clone(): ObjectiveState {
    return new MixtureState(this.parts.map(({ state, weight }) => ({ state: state.clone(), weight })));
  }
}
