import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pack } from 'tar-stream';
import { imageDataset } from '../../src/data/index.js';
import type { ImageDataset } from '../../src/data/index.js';
import { freshFolder } from '../support/folders.js';

/** A data set of one-pixel images whose pixel is its position (mod 256), with these labels. */
export function toyDataset(labels: readonly number[], numClasses: number): ImageDataset {
  return imageDataset({
    name: 'toy',
    images: Uint8Array.from(labels, (_, i) => i),
    labels: Int32Array.from(labels),
    imageShape: [1, 1, 1],
    classNames: Array.from({ length: numClasses }, (_, y) => `name${y}`),
  });
}

/** `counts[y]` labels of each class y, interleaved: 0 1 2 0 1 2 0 1 0 ... */
export function interleavedLabels(counts: readonly number[]): number[] {
  const rounds = Array.from({ length: Math.max(...counts) }, (_, round) => round);
  return rounds.flatMap((round) => counts.flatMap((count, y) => (round < count ? [y] : [])));
}

/** The pixel of plane `channel`, row-major position `p`, of a fake CIFAR record: tells planes, rows and columns apart. */
export const cifarPixel = (seed: number, channel: number, p: number): number => (seed * 7 + channel * 85 + p * 3) % 256;

/** One record of the official CIFAR layout. */
export function cifarRecord(labels: readonly number[], seed: number): Uint8Array {
  const planes = [0, 1, 2].flatMap((channel) => Array.from({ length: 1024 }, (_, p) => cifarPixel(seed, channel, p)));
  return Uint8Array.of(...labels, ...planes);
}

/** A CIFAR-10 file with these labels. */
export function cifar10File(labels: readonly number[]): Buffer {
  return Buffer.concat(labels.map((label, i) => cifarRecord([label], i)));
}

/** An IDX file: magic number, sizes, payload. */
export function idxFile(magic: number, sizes: readonly number[], payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((value, i) => header.writeUInt32BE(value, 4 * i));
  return Buffer.concat([header, payload]);
}

/** An MNIST image file of `count` images whose bytes count up from 0 (mod 256). */
export function mnistImages(count: number): Buffer {
  return idxFile(
    2051,
    [count, 28, 28],
    Uint8Array.from({ length: count * 784 }, (_, i) => i),
  );
}

/** An MNIST label file. */
export function mnistLabels(labels: readonly number[]): Buffer {
  return idxFile(2049, [labels.length], Uint8Array.from(labels));
}

/** A tar archive with these files. */
export async function tarOf(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** `files` without the one called `name`. */
export function without<T>(files: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(files).filter(([other]) => other !== name));
}

/** A fresh folder with these files, removed when the test file ends. */
export async function folderWith(files: Readonly<Record<string, Uint8Array | string>> = {}): Promise<string> {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** The error that `work` rejects with. */
export async function rejectionOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => error as Error,
  );
}
