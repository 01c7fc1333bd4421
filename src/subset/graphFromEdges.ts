import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { NeighborGraph } from './graph.js';
import { type EdgeArrays, graphOfEdges } from './symmetricRows.js';

const where = 'graphFromEdges';

/**
 * A graph from its undirected edges.
 *
 * @param size Number of items n, at least 1.
 * @param edges `[i, j, weight]` for each pair of neighbours, or the same as three arrays; each pair once, in either order, in any order.
 * @returns The graph, rows ascending; weights in float64.
 * @throws InvalidArgumentError If an end is not in `0 .. n - 1`, both ends are the same, a weight is negative or not finite, or a pair comes
 * twice.
 * @example
 * ```ts
 * import { graphFromEdges } from 'tfjs-longtail/subset';
 * const graph = graphFromEdges(3, [[0, 1, 0.9], [2, 1, 0.4]]);
 * console.log(graph.offsets, graph.neighbors); // Uint32Array(4) [ 0, 1, 3, 4 ] Int32Array(4) [ 1, 0, 2, 1 ]: [0, 1, 3, 4] and [1, 0, 2, 1]
 * ```
 */
export function graphFromEdges(
  size: number,
  edges: readonly (readonly [number, number, number])[] | EdgeArrays,
): NeighborGraph {
  checkNumber(where, 'size', size, { min: 1, max: 2 ** 31 - 1, integer: true });
  const arrays = 'sources' in edges ? edges : columnsOf(edges);
  checkEdges(size, arrays);
  const graph = graphOfEdges(size, arrays, Float64Array);
  refuseDuplicates(graph);
  return graph;
}

function columnsOf(edges: readonly (readonly [number, number, number])[]): EdgeArrays {
  // Float64Array: an end that is no integer has to survive until it is refused.
  const column = (which: 0 | 1 | 2): Float64Array => Float64Array.from(edges, (edge) => edge[which]);
  return { sources: column(0), targets: column(1), weights: column(2) };
}

function checkEdges(size: number, { sources, targets, weights }: EdgeArrays): void {
  if (targets.length !== sources.length || weights.length !== sources.length) {
    const got = `${sources.length}, ${targets.length} and ${weights.length}`;
    throw new InvalidArgumentError(where, 'sources, targets and weights of one length', got);
  }
  for (let edge = 0; edge < sources.length; edge++) {
    const [i, j, weight] = [sources[edge]!, targets[edge]!, weights[edge]!];
    const isItem = (end: number): boolean => Number.isInteger(end) && end >= 0 && end < size;
    if (!isItem(i) || !isItem(j)) {
      throw new InvalidArgumentError(where, `edges between items 0..${size - 1}`, `${i} to ${j} as edge ${edge}`);
    }
    if (i === j) throw new InvalidArgumentError(where, 'edges between two items', `${i} to itself as edge ${edge}`);
    if (!(weight >= 0 && weight < Infinity)) {
      const hint = 'Clip negative similarities at 0: with them the objectives are not submodular';
      throw new InvalidArgumentError(where, 'finite weights of at least 0', `${weight} at edge ${edge}`, hint);
    }
  }
}

function refuseDuplicates({ size, offsets, neighbors }: NeighborGraph): void {
  for (let row = 0; row < size; row++) {
    for (let at = offsets[row]! + 1; at < offsets[row + 1]!; at++) {
      if (neighbors[at] !== neighbors[at - 1]) continue;
      const got = `the edge between ${row} and ${neighbors[at]} twice`;
      throw new InvalidArgumentError(where, 'each pair once', got, 'An edge stands for both directions');
    }
  }
}
