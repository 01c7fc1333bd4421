import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DataFormatError, nearMisses } from '../../core/index.js';
import { abridged, throwRow } from '../classIds.js';
import type { RawExamples, ReadOptions } from './rawExamples.js';
import { VectorTable } from './vectorTable.js';

/** Names of columns that hold the path of an image. */
const pathColumns: readonly string[] = ['path', 'file', 'filename', 'image'];

/**
 * A table with a header: a column of labels, and a column of image paths or else numbers in every other column.
 *
 * @throws DataFormatError If a column is missing, or a row has an empty label, another length, or no finite number
 *   where one belongs; the message has its line.
 */
export async function readCsv(path: string, options: ReadOptions): Promise<RawExamples> {
  const { root = dirname(path), labelColumn = 'label', refuse = throwRow, signal } = options;
  const labels: string[] = [];
  const lines: number[] = [];
  const paths: string[] = [];
  let table: Columns | undefined;
  for await (const { record, line } of recordsOf(path)) {
    signal?.throwIfAborted();
    if (table === undefined) {
      table = columnsOf(path, record, labelColumn);
      continue;
    }
    const problem = rowProblem(table, record);
    if (problem) {
      refuse(`${path}:${line}`, problem.expected, problem.got);
      continue;
    }
    labels.push(record[table.label]!);
    lines.push(line);
    if (table.path !== null) paths.push(resolve(root, record[table.path]!));
  }
  if (labels.length === 0) throw new DataFormatError(path, 'a header and rows', 'no row that can be used');
  const { vectors } = table!;
  return {
    path,
    labels,
    at: (index) => `${path}:${lines[index]}`,
    content: vectors
      ? { kind: 'vectors', features: vectors.features(), dimension: vectors.dimension }
      : { kind: 'image-files', paths, folder: null },
  };
}

/** What the header of a table says. */
interface Columns {
  readonly names: readonly string[];
  /** Position of the labels. */
  readonly label: number;
  /** Position of the paths; `null` where the table holds features. */
  readonly path: number | null;
  /** Positions of the features, and where they are collected. */
  readonly features: readonly number[];
  readonly vectors: VectorTable | null;
}

function columnsOf(file: string, names: readonly string[], labelColumn: string): Columns {
  const label = labelPosition(file, names, labelColumn);
  const path = pathPosition(names, label);
  const features = [...names.keys()].filter((column) => column !== label);
  if (features.length === 0) throw new DataFormatError(file, 'columns of features beside the labels', 'none');
  return { names, label, path, features, vectors: path === null ? new VectorTable(features.length) : null };
}

/** The position of the column with the labels among the columns of a file. */
export function labelPosition(file: string, names: readonly string[], labelColumn: string): number {
  const position = names.indexOf(labelColumn);
  if (position >= 0) return position;
  const [near] = nearMisses(labelColumn, names);
  const hint = `Name the column with --label-column${near === undefined ? '' : `, perhaps ${near}`}`;
  throw new DataFormatError(file, `a column "${labelColumn}"`, abridged(names), hint);
}

/** The position of the column with paths of images, or `null` where there is none. */
export function pathPosition(names: readonly string[], label: number): number | null {
  const position = names.findIndex((name, column) => column !== label && pathColumns.includes(name.toLowerCase()));
  return position < 0 ? null : position;
}

/** Takes the features of a row, or says what is wrong with it. */
function rowProblem(table: Columns, record: readonly string[]): { expected: string; got: unknown } | null {
  const { names, label, path, features, vectors } = table;
  if (record.length !== names.length) return { expected: `${names.length} fields`, got: record.length };
  if (record[label] === '') return { expected: `a label in column "${names[label]}"`, got: 'none' };
  if (path !== null) return record[path] === '' ? { expected: 'the path of an image', got: 'none' } : null;
  const wrong = vectors!.add(features.map((column) => (record[column] === '' ? NaN : Number(record[column]))));
  if (wrong === null) return null;
  const column = features[wrong]!;
  return { expected: `a finite number in column "${names[column]}"`, got: JSON.stringify(record[column]) };
}

async function* recordsOf(path: string): AsyncGenerator<{ record: string[]; line: number }> {
  const { parse } = await import('csv-parse');
  const parser = parse({ bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true });
  const file = createReadStream(path);
  file.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of file.pipe(parser) as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      yield { record, line: info.lines };
    }
  } catch (error) {
    if (error instanceof DataFormatError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const csv = code?.startsWith('CSV_') === true;
    throw new DataFormatError(path, csv ? 'valid CSV' : 'a readable file', csv ? message : code, undefined, {
      cause: error,
    });
  } finally {
    file.destroy();
  }
}
