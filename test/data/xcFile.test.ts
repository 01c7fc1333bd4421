import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DataFormatError } from '../../src/core/index.js';
import { denseFeatures, labelLists } from '../../src/data/index.js';
import type { MultiLabelDataset } from '../../src/data/index.js';
import { readXcFile } from '../../src/data/node/index.js';
import { refusal } from '../support/errors.js';
import { folderWith, rejectionOf } from './support.js';

let folder: string;
beforeAll(async () => {
  folder = await folderWith();
});

/** Reads `text` as the file `name`. */
async function read(text: string | Uint8Array, name = 'toy.txt'): Promise<MultiLabelDataset> {
  await writeFile(join(folder, name), text);
  return readXcFile(join(folder, name));
}

const labelsOf = (dataset: MultiLabelDataset): number[][] =>
  labelLists(dataset, [...Array(dataset.size).keys()]).map((ids) => Array.from(ids));
const rowsOf = (dataset: MultiLabelDataset): number[] =>
  Array.from(denseFeatures(dataset, [...Array(dataset.size).keys()]));

describe('readXcFile', () => {
  it('reads points with labels and features, and those that lack either or both', async () => {
    const dataset = await read('5 3 12\n11,0 2:0.5 0:1\n 1:-2e-1\n7\n\n3 \n');
    expect(dataset).toMatchObject({ name: 'toy', size: 5, numFeatures: 3, numClasses: 12 });
    expect(dataset.classNames).toEqual(Array.from({ length: 12 }, (_, y) => String(y)));
    expect(labelsOf(dataset)).toEqual([[11, 0], [], [7], [], [3]]);
    expect(rowsOf(dataset)).toEqual([1, 0, 0.5, 0, Math.fround(-0.2), 0, ...Array<number>(9).fill(0)]);
  });

  it('minds no spaces, tabs, carriage returns, missing last line end or blank lines at the end', async () => {
    const plain = await read('2 3 4\n1 0:1 2:5\n 1:2\n');
    for (const text of [
      ' 2  3\t4 \r\n1 0:1 2:5\r\n 1:2\r\n',
      '2 3 4\n1  0:1\t2:5 \n\t1:2',
      '2 3 4\n1 0:1 2:5\n 1:2\n\n\r\n\n',
      '2 3 4\n1 0:+1. 2:.5e1\n 1:2',
    ]) {
      expect(await read(text)).toEqual(plain);
    }
  });

  it('reads gzip as well, and takes names', async () => {
    const text = '1 1 2\n0 0:1\n';
    expect(await read(gzipSync(text), 'toy.txt.gz')).toEqual(await read(text));
    const options = { name: 'mine/train', classNames: ['yes', 'no'] };
    expect(await readXcFile(join(folder, 'toy.txt'), options)).toMatchObject(options);
  });

  it('gives back what was written, whatever the lengths of lines and reads', async () => {
    const point = fc.record({
      labels: fc.uniqueArray(fc.nat(29), { maxLength: 8 }),
      features: fc.uniqueArray(fc.tuple(fc.nat(39), fc.float({ noNaN: true, noDefaultInfinity: true })), {
        selector: ([column]) => column,
        maxLength: 12,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 12 }), async (points) => {
        const lines = points.map(
          ({ labels, features }) => `${labels.join(',')} ${features.map(([j, x]) => `${j}:${x}`).join(' ')}`,
        );
        const dataset = await read([`${points.length} 40 30`, ...lines].join('\n'));
        expect(labelsOf(dataset)).toEqual(points.map(({ labels }) => labels));
        const { offsets, columns, values } = dataset.features;
        points.forEach(({ features }, i) => {
          const row = Array.from(columns.subarray(offsets[i], offsets[i + 1]), (column, j) => [
            column,
            values[offsets[i]! + j]! + 0, // the text of -0 is 0
          ]);
          expect(row).toEqual(features.map(([column, value]) => [column, value + 0]));
        });
      }),
    );
  });

  it('reads more than one chunk', async () => {
    const size = 40_000; // 600 kB; chunks have 256 kB, arrays begin with 1,024 entries
    const lines = Array.from({ length: size }, (_, i) => `${i % 1000} ${i % 500}:${i}`);
    const dataset = await read(`${size} 500 1000\n${lines.join('\n')}\n`);
    expect(dataset.size).toBe(size);
    expect(dataset.labels.ids).toEqual(Int32Array.from({ length: size }, (_, i) => i % 1000));
    expect(dataset.features.values).toEqual(Float32Array.from({ length: size }, (_, i) => i));
  });
});

describe('readXcFile refuses, with file and line,', () => {
  const refused = async (text: string, line: number, message: string): Promise<void> => {
    const expected = `${folder}/toy.txt:${line}: expected ${message}`;
    await expect(read(text)).rejects.toThrow(refusal('DataFormatError', expected));
  };

  it('a missing or wrong header', async () => {
    await refused('', 1, 'a header "points features labels", got an empty file');
    const header = 'a header "points features labels" of three positive whole numbers';
    const hint = 'Some older files lack the header: put it before the points';
    for (const first of [
      '1,2 3:1',
      '1 2',
      '1 2 3 4',
      '1 2 x',
      '0 2 3',
      '1 0 3',
      '-1 2 3',
      '1.5 2 3',
      '9999999999 2 3',
    ]) {
      await refused(`${first}\n1 0:1\n`, 1, `${header}, got "${first}". ${hint}`);
    }
    await refused('1 2 2147483647\n', 1, 'at most 16777216 labels, got 2147483647');
  });

  it('another number of points', async () => {
    await refused('3 2 2\n0 0:1\n1 1:1\n', 4, '3 points, as the header says, got the end after 2');
    await refused('1 2 2\n0 0:1\n1 1:1\n', 3, 'the end after 1 points, as the header says, got "1 1:1"');
    await refused('1 2 2', 2, '1 points, as the header says, got the end after 0');
  });

  it('labels that are none', async () => {
    await refused('2 2 3\n0 0:1\n3 0:1\n', 3, 'a label in 0..2, got 3');
    await refused('1 2 3\n-1 0:1\n', 2, 'a label in 0..2, got "-1"');
    await refused('1 2 3\n1,,2 0:1\n', 2, 'a label in 0..2, got ""');
    await refused('1 2 3\n1,x 0:1\n', 2, 'a label in 0..2, got "x"');
    await refused('1 2 3\n1.0 0:1\n', 2, 'a label in 0..2, got "1.0"');
    await refused('1 2 3\n2,1,2 0:1\n', 2, 'distinct labels, got 2 twice');
    await refused('1 2 3\n1:1 0:1\n', 2, 'labels first, got "1:1". A point without labels begins with a space');
  });

  it('features that are none', async () => {
    await refused('1 2 3\n0 2:1\n', 2, 'a feature in 0..1, got 2');
    await refused('1 2 3\n0 x:1\n', 2, 'a feature in 0..1, got "x"');
    await refused('1 2 3\n0 :1\n', 2, 'a feature in 0..1, got ""');
    await refused('1 2 3\n0 1:1 1:1\n', 2, 'distinct features, got 1 twice');
    await refused('1 2 3\n0 1:1 0:2 1:1\n', 2, 'distinct features, got 1 twice');
    await refused('1 2 3\n0 1\n', 2, 'feature:value, got "1"');
    await refused('1 2 3\n0, 1 1:1\n', 2, 'a label in 0..2, got ""');
    for (const value of ['', 'x', 'NaN', 'Infinity', '1e39', '0x1', '1:1', '1,5', '.', 'e5']) {
      await refused(
        `1 2 3\n0 1:${value}\n`,
        2,
        `a finite single-precision number after the colon, got ${JSON.stringify(value)}`,
      );
    }
    await refused(
      `1 2 3\n0 1:${'y'.repeat(99)}\n`,
      2,
      `a finite single-precision number after the colon, got "${'y'.repeat(40)}..."`,
    );
  });

  it('another number of names, files that cannot be read, and damaged gzip', async () => {
    await read('1 1 2\n0 0:1\n');
    await expect(readXcFile(join(folder, 'toy.txt'), { classNames: ['only'] })).rejects.toThrow(
      refusal('InvalidArgumentError', `${folder}/toy.txt:1: expected 2 classNames, as the header says, got 1`),
    );
    await expect(readXcFile(join(folder, 'none.txt'))).rejects.toThrow(
      refusal('DataFormatError', `${folder}/none.txt: expected a readable file, got ENOENT`),
    );
    const cut = gzipSync('1 1 2\n0 0:1\n').subarray(0, 20);
    expect(await rejectionOf(read(cut, 'cut.txt.gz'))).toBeInstanceOf(DataFormatError);
  });

  it('to go on after an abort', async () => {
    await read('1 1 2\n0 0:1\n');
    const reason = new Error('enough');
    const aborted = readXcFile(join(folder, 'toy.txt'), { signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(aborted)).toBe(reason);
  });

  it('or reads, any damaged text: nothing else happens', async () => {
    const good = Buffer.from('3 4 5\n0,4 1:1 3:0.5\n 2:1\n3 0:-1e3\n');
    const bytes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.constantFrom(...Buffer.from(' ,:\n\r019-.ex\u00ff'))), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(good.length), async (changes, length) => {
        const copy = Buffer.from(good);
        for (const [place, byte] of changes) copy[place] = byte;
        const outcome = await read(copy.subarray(0, length)).catch((error: unknown) => error);
        if (outcome instanceof DataFormatError) expect(outcome.where).toMatch(/toy\.txt:\d+$/);
        else expect((outcome as MultiLabelDataset).size).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });
});
