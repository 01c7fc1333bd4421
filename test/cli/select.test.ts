import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
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
])('%j is refused', async (args, message) => {
  const { code, stderr } = await longtailHere(args, { cwd });
  expect([code, stderr.trim()]).toEqual([2, `longtail: ${message}`]);
});
