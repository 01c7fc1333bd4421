import type { ObjectiveState, SubsetObjective } from './objective.js';
import {
  type DenseSimilarities,
  firstId,
  type GraphSimilarities,
  itemsSimilarTo,
  type SimilarityRows,
  similarityRows,
} from './similarityRows.js';

/**
 * How well the selection represents every point by its most similar member: $`f(S) = sum_v max_{i in S} s_iv`$, and 0 for no item.
 *
 * Monotone and submodular. Points are the items themselves with a graph or square similarities, and any others with `[n, m]`. A gain costs
 * the length of the item's row.
 *
 * @param options A graph, or all similarities.
 * @returns The objective.
 * @throws InvalidArgumentError If a similarity is negative or not finite, or sizes do not fit.
 * @example
 * ```ts
 * import { facilityLocation, graphFromEdges } from 'tfjs-longtail/subset';
 * const state = facilityLocation({ graph: graphFromEdges(3, [[0, 1, 0.5], [1, 2, 0.25]]) }).start();
 * console.log(state.gain(1)); // 1 for itself, 0.5 and 0.25
 * state.add(1);
 * console.log(state.gain(0)); // 0.5: it stood for itself with 0.5 before: 0.5
 * ```
 * @see Krause and Golovin, "Submodular Function Maximization", 2014, section 1.1.
 */
export function facilityLocation(options: GraphSimilarities | DenseSimilarities): SubsetObjective {
  const rows = similarityRows('facilityLocation', options);
  return {
    name: 'facility location',
    size: rows.size,
    properties: { monotone: true, submodular: true },
    start: () => new FacilityState(rows, new Float64Array(rows.points), 0),
  };
}

class FacilityState implements ObjectiveState {
  constructor(
    private readonly rows: SimilarityRows,
    /** Similarity of each point to its representative. */
    private readonly best: Float64Array,
    public value: number,
  ) {}

  gain(item: number): number {
    const { offsets, ids, weights } = this.rows;
    const end = offsets[item + 1]!;
    let gain = 0;
    for (let at = offsets[item]!, id = firstId(this.rows, at); at < end; at++, id++) {
      const more = weights[at]! - this.best[ids[id]!]!;
      if (more > 0) gain += more;
    }
    return gain;
  }

  add(item: number): ArrayLike<number> | 'all' {
    this.value += this.gain(item);
    const { offsets, ids, weights } = this.rows;
    const end = offsets[item + 1]!;
    const changed = new Int32Array(end - offsets[item]!);
    let count = 0;
    for (let at = offsets[item]!, id = firstId(this.rows, at); at < end; at++, id++) {
      const point = ids[id]!;
      if (!(weights[at]! > this.best[point]!)) continue;
      this.best[point] = weights[at]!;
      changed[count++] = point;
    }
    return itemsSimilarTo(this.rows, changed.subarray(0, count));
  }

  clone(): ObjectiveState {
    return new FacilityState(this.rows, this.best.slice(), this.value);
  }
}
