import type { Index } from 'usearch';
import { checkNumber, macrotask } from '../../core/index.js';
import { optionalPackage } from '../../core/node/index.js';
import {
  type EmbeddingArray,
  embeddingsFrom,
  type EmbeddingSource,
  type NeighborGraph,
  type NeighborSearchOptions,
} from '../index.js';
import { unitRows } from '../embeddings.js';
import { NeighborLists } from '../neighborLists.js';

/** Options of {@link approximateNeighborGraph}. */
export interface ApproximateNeighborOptions extends NeighborSearchOptions {
  /** Candidates kept while building the index and while searching it: more find more of the true neighbours, and take longer. Default 64. */
  readonly expansion?: number;
  /** Threads. Default: one per core. With 1 the graph is the same each time; with more, which neighbours are missed differs a little. */
  readonly threads?: number;
}

const where = 'approximateNeighborGraph';

/** Rows that go to the index at a time: enough for all threads, few enough to report and to be cancelled between. */
const BATCH = 8192;

/**
 * The graph of `nearestNeighborGraph`, up to neighbours that are missed: by a navigable small-world index (HNSW), in time of about
 * $`n log n`$ where the exact search takes $`n^2`$. It needs the optional package `usearch`.
 *
 * Similarities are the index's float32 cosines. The embeddings are read twice, block by block; memory is that of the index, about
 * `4 d + 300` bytes an item, and the graph.
 *
 * @param embeddings `[n, d]`, of any length but 0.
 * @param options Number of neighbours, how hard to search, threads, progress and cancellation.
 * @returns The graph, weights in float32.
 * @throws InvalidArgumentError If an embedding is 0 or not finite; the error names the item.
 * @throws BackendError If usearch is not installed.
 * @example
 * ```ts
 * import { approximateNeighborGraph } from 'tfjs-longtail/subset/node';
 * const values = Float32Array.of(1, 0, 4, 3, 0, 2);
 * const graph = await approximateNeighborGraph({ values, dimension: 2 }, { neighbors: 1 });
 * console.log(graph.neighbors); // Int32Array(4) [ 1, 0, 2, 1 ]
 * ```
 * @see Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs", 2018.
 */
export async function approximateNeighborGraph(
  embeddings: EmbeddingArray | EmbeddingSource,
  { neighbors, expansion = 64, threads = 0, onProgress, signal }: ApproximateNeighborOptions,
): Promise<NeighborGraph> {
  checkNumber(where, 'neighbors', neighbors, { min: 1, integer: true });
  checkNumber(where, 'expansion', expansion, { min: 1, integer: true });
  checkNumber(where, 'threads', threads, { min: 0, integer: true });
  const source = embeddingsFrom(embeddings);
  const { size, dimension } = source;
  const capacity = Math.max(1, Math.min(neighbors, size - 1));
  const asked = capacity + 1; // an item finds itself
  const index = await newIndex(dimension, Math.max(expansion, asked));
  const lists = new NeighborLists(size, capacity);
  for (const pass of ['add', 'search'] as const) {
    for (let start = 0; start < size; start += BATCH) {
      signal?.throwIfAborted();
      const end = Math.min(size, start + BATCH);
      const rows = await unitRows(where, source, start, end);
      if (pass === 'add') index.add(keysOf(start, end), rows, threads);
      else collect(lists, start, index.search(rows, asked, threads), asked);
      onProgress?.({ done: pass === 'add' ? end : size + end, total: 2 * size });
      await macrotask();
    }
  }
  return lists.toGraph();
}

function keysOf(start: number, end: number): BigUint64Array {
  return BigUint64Array.from({ length: end - start }, (_, row) => BigInt(start + row));
}

/** What a search returns for a block; for a block of one row, `counts` is missing and all matches are its. */
interface Matches {
  readonly keys: BigUint64Array;
  readonly distances: Float32Array;
  readonly counts?: BigUint64Array;
}

function collect(lists: NeighborLists, start: number, { keys, distances, counts }: Matches, stride: number): void {
  const rows = counts?.length ?? 1;
  for (let row = 0; row < rows; row++) {
    const found = counts === undefined ? keys.length : Number(counts[row]);
    for (let at = row * stride; at < row * stride + found; at++) {
      const other = Number(keys[at]);
      if (other !== start + row) lists.offer(start + row, other, Math.min(1, 1 - distances[at]!));
    }
  }
}

async function newIndex(dimensions: number, expansion: number): Promise<Index> {
  const { Index, MetricKind, ScalarKind } = await optionalPackage('usearch', where, () => import('usearch'));
  return new Index({
    dimensions,
    metric: MetricKind.IP, // of unit vectors: their cosine, for a third of the work
    quantization: ScalarKind.F32,
    connectivity: 16,
    expansion_add: expansion,
    expansion_search: expansion,
    multi: false,
  });
}
