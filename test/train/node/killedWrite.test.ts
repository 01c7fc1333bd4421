import type * as fs from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fileCheckpoints } from '../../../src/train/node/index.js';
import { freshFolder } from '../../support/folders.js';
import { exampleState } from './support.js';

/** A process that may die: after `left` more operations on files nothing it does reaches the disk any more. */
const life = vi.hoisted(() => ({ left: Infinity, half: false }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  /** Lets `operation` happen while the process lives; the one it dies in can be cut short by `halfway`. */
  const step = async <T>(operation: () => Promise<T>, halfway?: () => Promise<unknown>): Promise<T> => {
    if (life.left-- > 0) return operation();
    if (life.left === -1 && life.half) await halfway?.();
    throw new Error('killed');
  };
  return {
    ...real,
    mkdir: (...args: Parameters<typeof fs.mkdir>) => step(() => real.mkdir(...args)),
    rename: (...args: Parameters<typeof fs.rename>) => step(() => real.rename(...args)),
    rm: (...args: Parameters<typeof fs.rm>) => step(() => real.rm(...args)),
    readdir: (path: string) => step(() => real.readdir(path)),
    open: async (...args: Parameters<typeof fs.open>) => {
      const file = await step(() => real.open(...args));
      return {
        writeFile: (content: string | Uint8Array) =>
          step(
            () => file.writeFile(content),
            () => file.writeFile(content.slice(0, content.length >> 1)),
          ),
        sync: () => step(() => file.sync()),
        close: () => file.close(), // a dead process closes its files too
      };
    },
  };
});

beforeEach(() => {
  life.left = Infinity;
});

/** Saves `state` in a process that dies after `operations`; whether it lived to see the end. */
async function saveAndDie(folder: string, step: number, operations: number, half: boolean): Promise<boolean> {
  Object.assign(life, { left: operations, half });
  try {
    await fileCheckpoints(folder).save('last', exampleState(step));
    return true;
  } catch {
    return false;
  } finally {
    life.left = Infinity;
  }
}

describe.each([
  ['between two operations', false],
  ['in the middle of a write', true],
])('a process killed %s', (_when, half) => {
  it.each([
    ['the first checkpoint', null],
    ['a later checkpoint', 1],
  ])('while it saves %s leaves the state before or the new one', async (_which, before) => {
    const seen: (number | null)[] = [];
    for (let operations = 0; ; operations++) {
      const folder = freshFolder();
      const store = fileCheckpoints(folder);
      if (before !== null) await store.save('last', exampleState(before));
      const survived = await saveAndDie(folder, 2, operations, half);
      const found = await store.load('last');
      const step = found?.position.step ?? null;
      expect([before, 2]).toContain(step);
      if (step !== null) expect(found).toEqual(exampleState(step));
      seen.push(step);
      // Whatever was left behind, the next process saves as if nothing had happened.
      await store.save('last', exampleState(3));
      expect(await store.load('last')).toEqual(exampleState(3));
      expect(readdirSync(join(folder, 'last'))).toHaveLength(2);
      if (survived) break;
    }
    // mkdir, twice open, write, sync and rename, readdir, and rm of the old weights: the order matters, so it is pinned.
    expect(seen).toHaveLength(before === null ? 11 : 12);
    expect(seen.indexOf(2)).toBe(9);
    expect(seen.slice(9).every((step) => step === 2)).toBe(true);
  });
});
