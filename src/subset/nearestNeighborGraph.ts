import * as tf from '@tensorflow/tfjs-core';
import { backendPrecision } from '../backend/index.js';
import { checkNumber } from '../core/index.js';
import { type EmbeddingArray, embeddingsFrom, type EmbeddingSource, unitRows } from './embeddings.js';
import type { NeighborGraph } from './graph.js';
import { NeighborLists } from './neighborLists.js';

/** How far a search for neighbours has come. */
export interface NeighborProgress {
  /** Steps done. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
}

/** What every search for neighbours takes. */
export interface NeighborSearchOptions {
  /** Neighbours to find of each item, at least 1; of fewer other items, all are taken. */
  readonly neighbors: number;
  /** Called now and then. */
  readonly onProgress?: ((progress: NeighborProgress) => void) | undefined;
  /** Ends the search; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link nearestNeighborGraph}. */
export interface NearestNeighborOptions extends NeighborSearchOptions {
  /** Size of a block of products. Default 2 MiB, which stays in a processor's cache; on a GPU, or for a source on a slow disk, take more. */
  readonly blockBytes?: number;
}

const where = 'nearestNeighborGraph';

/**
 * The graph of nearest neighbours by cosine: i and j are joined if either is among the `neighbors` items nearest to the other, with weight
 * `s_ij = <e_i, e_j> / (|e_i| |e_j|)`. Items at a cosine of 0 or less are no neighbours (their similarity is clipped at 0, and edges of weight 0 say nothing).
 *
 * The search is exact: float32 products on the current backend, each pair once, propose; every one within rounding of an item's nearest so far
 * is computed again in float64, and that decides. So the graph depends neither on the backend nor on `blockBytes`; ties go to the lowest index.
 *
 * Time is that of n^2 / 2 products. Memory beyond the embeddings and the graph: twice `blockBytes`, the rows of a block, and 12 bytes for each
 * of the n x `neighbors` neighbours. Nothing of size n x n, and embeddings are read block by block, `n / sqrt(blockBytes / 2)` times half of them.
 *
 * @param embeddings `[n, d]`, of any length but 0; they are scaled to length 1 here.
 * @param options Number of neighbours, size of blocks, progress and cancellation.
 * @returns The graph, weights in float32.
 * @throws InvalidArgumentError If an embedding is 0 or not finite; the error names the item.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { nearestNeighborGraph } from 'tfjs-longtail/subset';
 *
 * await tf.setBackend('cpu');
 * const values = Float32Array.of(1, 0, 4, 3, 0, 2);
 * const graph = await nearestNeighborGraph({ values, dimension: 2 }, { neighbors: 1 });
 * console.log(graph.neighbors, graph.weights); // [1, 0, 2, 1] and about [0.8, 0.8, 0.6, 0.6]
 * ```
 */
export async function nearestNeighborGraph(
  embeddings: EmbeddingArray | EmbeddingSource,
  { neighbors, blockBytes = 2 ** 21, onProgress, signal }: NearestNeighborOptions,
): Promise<NeighborGraph> {
  checkNumber(where, 'neighbors', neighbors, { min: 1, integer: true });
  checkNumber(where, 'blockBytes', blockBytes, { min: 64 });
  const source = embeddingsFrom(embeddings);
  const { size, dimension } = source;
  const search = new Search(new NeighborLists(size, Math.max(1, Math.min(neighbors, size - 1))), dimension);
  const height = Math.floor(Math.sqrt(blockBytes / 8));
  const width = 2 * height;
  for (let start = 0; start < size; start += height) {
    const rows = { start, values: await unitRows(where, source, start, Math.min(size, start + height)) };
    for (let first = start; first < size; first += width) {
      signal?.throwIfAborted();
      const columns = { start: first, values: await unitRows(where, source, first, Math.min(size, first + width)) };
      search.scan(rows, columns, await productsOf(rows, columns, dimension));
    }
    const left = size - Math.min(size, start + height);
    onProgress?.({ done: (size * (size - 1) - left * (left - 1)) / 2, total: (size * (size - 1)) / 2 });
    await nextMacrotask();
  }
  return search.lists.toGraph();
}

/** Unit vectors of successive items. */
interface Block {
  /** The first of them. */
  readonly start: number;
  readonly values: Float32Array;
}

/** `[rows, columns]`, row by row. */
async function productsOf(rows: Block, columns: Block, dimension: number): Promise<Float32Array> {
  const tensor = ({ values }: Block): tf.Tensor2D => tf.tensor2d(values, [values.length / dimension, dimension]);
  const products = tf.tidy(() => tf.matMul(tensor(rows), tensor(columns), false, true));
  try {
    return (await products.data()) as Float32Array;
  } finally {
    products.dispose();
  }
}

class Search {
  /** How far a product of the backend may be from the exact one. */
  private readonly slack: number;
  /** What a product has to reach to be looked at, for each item. */
  private readonly reach: Float32Array;

  constructor(
    readonly lists: NeighborLists,
    private readonly dimension: number,
  ) {
    this.slack = roundingOf(dimension);
    this.reach = Float32Array.from(lists.threshold, (threshold) => threshold - this.slack);
  }

  /** Looks at every pair of a row and a later column. */
  scan(rows: Block, columns: Block, products: Float32Array): void {
    const { dimension, reach } = this;
    const height = rows.values.length / dimension;
    const width = columns.values.length / dimension;
    for (let r = 0; r < height; r++) {
      const row = rows.start + r;
      let reachOfRow = reach[row]!;
      for (let c = Math.max(0, row + 1 - columns.start); c < width; c++) {
        const product = products[r * width + c]!;
        if (product >= reachOfRow || product >= reach[columns.start + c]!) {
          this.decide(row, columns.start + c, dot(rows.values, r, columns.values, c, dimension));
          reachOfRow = reach[row]!;
        }
      }
    }
  }

  private decide(row: number, column: number, similarity: number): void {
    this.lists.offer(row, column, similarity);
    this.lists.offer(column, row, similarity);
    this.reach[row] = this.lists.threshold[row]! - this.slack;
    this.reach[column] = this.lists.threshold[column]! - this.slack;
  }
}

/** In float64, always in the same order: the same for both directions, and for items with equal embeddings. */
function dot(a: Float32Array, row: number, b: Float32Array, column: number, dimension: number): number {
  let sum = 0;
  for (let at = row * dimension, of = column * dimension, end = at + dimension; at < end; at++, of++) {
    sum += a[at]! * b[of]!;
  }
  return sum;
}

/** Bound on the error of a product of two unit vectors, however its terms are summed. */
function roundingOf(dimension: number): number {
  // Operands and result in 8 significant bits, sums in float32.
  if (backendPrecision() === 'bfloat16') return 2 ** -6 + dimension * 2 ** -23;
  const unit = tf.backend().floatPrecision() === 16 ? 2 ** -11 : 2 ** -24;
  return 1.01 * (dimension + 8) * unit;
}

/** Lets timers and signals run: the native backend computes on this thread and never yields by itself. */
function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
