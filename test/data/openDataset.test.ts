import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { heldExamples, takeExamples, type Dataset } from '../../src/data/index.js';
import { holdsVectors, openDataset, writeNpy, type OpenDatasetOptions } from '../../src/data/node/index.js';
import { optionalPackage } from '../../src/core/node/index.js';
import { errorOf, refusal } from '../support/errors.js';
import { folderWith } from './support.js';

const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname;

/** Pixels that tell positions and channels apart. */
const pixels = (height: number, width: number, channels: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 37 + seed * 11) % 256);

interface Picture {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: 1 | 2 | 3 | 4;
  readonly seed?: number;
}

/** Writes a PNG, or a JPEG where the name ends so. */
async function picture(path: string, { height = 2, width = 3, channels = 1, seed = 0 }: Picture = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const raw = { width, height, channels };
  const image = sharp(pixels(height, width, channels, seed), { raw }).toColourspace(channels <= 2 ? 'b-w' : 'srgb');
  await (path.endsWith('.png') ? image.png() : image.jpeg({ quality: 100 })).toFile(path);
}

/** A folder with these pictures. */
async function pictures(files: Readonly<Record<string, Picture>>): Promise<string> {
  const folder = await folderWith();
  for (const [name, what] of Object.entries(files)) await picture(join(folder, name), what);
  return folder;
}

const messageOf = async (path: string, options?: OpenDatasetOptions): Promise<string> => {
  const { name, message } = await errorOf(() => openDataset(path, options));
  return `${name}: ${message.replaceAll(path, 'DATA')}`;
};

const imagesOf = async (dataset: Dataset): Promise<Uint8Array> => {
  const held = await heldExamples(dataset);
  return 'images' in held ? held.images : new Uint8Array();
};

const featuresOf = async (dataset: Dataset): Promise<Float32Array> => {
  const held = await heldExamples(dataset);
  return 'features' in held ? held.features : new Float32Array();
};

describe('a folder of class folders', () => {
  it('has the sorted folders as classes, and its images in the order of their names, numbers as numbers', async () => {
    const folder = await pictures({
      'dog/10.png': { seed: 10 },
      'dog/9.png': { seed: 9 },
      'cat/11.png': { seed: 11 },
      'cat/deep/8.PNG.png': { seed: 8 },
      'cat/2.png': { seed: 2 },
    });
    await writeFile(join(folder, 'cat/notes.txt'), 'no image');
    await writeFile(join(folder, 'cat/._2.png'), 'left by a file manager');
    await writeFile(join(folder, 'readme.png'), 'not in a class');
    await mkdir(join(folder, '.git'));
    const { name, train, test } = await openDataset(folder);
    expect(test).toBeNull();
    expect(train).toMatchObject({ classNames: ['cat', 'dog'], imageShape: [2, 3, 1], name: `${name}/train`, size: 5 });
    expect([...train.labels]).toEqual([0, 1, 1, 0, 0]);
    const seeds = [2, 9, 10, 11, 8];
    expect(await imagesOf(train)).toEqual(Uint8Array.from(seeds.flatMap((seed) => [...pixels(2, 3, 1, seed)])));
  });

  it('has a test part in test/ or else val/ beside train/', async () => {
    const files = (test: string): Record<string, Picture> => ({
      'train/a/1.png': { seed: 1 },
      'train/b/2.png': { seed: 2 },
      [`${test}/b/3.png`]: { seed: 3 },
    });
    for (const part of ['test', 'val']) {
      const { train, test } = await openDataset(await pictures(files(part)));
      expect([...train.labels, ...test!.labels]).toEqual([0, 1, 1]);
      expect(await imagesOf(test!)).toEqual(pixels(2, 3, 1, 3));
    }
    const both = await pictures({ ...files('test'), ...files('val') });
    await picture(join(both, 'val/a/4.png'));
    expect((await openDataset(both)).test!.size).toBe(1);
    // Without a test part train/ is all there is; a class may be called train.
    expect((await openDataset(await pictures({ 'train/a/1.png': {}, 'train/b/2.png': {} }))).train.size).toBe(2);
    const vehicles = await openDataset(await pictures({ 'train/1.png': {}, 'car/2.png': {} }));
    expect(vehicles.train.classNames).toEqual(['car', 'train']);
  });

  it('takes other test data by option', async () => {
    const folder = await pictures({ 'a/1.png': { seed: 1 }, 'b/2.png': { seed: 2 } });
    const test = await pictures({ 'b/7.png': { seed: 7 } });
    expect(await imagesOf((await openDataset(folder, { test })).test!)).toEqual(pixels(2, 3, 1, 7));
  });

  it('is in colour if one image is, without transparency, and grey of JPEG and PNG is one channel', async () => {
    const grey = await openDataset(await pictures({ 'a/1.png': { channels: 2 }, 'b/2.jpg': {} }));
    expect(grey.train).toMatchObject({ imageShape: [2, 3, 1] });
    const mixed = await pictures({ 'a/1.png': { seed: 5 }, 'b/2.png': { channels: 4, seed: 6 } });
    const { train } = await openDataset(mixed);
    expect(train).toMatchObject({ imageShape: [2, 3, 3] });
    const rgba = pixels(2, 3, 4, 6);
    expect(await imagesOf(train)).toEqual(
      Uint8Array.from([
        ...[...pixels(2, 3, 1, 5)].flatMap((byte) => [byte, byte, byte]),
        ...rgba.filter((_, i) => i % 4 !== 3),
      ]),
    );
  });

  it('is scaled to imageSize, with the middle cut out, and left alone where the size is that already', async () => {
    const folder = await pictures({ 'a/1.png': { height: 4, width: 4, seed: 1 }, 'b/2.png': { height: 8, width: 20 } });
    const { train } = await openDataset(folder, { imageSize: 4 });
    expect(train).toMatchObject({ imageShape: [4, 4, 1] });
    const scaled = await sharp(join(folder, 'b/2.png'))
      .resize(4, 4, { fit: 'cover' })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    expect(await imagesOf(train)).toEqual(Uint8Array.from([...pixels(4, 4, 1, 1), ...scaled]));
  });

  it('refuses what cannot be trained on, and says which folder or file', async () => {
    expect(await messageOf(await pictures({ 'a/1.png': {}, 'b/2.png': { width: 4 } }))).toBe(
      'DataFormatError: DATA/b/2.png: expected an image of 2 x 3 like DATA/a/1.png, got 2 x 4. ' +
        'Set imageSize (--image-size): all images are then scaled to that',
    );
    expect(await messageOf(await folderWith())).toBe(
      'DataFormatError: DATA: expected a folder of class folders, got no folder in it. ' +
        'Put the images of each class into a folder with its name',
    );
    expect(await messageOf(await folderWith({ 'a/1.gif': 'x', 'b/2.png': 'x' }))).toBe(
      'DataFormatError: DATA/a: expected images of a class (.png, .jpg, .jpeg), got 1 other files or folders',
    );
    expect(await messageOf(await pictures({ 'a/1.png': {} }))).toBe(
      'DataFormatError: DATA: expected examples of at least 2 classes, got a',
    );
    const unknown = await pictures({ 'train/a/1.png': {}, 'train/b/2.png': {}, 'test/c/3.png': {} });
    expect(await messageOf(unknown)).toBe(
      'DataFormatError: DATA/test/c/3.png: expected a class of the training data (a, b), got "c"',
    );
    expect(await messageOf('/no/such/data')).toBe(
      'InvalidArgumentError: data: expected a folder, or a file that ends in .txt, .csv, .parquet, .npy, ' +
        'got DATA, which does not exist',
    );
  });

  it('refuses a class without a readable image by its folder, and other unreadable images by their name', async () => {
    const folder = await pictures({ 'a/1.png': {}, 'a/2.png': {}, 'b/3.png': {} });
    await writeFile(join(folder, 'b/3.png'), 'no image');
    expect(await messageOf(folder)).toBe(
      'DataFormatError: DATA/b: expected a readable image (PNG or JPEG), got 1 that are not readable',
    );
    await picture(join(folder, 'b/4.png'));
    expect(await messageOf(folder)).toBe(
      'DataFormatError: DATA/b/3.png: expected a readable image (PNG or JPEG), got Input file contains unsupported ' +
        'image format. longtail data inspect lists such files: mend or remove them',
    );
    await writeFile(join(folder, 'a/1.png'), '');
    expect(await messageOf(folder)).toMatch(/^DataFormatError: DATA\/a\/1.png: .* format, and 1 more that are not/);
  });

  it('refuses a file that is cut off when it is read', async () => {
    const folder = await pictures({ 'a/1.png': {}, 'b/2.png': { height: 40, width: 40 } });
    const whole = await readFile(join(folder, 'b/2.png'));
    await writeFile(join(folder, 'b/2.png'), whole.subarray(0, whole.length / 2));
    const { train } = await openDataset(folder, { imageSize: 2 });
    const { name, message } = await errorOf(() => heldExamples(train));
    expect(`${name}: ${message.replace(folder, 'DATA')}`).toMatch(
      /^DataFormatError: DATA\/b\/2.png: expected a readable image \(PNG or JPEG\), got (damaged content$|.*libpng read error)/,
    );
  });
});

describe('a stream', () => {
  it('gives any rows in any order, also of a part', async () => {
    const folder = await folderWith();
    const [x, y] = [join(folder, 'x.npy'), join(folder, 'y.npy')];
    await writeNpy(x, Float64Array.of(0, 1, 10, 11, 20, 21, 30, 31), [4, 2]);
    await writeNpy(y, Int32Array.of(0, 1, 1, 0));
    const { train } = await openDataset(x, { labels: y });
    if (!('read' in train)) throw new Error('in memory');
    expect([...(await train.read(Int32Array.of(3, 0, 1, 0)))]).toEqual([30, 31, 0, 1, 10, 11, 0, 1]);
    const part = takeExamples(train, [2, 0]);
    expect([...part.labels, part.size]).toEqual([1, 0, 2]);
    expect([...(await part.read(Int32Array.of(1, 0)))]).toEqual([0, 1, 20, 21]);
    expect(await featuresOf(part)).toEqual(Float32Array.of(20, 21, 0, 1));
  });
});

describe('a list of images', () => {
  it('has paths relative to itself or to root, with spaces, and class numbers', async () => {
    const folder = await pictures({ 'img/a b.png': { seed: 1 }, 'img/c.png': { seed: 2 }, 'img/d.png': { seed: 3 } });
    await writeFile(join(folder, 'lists.txt'), 'img/c.png 1\r\nimg/a b.png 0\n\nimg/d.png 1\n');
    await writeFile(join(folder, 'rooted.txt'), 'c.png 1\na b.png 0\nd.png 1');
    const seeds = Uint8Array.from([2, 1, 3].flatMap((seed) => [...pixels(2, 3, 1, seed)]));
    const { train } = await openDataset(join(folder, 'lists.txt'));
    expect(train).toMatchObject({ classNames: ['0', '1'], labels: Int32Array.of(1, 0, 1) });
    expect(await imagesOf(train)).toEqual(seeds);
    const rooted = await openDataset(join(folder, 'rooted.txt'), { root: join(folder, 'img') });
    expect(await imagesOf(rooted.train)).toEqual(seeds);
  });

  it.each([
    ['a.png 0\nb.png\n', ':2: expected a path, a space and a class number, got "b.png"'],
    ['a.png 0\nb.png one\n', ':2: expected a path, a space and a class number, got "b.png one"'],
    ['\n', ': expected lines of a path and a class number, got none'],
    ['a.png 0\nb.png 0\n', ': expected examples of at least 2 classes, got 0'],
    [
      'a.png 0\n\nb.png 7\n',
      ':3: expected a label below 2, the number of examples, got 7. ' +
        'Number the classes from 0 without gaps, or give them names',
    ],
  ])('refuses %o', async (text, message) => {
    const path = join(await folderWith({ 'list.txt': text }), 'list.txt');
    expect(await messageOf(path)).toBe(`DataFormatError: DATA${message}`);
  });

  it('refuses files that are missing', async () => {
    const folder = await folderWith({ 'list.txt': 'a.png 0\nb.png 1\n' });
    expect(await messageOf(join(folder, 'list.txt'))).toBe(
      `DataFormatError: ${folder}/a.png: expected a readable image (PNG or JPEG), ` +
        `got no such file, and 1 more that are not readable. ` +
        'longtail data inspect lists such files: mend or remove them',
    );
  });
});

describe('CSV', () => {
  const csv = async (text: string): Promise<string> => join(await folderWith({ 'x.csv': text }), 'x.csv');

  it('has numbers beside the labels; names as classes are sorted', async () => {
    const path = await csv('\uFEFFa, label ,b\n1,dog,-2.5\n\n"3e2",cat,0\n 4 ,dog,"5"\n');
    const { train, name } = await openDataset(path);
    expect(train).toMatchObject({ dimension: 2, classNames: ['cat', 'dog'], labels: Int32Array.of(1, 0, 1), size: 3 });
    expect(await featuresOf(train)).toEqual(Float32Array.of(1, -2.5, 300, 0, 4, 5));
    expect([name, holdsVectors(path)]).toEqual(['x', true]);
  });

  it('has class numbers as they are, whatever their order, and the same classes in the test data', async () => {
    const path = await csv('a,y\n1,2\n2,0\n3,10\n4,1\n' + '5,2\n'.repeat(8));
    const test = await csv('a,y\n9,10\n8,01\n');
    const opened = await openDataset(path, { labelColumn: 'y', test });
    expect(opened.train.classNames).toHaveLength(11);
    expect([...opened.train.labels.subarray(0, 4), ...opened.test!.labels]).toEqual([2, 0, 10, 1, 10, 1]);
  });

  it('may have a column of image paths', async () => {
    const folder = await pictures({ 'i/1.png': { seed: 1 }, 'i/2.png': { seed: 2 } });
    const path = join(folder, 'x.csv');
    await writeFile(path, 'label,Filename,taken\na,1.png,2020\nb,2.png,2021\n');
    const { train } = await openDataset(path, { root: join(folder, 'i') });
    expect(await imagesOf(train)).toEqual(Uint8Array.from([...pixels(2, 3, 1, 1), ...pixels(2, 3, 1, 2)]));
    expect(holdsVectors(path)).toBe(false);
  });

  it.each([
    ['a,label\n1,x\n2\n', ':3: expected 2 fields, got 1'],
    ['a,label\n1,x\n2,\n', ':3: expected a label in column "label", got none'],
    ['a,label\n1,x\n"two",y\n', ':3: expected a finite number in column "a", got "two"'],
    ['a,label\n1,x\n\n\nnan,y\n', ':5: expected a finite number in column "a", got "nan"'],
    ['a,label\n1,x\n,y\n', ':3: expected a finite number in column "a", got ""'],
    ['a,label\n1,x\nInfinity,y\n', ':3: expected a finite number in column "a", got "Infinity"'],
    ['a,label\n1,x\n1e39,y\n', ':3: expected a finite number in column "a", got "1e39"'],
    ['a,Label\n1,x\n', ': expected a column "label", got a, Label. Name the column with --label-column, perhaps Label'],
    ['a,b\n1,x\n', ': expected a column "label", got a, b. Name the column with --label-column'],
    ['label\nx\n', ': expected columns of features beside the labels, got none'],
    ['a,label\n', ': expected a header and rows, got no row that can be used'],
    ['', ': expected a header and rows, got no row that can be used'],
    ['a,label\n1,"x\n', /^: expected valid CSV, got Quote Not Closed/],
    ['path,label\nx.png,a\n,b\n', ':3: expected the path of an image, got none'],
  ])('refuses %o', async (text, expected) => {
    const message = (await messageOf(await csv(text))).replace('DataFormatError: DATA', '');
    if (typeof expected === 'string') expect(message).toBe(expected);
    else expect(message).toMatch(expected);
  });
});

describe('Parquet', () => {
  it('has numbers beside the labels, in several row groups', async () => {
    const { train } = await openDataset(fixture('columns.parquet'));
    expect(train).toMatchObject({ classNames: ['cat', 'dog', 'eel'], labels: Int32Array.of(1, 0, 1, 2, 0) });
    expect(await featuresOf(train)).toEqual(
      Float32Array.of(0.5, 10, 1, 1.5, 20, 0, 2.5, 30, 1, 3.5, 40, 1, 4.5, 2 ** 40, 0),
    );
    expect(holdsVectors(fixture('columns.parquet'))).toBe(true);
  });

  it('has one column of lists, beside which others are passed over', async () => {
    const { train } = await openDataset(fixture('lists.parquet'), { labelColumn: 'y' });
    expect(train).toMatchObject({ classNames: ['0', '1', '2'], labels: Int32Array.of(1, 0, 2, 1), dimension: 3 });
    expect(await featuresOf(train)).toEqual(Float32Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it('refuses rows that are not numbers, other columns, and what is no Parquet', async () => {
    expect(await messageOf(fixture('flawed.parquet'))).toBe(
      'DataFormatError: DATA, row 1: expected a finite number in column "embedding"[1], got NaN',
    );
    expect(await messageOf(fixture('lists.parquet'))).toBe(
      'DataFormatError: DATA: expected a column "label", got id, embedding, y. Name the column with --label-column',
    );
    expect(await messageOf(fixture('columns.parquet'), { labelColumn: 'a' })).toBe(
      'DataFormatError: DATA, row 0: expected a finite number in column "label", got dog',
    );
    const text = join(await folderWith({ 'x.parquet': 'a,label\n1,x\n' }), 'x.parquet');
    expect(await messageOf(text)).toMatch(/^DataFormatError: DATA: expected a valid Parquet file, got /);
  });
});

describe('.npy with labels', () => {
  const arrays = async (x: Parameters<typeof writeNpy>[1], shape: readonly number[], y: readonly number[]) => {
    const folder = await folderWith();
    await writeNpy(join(folder, 'x.npy'), x, shape);
    await writeNpy(join(folder, 'y.npy'), BigInt64Array.from(y, BigInt));
    return { path: join(folder, 'x.npy'), labels: join(folder, 'y.npy') };
  };

  it.each([Float32Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 3, 4), BigInt64Array.of(1n, 2n, 3n, 4n)])(
    'is vectors for [N, D] of any dtype: %o',
    async (x) => {
      const { path, labels } = await arrays(x, [2, 2], [1, 0]);
      const { train } = await openDataset(path, { labels });
      expect(train).toMatchObject({ dimension: 2, classNames: ['0', '1'], labels: Int32Array.of(1, 0) });
      expect(await featuresOf(train)).toEqual(Float32Array.of(1, 2, 3, 4));
      expect(holdsVectors(path)).toBe(true);
    },
  );

  it('is images for bytes of [N, H, W, C] and [N, H, W]', async () => {
    const bytes = pixels(2, 2, 3, 2);
    const colour = await arrays(bytes, [2, 1, 2, 3], [0, 1]);
    const { train } = await openDataset(colour.path, { labels: colour.labels });
    expect(train).toMatchObject({ imageShape: [1, 2, 3] });
    expect(await imagesOf(train)).toEqual(bytes);
    const grey = await arrays(bytes, [2, 2, 3], [0, 1]);
    expect((await openDataset(grey.path, { labels: grey.labels })).train).toMatchObject({ imageShape: [2, 3, 1] });
    expect(holdsVectors(grey.path)).toBe(false);
  });

  it('refuses labels that are missing, too few or unknown, and other shapes', async () => {
    const { path, labels } = await arrays(new Float32Array(6), [3, 2], [0, 1]);
    expect(await messageOf(path)).toBe(
      'InvalidArgumentError: openDataset: expected labels for DATA, got none. ' +
        'Name them with --labels, or with --test-labels those of the test data',
    );
    expect(await messageOf(path, { labels })).toBe(
      `DataFormatError: ${labels}: expected 3 labels, one for each row of DATA, got 2`,
    );
    const train = await arrays(new Float32Array(4), [2, 2], [0, 1]);
    const test = await arrays(new Float32Array(4), [2, 2], [1, 2]);
    expect(await messageOf(train.path, { labels: train.labels, test: test.path, testLabels: test.labels })).toBe(
      `DataFormatError: ${test.labels}, row 1: expected a class of the training data (0..1), got "2"`,
    );
    const wider = await arrays(new Float32Array(6), [2, 3], [0, 1]);
    expect(await messageOf(train.path, { labels: train.labels, test: wider.path, testLabels: wider.labels })).toBe(
      `DataFormatError: ${wider.path}: expected 2 features like the training data, got 3 features`,
    );
    const cube = await arrays(new Float32Array(8), [2, 2, 2], [0, 1]);
    expect(await messageOf(cube.path, { labels: cube.labels })).toBe(
      'DataFormatError: DATA: expected features [N, D], or images [N, H, W, C] or [N, H, W] of bytes (u1), got f4 [2, 2, 2]',
    );
    expect(await messageOf(train.path, { labels: train.labels, imageSize: 8 })).toBe(
      'InvalidArgumentError: openDataset: expected imageSize with image files, got 8 for DATA. ' +
        'Leave it out: rows of arrays and tables are not scaled',
    );
  });

  it.each([NaN, Infinity, -Infinity])('refuses features of %d when they are read, naming the row', async (bad) => {
    const { path, labels } = await arrays(Float32Array.of(1, 2, 3, 4, 5, bad), [3, 2], [0, 1, 1]);
    const { train } = await openDataset(path, { labels });
    await expect(heldExamples(train)).rejects.toThrow(
      refusal('DataFormatError', `${path}, row 2: expected finite features, got ${bad} in column 1`),
    );
    if (!('read' in train)) throw new Error('in memory');
    await expect(train.read(Int32Array.of(0, 2))).rejects.toThrow(`${path}, row 2: `);
    expect(await train.read(Int32Array.of(0))).toEqual(Float32Array.of(1, 2));
  });
});

describe('a package that is missing', () => {
  it('is named with the line that installs it', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(optionalPackage('sharp', 'images', () => Promise.reject(missing))).rejects.toThrow(
      refusal('BackendError', 'images: expected the package sharp, got none. Install it with: npm i sharp'),
    );
  });
});
