import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Where embeddings come from, a block of rows at a time, so that they need not fit in memory. */
export interface EmbeddingSource {
  /** Number of items n. */
  readonly size: number;
  /** Numbers per item d. */
  readonly dimension: number;
  /** The embeddings of items `start .. end - 1`, row by row; nobody writes to what comes back. Blocks are asked for many times over. */
  rows(start: number, end: number): Float32Array | Promise<Float32Array>;
}

/** Embeddings in memory. */
export interface EmbeddingArray {
  /** `[n, d]`, row by row. */
  readonly values: Float32Array | Float64Array;
  /** Numbers per item d. */
  readonly dimension: number;
}

/**
 * A source of embeddings from an array in memory; a source comes back as it is, once its size is checked.
 *
 * @param embeddings `[n, d]` with n at least 1, or a source.
 * @returns The source; of a `Float32Array` it shares the memory.
 * @throws InvalidArgumentError If there is no item, or the array does not divide into rows.
 * @example
 * ```ts
 * import { embeddingsFrom } from 'tfjs-longtail/subset';
 * const source = embeddingsFrom({ values: Float32Array.of(1, 0, 0, 1, 1, 1), dimension: 2 });
 * console.log(source.size, await source.rows(2, 3)); // 3 Float32Array(2) [ 1, 1 ]: 3 and [1, 1]
 * ```
 */
export function embeddingsFrom(embeddings: EmbeddingArray | EmbeddingSource): EmbeddingSource {
  const where = 'embeddingsFrom';
  const { dimension } = embeddings;
  checkNumber(where, 'dimension', dimension, { min: 1, integer: true });
  if ('rows' in embeddings) {
    checkNumber(where, 'size', embeddings.size, { min: 1, max: 2 ** 31 - 1, integer: true });
    return embeddings;
  }
  const { values } = embeddings;
  const size = values.length / dimension;
  if (!Number.isInteger(size) || size === 0) {
    const got = `${values.length} numbers`;
    throw new InvalidArgumentError(where, `embeddings [n, ${dimension}] with n at least 1, row by row`, got);
  }
  const rows = (start: number, end: number): Float32Array => {
    const block = values.subarray(start * dimension, end * dimension);
    return block instanceof Float32Array ? block : Float32Array.from(block);
  };
  return { size, dimension, rows };
}

/** Rows of a source, scaled to length 1. */
export async function unitRows(
  where: string,
  source: EmbeddingSource,
  start: number,
  end: number,
): Promise<Float32Array> {
  const { dimension } = source;
  const rows = await source.rows(start, end);
  if (rows.length !== (end - start) * dimension) {
    const expected = `${end - start} rows of ${dimension} numbers from item ${start} on`;
    throw new InvalidArgumentError(where, expected, `${rows.length} numbers`);
  }
  const unit = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += dimension) {
    let squares = 0;
    for (let at = from; at < from + dimension; at++) squares += rows[at]! * rows[at]!;
    if (!(squares > 0 && squares < Infinity)) refuseRow(where, start + from / dimension, squares);
    const scale = 1 / Math.sqrt(squares);
    for (let at = from; at < from + dimension; at++) unit[at] = rows[at]! * scale;
  }
  return unit;
}

function refuseRow(where: string, item: number, squares: number): never {
  if (squares === 0) {
    const hint = 'It has no direction, so no cosine with anything: leave the item out';
    throw new InvalidArgumentError(where, 'embeddings other than 0', `only zeros for item ${item}`, hint);
  }
  throw new InvalidArgumentError(where, 'finite embeddings', `NaN or an infinity for item ${item}`);
}
