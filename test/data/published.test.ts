import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { classCountsOf, exponentialProfile, longTail, stepProfile, takeExamples } from '../../src/data/index.js';
import type { ImageDataset } from '../../src/data/index.js';
import { loadDataset } from '../../src/data/node/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sampleFolder = `${root}data/cifar-10-lt-sample/`;
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const countsIn = ({ labels, classNames }: ImageDataset): number[] =>
  Array.from(classCountsOf(labels, classNames.length));

/** Equal images and labels; `toEqual` takes its time over millions of bytes. */
function expectSame(actual: ImageDataset, expected: ImageDataset): void {
  expect(Buffer.compare(actual.images, expected.images)).toBe(0);
  expect(actual.labels).toEqual(expected.labels);
}

describe('the bundled sample', () => {
  it('is CIFAR-10-LT with at most 500 images a class and ratio 100, and a balanced test set', async () => {
    const { name, train, test } = await loadDataset('sample');
    expect(name).toBe('sample');
    expect(train).toMatchObject({ name: 'sample/train', size: 1236, imageShape: [32, 32, 3] });
    expect(countsIn(train)).toEqual([500, 299, 179, 107, 64, 38, 23, 13, 8, 5]);
    expect(countsIn(test)).toEqual(Array(10).fill(100));
    const names = await readFile(`${sampleFolder}batches.meta.txt`, 'utf8');
    expect(train.classNames).toEqual(names.trim().split('\n'));
  });

  it('is left as it is by the long tail it was made with', async () => {
    const { train } = await loadDataset('sample');
    expectSame(longTail(train, { imbalance: 100, maxPerClass: 500 }), train);
    expectSame(longTail(train, { imbalance: 100 }), train);
  });

  it('has the checksums that its description lists', async () => {
    const description = await readFile(`${sampleFolder}README.md`, 'utf8');
    const rows = [...description.matchAll(/^\| `([^`]+)` .* ([\d,]+) \| `([0-9a-f]{32})` \|$/gm)];
    expect(rows).toHaveLength(3);
    for (const [, name, size, sum] of rows) {
      const stored = await readFile(sampleFolder + name);
      const content = name!.endsWith('.gz') ? gunzipSync(stored) : stored;
      expect([name, content.length, md5(content)]).toEqual([name, Number(size!.replaceAll(',', '')), sum]);
    }
  });
});

// The published files, or the ratio-10 prefixes of their training part, where they are at hand.
const dataDir = [process.env['LONGTAIL_DATA'], `${root}../shared/data`].find(
  (folder) => folder && existsSync(`${folder}/cifar-10-batches-bin`) && existsSync(`${folder}/cifar-100-binary`),
);

describe.skipIf(dataDir === undefined)('files at hand', () => {
  const options = { dataDir: dataDir! };
  /** The training part cut down to ratio 10, whatever was at hand. */
  const ratio10 = async (name: 'cifar10' | 'cifar100') =>
    longTail((await loadDataset(name, options)).train, { imbalance: 10 });

  it('CIFAR-10 has its histograms, and every ratio from 10 on is a prefix of ratio 10', async () => {
    const train = await ratio10('cifar10');
    const profile = { numClasses: 10, maxPerClass: 5000 };
    expect(countsIn(train)).toEqual([5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500]);
    for (const imbalance of [20, 50, 100, 200]) {
      const tailed = longTail(train, { imbalance });
      expect(countsIn(tailed)).toEqual(Array.from(exponentialProfile({ ...profile, imbalance })));
    }
    const step = longTail(train, { profile: 'step', imbalance: 100, maxPerClass: 1796 });
    expect(countsIn(step)).toEqual(Array.from(stepProfile({ ...profile, maxPerClass: 1796, imbalance: 100 })));
    expect(() => longTail(train, { profile: 'step', imbalance: 100 })).toThrow(
      'longTail: expected 5000 examples of class 1 (automobile), got 3871. ' +
        'Set maxPerClass to at most 1796, or raise imbalance',
    );
  });

  it('CIFAR-10 holds the bundled sample', async () => {
    const { test } = await loadDataset('cifar10', options);
    expect(countsIn(test)).toEqual(Array(10).fill(1000));
    const sample = await loadDataset('sample');
    expectSame(longTail(await ratio10('cifar10'), { imbalance: 100, maxPerClass: 500 }), sample.train);
    const seen = new Array<number>(10).fill(0);
    const first100 = Array.from(test.labels.keys()).filter((i) => seen[test.labels[i]!]!++ < 100);
    expectSame(takeExamples(test, first100), sample.test);
  });

  it('CIFAR-100 has its histograms', async () => {
    const { test, train } = await loadDataset('cifar100', options);
    const profile = { numClasses: 100, maxPerClass: 500 };
    expect(countsIn(test)).toEqual(Array(100).fill(100));
    for (const [imbalance, total] of [
      [10, 19573],
      [20, 15907],
      [50, 12608],
      [100, 10847],
      [200, 9502],
    ] as const) {
      const tailed = longTail(train, { imbalance });
      expect(tailed.size).toBe(total);
      expect(countsIn(tailed)).toEqual(Array.from(exponentialProfile({ ...profile, imbalance })));
    }
    expect(countsIn(longTail(train, { profile: 'step', imbalance: 100, maxPerClass: 159 }))[99]).toBe(1);
    const names = await readFile(`${dataDir}/cifar-100-binary/fine_label_names.txt`, 'utf8').catch(() => undefined);
    if (names !== undefined) expect(train.classNames).toEqual(names.trim().split('\n'));
  });

  it('CIFAR-100 pixels are those of the official test file, back in its layout', async () => {
    const { test } = await loadDataset('cifar100', options);
    const official = gunzipSync(await readFile(`${dataDir}/cifar-100-binary/test.bin.gz`));
    expect(createHash('sha1').update(official).digest('hex')).toBe('8fb6623e830365ff53cf14adec797474f5478006');
    for (const record of [0, 1, 4321, 9999]) {
      const planes = official.subarray(record * 3074 + 2, (record + 1) * 3074);
      const pixels = test.images.subarray(record * 3072, (record + 1) * 3072);
      const back = Uint8Array.from({ length: 3072 }, (_, i) => pixels[(i % 1024) * 3 + Math.floor(i / 1024)]!);
      expect(Buffer.compare(back, planes)).toBe(0);
      expect(test.labels[record]).toBe(official[record * 3074 + 1]);
    }
  });

  it.skipIf(!existsSync(`${dataDir}/mnist`))('MNIST has its histograms', async () => {
    const { train, test } = await loadDataset('mnist', options);
    expect(countsIn(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(countsIn(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // The checksum of the official file without its header of 16 bytes stands for every pixel.
    const header = Buffer.from('0000080300002710' + '0000001c0000001c', 'hex');
    expect(md5(Buffer.concat([header, test.images]))).toBe('2646ac647ad5339dbf082846283269ea');
  });
});
