import { DataFormatError } from '../../core/index.js';
import { throwRow } from '../classIds.js';
import { labelPosition } from './csv.js';
import { optionalPackage } from '../../core/node/index.js';
import type { RawExamples, ReadOptions } from './rawExamples.js';
import { VectorTable } from './vectorTable.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * The feature vectors of a Parquet file: its one column of lists, or else the numbers of every column but the labels.
 *
 * @throws DataFormatError If the file is damaged, a column is missing, or a row has no label or no finite number where
 *   one belongs; the message has its position, counted from 0.
 */
export async function readParquet(path: string, options: ReadOptions): Promise<RawExamples> {
  const { labelColumn = 'label', refuse = throwRow, signal } = options;
  const file = await openParquet(path);
  labelPosition(path, file.columns, labelColumn);
  const features = featureColumns(file, labelColumn);
  const labels: string[] = [];
  const rows: number[] = [];
  let table: VectorTable | undefined;
  let position = -1;
  for await (const row of file.rows(signal)) {
    position += 1;
    const numbers = numbersIn(row, features);
    const problem = labelProblem(row, labelColumn) ?? lengthProblem(features, numbers, table);
    if (problem === null) table ??= new VectorTable(numbers.length);
    const found = problem ?? numberProblem(features, row, table!.add(numbers));
    if (found) {
      refuse(`${path}, row ${position}`, found.expected, found.got);
      continue;
    }
    labels.push(String(row[labelColumn]));
    rows.push(position);
  }
  if (table === undefined || labels.length === 0) throw new DataFormatError(path, 'rows', 'none that can be used');
  return {
    path,
    labels,
    at: (index) => `${path}, row ${rows[index]}`,
    content: { kind: 'vectors', features: table.features(), dimension: table.dimension },
  };
}

/** Where the features of a row are: in one column of lists, or in columns of numbers. */
type FeatureColumns = { readonly list: string } | { readonly columns: readonly string[] };

function featureColumns({ path, columns, lists }: ParquetFile, labelColumn: string): FeatureColumns {
  const [list, ...others] = lists.filter((name) => name !== labelColumn);
  if (others.length > 0) throw new DataFormatError(path, 'numbers, or one column of lists', lists.join(', '));
  if (list !== undefined) return { list };
  const numbers = columns.filter((name) => name !== labelColumn);
  if (numbers.length === 0) throw new DataFormatError(path, 'columns of features beside the labels', 'none');
  return { columns: numbers };
}

/** The features of a row; NaN for what is no number. */
function numbersIn(row: Row, features: FeatureColumns): number[] {
  const values = 'list' in features ? row[features.list] : features.columns.map((name) => row[name]);
  return Array.from((values ?? []) as ArrayLike<unknown>, asNumber);
}

/** Text is no number, even where it reads like one. */
function asNumber(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : NaN;
}

type Problem = { readonly expected: string; readonly got: unknown };

function labelProblem(row: Row, column: string): Problem | null {
  const label = row[column];
  if (label !== null && label !== undefined && label !== '') return null;
  return { expected: `a label in column "${column}"`, got: 'none' };
}

function lengthProblem(features: FeatureColumns, numbers: ArrayLike<number>, table?: VectorTable): Problem | null {
  if (!('list' in features) || (numbers.length > 0 && numbers.length === (table?.dimension ?? numbers.length)))
    return null;
  return { expected: `${table?.dimension ?? 'some'} numbers in column "${features.list}"`, got: numbers.length };
}

function numberProblem(features: FeatureColumns, row: Row, wrong: number | null): Problem | null {
  if (wrong === null) return null;
  const [name, value] =
    'list' in features
      ? [`"${features.list}"[${wrong}]`, (row[features.list] as ArrayLike<unknown>)[wrong]]
      : [`"${features.columns[wrong]}"`, row[features.columns[wrong]!]];
  return { expected: `a finite number in column ${name}`, got: value };
}

/** What a file says of itself, and its rows. */
interface ParquetFile {
  readonly path: string;
  readonly columns: readonly string[];
  /** Those of the columns that hold lists. */
  readonly lists: readonly string[];
  /** The rows, read a row group at a time. */
  rows(signal: AbortSignal | undefined): AsyncGenerator<Row>;
}

/** Opens a Parquet file; its rows are read later. */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema, asyncBufferFromFile } = await optionalPackage(
    'hyparquet',
    'Parquet files',
    () => import('hyparquet'),
  );
  const { compressors } = await optionalPackage(
    'hyparquet-compressors',
    'Parquet files',
    () => import('hyparquet-compressors'),
  );
  const { file, metadata } = await valid(path, async () => {
    const buffer = await asyncBufferFromFile(path);
    return { file: buffer, metadata: await parquetMetadataAsync(buffer) };
  });
  const { children } = parquetSchema(metadata);
  async function* rows(signal: AbortSignal | undefined): AsyncGenerator<Row> {
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      signal?.throwIfAborted();
      const rowEnd = rowStart + Number(group.num_rows);
      const range = { rowStart, rowEnd };
      yield* await valid(path, () => parquetReadObjects({ file, metadata, compressors, ...range }));
      rowStart = rowEnd;
    }
  }
  return {
    path,
    columns: children.map(({ element }) => element.name),
    lists: children
      .filter((column) => column.children.length > 0 || column.element.repetition_type === 'REPEATED')
      .map(({ element }) => element.name),
    rows,
  };
}

async function valid<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [expected, got] = code ? ['a readable file', code] : ['a valid Parquet file', message];
    throw new DataFormatError(path, expected, got, undefined, { cause: error });
  }
}
