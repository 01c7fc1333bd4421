import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { randomStream } from '../../src/core/index.js';
import { writeNpy } from '../../src/data/node/index.js';
import { selectionMethods } from '../../src/subset/selectionMethods.js';
import { freshFolder } from '../support/folders.js';
import { longtailHere } from './support.js';

const cwd = freshFolder();

it('select offers the methods that there are', () => {
  const { options } = commands.find(({ name }) => name === 'select')!;
  expect(options.find(({ name }) => name === 'method')!.choices).toEqual(selectionMethods);
});

it.each([
  [['select', 'run', '--budget', '0.1'], 'select: expected --out DIR, the folder to make, got none'],
  [['select', 'run', '--out', 's'], 'select: expected --budget, a number of items or a share below 1, got none'],
  [
    ['select', '--budget', '3', '--out', 's'],
    'select: expected a run, or --embeddings and --probabilities, got neither',
  ],
  [
    ['select', 'run', '--budget', '3', '--out', 's', '--caps', 'level'],
    'select: expected --caps to be water-level, uniform or a number of items, got level',
  ],
  [
    ['select', 'run', '--budget', '3', '--out', 's', '--shard', '2/2'],
    'select: expected --shard i/n with i below n, got 2/2. Shards count from 0: --shard 0/2 and --shard 1/2 are the two halves',
  ],
  [
    ['select', '--merge', '--out', 's', '--budget', '3'],
    'select: expected --merge with --out and --backend alone, got --budget. The shards know how they were made',
  ],
  [
    ['select', '--budget', '3', '--out', 's', '--embeddings', 'e.npy'],
    'select: expected a run, or --embeddings and --probabilities, got embeddings alone',
  ],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await longtailHere(args, { cwd });
  expect([code, stderr.trim()]).toEqual([2, `longtail: ${message}`]);
});

it('selects in shards, each told what is next, and merges them', async () => {
  const [size, numClasses] = [60, 3];
  const random = randomStream(2);
  await writeNpy(
    join(cwd, 'e.npy'),
    Float32Array.from({ length: 4 * size }, () => random.normal()),
    [size, 4],
  );
  const probabilities = Float32Array.from(
    { length: size * numClasses },
    (_, i) => [0.5, 0.3, 0.2][(i + Math.floor(i / numClasses)) % 3]!,
  );
  await writeNpy(join(cwd, 'p.npy'), probabilities, [size, numClasses]);
  const options = ['--embeddings', 'e.npy', '--probabilities', 'p.npy', '--budget', '0.2', '--backend', 'cpu'];
  for (const shard of ['0/2', '1/2']) {
    const { code, stdout } = await longtailHere(['select', ...options, '--out', 'cut', '--shard', shard], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('longtail select --merge --out cut, when all 2 are there');
  }
  const { code, stdout } = await longtailHere(['select', '--merge', '--out', 'cut', '--backend', 'cpu', '--json'], {
    cwd,
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ shards: 2, budget: 12, selected: 12 });
});
