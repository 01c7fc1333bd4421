import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import {
  type DenseSimilarities,
  firstId,
  type GraphSimilarities,
  type SimilarityRows,
  similarityRows,
  symmetric,
} from './similarityRows.js';

/** What {@link graphCut} takes besides similarities. */
export interface GraphCutOptions {
  /** Weight of representing the pool, at least 0. Default 2: from there on the objective is monotone. */
  readonly lambda?: number;
}

const where = 'graphCut';

/**
 * Similarity of the selection to the pool, minus similarity within it: $`f(S) = lambda sum_{v in V} sum_{i in S} s_iv - sum_{i in S} sum_{j in S} s_ij`$.
 *
 * The second sum runs over ordered pairs: two different items count twice, an item with itself once, as in apricot and submodlib. Where it
 * should run over unordered pairs, double lambda (f doubles as well, but for the diagonal). Submodular; monotone for lambda of at least 2, and below
 * where the numbers at hand allow it. A gain is one look-up; adding an item costs the length of its row.
 *
 * @param options A graph, or all similarities `[n, n]`, and lambda.
 * @returns The objective.
 * @throws InvalidArgumentError If a similarity is negative or not finite, or similarities are not square or not symmetric.
 * @example
 * ```ts
 * import { graphCut, graphFromEdges } from 'tfjs-longtail/subset';
 * const state = graphCut({ graph: graphFromEdges(3, [[0, 1, 0.5], [1, 2, 0.25]]), lambda: 2 }).start();
 * console.log(state.gain(1)); // 2 (1 + 0.5 + 0.25) - 1 = 2.5
 * state.add(1);
 * console.log(state.gain(0)); // 1: 2 (1 + 0.5) - 1 - 2 * 0.5 = 1
 * ```
 * @see Iyer, Khargoankar, Bilmes and Asanani, "Submodular combinatorial information measures", 2021, for its use in selecting data.
 */
export function graphCut(options: (GraphSimilarities | DenseSimilarities) & GraphCutOptions): SubsetObjective {
  const lambda = checkNumber(where, 'lambda', options.lambda ?? 2, { min: 0 });
  const rows = squareRows(options);
  const { alone, worst } = gainsOf(rows, lambda);
  return {
    name: 'graph cut',
    size: rows.size,
    properties: { monotone: worst >= 0, submodular: true },
    start: () => new CutState(rows, alone.slice(), new Uint8Array(rows.size), 0),
  };
}

function squareRows(options: GraphSimilarities | DenseSimilarities): SimilarityRows {
  const rows = similarityRows(where, options);
  if (rows.points !== rows.size) {
    throw new InvalidArgumentError(where, 'square similarities', `[${rows.size}, ${rows.points}]`);
  }
  return rows.dense ? { ...rows, weights: symmetric(where, 'similarities', rows.weights, rows.size) } : rows;
}

/** The gain of each item to begin with, `lambda sum_v s_iv - s_ii`, and the smallest gain of one that joins all others. */
function gainsOf(rows: SimilarityRows, lambda: number): { alone: Float64Array; worst: number } {
  let worst = Infinity;
  const alone = Float64Array.from({ length: rows.size }, (_, item) => {
    let others = 0;
    let self = 0;
    for (let at = rows.offsets[item]!, id = firstId(rows, at); at < rows.offsets[item + 1]!; at++, id++) {
      if (rows.ids[id] === item) self = rows.weights[at]!;
      else others += rows.weights[at]!;
    }
    worst = Math.min(worst, (lambda - 2) * others + (lambda - 1) * self);
    return lambda * others + (lambda - 1) * self;
  });
  return { alone, worst };
}

/** Gains are kept for all items and fall when a similar one is selected. */
class CutState implements ObjectiveState {
  constructor(
    private readonly rows: SimilarityRows,
    private readonly gains: Float64Array,
    private readonly selected: Uint8Array,
    public value: number,
  ) {}

  gain(item: number): number {
    return this.selected[item] === 1 ? 0 : this.gains[item]!;
  }

  add(item: number): ArrayLike<number> | 'all' {
    if (this.selected[item] === 1) return [];
    this.value += this.gains[item]!;
    this.selected[item] = 1;
    const { offsets, ids, weights, dense } = this.rows;
    const [start, end] = [offsets[item]!, offsets[item + 1]!];
    for (let at = start, id = firstId(this.rows, at); at < end; at++, id++) this.gains[ids[id]!]! -= 2 * weights[at]!;
    return dense ? 'all' : ids.subarray(start, end);
  }

  clone(): ObjectiveState {
    return new CutState(this.rows, this.gains.slice(), this.selected.slice(), this.value);
  }
}
