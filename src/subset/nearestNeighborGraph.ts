import { checkNumber, macrotask, refuseWrongWebgl } from '../core/index.js';
import { type Block, BlockSearch, GROUP } from './blockSearch.js';
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
  /** Size of a block of products, at least 64. Default 8 MiB; for a source on a slow disk, take more. */
  readonly blockBytes?: number;
}

const where = 'nearestNeighborGraph';

/**
 * The graph of nearest neighbours by cosine: i and j are joined if either is among the `neighbors` items nearest to the other, with weight
 * $`s_ij = <e_i, e_j> / (|e_i| |e_j|)`$. Items at a cosine of 0 or less are no neighbours (their similarity is clipped at 0, and edges of weight 0 say nothing).
 *
 * The search is exact: float32 products on the current backend, each pair once, propose; every one within rounding of an item's nearest so far
 * is computed again in float64, and that decides. So the graph depends neither on the backend nor on `blockBytes`; ties go to the lowest index.
 *
 * Time is that of n^2 / 2 products. Memory beyond the embeddings and the graph: about ten times `blockBytes`, 12 bytes for each of the
 * n x `neighbors` neighbours, and two blocks of rows. Embeddings that fit in four times `blockBytes` are read once, others block by block, each
 * $`n / (2 H)`$ times on average with `H = sqrt(blockBytes / 32)`, by default 512.
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
 * console.log(graph.neighbors.join(' '), Array.from(graph.weights, (w) => w.toFixed(1)).join(' ')); // 1 0 2 1 0.8 0.8 0.6 0.6
 * ```
 */
export async function nearestNeighborGraph(
  embeddings: EmbeddingArray | EmbeddingSource,
  { neighbors, blockBytes = 2 ** 23, onProgress, signal }: NearestNeighborOptions,
): Promise<NeighborGraph> {
  refuseWrongWebgl(where);
  checkNumber(where, 'neighbors', neighbors, { min: 1, integer: true });
  checkNumber(where, 'blockBytes', blockBytes, { min: 64 });
  const source = embeddingsFrom(embeddings);
  const { size, dimension } = source;
  const search = new BlockSearch(new NeighborLists(size, Math.max(1, Math.min(neighbors, size - 1))), dimension);
  const read = await blockReader(source, 4 * blockBytes);
  // Wide blocks suit the products of the native backend.
  const height = Math.floor(Math.sqrt(blockBytes / 32));
  const width = Math.max(GROUP, 8 * height);
  for (let start = 0; start < size; start += height) {
    const rows = await read(start, height);
    for (let first = start; first < size; first += width) {
      signal?.throwIfAborted();
      await search.visit(rows, await read(first, width));
    }
    const left = size - start - rows.count;
    onProgress?.({ done: (size * (size - 1) - left * (left - 1)) / 2, total: (size * (size - 1)) / 2 });
    await macrotask();
  }
  return search.lists.toGraph();
}

/** Reads blocks of unit vectors; all at once in the beginning, where they fit in `keptBytes`. */
async function blockReader(
  source: EmbeddingSource,
  keptBytes: number,
): Promise<(start: number, count: number) => Promise<Block>> {
  const { size, dimension } = source;
  const all = 4 * size * dimension <= keptBytes ? await unitRows(where, source, 0, size) : null;
  return async (start, count) => {
    const end = Math.min(size, start + count);
    const kept = all?.subarray(start * dimension, end * dimension);
    return { start, count: end - start, values: kept ?? (await unitRows(where, source, start, end)) };
  };
}
