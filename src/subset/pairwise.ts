import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { checkGraph } from './checkGraph.js';
import type { NeighborGraph } from './graph.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';

/** Options of {@link pairwiseObjective}. */
export interface PairwiseOptions {
  /** Utility u of each item, `[n]`, finite; see {@link marginUtility}. */
  readonly utility: ArrayLike<number>;
  /** Similarities s of neighbours. */
  readonly graph: NeighborGraph;
  /** Weight of utility, at least 0. Default 0.9. */
  readonly alpha?: number;
  /** Weight of similarity, at least 0. Default 0.1. */
  readonly beta?: number;
  /** Whether the smallest constant that makes the objective monotone is added to every item. Default false. */
  readonly shift?: boolean;
}

/** A {@link pairwiseObjective}. */
export interface PairwiseObjective extends SubsetObjective {
  /** What was added to each item: 0 without `shift`, or where the objective is monotone without it. */
  readonly delta: number;
}

const where = 'pairwiseObjective';

/**
 * Utility of the items selected minus similarity of the pairs among them:
 * $`f(S) = alpha sum_{i in S} u_i - beta sum_{ {i, j} in E, i, j in S } s_ij`$, each edge once.
 *
 * It is submodular, and monotone iff $`alpha u_i >= beta sum_j s_ij`$ for each item. Where it is not, `shift` adds
 * $`delta = max_i [beta sum_j s_ij - alpha u_i]`$ to each item: f grows by `delta |S|`, so sets of one size keep their order and greedy its picks,
 * and greedy's factor holds for the shifted value. A gain is one look-up; adding an item costs its number of neighbours.
 *
 * @param options Utilities and graph.
 * @returns The objective, with the shift as $`delta`$.
 * @throws InvalidArgumentError If a utility or a weight is not finite, lengths differ, or the graph is not one.
 * @example
 * ```ts
 * import { graphFromEdges, pairwiseObjective } from 'tfjs-longtail/subset';
 * const graph = graphFromEdges(3, [[0, 1, 0.9], [1, 2, 0.4]]);
 * const state = pairwiseObjective({ utility: [0.95, 0.99, 0.85], graph }).start();
 * state.add(1);
 * console.log(state.gain(0).toFixed(3)); // 0.765: 0.9 * 0.95 - 0.1 * 0.9 = 0.765
 * ```
 * @see Ramalingam et al., "Less is more: Selecting informative and diverse subsets with balancing constraints", 2021;
 * Boether et al., "On Distributed Larger-Than-Memory Subset Selection With Pairwise Submodular Functions", 2025.
 */
export function pairwiseObjective({
  utility,
  graph,
  alpha = 0.9,
  beta = 0.1,
  shift = false,
}: PairwiseOptions): PairwiseObjective {
  checkNumber(where, 'alpha', alpha, { min: 0 });
  checkNumber(where, 'beta', beta, { min: 0 });
  checkGraph(where, graph);
  const alone = scaledUtility(utility, graph.size, alpha);
  const lacking = largestLack(alone, graph, beta);
  const delta = shift ? Math.max(0, lacking) : 0;
  if (delta > 0) for (let item = 0; item < alone.length; item++) alone[item]! += delta;
  return {
    name: 'pairwise',
    size: graph.size,
    delta,
    properties: {
      monotone: shift || lacking <= 0,
      submodular: true,
      modular: beta === 0 || graph.weights.every((weight) => weight === 0),
    },
    start: () => new PairwiseState(graph, beta, alone.slice(), new Uint8Array(graph.size), 0),
  };
}

function scaledUtility(utility: ArrayLike<number>, size: number, alpha: number): Float64Array {
  if (utility.length !== size) {
    throw new InvalidArgumentError(where, `utilities of the graph's ${size} items`, `${utility.length}`);
  }
  return Float64Array.from(utility, (value, item) => {
    if (!Number.isFinite(value)) throw new InvalidArgumentError(where, 'finite utilities', `${value} at item ${item}`);
    return alpha * value;
  });
}

/** `max_i [beta sum_j s_ij - alpha u_i]`: what the worst item lacks to never lower the value. */
function largestLack(alone: Float64Array, { size, offsets, weights }: NeighborGraph, beta: number): number {
  let largest = -Infinity;
  for (let item = 0; item < size; item++) {
    let similarity = 0;
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) similarity += weights[at]!;
    largest = Math.max(largest, beta * similarity - alone[item]!);
  }
  return largest;
}

const nobody = new Int32Array(0);

/** Gains are kept for all items and fall when a neighbour is selected. */
class PairwiseState implements ObjectiveState {
  constructor(
    private readonly graph: NeighborGraph,
    private readonly beta: number,
    private readonly gains: Float64Array,
    private readonly selected: Uint8Array,
    public value: number,
  ) {}

  gain(item: number): number {
    return this.selected[item] === 1 ? 0 : this.gains[item]!;
  }

  add(item: number): ArrayLike<number> {
    if (this.selected[item] === 1) return nobody;
    const { offsets, neighbors, weights } = this.graph;
    this.value += this.gains[item]!;
    this.selected[item] = 1;
    const start = offsets[item]!;
    const end = offsets[item + 1]!;
    for (let at = start; at < end; at++) this.gains[neighbors[at]!]! -= this.beta * weights[at]!;
    return neighbors.subarray(start, end);
  }

  clone(): ObjectiveState {
    return new PairwiseState(this.graph, this.beta, this.gains.slice(), this.selected.slice(), this.value);
  }
}
