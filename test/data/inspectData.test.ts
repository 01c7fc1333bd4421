import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findDuplicates } from '../../src/data/duplicates.js';
import { inspectData, writeNpy } from '../../src/data/node/index.js';
import { folderWith } from './support.js';

/** A PNG of one grey level, compressed more or less: equal pixels in other bytes. */
async function grey(path: string, level: number, compressionLevel = 6): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const image = sharp(new Uint8Array(40 * 40).fill(level), { raw: { width: 40, height: 40, channels: 1 } });
  await image.toColourspace('b-w').png({ compressionLevel }).toFile(path);
}

/** What was found, with `root` taken out of every path. */
async function inspect(path: string, options: Parameters<typeof inspectData>[1] = {}, root = path) {
  const found = await inspectData(path, options);
  return JSON.parse(JSON.stringify(found).replaceAll(root, '')) as typeof found;
}

describe('inspectData', () => {
  it('counts, groups, and finds duplicates by their pixels and what cannot be read', async () => {
    const folder = await folderWith();
    for (const [name, level, compression] of [
      ['train/cat/1.png', 1],
      ['train/cat/2.png', 2],
      ['train/cat/3.png', 1, 0], // the pixels of 1.png
      ['train/dog/1.png', 4],
      ['train/dog/2.png', 2, 9], // a cat elsewhere
      ['test/cat/1.png', 1],
      ['test/dog/1.png', 6],
    ] as const) {
      await grey(join(folder, name), level, compression);
    }
    await writeFile(join(folder, 'train/dog/3.png'), 'no image');
    await mkdir(join(folder, 'train/eel'));
    await writeFile(join(folder, 'train/eel/4.jpg'), '');
    await mkdir(join(folder, 'train/fox'));
    await grey(join(folder, 'test/gnu/1.png'), 7);
    const steps: number[][] = [];
    const found = await inspect(folder, { onProgress: (done, total) => steps.push([done, total]) });
    expect(found).toEqual({
      path: '',
      kind: 'folder',
      classNames: ['cat', 'dog', 'eel'],
      train: { path: '/train', size: 5, classCounts: [3, 2, 0], sizes: [{ size: '40 x 40 x 1', count: 5 }] },
      test: { path: '/test', size: 2, classCounts: [1, 1, 0], sizes: [{ size: '40 x 40 x 1', count: 2 }] },
      imbalance: null,
      groups: { scheme: 'thirds', head: [0], torso: [1], tail: [2] },
      duplicates: {
        train: {
          count: 2,
          examples: [
            ['/train/cat/1.png', '/train/cat/3.png'],
            ['/train/cat/2.png', '/train/dog/2.png'],
          ],
        },
        test: { count: 0, examples: [] },
        across: { count: 1, examples: [['/train/cat/1.png', '/test/cat/1.png']] },
        conflicts: { count: 1, examples: [['/train/cat/2.png', '/train/dog/2.png']] },
      },
      unusable: [
        { where: '/test/gnu/1.png', reason: 'expected a class of the training data (cat, dog, eel), got "gnu"' },
        {
          where: '/train/dog/3.png',
          reason: 'expected a readable image (PNG or JPEG), got Input file contains unsupported image format',
        },
        {
          where: '/train/eel/4.jpg',
          reason: 'expected a readable image (PNG or JPEG), got Input file contains unsupported image format',
        },
        { where: '/train/fox', reason: 'expected images of a class (.png, .jpg, .jpeg), got an empty folder' },
      ],
    });
    expect(steps.at(-1)).toEqual([10, 10]);
  });

  it('names the row and the file of a list, and lists sizes by their frequency', async () => {
    const folder = await folderWith({ 'list.txt': 'a.png 0\nb.png 0\nc.png 1\na.png 1\nbad line\nnone.png 1\n' });
    await grey(join(folder, 'a.png'), 1);
    await grey(join(folder, 'b.png'), 2);
    await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } }).toFile(join(folder, 'c.png'));
    const found = await inspect(join(folder, 'list.txt'), {}, folder);
    expect(found.train.classCounts).toEqual([2, 2]);
    expect(found.train.sizes).toEqual([
      { size: '40 x 40 x 1', count: 3 },
      { size: '2 x 3 x 3', count: 1 },
    ]);
    expect(found.duplicates.conflicts).toEqual({ count: 1, examples: [['/list.txt:1', '/list.txt:4']] });
    expect(found.unusable.map(({ where }) => where)).toEqual(['/list.txt:5', '/list.txt:6, /none.png']);
    expect(found.imbalance).toBe(1);
  });

  it('finds rows of tables and arrays that are equal or not finite', async () => {
    const folder = await folderWith({ 'x.csv': 'a,b,label\n1,2,x\n1,2,y\n,3,x\n1,2,x\n4,5,\n' });
    const table = await inspect(join(folder, 'x.csv'), {}, folder);
    expect(table.train).toMatchObject({ size: 3, classCounts: [2, 1], sizes: [{ size: '2 features', count: 3 }] });
    expect(table.imbalance).toBe(2);
    expect(table.duplicates.train).toEqual({ count: 2, examples: [['/x.csv:2', '/x.csv:3', '/x.csv:5']] });
    expect(table.duplicates.conflicts.count).toBe(1);
    expect(table.unusable).toEqual([
      { where: '/x.csv:4', reason: 'expected a finite number in column "a", got ""' },
      { where: '/x.csv:6', reason: 'expected a label in column "label", got none' },
    ]);
    const [x, y] = [join(folder, 'x.npy'), join(folder, 'y.npy')];
    const rows = Array.from({ length: 600 }, (_, i) => (i === 599 ? NaN : i % 300));
    await writeNpy(x, Float32Array.from(rows), [600, 1]);
    await writeNpy(
      y,
      Int32Array.from(rows, (_, i) => (i < 500 ? 0 : 1)),
    );
    const array = await inspect(x, { labels: y }, folder);
    expect(array.train.classCounts).toEqual([500, 99]);
    expect(array.duplicates.train.count).toBe(299);
    expect(array.duplicates.train.examples[1]).toEqual(['/y.npy, row 1', '/y.npy, row 301']);
    expect(array.duplicates.conflicts.count).toBe(99); // rows 500 to 598 repeat 200 to 298
    expect(array.unusable).toEqual([
      { where: '/x.npy, row 599', reason: 'expected finite features, got NaN in column 0' },
    ]);
  });

  it('groups by the thresholds where each group then has a class', async () => {
    const rows = [101, 20, 19].flatMap((count, y) => Array.from({ length: count }, (_, i) => `${y}${i},${y}\n`));
    const folder = await folderWith({ 'x.csv': `a,label\n${rows.join('')}` });
    const { groups } = await inspect(join(folder, 'x.csv'));
    expect(groups).toEqual({ scheme: 'thresholds', head: [0], torso: [1], tail: [2] });
  });
});

describe('findDuplicates', () => {
  const splits = fc.array(fc.tuple(fc.nat(6), fc.nat(2)), { maxLength: 30 });
  const digested = (rows: readonly (readonly [number, number])[], name: string) => ({
    digests: rows.map(([content]) => (content === 0 ? null : String(content))),
    labels: rows.map(([, label]) => String(label)),
    at: (index: number) => `${name}${index}`,
  });

  it('counts what a comparison of all pairs counts', () => {
    fc.assert(
      fc.property(splits, splits, (train, test) => {
        const report = findDuplicates(digested(train, 'train'), digested(test, 'test'));
        const repeats = (rows: typeof train): number =>
          rows.filter(([content], i) => content > 0 && rows.slice(0, i).some(([other]) => other === content)).length;
        const leaks = test.filter(([content]) => content > 0 && train.some(([other]) => other === content)).length;
        const all = [...train, ...test];
        const conflicting = [1, 2, 3, 4, 5, 6].filter(
          (content) => new Set(all.flatMap(([other, label]) => (other === content ? [label] : []))).size > 1,
        );
        const { train: inTrain, test: inTest, across, conflicts } = report;
        expect([inTrain.count, inTest.count, across.count, conflicts.count]).toEqual([
          repeats(train),
          repeats(test),
          leaks,
          conflicting.length,
        ]);
        for (const { examples } of Object.values(report)) {
          expect(examples.length).toBeLessThanOrEqual(5);
          for (const places of examples) expect(places.length).toBeGreaterThan(1);
        }
      }),
    );
  });
});
