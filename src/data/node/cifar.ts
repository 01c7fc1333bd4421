import { DataFormatError } from '../../core/index.js';
import { at } from './recordFile.js';
import type { RecordFile } from './recordFile.js';

/** Images and labels in file order. */
export interface LabelledImages {
  /** Pixels `[N, H, W, C]`. */
  readonly images: Uint8Array;
  /** Class ids `[N]`. */
  readonly labels: Int32Array;
}

const PLANE = 32 * 32;
const IMAGE = 3 * PLANE;

/**
 * Decodes files of the official CIFAR binary layout: per record the label bytes, then a red, a green and a blue plane of
 * 32 x 32 bytes each, row by row.
 *
 * `labelRanges` is the number of values of each label byte; the last byte is the class. CIFAR-10 has one, CIFAR-100 the
 * coarse and the fine label.
 */
export function decodeCifar(files: readonly RecordFile[], labelRanges: readonly number[]): LabelledImages {
  const recordBytes = labelRanges.length + IMAGE;
  const counts = files.map((file) => recordsIn(file, recordBytes));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const images = new Uint8Array(total * IMAGE);
  const labels = new Int32Array(total);
  let record = 0;
  files.forEach((file, f) => {
    for (let i = 0; i < counts[f]!; i++, record++) {
      const start = i * recordBytes;
      checkLabelBytes(file, start, labelRanges);
      const pixels = start + labelRanges.length;
      labels[record] = file.bytes[pixels - 1]!;
      interleave(file.bytes.subarray(pixels, pixels + IMAGE), images.subarray(record * IMAGE, (record + 1) * IMAGE));
    }
  });
  return { images, labels };
}

function recordsIn(file: RecordFile, recordBytes: number): number {
  const size = file.bytes.length;
  const rest = size % recordBytes;
  if (size > 0 && rest === 0) return size / recordBytes;
  const got = size === 0 ? 'an empty file' : `${rest} bytes of record ${(size - rest) / recordBytes}`;
  throw new DataFormatError(at(file, size - rest), `whole records of ${recordBytes} bytes, at least one`, got);
}

function checkLabelBytes(file: RecordFile, start: number, labelRanges: readonly number[]): void {
  for (let i = 0; i < labelRanges.length; i++) {
    const label = file.bytes[start + i]!;
    if (label < labelRanges[i]!) continue;
    throw new DataFormatError(at(file, start + i), `a label in 0..${labelRanges[i]! - 1}`, label);
  }
}

/** Planes `[C, H, W]` to pixels `[H, W, C]`. */
function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  for (let source = 0, target = 0; source < PLANE; source++, target += 3) {
    pixels[target] = planes[source]!;
    pixels[target + 1] = planes[source + PLANE]!;
    pixels[target + 2] = planes[source + 2 * PLANE]!;
  }
}
