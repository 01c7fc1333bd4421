import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type } from 'arktype';
import { DataFormatError } from '../core/index.js';
import { readNpy } from '../data/node/index.js';

/** What tells the pool of a selection from others. */
export interface PoolRecord {
  /** Name of the data, their profile and what else was cut. */
  readonly name: string;
  /** Number of examples. */
  readonly size: number;
  /** SHA-256 of their class ids in order, as int32, in hexadecimal; `null` for a pool without labels. */
  readonly labelsSha256: string | null;
}

/** Files of a selection. */
export const selectionFiles = {
  indices: 'indices.npy',
  gains: 'gains.npy',
  summary: 'summary.json',
  page: 'report.html',
} as const;

/** The record of labelled examples. */
export function poolRecord(name: string, labels: ArrayLike<number>): PoolRecord {
  const labelsSha256 = createHash('sha256').update(Int32Array.from(labels)).digest('hex');
  return { name, size: labels.length, labelsSha256 };
}

const summary = type({ pool: { name: 'string', size: 'number', labelsSha256: 'string | null' } });

/**
 * Positions of the selected examples, ascending.
 *
 * @param path A folder of `longtail select`, or a `.npy` of positions from 0.
 * @param pool What they are positions in.
 * @throws DataFormatError If it cannot be read, is of another pool, or a position is out of range or there twice.
 */
export async function readSubset(path: string, pool: PoolRecord): Promise<Int32Array> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder) checkPool(join(path, selectionFiles.summary), pool);
  const file = isFolder ? join(path, selectionFiles.indices) : path;
  const { data, shape } = await readNpy(file);
  if (shape.length !== 1 || data.length === 0 || data instanceof Float32Array || data instanceof Float64Array) {
    const expected = 'positions, integers [k] with k at least 1';
    throw new DataFormatError(file, expected, `${data.constructor.name} of shape [${shape.join(', ')}]`);
  }
  const positions = Int32Array.from(data as Int32Array, Number).sort();
  positions.forEach((position, at) => {
    if (position < 0 || position >= pool.size) {
      const expected = `positions in 0..${pool.size - 1}, the training examples of ${pool.name}`;
      throw new DataFormatError(file, expected, position, 'It was selected from other data');
    }
    if (position === positions[at - 1]) throw new DataFormatError(file, 'each position once', `${position} twice`);
  });
  return positions;
}

function checkPool(path: string, pool: PoolRecord): void {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DataFormatError(path, 'the summary of a selection', code ?? message, undefined, { cause: error });
  }
  const parsed = summary(json);
  if (parsed instanceof type.errors) throw new DataFormatError(path, 'the summary of a selection', parsed[0]!.message);
  const { size, labelsSha256, name } = parsed.pool;
  const isSame = size === pool.size && (labelsSha256 === null || labelsSha256 === pool.labelsSha256);
  if (isSame) return;
  const hint =
    'Data, profile, hold-out and seed of a drawn hold-out must be those of the run that it was selected with';
  throw new DataFormatError(path, `a selection from ${pool.size} examples of ${pool.name}`, `${size} of ${name}`, hint);
}
