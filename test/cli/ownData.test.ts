import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/data/node/index.js';
import { freshFolder } from '../support/folders.js';
import { longtail, longtailHere } from './support.js';

/** Where the commands run: a folder `shapes` of images and vectors beside it. */
const cwd = freshFolder();

beforeAll(async () => {
  for (const [name, count] of [
    ['round', 12],
    ['square', 6],
  ] as const) {
    const folder = join(cwd, 'shapes', name);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < count; i++) {
      const background = { r: name === 'round' ? 250 - i : i, g: 0, b: 10 * i };
      await sharp({ create: { width: 8, height: 8, channels: 3, background } }).toFile(join(folder, `${i}.png`));
    }
  }
  const labels = Int32Array.from({ length: 30 }, (_, i) => (i < 20 ? 0 : 1));
  await writeNpy(
    join(cwd, 'x.npy'),
    Float32Array.from(labels, (label, i) => label * 10 + (i % 3)),
    [30, 1],
  );
  await writeNpy(join(cwd, 'y.npy'), labels);
});

describe('longtail data inspect', () => {
  it('prints counts, groups, sizes and duplicates, and what cannot be read', async () => {
    const copy = join(cwd, 'flawed');
    for (const name of ['a', 'b']) {
      mkdirSync(join(copy, name), { recursive: true });
      await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).toFile(
        join(copy, name, '1.png'),
      );
    }
    writeFileSync(join(copy, 'b', '2.png'), 'no image');
    const { code, stdout, stderr } = await longtailHere(['data', 'inspect', './flawed'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        './flawed (folder): 2 training examples',
        '┌───────┬──────────┬───────┐',
        '│ class │ training │ group │',
        '├───────┼──────────┼───────┤',
        '│ a     │        1 │  head │',
        '│ b     │        1 │  tail │',
        '└───────┴──────────┴───────┘',
        'imbalance   1.00 (1 to 1), 2 classes',
        'training    2 of 2 x 2 x 3',
        'groups      1 head, 0 torso, 1 tail, by thirds',
        'duplicates  1 training examples that repeat another',
        '  flawed/a/1.png = flawed/b/1.png',
        'duplicates  1 contents under more than one label',
        '  flawed/a/1.png = flawed/b/1.png',
        'unusable    1',
        '  flawed/b/2.png: expected a readable image (PNG or JPEG), got Input file contains unsupported image format',
        '',
      ].join('\n'),
    );
  });

  it('--json prints one object', async () => {
    const { code, stdout } = await longtailHere(['data', 'inspect', 'x.npy', '--labels', 'y.npy', '--json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'npy',
      train: { size: 30, classCounts: [20, 10] },
      test: null,
      imbalance: 2,
      duplicates: { train: { count: 24 } },
      unusable: [],
    });
  });
});

describe('longtail train', () => {
  const short = ['--epochs', '5', '--warmup-epochs', '0', '--batch-size', '8', '--backend', 'cpu', '--json'];

  it('trains on a folder of images, and evaluate scores them', async () => {
    const args = ['--data', 'shapes', '--model', 'mlp', '--learning-rate', '0.01', '--test-share', '0.25'];
    const { code, stdout, stderr } = await longtail(['train', ...args, ...short, '--out', 'run'], { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining('data     shapes (25% of each class for testing): 13')]);
    const report = JSON.parse(stdout) as { final: { raw: object } };
    expect(report).toMatchObject({ dataset: 'shapes (25% of each class for testing)', classCounts: [9, 4] });
    const scored = await longtailHere(['evaluate', 'run', '--backend', 'cpu', '--json'], { cwd });
    expect((JSON.parse(scored.stdout) as { raw: object }).raw).toEqual(report.final.raw);
  });

  it('trains a linear head on features', async () => {
    const args = ['train', '--features', 'x.npy', '--labels', 'y.npy', ...short];
    const { code, stdout, stderr } = await longtailHere(args, { cwd });
    expect([code, stderr]).toEqual([0, expect.stringContaining('24 training examples, 2 classes of 16 to 8; 6 test')]);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'linear', final: { raw: { balancedAccuracy: 1 } } });
  });

  it('says in one line what is wrong with the data, and makes no run', async () => {
    const args = ['train', '--features', 'x.npy', '--labels', 'x.npy', ...short, '--out', 'never'];
    const ended = await longtailHere(args, { cwd });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr.split('\n').at(-2)).toBe(
      `longtail: ${join(cwd, 'x.npy')}: expected at least 2 training examples of class 3 (3), got 0. ` +
        'Leave the class out: number the others from 0 without gaps',
    );
  });
});
