/**
 * An undirected graph with a weight per edge, in compressed rows: the neighbours of item i are
 * `neighbors[offsets[i] .. offsets[i + 1]]`, ascending, and each edge stands in the rows of both its ends.
 */
export interface NeighborGraph {
  /** Number of items n. */
  readonly size: number;
  /** Start of each row, `[n + 1]`. */
  readonly offsets: Float64Array | Int32Array | Uint32Array;
  /** Neighbours, `[2 edges]`. */
  readonly neighbors: Int32Array | Uint32Array;
  /** Similarity of each, at least 0, `[2 edges]`; the same at both ends. */
  readonly weights: Float32Array | Float64Array;
}
