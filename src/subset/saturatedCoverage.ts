import { InvalidArgumentError } from '../core/index.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import {
  type DenseSimilarities,
  firstId,
  type GraphSimilarities,
  itemsSimilarTo,
  type SimilarityRows,
  similarityRows,
} from './similarityRows.js';

/** What {@link saturatedCoverage} takes besides similarities. */
export interface SaturationOptions {
  /** Share of what the whole pool covers of a point that is enough, in `(0, 1]`. Default 0.25; 1 never saturates. */
  readonly saturation?: number;
}

/**
 * How much of every point the selection covers, up to what is enough: $`f(S) = sum_v min( sum_{i in S} s_iv, saturation sum_i s_iv )`$.
 *
 * Monotone and submodular. With graph or square similarities the points are the items themselves. A gain costs the length of the item's row.
 *
 * @param options A graph, or all similarities, and the share that is enough.
 * @returns The objective.
 * @throws InvalidArgumentError If a similarity is negative or not finite, sizes do not fit, or the saturation is not in `(0, 1]`.
 * @example
 * ```ts
 * import { saturatedCoverage } from 'tfjs-longtail/subset';
 * const similarities = Float32Array.of(1, 0.5, 0.5, 1);
 * const state = saturatedCoverage({ similarities, saturation: 0.5 }).start();
 * console.log(state.gain(0)); // 1.25: min(1, 0.75) + min(0.5, 0.75) = 1.25
 * ```
 * @see Lin and Bilmes, "A Class of Submodular Functions for Document Summarization", 2011, section 4.1.
 */
export function saturatedCoverage(
  options: (GraphSimilarities | DenseSimilarities) & SaturationOptions,
): SubsetObjective {
  const where = 'saturatedCoverage';
  const { saturation = 0.25 } = options;
  if (!(saturation > 0 && saturation <= 1)) throw new InvalidArgumentError(where, 'saturation in (0, 1]', saturation);
  const rows = similarityRows(where, options);
  const room = totals(rows).map((total) => saturation * total);
  return {
    name: 'saturated coverage',
    size: rows.size,
    properties: { monotone: true, submodular: true, modular: saturation === 1 },
    start: () => new SaturatedState(rows, room.slice(), new Uint8Array(rows.size), 0),
  };
}

/** `sum_i s_iv` for each point. */
function totals(rows: SimilarityRows): Float64Array {
  const sums = new Float64Array(rows.points);
  for (let item = 0; item < rows.size; item++) {
    for (let at = rows.offsets[item]!, id = firstId(rows, at); at < rows.offsets[item + 1]!; at++, id++) {
      sums[rows.ids[id]!]! += rows.weights[at]!;
    }
  }
  return sums;
}

class SaturatedState implements ObjectiveState {
  constructor(
    private readonly rows: SimilarityRows,
    /** What is missing of each point until it is covered enough. */
    private readonly room: Float64Array,
    private readonly selected: Uint8Array,
    public value: number,
  ) {}

  gain(item: number): number {
    if (this.selected[item] === 1) return 0;
    const { offsets, ids, weights } = this.rows;
    const end = offsets[item + 1]!;
    let gain = 0;
    for (let at = offsets[item]!, id = firstId(this.rows, at); at < end; at++, id++) {
      gain += Math.min(weights[at]!, this.room[ids[id]!]!);
    }
    return gain;
  }

  add(item: number): ArrayLike<number> | 'all' {
    if (this.selected[item] === 1) return [];
    this.value += this.gain(item);
    this.selected[item] = 1;
    const { offsets, ids, weights } = this.rows;
    const end = offsets[item + 1]!;
    const changed = new Int32Array(end - offsets[item]!);
    let count = 0;
    for (let at = offsets[item]!, id = firstId(this.rows, at); at < end; at++, id++) {
      const point = ids[id]!;
      if (weights[at] === 0 || this.room[point] === 0) continue;
      this.room[point] = Math.max(0, this.room[point]! - weights[at]!);
      changed[count++] = point;
    }
    return itemsSimilarTo(this.rows, changed.subarray(0, count));
  }

  clone(): ObjectiveState {
    return new SaturatedState(this.rows, this.room.slice(), this.selected.slice(), this.value);
  }
}
