import { createHash } from 'node:crypto';
import { DataFormatError } from '../../core/index.js';
import type { RefuseRow } from '../classIds.js';
import { imageDecoder } from './imageDecoder.js';
import { inParallel } from './inParallel.js';
import { featureRows, notFinite } from './npyExamples.js';
import type { RawExamples } from './rawExamples.js';

/** What one example turned out to be. */
export interface ScannedExample {
  /** `28 x 28 x 1` of an image, `512 features` of a vector. */
  readonly form: string;
  /** Equal for examples of equal content and form. */
  readonly digest: string;
}

/** Options of {@link scanExamples}. */
export interface ScanOptions {
  /** Told of each example that cannot be read. */
  readonly refuse: RefuseRow;
  /** Called after each example, or each few of them, with their number. */
  readonly onScanned: (count: number) => void;
  /** Stops the scan. */
  readonly signal: AbortSignal | undefined;
}

/** Rows that are read at once. */
const CHUNK = 256;

/** Reads every example once; `null` for one that cannot be read. */
export async function scanExamples(raw: RawExamples, options: ScanOptions): Promise<(ScannedExample | null)[]> {
  const { content } = raw;
  switch (content.kind) {
    case 'image-files':
      return scanFiles(raw, content.paths, options);
    case 'image-rows': {
      const [, height, width, channels = 1] = content.file.shape;
      const read = (start: number, end: number): Promise<Uint8Array> =>
        content.file.readRows([[start, end]]) as Promise<Uint8Array>;
      return scanRows(raw.labels.length, `${height} x ${width} x ${channels}`, read, () => null, options);
    }
    case 'vector-rows': {
      const { file } = content;
      const read = (start: number, end: number): Promise<Float32Array> => featureRows(file, [[start, end]]);
      return scanRows(
        raw.labels.length,
        `${file.rowLength} features`,
        read,
        (index, row) => {
          const column = row.findIndex((value) => !Number.isFinite(value));
          return column < 0 ? null : notFinite(file, index, row[column]!, column);
        },
        options,
      );
    }
    case 'vectors': {
      const { features, dimension } = content;
      const read = async (start: number, end: number): Promise<Float32Array> =>
        features.subarray(start * dimension, end * dimension);
      return scanRows(raw.labels.length, `${dimension} features`, read, () => null, options);
    }
  }
}

async function scanFiles(
  { at }: RawExamples,
  paths: readonly string[],
  { refuse, onScanned, signal }: ScanOptions,
): Promise<(ScannedExample | null)[]> {
  const decoder = await imageDecoder();
  const scanned = Array<ScannedExample | null>(paths.length).fill(null);
  const scan = async (index: number): Promise<void> => {
    const path = paths[index]!;
    try {
      const shape = await decoder.shapeOf(path);
      const form = shape.join(' x ');
      scanned[index] = { form, digest: digestOf(form, await decoder.decode(path, shape)) };
    } catch (error) {
      if (!(error instanceof DataFormatError)) throw error;
      refuse(at(index) === path ? path : `${at(index)}, ${path}`, error.expected, error.got);
    }
    onScanned(1);
  };
  await inParallel(paths.length, scan, signal);
  return scanned;
}

async function scanRows<T extends Uint8Array | Float32Array>(
  size: number,
  form: string,
  read: (start: number, end: number) => Promise<T>,
  problemOf: (index: number, row: T) => Parameters<RefuseRow> | null,
  { refuse, onScanned, signal }: ScanOptions,
): Promise<(ScannedExample | null)[]> {
  const scanned: (ScannedExample | null)[] = [];
  for (let start = 0; start < size; start += CHUNK) {
    signal?.throwIfAborted();
    const count = Math.min(CHUNK, size - start);
    const rows = await read(start, start + count);
    const length = rows.length / count;
    for (let i = 0; i < count; i++) {
      const row = rows.subarray(i * length, (i + 1) * length) as T;
      const problem = problemOf(start + i, row);
      if (problem) refuse(...problem);
      scanned.push(problem ? null : { form, digest: digestOf(form, row) });
    }
    onScanned(count);
  }
  return scanned;
}

function digestOf(form: string, values: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha1').update(form).update(bytes).digest('base64');
}
