import { InvalidArgumentError } from '../core/index.js';
import { checkGraph } from './checkGraph.js';
import type { NeighborGraph } from './graph.js';

/** Similarities on a graph: 0 between items that are no neighbours. */
export interface GraphSimilarities {
  /** Similarities of neighbours. */
  readonly graph: NeighborGraph;
  /** Similarity of an item to itself, at least 0. Default 1, that of a cosine. */
  readonly selfSimilarity?: number;
}

/** All similarities. */
export interface DenseSimilarities {
  /** `[n, m]`, a row for each item that may be selected, row by row; at least 0. Square, with itself on the diagonal, unless `size` says n. */
  readonly similarities: Float32Array | Float64Array;
  /** Number of items n. Default: the root of the number of similarities. */
  readonly size?: number;
}

/** How similar each item is to each of the points that the selection is to stand for: mostly the items themselves. */
export interface SimilarityRows {
  /** Number of items n. */
  readonly size: number;
  /** Number of points m. */
  readonly points: number;
  /** Start of each item's row, `[n + 1]`. */
  readonly offsets: Float64Array;
  /** Points of each row that are similar to it at all; of dense rows only once, `0 .. m - 1`. */
  readonly ids: Int32Array;
  /** Similarity to each, row by row. */
  readonly weights: Float32Array | Float64Array;
  /** Whether every row has all points. */
  readonly dense: boolean;
}

/** Where the points of a row begin in `ids`, for its entry at `offset`. */
export function firstId(rows: SimilarityRows, offset: number): number {
  return rows.dense ? 0 : offset;
}

/** Checked rows of either kind. */
export function similarityRows(where: string, options: GraphSimilarities | DenseSimilarities): SimilarityRows {
  return 'graph' in options ? graphRows(where, options) : denseRows(where, options);
}

/** The rows of a graph, each with the item itself in its place. */
function graphRows(where: string, { graph, selfSimilarity = 1 }: GraphSimilarities): SimilarityRows {
  checkGraph(where, graph);
  if (!(selfSimilarity >= 0 && selfSimilarity < Infinity)) {
    throw new InvalidArgumentError(where, 'selfSimilarity to be a finite number of at least 0', selfSimilarity);
  }
  const { size, neighbors } = graph;
  const offsets = Float64Array.from(graph.offsets, (offset, row) => offset + row);
  const ids = new Int32Array(neighbors.length + size);
  const weights = new Float64Array(neighbors.length + size);
  for (let row = 0; row < size; row++) {
    let to = offsets[row]!;
    let at = graph.offsets[row]!;
    const end = graph.offsets[row + 1]!;
    for (; at < end && neighbors[at]! < row; at++, to++) {
      ids[to] = neighbors[at]!;
      weights[to] = graph.weights[at]!;
    }
    ids[to] = row;
    weights[to++] = selfSimilarity;
    for (; at < end; at++, to++) {
      ids[to] = neighbors[at]!;
      weights[to] = graph.weights[at]!;
    }
  }
  return { size, points: size, offsets, ids, weights, dense: false };
}

function denseRows(where: string, { similarities, size: given }: DenseSimilarities): SimilarityRows {
  const size = given ?? Math.sqrt(similarities.length);
  const points = similarities.length / size;
  if (!(Number.isInteger(size) && size >= 1 && Number.isInteger(points) && points >= 1)) {
    const expected = given === undefined ? 'similarities [n, n] with n at least 1' : `similarities [${given}, m]`;
    throw new InvalidArgumentError(where, expected, `${similarities.length} numbers`, 'size is the number of rows');
  }
  refuseNegative(where, 'similarities', similarities, points);
  const offsets = Float64Array.from({ length: size + 1 }, (_, row) => row * points);
  const ids = Int32Array.from({ length: points }, (_, point) => point);
  return { size, points, offsets, ids, weights: similarities, dense: true };
}

/** Throws unless all of `[n, columns]` numbers are finite and at least 0. */
export function refuseNegative(where: string, name: string, values: ArrayLike<number>, columns: number): void {
  for (let at = 0; at < values.length; at++) {
    if (values[at]! >= 0 && values[at]! < Infinity) continue;
    const got = `${values[at]} in row ${Math.floor(at / columns)}, column ${at % columns}`;
    throw new InvalidArgumentError(where, `finite ${name} of at least 0`, got);
  }
}

/** A square matrix that equals its transpose: the one given, or its mean with the transpose where they differ by rounding of float32 only. */
export function symmetric(
  where: string,
  name: string,
  values: Float32Array | Float64Array,
  size: number,
): Float32Array | Float64Array {
  let mean: Float64Array | null = null;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const [a, b] = [values[row * size + column]!, values[column * size + row]!];
      if (a === b) continue;
      if (!(Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a), Math.abs(b)))) {
        throw new InvalidArgumentError(where, `symmetric ${name}`, `${a} and ${b} for items ${row} and ${column}`);
      }
      mean ??= Float64Array.from(values);
      mean[row * size + column] = mean[column * size + row] = (a + b) / 2;
    }
  }
  return mean ?? values;
}

/** The items similar to any of some points, some of them more than once; `'all'` where a list would be longer than that. */
export function itemsSimilarTo(rows: SimilarityRows, points: Int32Array): ArrayLike<number> | 'all' {
  if (rows.dense) return points.length === 0 ? points : 'all';
  const { offsets, ids } = rows; // of a graph: the row of a point holds the items that have it in theirs
  let entries = 0;
  for (const point of points) entries += offsets[point + 1]! - offsets[point]!;
  if (entries >= rows.size) return 'all';
  const items = new Int32Array(entries);
  let end = 0;
  for (const point of points) {
    for (let entry = offsets[point]!; entry < offsets[point + 1]!; entry++) items[end++] = ids[entry]!;
  }
  return items;
}
