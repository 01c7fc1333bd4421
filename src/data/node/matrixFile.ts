import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { DataFormatError } from '../../core/index.js';
import { optionalPackage } from '../../core/node/index.js';
import { openNpy } from './npy.js';
import { openParquet } from './parquet.js';
import { VectorTable } from './vectorTable.js';

/** A table of numbers in a file: an embedding or a distribution a row. */
export interface MatrixFile {
  /** The file. */
  readonly path: string;
  /** Number of rows n. */
  readonly size: number;
  /** Numbers of a row d. */
  readonly dimension: number;
  /** Rows `start .. end - 1`, one behind the other. */
  rows(start: number, end: number): Promise<Float32Array>;
}

/** Options of {@link openMatrix}. */
export interface OpenMatrixOptions {
  /** Column of lists that holds the rows of a Parquet or Arrow file. Default: the only one there is. */
  readonly column?: string;
  /** Ends the reading of a file that is read whole. */
  readonly signal?: AbortSignal | undefined;
}

/** Endings of files that hold tables of columns, so that embeddings and probabilities may lie in one. */
const tableEndings = ['.parquet', '.arrow', '.feather', '.ipc'];

/** Whether a file is a table of columns by the ending of its name. */
export function isTable(path: string): boolean {
  return tableEndings.includes(extname(path).toLowerCase());
}

/**
 * Opens a file of numbers: `.npy` `[n, d]` of float32 or float64, of which rows are read when they are asked for, so that it may be larger
 * than memory; Parquet (`.parquet`) or Arrow (`.arrow`, `.feather`, `.ipc`) with a column of lists, which is read whole, `4 n d` bytes.
 *
 * @param path The file.
 * @param options Which column, and cancellation.
 * @returns The table, in float32; fit as an `EmbeddingSource` of `tfjs-longtail/subset`.
 * @throws DataFormatError If the file is damaged, of another shape, or without the column, or a list has another length; the message has
 * the row.
 * @throws BackendError If a package that the format needs is not installed.
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { openMatrix, writeNpy } from 'tfjs-longtail/data/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'npy-')), 'x.npy');
 * await writeNpy(path, Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
 * const { size, dimension, rows } = await openMatrix(path);
 * console.log(size, dimension, await rows(1, 2)); // 3 2 Float32Array(2) [ 3, 4 ]
 * ```
 */
export async function openMatrix(path: string, { column, signal }: OpenMatrixOptions = {}): Promise<MatrixFile> {
  if (!isTable(path)) return openNpyMatrix(path);
  const lists = extname(path).toLowerCase() === '.parquet' ? parquetLists : arrowLists;
  const table = await lists(path, column, signal);
  const { dimension } = table;
  const values = table.features();
  const rows = (start: number, end: number): Promise<Float32Array> =>
    Promise.resolve(values.subarray(start * dimension, end * dimension));
  return { path, size: values.length / dimension, dimension, rows };
}

async function openNpyMatrix(path: string): Promise<MatrixFile> {
  const { dtype, shape, readRows } = await openNpy(path);
  const [size, dimension, ...others] = shape;
  if (!dtype.startsWith('f') || !size || !dimension || others.length > 0) {
    const got = `dtype ${dtype} of shape [${shape.join(', ')}]`;
    throw new DataFormatError(path, '[rows, numbers] of float32 or float64, at least one of each', got);
  }
  const rows = async (start: number, end: number): Promise<Float32Array> => {
    const values = await readRows([[start, end]]);
    return values instanceof Float32Array ? values : Float32Array.from(values as Float64Array);
  };
  return { path, size, dimension, rows };
}

async function parquetLists(path: string, column: string | undefined, signal?: AbortSignal): Promise<VectorTable> {
  const file = await openParquet(path);
  const name = columnOf(path, file.lists, column);
  const table = new ListTable(path, name);
  for await (const row of file.rows(signal)) table.add(row[name]);
  return table.finished();
}

async function arrowLists(path: string, column: string | undefined): Promise<VectorTable> {
  const { DataType, tableFromIPC } = await optionalPackage('apache-arrow', 'Arrow files', () => import('apache-arrow'));
  const arrow = await readArrow(path, tableFromIPC);
  const isList = ({ type }: { type: unknown }): boolean => DataType.isList(type) || DataType.isFixedSizeList(type);
  const lists = arrow.schema.fields.filter(isList).map((field) => field.name);
  const name = columnOf(path, lists, column);
  const table = new ListTable(path, name);
  for (const row of arrow.getChild(name)!) table.add(row);
  return table.finished();
}

async function readArrow<T>(path: string, parse: (bytes: Uint8Array) => T): Promise<T> {
  try {
    return parse(await readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [expected, got] = code ? ['a readable file', code] : ['a valid Arrow file', message];
    const hint = /compress/i.test(message) ? 'Write it without compression' : undefined;
    throw new DataFormatError(path, expected, got, hint, { cause: error });
  }
}

function columnOf(path: string, lists: readonly string[], wanted: string | undefined): string {
  const [only, ...others] = lists;
  const name = wanted ?? (others.length === 0 ? only : undefined);
  if (name !== undefined && lists.includes(name)) return name;
  const expected = wanted === undefined ? 'one column of lists' : `a column of lists "${wanted}"`;
  throw new DataFormatError(path, expected, lists.length === 0 ? 'none' : lists.join(', '));
}

/** The lists of a column, all of one length. */
class ListTable {
  #table: VectorTable | undefined;
  #rows = 0;

  constructor(
    readonly path: string,
    readonly column: string,
  ) {}

  add(list: unknown): void {
    const numbers = Array.from((list ?? []) as Iterable<number | bigint>, Number);
    this.#table ??= new VectorTable(numbers.length);
    const { dimension } = this.#table;
    if (numbers.length !== dimension || dimension === 0) {
      this.#refuse(`${dimension || 'some'} numbers in column "${this.column}"`, numbers.length);
    }
    const wrong = this.#table.add(numbers);
    if (wrong !== null) this.#refuse(`a finite number in column "${this.column}"[${wrong}]`, numbers[wrong]);
    this.#rows += 1;
  }

  finished(): VectorTable {
    if (this.#table === undefined) throw new DataFormatError(this.path, 'rows', 'none');
    return this.#table;
  }

  #refuse(expected: string, got: unknown): never {
    throw new DataFormatError(`${this.path}, row ${this.#rows}`, expected, got);
  }
}
