import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { InvalidArgumentError } from '../../core/index.js';
import { npyHeaderBytes, parseNpyHeader } from '../npyHeader.js';
import { pathPosition } from './csv.js';

/** What lies at a path: class folders, a list of images, a table, or an array. */
export type DataKind = 'folder' | 'list' | 'csv' | 'parquet' | 'npy';

/** The kind of a file by the ending of its name. */
const dataEndings: Readonly<Record<string, Exclude<DataKind, 'folder'>>> = {
  '.txt': 'list',
  '.csv': 'csv',
  '.parquet': 'parquet',
  '.npy': 'npy',
};

/** The kind of what lies at `path`; throws an InvalidArgumentError where that is nothing, or nothing that can be read. */
export function dataKind(path: string): DataKind {
  const refuse = (got: string): never => {
    const endings = Object.keys(dataEndings).join(', ');
    throw new InvalidArgumentError('data', `a folder, or a file that ends in ${endings}`, got);
  };
  const found = statSync(path, { throwIfNoEntry: false }) ?? refuse(`${path}, which does not exist`);
  if (found.isDirectory()) return 'folder';
  return dataEndings[extname(path).toLowerCase()] ?? refuse(path);
}

/** Enough for the header of a table with many columns. */
const PEEK_BYTES = 2 ** 20;

/**
 * Whether your own data are feature vectors, from the kind and the beginning of the file: a run has other defaults for
 * them than for images.
 *
 * @param path A folder or file as for {@link openDataset}.
 * @returns False for images, and for what cannot be read: whoever reads it refuses it.
 * @example
 * ```ts
 * import { holdsVectors } from 'tfjs-longtail/data/node';
 * console.log(holdsVectors('.')); // false
 * ```
 */
export function holdsVectors(path: string): boolean {
  try {
    const kind = dataKind(path);
    if (kind === 'npy') return npyRank(path) === 2;
    if (kind === 'csv') return csvHoldsVectors(path);
    return kind === 'parquet';
  } catch {
    return false;
  }
}

function npyRank(path: string): number {
  const start = beginningOf(path);
  return parseNpyHeader(path, start.subarray(0, npyHeaderBytes(path, start))).shape.length;
}

function csvHoldsVectors(path: string): boolean {
  const options = { bom: true, trim: true, to: 1, relax_column_count: true, skip_empty_lines: true };
  const [names]: string[][] = parse(beginningOf(path), options);
  return pathPosition(names!, -1) === null;
}

function beginningOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(PEEK_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, PEEK_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
