import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DataFormatError } from '../../src/core/index.js';
import { readArchive } from '../../src/data/node/archive.js';
import { decodeCifar } from '../../src/data/node/cifar.js';
import { decodeMnist } from '../../src/data/node/idx.js';
import { readRecordFile } from '../../src/data/node/recordFile.js';
import { cifar10File, folderWith, idxFile, mnistLabels, tarOf } from './support.js';

/** The value of `work`, or `undefined` when it refuses with a DataFormatError; anything else is thrown on. */
async function valueOrRefusal<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DataFormatError) return undefined;
    throw error;
  }
}

/** A copy of `bytes` with some bytes changed, cut or extended. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), { maxLength: 4 });
  const tail = fc.uint8Array({ maxLength: 40 });
  return fc.tuple(flips, fc.option(fc.nat(bytes.length)), tail).map(([changes, length, extra]) => {
    const copy = Uint8Array.from(bytes);
    for (const [position, mask] of changes) copy[position]! ^= mask;
    return Buffer.concat([copy.subarray(0, length ?? copy.length), extra]);
  });
}

const file = (bytes: Uint8Array) => [{ path: 'fuzzed.bin', bytes }];

describe('decodeCifar', () => {
  it('accepts exactly whole records with labels in range', async () => {
    const anyRecords = fc.tuple(fc.array(fc.nat(12), { maxLength: 3 }), fc.constantFrom(0, 0, 0, 1, 3072));
    await fc.assert(
      fc.asyncProperty(anyRecords, async ([labels, extra]) => {
        const bytes = Buffer.concat([cifar10File(labels), Buffer.alloc(extra)]);
        const decoded = await valueOrRefusal(() => decodeCifar(file(bytes), [10]));
        const fits = labels.length > 0 && extra === 0 && labels.every((label) => label < 10);
        expect(decoded && Array.from(decoded.labels)).toEqual(fits ? labels : undefined);
      }),
    );
  });

  it('refuses random bytes that are no records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3072 }), async (bytes) => {
        expect(await valueOrRefusal(() => decodeCifar(file(bytes), [10]))).toBeUndefined();
        expect(await valueOrRefusal(() => decodeCifar(file(bytes), [20, 100]))).toBeUndefined();
      }),
    );
  });
});

describe('decodeMnist', () => {
  it('refuses random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        expect(await valueOrRefusal(() => decodeMnist(file(bytes), 10))).toBeUndefined();
      }),
    );
  });

  it('refuses a damaged file of images, or gives as many images as labels', async () => {
    const labels = mnistLabels([1]);
    const images = idxFile(2051, [1, 28, 28], new Uint8Array(784));
    await fc.assert(
      fc.asyncProperty(damaged(images), damaged(labels), async (fuzzedImages, fuzzedLabels) => {
        const decoded = await valueOrRefusal(() => decodeMnist([...file(fuzzedImages), ...file(fuzzedLabels)], 10));
        if (decoded === undefined) return;
        expect(decoded.images).toHaveLength(784);
        expect(decoded.labels).toHaveLength(1);
        expect(decoded.labels[0]).toBeLessThan(10);
      }),
    );
  });

  it('refuses sizes that would overflow', async () => {
    const huge = fc.tuple(fc.integer({ min: 2, max: 2 ** 32 - 1 }), fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1));
    await fc.assert(
      fc.asyncProperty(huge, async (sizes) => {
        const bytes = idxFile(2051, sizes, new Uint8Array(784));
        expect(await valueOrRefusal(() => decodeMnist(file(bytes), 10))).toBeUndefined();
      }),
    );
  });
});

describe('files on disk', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await folderWith();
  });

  /** Writes `bytes` under a name with this ending and reads them back with `read`. */
  const viaDisk = async <T>(ending: string, bytes: Uint8Array, read: (path: string) => Promise<T>) => {
    const path = join(folder, `fuzzed${ending}`);
    await writeFile(path, bytes);
    return valueOrRefusal(() => read(path));
  };

  it('a damaged gzip gives its content or a refusal', async () => {
    const content = cifar10File([1]);
    await fc.assert(
      fc.asyncProperty(damaged(gzipSync(content)), async (bytes) => {
        const read = await viaDisk('.gz', bytes, readRecordFile);
        // Bytes after the end of a gzip are no part of it; a gzip that follows is. An empty file is an empty content.
        if (read !== undefined && read.bytes.length > 0) {
          expect(content.equals(read.bytes.subarray(0, content.length))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('random bytes as gzip give a refusal, or nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        const read = await viaDisk('.gz', bytes, readRecordFile);
        expect(read?.bytes.length ?? 0).toBe(0);
      }),
    );
  });

  const splitOf = (name: string) =>
    name.startsWith('data_batch') ? 'train' : name.startsWith('test') ? 'test' : undefined;

  it.each(['.tar', '.tar.gz'])('a damaged archive gives files or a refusal: %s', async (ending) => {
    const members = {
      'data_batch_1.bin': cifar10File([1]),
      'readme.html': Buffer.from('x'),
      'test_batch.bin': cifar10File([2]),
    };
    const tar = await tarOf(members);
    await fc.assert(
      fc.asyncProperty(damaged(ending === '.tar' ? tar : gzipSync(tar)), async (bytes) => {
        const files = await viaDisk(ending, bytes, (path) => readArchive(path, splitOf));
        if (files !== undefined) expect(Math.min(files.train.length, files.test.length)).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('random bytes as archive give a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        expect(await viaDisk('.tar', bytes, (path) => readArchive(path, splitOf))).toBeUndefined();
      }),
    );
  });
});
