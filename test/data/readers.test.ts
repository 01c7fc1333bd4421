import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataFormatError } from '../../src/core/index.js';
import { loadDataset } from '../../src/data/node/index.js';
import { readRecordFile } from '../../src/data/node/recordFile.js';
import type { DatasetName } from '../../src/data/node/index.js';
import {
  cifar10File,
  cifarPixel,
  cifarRecord,
  folderWith,
  idxFile,
  mnistImages,
  mnistLabels,
  rejectionOf,
  tarOf,
  without,
} from './support.js';

const train = cifar10File([3, 9, 0]);
const test = cifar10File([1]);
const mnist = {
  'train-images-idx3-ubyte': mnistImages(3),
  'train-labels-idx1-ubyte': mnistLabels([5, 0, 9]),
  't10k-images-idx3-ubyte': mnistImages(1),
  't10k-labels-idx1-ubyte': mnistLabels([7]),
};

/** The message of the DataFormatError that loading these files gives, with the folder as `DIR`. */
async function refusalOf(name: DatasetName, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const dataDir = await folderWith(files);
  const error = await rejectionOf(loadDataset(name, { dataDir }));
  expect(error).toBeInstanceOf(DataFormatError);
  return error.message.replaceAll(dataDir, 'DIR');
}

describe('CIFAR layout', () => {
  it('turns planes into pixels, channels last', async () => {
    const dataDir = await folderWith({ 'data_batch_1.bin': train, 'test_batch.bin': test });
    const splits = await loadDataset('cifar10', { dataDir });
    expect(Array.from(splits.train.labels)).toEqual([3, 9, 0]);
    expect(splits.train.imageShape).toEqual([32, 32, 3]);
    for (let i = 0; i < 3; i++) {
      for (const [row, column] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [17, 5],
        [31, 31],
      ] as const) {
        const start = ((i * 32 + row) * 32 + column) * 3;
        const expected = [0, 1, 2].map((channel) => cifarPixel(i, channel, row * 32 + column));
        expect(Array.from(splits.train.images.subarray(start, start + 3))).toEqual(expected);
      }
    }
    expect(splits).toMatchObject({
      name: 'cifar10',
      train: { name: 'cifar10/train' },
      test: { name: 'cifar10/test', size: 1 },
    });
  });

  it('takes the fine label of CIFAR-100', async () => {
    const record = (coarse: number, fine: number) => Buffer.from(cifarRecord([coarse, fine], 0));
    const dataDir = await folderWith({
      'train.bin': Buffer.concat([record(19, 99), record(0, 3)]),
      'test.bin': record(4, 0),
    });
    const splits = await loadDataset('cifar100', { dataDir });
    expect(Array.from(splits.train.labels)).toEqual([99, 3]);
    expect(splits.train.classNames).toHaveLength(100);
    expect(splits.train.images[1]).toBe(cifarPixel(0, 1, 0));
  });

  it('reads every file of a split in name order, plain and gzipped', async () => {
    const dataDir = await folderWith({
      'data_batch_2.bin.gz': gzipSync(cifar10File([2])),
      'data_batch_1.bin': cifar10File([1, 1]),
      'train_more.bin': cifar10File([4]),
      'data_batch_9.txt': 'no records',
      'batches.meta.txt': 'airplane',
      'test_batch.bin': test,
      'test_extra.bin.gz': gzipSync(cifar10File([6])),
    });
    const splits = await loadDataset('cifar10', { dataDir });
    expect(Array.from(splits.train.labels)).toEqual([1, 1, 2, 4]);
    expect(Array.from(splits.test.labels)).toEqual([1, 6]);
  });

  it('names file, offset and expectation for a wrong size', async () => {
    const files = { 'data_batch_1.bin': train.subarray(0, 2 * 3073 + 100), 'test_batch.bin': test };
    expect(await refusalOf('cifar10', files)).toBe(
      'DIR/data_batch_1.bin, byte 6146: expected whole records of 3073 bytes, at least one, got 100 bytes of record 2',
    );
    expect(await refusalOf('cifar10', { ...files, 'data_batch_1.bin': Buffer.alloc(0) })).toBe(
      'DIR/data_batch_1.bin, byte 0: expected whole records of 3073 bytes, at least one, got an empty file',
    );
  });

  it('names file, offset and expectation for a label out of range', async () => {
    const wrong = Buffer.from(train);
    wrong[3073] = 10;
    expect(await refusalOf('cifar10', { 'data_batch_1.bin': train, 'test_batch.bin.gz': gzipSync(wrong) })).toBe(
      'DIR/test_batch.bin.gz, uncompressed byte 3073: expected a label in 0..9, got 10',
    );
    const [coarse, fine] = [cifarRecord([20, 0], 0), cifarRecord([0, 100], 0)];
    expect(await refusalOf('cifar100', { 'train.bin': coarse, 'test.bin': coarse })).toBe(
      'DIR/train.bin, byte 0: expected a label in 0..19, got 20',
    );
    expect(await refusalOf('cifar100', { 'train.bin': fine, 'test.bin': fine })).toBe(
      'DIR/train.bin, byte 1: expected a label in 0..99, got 100',
    );
  });
});

describe('a file that cannot be read', () => {
  it.each(['missing.bin', 'missing.bin.gz'])('is named with the reason: %s', async (name) => {
    const path = `${await folderWith()}/${name}`;
    const error = await rejectionOf(readRecordFile(path));
    expect(error).toBeInstanceOf(DataFormatError);
    expect(error.message).toBe(`${path}: expected a readable file, got ENOENT`);
  });
});

describe('gzip', () => {
  const zipped = gzipSync(train);

  it('names the offset where a truncated file ends', async () => {
    const cut = zipped.subarray(0, zipped.length - 20);
    expect(await refusalOf('cifar10', { 'data_batch_1.bin.gz': cut, 'test_batch.bin': test })).toBe(
      `DIR/data_batch_1.bin.gz, byte ${cut.length}: expected a whole gzip stream, got unexpected end of file. ` +
        'Fetch the file again',
    );
  });

  it('refuses a file that is no gzip', async () => {
    expect(await refusalOf('cifar10', { 'data_batch_1.bin.gz': train, 'test_batch.bin': test })).toBe(
      'DIR/data_batch_1.bin.gz, byte 0: expected a whole gzip stream, got incorrect header check. Fetch the file again',
    );
  });

  it('refuses a gzip whose checksum does not fit', async () => {
    const wrong = Buffer.from(zipped);
    wrong[wrong.length - 8]! ^= 1;
    expect(await refusalOf('cifar10', { 'data_batch_1.bin.gz': wrong, 'test_batch.bin': test })).toMatch(
      /^DIR\/data_batch_1\.bin\.gz, byte \d+: expected a whole gzip stream, got incorrect data check\. Fetch the file again$/,
    );
  });
});

describe('MNIST IDX', () => {
  it('reads images and labels, gzipped or not', async () => {
    const dataDir = await folderWith({
      ...mnist,
      'train-images-idx3-ubyte': new Uint8Array(),
      'train-labels-idx1-ubyte': new Uint8Array(),
    });
    const plain = await folderWith(mnist);
    const zipped = await folderWith(
      Object.fromEntries(Object.entries(mnist).map(([name, content]) => [`${name}.gz`, gzipSync(content)])),
    );
    const splits = await loadDataset('mnist', { dataDir: plain });
    expect(splits.train).toMatchObject({ size: 3, imageShape: [28, 28, 1], labels: Int32Array.of(5, 0, 9) });
    expect(splits.train.images).toEqual(Uint8Array.from({ length: 3 * 784 }, (_, i) => i));
    expect(splits.train.images.constructor).toBe(Uint8Array); // not a Buffer, whose slice() shares memory
    expect(splits.test.labels).toEqual(Int32Array.of(7));
    expect(await loadDataset('mnist', { dataDir: zipped })).toEqual(splits);
    await expect(loadDataset('mnist', { dataDir })).rejects.toThrow('got 0 bytes');
  });

  const withTrainImages = (content: Uint8Array) => refusalOf('mnist', { ...mnist, 'train-images-idx3-ubyte': content });

  it('names file, offset and expectation for a wrong header', async () => {
    const name = 'DIR/train-images-idx3-ubyte';
    const pixels = new Uint8Array(784);
    expect(await withTrainImages(idxFile(2050, [1, 28, 28], pixels))).toBe(
      `${name}, byte 0: expected magic number 2051 (images) or 2049 (labels), got 2050`,
    );
    expect(await withTrainImages(idxFile(2051, [1, 28, 29], pixels))).toBe(
      `${name}, byte 12: expected images of 28 x 28, got 29`,
    );
    expect(await withTrainImages(idxFile(2051, [0, 28, 28], new Uint8Array()))).toBe(
      `${name}, byte 4: expected at least 1 of images, got 0`,
    );
    expect(await withTrainImages(mnistImages(1).subarray(0, 10))).toBe(
      `${name}, byte 8: expected 4 bytes with the size of an image, got 2 bytes`,
    );
  });

  it('names file, offset and expectation for a wrong size', async () => {
    const expected = 'DIR/train-images-idx3-ubyte, byte 16: expected 2352 bytes to the end of the file, got';
    expect(await withTrainImages(mnistImages(3).subarray(0, 1000))).toBe(`${expected} 984`);
    expect(await withTrainImages(Buffer.concat([mnistImages(3), Buffer.alloc(1)]))).toBe(`${expected} 2353`);
  });

  it('refuses a label out of range', async () => {
    const labels = gzipSync(mnistLabels([1, 2, 10]));
    expect(
      await refusalOf('mnist', { ...without(mnist, 'train-labels-idx1-ubyte'), 'train-labels-idx1-ubyte.gz': labels }),
    ).toBe('DIR/train-labels-idx1-ubyte.gz, uncompressed byte 10: expected a label in 0..9, got 10');
  });

  it('refuses images and labels that do not pair up', async () => {
    expect(await refusalOf('mnist', { ...mnist, 'train-labels-idx1-ubyte': mnistLabels([1, 2]) })).toBe(
      'DIR/train-images-idx3-ubyte, DIR/train-labels-idx1-ubyte: expected as many labels as images, file by file, ' +
        'got images: 3; labels: 2',
    );
    expect(await refusalOf('mnist', without(mnist, 'train-labels-idx1-ubyte'))).toBe(
      'DIR/train-images-idx3-ubyte: expected as many labels as images, file by file, got images: 3; labels: no file',
    );
  });
});

describe('official archive', () => {
  const members = {
    'cifar-10-batches-bin/data_batch_2.bin': cifar10File([2]),
    'cifar-10-batches-bin/readme.html': Buffer.from('<p>'),
    'cifar-10-batches-bin/data_batch_1.bin': cifar10File([1, 1]),
    'cifar-10-batches-bin/test_batch.bin': test,
  };

  it.each(['cifar-10-binary.tar.gz', 'cifar-10-binary.tar'])(
    'is read like its files, in name order: %s',
    async (name) => {
      const tar = await tarOf(members);
      const archived = await folderWith({ [name]: name.endsWith('.gz') ? gzipSync(tar) : tar });
      const extracted = await folderWith(members);
      const splits = await loadDataset('cifar10', { dataDir: archived });
      expect(Array.from(splits.train.labels)).toEqual([1, 1, 2]);
      expect(splits).toEqual(await loadDataset('cifar10', { dataDir: extracted }));
    },
  );

  it('names archive, member and offset', async () => {
    const wrong = { ...members, 'cifar-10-batches-bin/data_batch_2.bin': cifar10File([2]).subarray(1) };
    expect(await refusalOf('cifar10', { 'cifar-10-binary.tar': await tarOf(wrong) })).toBe(
      'DIR/cifar-10-binary.tar:data_batch_2.bin, byte 0: expected whole records of 3073 bytes, at least one, ' +
        'got 3072 bytes of record 0',
    );
  });

  it('refuses a truncated archive, one that is none, and one without a split', async () => {
    const tar = await tarOf(members);
    expect(await refusalOf('cifar10', { 'cifar-10-binary.tar': tar.subarray(0, 5000) })).toBe(
      'DIR/cifar-10-binary.tar: expected a whole tar archive, got Unexpected end of data. Fetch the file again',
    );
    expect(await refusalOf('cifar10', { 'cifar-10-binary.tar': Buffer.alloc(2048, 1) })).toMatch(
      /^DIR\/cifar-10-binary\.tar: expected a whole tar archive, got Invalid tar header.* Fetch the file again$/s,
    );
    const onlyTrain = without(members, 'cifar-10-batches-bin/test_batch.bin');
    expect(await refusalOf('cifar10', { 'cifar-10-binary.tar': await tarOf(onlyTrain) })).toBe(
      'DIR/cifar-10-binary.tar: expected an archive with test files, got none',
    );
    const cut = gzipSync(tar).subarray(0, 200);
    expect(await refusalOf('cifar10', { 'cifar-10-binary.tar.gz': cut })).toBe(
      `DIR/cifar-10-binary.tar.gz, byte ${cut.length}: expected a whole gzip stream, got unexpected end of file. ` +
        'Fetch the file again',
    );
  });
});
