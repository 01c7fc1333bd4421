import { open, type FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { checkNumber, DataFormatError, InvalidArgumentError } from '../../core/index.js';
import { writeFileAtomic } from '../../core/node/index.js';
import { formatNpyHeader, npyHeaderBytes, npyItemBytes, parseNpyHeader } from '../npyHeader.js';
import type { NpyDtype, NpyHeader } from '../npyHeader.js';

// Ours, because npyjs takes a file whole: rows of files larger than the memory are read by their place here.

/** Elements of a `.npy` file, in the typed array of their dtype. */
export type NpyData = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;

/** An array of a `.npy` file. */
export interface NpyArray {
  /** Type of the elements: `f4` float32, `f8` float64, `u1` uint8, `i4` int32, `i8` int64. */
  readonly dtype: NpyDtype;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** The elements, first axis slowest. */
  readonly data: NpyData;
}

/** Options of {@link readNpy}. */
export interface ReadNpyOptions {
  /** First row of what is read. Default 0. */
  readonly start?: number;
  /** Row after the last one that is read. Default: the number of rows. */
  readonly end?: number;
}

const arrayTypes = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, i4: Int32Array, i8: BigInt64Array } as const;

/** Node refuses to read 2 GiB at once. */
const PIECE_BYTES = 2 ** 30;

/**
 * Reads a `.npy` file, whole or a range of its rows.
 *
 * @param path The file: version 1 to 3, dtype f4, f8, u1, i4 or i8 in either byte order, C order.
 * @param options `start` and `end` of the rows, indices of the first axis.
 * @returns Shape `[end - start, ...]`, dtype and elements.
 * @throws DataFormatError If the header is not valid, the dtype is another one, or the size does not fit the shape.
 * @throws InvalidArgumentError If the range is not one of rows of the file.
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { readNpy, writeNpy } from 'tfjs-longtail/data/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'npy-')), 'x.npy');
 * await writeNpy(path, Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
 * const { shape, data } = await readNpy(path, { start: 1 });
 * console.log(shape.join('x'), data.join(' ')); // 2x2 3 4 5 6
 * ```
 */
export async function readNpy(path: string, options: ReadNpyOptions = {}): Promise<NpyArray> {
  const file = await openNpy(path);
  const [rows, ...rest] = file.shape;
  if (rows === undefined) return { dtype: file.dtype, shape: [], data: await file.readRows([[0, 1]]) };
  const start = checkNumber('readNpy', 'start', options.start ?? 0, { min: 0, max: rows, integer: true });
  const end = checkNumber('readNpy', 'end', options.end ?? rows, { min: start, max: rows, integer: true });
  return { dtype: file.dtype, shape: [end - start, ...rest], data: await file.readRows([[start, end]]) };
}

/** Rows `[start, end)` of a file. */
export type RowRange = readonly [number, number];

/** A `.npy` file whose header and size were checked. */
export interface NpyFile extends NpyHeader {
  readonly path: string;
  /** Elements of a row, which is what one index of the first axis names. */
  readonly rowLength: number;
  /** The rows of these ranges, one behind the other. */
  readRows(ranges: readonly RowRange[]): Promise<NpyData>;
}

/** Checks header and size of a `.npy` file; its elements are read later. */
export async function openNpy(path: string): Promise<NpyFile> {
  const { header, size } = await withFile(path, async (file) => ({
    header: await readHeader(path, file),
    size: (await file.stat()).size,
  }));
  const { dtype, shape, dataStart } = header;
  const itemBytes = npyItemBytes[dtype];
  const expected = dataStart + itemBytes * shape.reduce((product, length) => product * length, 1);
  if (size !== expected) {
    const got = `${size}${size < expected ? ': it is cut off' : ''}`;
    throw new DataFormatError(path, `${expected} bytes, as its shape (${shape.join(', ')}) says`, got);
  }
  const rowLength = shape.slice(1).reduce((product, length) => product * length, 1);
  const readRows: NpyFile['readRows'] = (ranges) =>
    withFile(path, async (file) => {
      const rows = ranges.reduce((sum, [start, end]) => sum + end - start, 0);
      const data = new arrayTypes[dtype](rows * rowLength);
      const bytes = Buffer.from(data.buffer);
      let filled = 0;
      for (const [start, end] of ranges) {
        const length = (end - start) * rowLength * itemBytes;
        await readInto(path, file, bytes.subarray(filled, filled + length), dataStart + start * rowLength * itemBytes);
        filled += length;
      }
      return swapped(data, header);
    });
  return { ...header, path, rowLength, readRows };
}

async function withFile<T>(path: string, body: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataFormatError(path, 'a readable file', error.code, undefined, { cause: error });
  });
  try {
    return await body(file);
  } finally {
    await file.close();
  }
}

async function readHeader(path: string, file: FileHandle): Promise<NpyHeader> {
  const start = Buffer.alloc(12);
  const { bytesRead } = await file.read(start, 0, start.length, 0);
  const length = npyHeaderBytes(path, start.subarray(0, bytesRead));
  const { size } = await file.stat();
  if (length > size) throw new DataFormatError(path, `a header of ${length} bytes`, `a file of ${size}`);
  const bytes = Buffer.alloc(length);
  await readInto(path, file, bytes, 0);
  return parseNpyHeader(path, bytes);
}

async function readInto(path: string, file: FileHandle, target: Buffer, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const length = Math.min(PIECE_BYTES, target.length - done);
    const { bytesRead } = await file.read(target, done, length, position + done);
    if (bytesRead === 0)
      throw new DataFormatError(path, `${target.length} bytes at ${position}`, `${done}: it was cut`);
    done += bytesRead;
  }
}

/** Turns the bytes of each element round where the file has the other order than this machine. */
function swapped(data: NpyData, { bigEndian, dtype }: NpyHeader): NpyData {
  if (bigEndian === (endianness() === 'BE')) return data;
  const bytes = Buffer.from(data.buffer);
  if (npyItemBytes[dtype] === 4) bytes.swap32();
  if (npyItemBytes[dtype] === 8) bytes.swap64();
  return data;
}

/**
 * Writes an array as a `.npy` file that `numpy.load` reads; the file appears whole or not at all.
 *
 * @param path Where to; an existing file is replaced.
 * @param data The elements; their type gives the dtype.
 * @param shape Lengths of the axes; their product is the number of elements. Default: one axis.
 * @throws InvalidArgumentError If the shape has another number of elements.
 * @example
 * ```ts
 * import { mkdtempSync, statSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { writeNpy } from 'tfjs-longtail/data/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'npy-')), 'labels.npy');
 * await writeNpy(path, Int32Array.of(2, 0, 1));
 * console.log(statSync(path).size); // 140
 * ```
 */
export async function writeNpy(path: string, data: NpyData, shape: readonly number[] = [data.length]): Promise<void> {
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    throw new InvalidArgumentError('writeNpy', `a shape of ${data.length} elements`, `[${shape.join(', ')}]`);
  }
  const dtype = (Object.keys(arrayTypes) as NpyDtype[]).find((name) => data instanceof arrayTypes[name]);
  if (dtype === undefined) {
    const expected = 'a Float32Array, Float64Array, Uint8Array, Int32Array or BigInt64Array';
    throw new InvalidArgumentError('writeNpy', expected, Object.prototype.toString.call(data));
  }
  const little = endianness() === 'LE' ? data : swapped(data.slice(), { dtype, bigEndian: false, shape, dataStart: 0 });
  const elements = Buffer.from(little.buffer, little.byteOffset, little.byteLength);
  await writeFileAtomic(path, Buffer.concat([formatNpyHeader(dtype, shape), elements]));
}
