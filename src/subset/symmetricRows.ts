import type { NeighborGraph } from './graph.js';

/** Undirected edges, each pair once. */
export interface EdgeArrays {
  /** One end of each edge. */
  readonly sources: ArrayLike<number>;
  /** The other end. */
  readonly targets: ArrayLike<number>;
  /** Weight of each. */
  readonly weights: ArrayLike<number>;
}

/** The graph of checked edges: linear in their number, without any sorting. */
export function graphOfEdges(
  size: number,
  { sources, targets, weights }: EdgeArrays,
  WeightArray: typeof Float32Array | typeof Float64Array,
): NeighborGraph {
  const offsets = new Uint32Array(size + 1);
  for (let edge = 0; edge < sources.length; edge++) {
    offsets[sources[edge]! + 1]!++;
    offsets[targets[edge]! + 1]!++;
  }
  for (let row = 0; row < size; row++) offsets[row + 1]! += offsets[row]!;
  const unordered = { neighbors: new Int32Array(offsets[size]!), weights: new WeightArray(offsets[size]!) };
  const end = offsets.slice(0, size);
  for (let edge = 0; edge < sources.length; edge++) {
    put(unordered, end[sources[edge]!]!++, targets[edge]!, weights[edge]!);
    put(unordered, end[targets[edge]!]!++, sources[edge]!, weights[edge]!);
  }
  return { size, offsets, ...ascending(offsets, unordered) };
}

interface Entries {
  readonly neighbors: Int32Array;
  readonly weights: Float32Array | Float64Array;
}

/** The rows are their own transpose, and a transpose read row by row comes out in ascending order. */
function ascending(offsets: Uint32Array, { neighbors, weights }: Entries): Entries {
  const ordered = { neighbors: neighbors.slice(), weights: weights.slice() };
  const end = offsets.slice();
  for (let row = 0; row < offsets.length - 1; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) put(ordered, end[neighbors[at]!]!++, row, weights[at]!);
  }
  return ordered;
}

function put(entries: Entries, at: number, neighbor: number, weight: number): void {
  entries.neighbors[at] = neighbor;
  entries.weights[at] = weight;
}
