import { facilityLocation } from '../facilityLocation.js';
import type { NeighborGraph } from '../graph.js';
import type { SubsetObjective } from '../objective.js';
import { pairwiseObjective } from '../pairwise.js';

/** An objective on a neighbour graph as plain data. */
export type GraphObjective =
  /** As `pairwiseObjective` takes it. */
  | {
      /** Tells it from the others. */
      readonly kind: 'pairwise';
      /** Utility of each item, `[n]`. */
      readonly utility: Float32Array | Float64Array;
      /** Similarities of neighbours. */
      readonly graph: NeighborGraph;
      /** Weight of utility. Default 0.9. */
      readonly alpha?: number;
      /** Weight of similarity. Default 0.1. */
      readonly beta?: number;
      /** Whether the objective is made monotone. Default false. */
      readonly shift?: boolean;
    }
  /** As `facilityLocation` takes it. */
  | {
      /** Tells it from the others. */
      readonly kind: 'facility-location';
      /** Similarities of neighbours. */
      readonly graph: NeighborGraph;
      /** Similarity of an item to itself. Default 1. */
      readonly selfSimilarity?: number;
    };

/** The objective that data describe. */
export function objectiveFrom(data: GraphObjective): SubsetObjective {
  return data.kind === 'pairwise' ? pairwiseObjective(data) : facilityLocation(data);
}

/** The same data with arrays in memory that threads share. */
export function inSharedMemory(data: GraphObjective): GraphObjective {
  const { size, offsets, neighbors, weights } = data.graph;
  const graph = { size, offsets: shared(offsets), neighbors: shared(neighbors), weights: shared(weights) };
  return data.kind === 'pairwise' ? { ...data, graph, utility: shared(data.utility) } : { ...data, graph };
}

/** A copy of an array in shared memory. */
function shared<T extends Float32Array | Float64Array | Int32Array | Uint32Array>(array: T): T {
  const Kind = array.constructor as new (memory: SharedArrayBuffer) => T;
  const copy = new Kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
