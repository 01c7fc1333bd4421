import { InvalidArgumentError } from '../core/index.js';
import type { NeighborGraph } from './graph.js';

/** Throws unless a graph is what {@link NeighborGraph} says: objectives that trust a crooked one give wrong gains without a sign. */
export function checkGraph(where: string, graph: NeighborGraph): void {
  const { size, offsets, neighbors, weights } = graph;
  const fits =
    Number.isInteger(size) &&
    size >= 1 &&
    offsets.length === size + 1 &&
    offsets[0] === 0 &&
    offsets[size] === neighbors.length &&
    weights.length === neighbors.length;
  if (!fits) {
    const got = `offsets ${offsets.length} from ${offsets[0]} to ${offsets[size]}, ${neighbors.length} neighbours, ${weights.length} weights`;
    throw new InvalidArgumentError(where, `a graph of ${size} items in compressed rows`, got);
  }
  checkRows(where, graph);
}

/** Rows ascend, and every entry meets its twin: read in order, the next unread entry of the neighbour's row is this one. */
function checkRows(where: string, { size, offsets, neighbors, weights }: NeighborGraph): void {
  const refuse = (expected: string, got: string): never => {
    throw new InvalidArgumentError(where, expected, got, 'graphFromEdges makes a valid graph of edges');
  };
  for (let row = 0; row < size; row++) {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (!(start <= end)) refuse('offsets that ascend', `${end} after ${start}`);
  }
  const next = Float64Array.from(offsets);
  for (let row = 0; row < size; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const neighbor = neighbors[at]!;
      const weight = weights[at]!;
      if (!(weight >= 0 && weight < Infinity)) refuse('finite weights of at least 0', `${weight} in row ${row}`);
      if (!(neighbor >= 0 && neighbor < size)) refuse(`neighbours in 0..${size - 1}`, `${neighbor} in row ${row}`);
      if (at > offsets[row]! && neighbor <= neighbors[at - 1]!) {
        refuse('neighbours that ascend', `${neighbor} after ${neighbors[at - 1]} in row ${row}`);
      }
      if (neighbor === row) refuse('no item to be its own neighbour', `item ${row}`);
      const twin = next[neighbor]!++;
      const meets = twin < offsets[neighbor + 1]! && neighbors[twin] === row && weights[twin] === weight;
      const got = 'one way, with two weights or out of order';
      if (!meets) refuse('each edge in the rows of both its ends', `${row} to ${neighbor} ${got}`);
    }
  }
}
