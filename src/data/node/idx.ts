import { DataFormatError } from '../../core/index.js';
import type { LabelledImages } from './cifar.js';
import { at } from './recordFile.js';
import type { RecordFile } from './recordFile.js';

const LABELS_MAGIC = 0x0801; // unsigned bytes, 1 axis
const IMAGES_MAGIC = 0x0803; // unsigned bytes, 3 axes
const SIDE = 28;

/**
 * Decodes files of the MNIST IDX layout: big-endian magic number and sizes, then bytes. The i-th file of images belongs
 * to the i-th file of labels.
 */
export function decodeMnist(files: readonly RecordFile[], numClasses: number): LabelledImages {
  const images: Uint8Array[] = [];
  const labels: Uint8Array[] = [];
  for (const file of files) {
    const magic = uint32(file, 0, 'the magic number');
    if (magic === IMAGES_MAGIC) images.push(imagesIn(file));
    else if (magic === LABELS_MAGIC) labels.push(labelsIn(file, numClasses));
    else
      throw new DataFormatError(
        at(file, 0),
        `magic number ${IMAGES_MAGIC} (images) or ${LABELS_MAGIC} (labels)`,
        magic,
      );
  }
  checkPairs(files, images, labels);
  return { images: joined(images), labels: Int32Array.from(joined(labels)) };
}

/** As a plain `Uint8Array`: a Buffer would go out to callers, whose `slice` shares memory. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function imagesIn(file: RecordFile): Uint8Array {
  const count = countIn(file, 'images');
  for (const offset of [8, 12]) {
    const side = uint32(file, offset, 'the size of an image');
    if (side !== SIDE) throw new DataFormatError(at(file, offset), `images of ${SIDE} x ${SIDE}`, side);
  }
  return payload(file, 16, count * SIDE * SIDE);
}

function labelsIn(file: RecordFile, numClasses: number): Uint8Array {
  const labels = payload(file, 8, countIn(file, 'labels'));
  const wrong = labels.findIndex((label) => label >= numClasses);
  if (wrong < 0) return labels;
  throw new DataFormatError(at(file, 8 + wrong), `a label in 0..${numClasses - 1}`, labels[wrong]);
}

function countIn(file: RecordFile, what: string): number {
  const count = uint32(file, 4, `the number of ${what}`);
  if (count === 0) throw new DataFormatError(at(file, 4), `at least 1 of ${what}`, 0);
  return count;
}

/** The bytes from `start` to the end, which must be `size` many. */
function payload(file: RecordFile, start: number, size: number): Uint8Array {
  const got = file.bytes.length - start;
  if (got === size) return file.bytes.subarray(start);
  throw new DataFormatError(at(file, start), `${size} bytes to the end of the file`, Math.max(0, got));
}

function uint32({ bytes, path }: RecordFile, offset: number, what: string): number {
  if (offset + 4 <= bytes.length) return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
  throw new DataFormatError(
    at({ bytes, path }, offset),
    `4 bytes with ${what}`,
    `${Math.max(0, bytes.length - offset)} bytes`,
  );
}

function checkPairs(files: readonly RecordFile[], images: readonly Uint8Array[], labels: readonly Uint8Array[]): void {
  const counts = (parts: readonly Uint8Array[], each: number): string =>
    parts.map((part) => part.length / each).join(' + ') || 'no file';
  const imageCounts = counts(images, SIDE * SIDE);
  const labelCounts = counts(labels, 1);
  if (imageCounts === labelCounts) return;
  throw new DataFormatError(
    files.map(({ path }) => path).join(', '),
    'as many labels as images, file by file',
    `images: ${imageCounts}; labels: ${labelCounts}`,
  );
}
