// Writes MNIST as folders of PNGs, train/0/00000.png and so on, for tries and timings of readers of images:
//   node scripts/mnist-as-pngs.mjs MNIST FOLDER [IMAGES PER SPLIT]
// MNIST holds the four IDX files, plain or .gz. Numbers count the images of a split in their order; a number given last
// keeps only the first so many of each split.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';

const SIDE = 28;
const AT_ONCE = 64;

const [source, target, limit = Infinity] = process.argv.slice(2);
if (target === undefined) {
  console.error('usage: node scripts/mnist-as-pngs.mjs MNIST FOLDER [IMAGES PER SPLIT]');
  process.exit(2);
}

for (const [file, split] of Object.entries({ train: 'train', t10k: 'test' })) {
  const images = read(`${file}-images-idx3-ubyte`).subarray(16);
  const labels = read(`${file}-labels-idx1-ubyte`).subarray(8);
  for (const label of new Set(labels)) mkdirSync(join(target, split, String(label)), { recursive: true });
  const size = Math.min(labels.length, Number(limit));
  for (let start = 0; start < size; start += AT_ONCE) {
    const count = Math.min(AT_ONCE, size - start);
    await Promise.all(Array.from({ length: count }, (_, i) => writePng(start + i)));
  }
  console.log(`${join(target, split)}: ${size} images`);

  /** The image at `index` of the split under its class. */
  async function writePng(index) {
    const pixels = images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
    const path = join(target, split, String(labels[index]), `${String(index).padStart(5, '0')}.png`);
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
  }
}

function read(name) {
  const path = join(source, name);
  return existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
}
