import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream } from '../../src/core/index.js';
import { freshFolder, keptFolder } from './folders.js';

const CLASSES = 10;
const SIDE = 28;

/**
 * A folder with an MNIST of a few images that a small network learns in a few steps: class y lights rows 2y to 2y + 7,
 * under noise. Training has 24 images of each class, the test set 5.
 */
export function tinyMnist(folder = freshFolder()): string {
  writeSplit(folder, 'train', 24, 1);
  writeSplit(folder, 't10k', 5, 2);
  return folder;
}

/** One {@link tinyMnist} for all that only read it. */
export const sharedTinyMnist = (): string => (shared ??= tinyMnist(keptFolder()));
let shared: string | undefined;

function writeSplit(folder: string, split: string, perClass: number, seed: number): void {
  mkdirSync(folder, { recursive: true });
  const random = randomStream(seed);
  const size = perClass * CLASSES;
  const labels = Buffer.alloc(8 + size);
  labels.writeUInt32BE(2049, 0);
  labels.writeUInt32BE(size, 4);
  const images = Buffer.alloc(16 + size * SIDE * SIDE);
  [2051, size, SIDE, SIDE].forEach((value, i) => images.writeUInt32BE(value, 4 * i));
  for (let i = 0; i < size; i++) {
    const y = i % CLASSES;
    labels[8 + i] = y;
    for (let p = 0; p < SIDE * SIDE; p++) {
      const row = Math.floor(p / SIDE);
      const lit = row >= 2 * y && row < 2 * y + 8 ? 120 : 0;
      images[16 + i * SIDE * SIDE + p] = lit + random.integer(130);
    }
  }
  writeFileSync(join(folder, `${split}-labels-idx1-ubyte`), labels);
  writeFileSync(join(folder, `${split}-images-idx3-ubyte`), images);
}

/** Options of a run on {@link tinyMnist} of a second or two: 3 epochs of 6 steps on 98 images, 24 down to 2 a class. */
export function tinyOptions(dataDir: string) {
  return {
    data: 'mnist',
    dataDir,
    imbalance: 12,
    model: 'mlp',
    batchSize: 16,
    epochs: 3,
    warmupEpochs: 1,
    learningRate: 0.02,
    cropPadding: 2,
    flip: false,
    backend: 'wasm',
  } as const;
}
