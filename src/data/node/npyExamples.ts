import { DataFormatError, InvalidArgumentError } from '../../core/index.js';
import { throwRow } from '../classIds.js';
import { openNpy, readNpy, type NpyFile, type RowRange } from './npy.js';
import type { RawExamples, ReadOptions } from './rawExamples.js';

/**
 * Features or images of one `.npy` file with labels of another: `[N, D]` of any dtype are vectors, `[N, H, W, C]` and
 * `[N, H, W]` of bytes are images.
 *
 * @throws InvalidArgumentError If no labels are named.
 * @throws DataFormatError If a file is not valid, or there are not as many labels as examples.
 */
export async function readNpyExamples(path: string, { labels: labelPath }: ReadOptions): Promise<RawExamples> {
  if (labelPath === undefined) {
    const hint = 'Name them with --labels, or with --test-labels those of the test data';
    throw new InvalidArgumentError('openDataset', `labels for ${path}`, 'none', hint);
  }
  const file = await openNpy(path);
  const labels = await readNpyLabels(labelPath);
  const [size = 0] = file.shape;
  if (labels.length !== size) {
    throw new DataFormatError(labelPath, `${size} labels, one for each row of ${path}`, labels.length);
  }
  return {
    path,
    labels: Array.from(labels, String),
    at: (index) => `${labelPath}, row ${index}`,
    content: { kind: kindOf(file), file },
  };
}

/**
 * Class numbers from a `.npy` file of one axis.
 *
 * @param path The file: whole numbers from 0, of any dtype that {@link readNpy} reads.
 * @returns Labels `[N]`.
 * @throws DataFormatError If there is another axis, or an entry is no whole number of at least 0; the message has its row.
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { readNpyLabels, writeNpy } from 'tfjs-longtail/data/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'npy-')), 'y.npy');
 * await writeNpy(path, BigInt64Array.of(2n, 0n, 1n));
 * console.log((await readNpyLabels(path)).join(' ')); // 2 0 1
 * ```
 */
export async function readNpyLabels(path: string): Promise<Int32Array> {
  const { shape, data } = await readNpy(path);
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new DataFormatError(path, 'labels [N]', `shape [${shape.join(', ')}]`);
  }
  return Int32Array.from(data as ArrayLike<number | bigint>, (entry, row) => {
    const label = Number(entry);
    if (Number.isInteger(label) && label >= 0 && label < 2 ** 31) return label;
    throw new DataFormatError(`${path}, row ${row}`, 'a class number from 0', entry);
  });
}

/** Float32 features `[B, D]` of rows of a `.npy` file; they may not be finite. */
export async function featureRows(file: NpyFile, ranges: readonly RowRange[]): Promise<Float32Array> {
  const rows = await file.readRows(ranges);
  return rows instanceof Float32Array ? rows : Float32Array.from(rows as ArrayLike<number | bigint>, Number);
}

/** The same, of which all are finite: a DataFormatError names the first row that is not. */
export async function finiteFeatureRows(file: NpyFile, ranges: readonly RowRange[]): Promise<Float32Array> {
  const features = await featureRows(file, ranges);
  const wrong = features.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return features;
  let row = Math.floor(wrong / file.rowLength);
  for (const [start, end] of ranges) {
    if (row < end - start) throwRow(...notFinite(file, start + row, features[wrong]!, wrong % file.rowLength));
    row -= end - start;
  }
  return features;
}

/** What is wrong with a row of features, for {@link RefuseRow}. */
export function notFinite(file: NpyFile, row: number, value: number, column: number): [string, string, string] {
  return [`${file.path}, row ${row}`, 'finite features', `${value} in column ${column}`];
}

function kindOf({ path, shape, dtype }: NpyFile): 'vector-rows' | 'image-rows' {
  if (shape.length === 2) return 'vector-rows';
  if (dtype === 'u1' && (shape.length === 3 || shape.length === 4)) return 'image-rows';
  const got = `${dtype} [${shape.join(', ')}]`;
  throw new DataFormatError(path, 'features [N, D], or images [N, H, W, C] or [N, H, W] of bytes (u1)', got);
}
