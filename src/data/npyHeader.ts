import { DataFormatError } from '../core/index.js';

/** Element types of a `.npy` file that are read and written: float32, float64, uint8, int32, int64. */
export type NpyDtype = 'f4' | 'f8' | 'u1' | 'i4' | 'i8';

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** Type of the elements. */
  readonly dtype: NpyDtype;
  /** Whether the bytes of an element come highest first. */
  readonly bigEndian: boolean;
  /** Lengths of the axes, first axis slowest. */
  readonly shape: readonly number[];
  /** Where the elements begin, in bytes. */
  readonly dataStart: number;
}

/** Bytes of an element. */
export const npyItemBytes: Readonly<Record<NpyDtype, number>> = { f4: 4, f8: 8, u1: 1, i4: 4, i8: 8 };

const MAGIC = '\x93NUMPY';
/** Length of what stands before the text of a header: the magic, the version and the length of the text. */
const PREFIX_BYTES = { 1: 10, 2: 12, 3: 12 } as const;
/** numpy pads headers so that the elements begin at a multiple of this. */
const ALIGNMENT = 64;

/** The number of bytes to read for the whole header, from the first 12 of a file. */
export function npyHeaderBytes(path: string, start: Uint8Array): number {
  const magic = String.fromCharCode(...start.subarray(0, MAGIC.length));
  if (magic !== MAGIC) {
    throw new DataFormatError(path, 'a .npy file', 'a file that begins otherwise', 'Save it with numpy.save');
  }
  if (start.length < 12) throw new DataFormatError(path, 'a .npy header', `${start.length} bytes`);
  const prefix = PREFIX_BYTES[start[6] as 1 | 2 | 3];
  if (prefix === undefined) throw new DataFormatError(`${path}, byte 6`, 'version 1, 2 or 3 of .npy', start[6]);
  const view = new DataView(start.buffer, start.byteOffset);
  return prefix + (prefix === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
}

/** Reads the header that `bytes`, as many as {@link npyHeaderBytes} says, hold. */
export function parseNpyHeader(path: string, bytes: Uint8Array): NpyHeader {
  const where = `${path}, header`;
  const text = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES[bytes[6] as 1 | 2 | 3]));
  if (/'fortran_order':\s*True/.test(text)) {
    const hint = 'Save numpy.ascontiguousarray(x)';
    throw new DataFormatError(where, 'an array in C order', 'one in Fortran order', hint);
  }
  const [, order, dtype] = /'descr':\s*'([<>|=])(\w+)'/.exec(text) ?? [];
  if (order === undefined || !(dtype! in npyItemBytes)) {
    const got = /'descr':\s*('[^']*'|\[.*\])/.exec(text)?.[1] ?? 'none';
    const hint = "Save x.astype('float32'), or labels as 'int64'";
    throw new DataFormatError(where, `a dtype among ${Object.keys(npyItemBytes).join(', ')}`, got, hint);
  }
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (shape === undefined) throw new DataFormatError(where, 'a shape', JSON.stringify(text.trim()));
  const axes = shape.split(',').flatMap((axis) => (axis.trim() === '' ? [] : [Number(axis)]));
  return { dtype: dtype as NpyDtype, bigEndian: order === '>', shape: axes, dataStart: bytes.length };
}

/** The header of a little-endian array, as numpy writes it. */
export function formatNpyHeader(dtype: NpyDtype, shape: readonly number[]): Uint8Array {
  const descr = `${dtype === 'u1' ? '|' : '<'}${dtype}`;
  const axes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${axes}, }`;
  const prefix = PREFIX_BYTES[1];
  const total = Math.ceil((prefix + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(total).fill(0x20);
  const put = (part: string, at: number): void => [...part].forEach((c, i) => (bytes[at + i] = c.charCodeAt(0)));
  put(`${MAGIC}\x01\x00`, 0);
  new DataView(bytes.buffer).setUint16(8, total - prefix, true);
  put(text, prefix);
  put('\n', total - 1);
  return bytes;
}
