import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fileCheckpoints } from '../../../src/train/node/index.js';
import { errorOf, refusal } from '../../support/errors.js';
import { freshFolder, makeReadOnly, smallDisk } from '../../support/folders.js';
import { exampleState, readManifest, sha256Of, weightsFile, writeManifest } from './support.js';

const RESTORE = 'Delete the folder of this checkpoint to start from the beginning, or restore it from a copy';
const DAMAGED = 'The checkpoint is damaged: delete its folder to start from the beginning, or restore it from a copy';

describe('fileCheckpoints', () => {
  it('gives back what was saved: every dtype, position and random state, bit for bit', async () => {
    const store = fileCheckpoints(join(freshFolder(), 'made', 'when', 'needed'));
    expect(await store.load('last')).toBeNull();
    await store.save('last', exampleState());
    expect(await store.load('last')).toEqual(exampleState());
  });

  it('reads the next checkpoint when a run replaces the one that is being read', async () => {
    const folder = freshFolder();
    const store = fileCheckpoints(folder);
    for (let step = 1; step <= 20; step++) {
      await store.save('last', exampleState(step));
      const [loaded] = await Promise.all([store.load('last'), store.save('last', exampleState(step + 100))]);
      expect([step, step + 100]).toContain(loaded!.position.step);
    }
  });

  it('keeps names apart and replaces a state by the next, keeping one weights file', async () => {
    const folder = freshFolder();
    const store = fileCheckpoints(folder);
    await store.save('last', exampleState(1));
    await store.save('best', exampleState(1));
    await store.save('last', exampleState(2));
    expect(await store.load('last')).toEqual(exampleState(2));
    expect(await store.load('best')).toEqual(exampleState(1));
    expect(readdirSync(join(folder, 'last'))).toHaveLength(2);
    expect(readdirSync(folder).sort()).toEqual(['best', 'last']);
  });

  it('saves the same step again, as a resumed run does, with the same or with other values', async () => {
    const store = fileCheckpoints(freshFolder());
    const other = { ...exampleState(), tensors: exampleState(8).tensors };
    for (const state of [exampleState(), exampleState(), other]) {
      await store.save('last', state);
      expect(await store.load('last')).toEqual(state);
    }
  });

  it('takes a view into a larger buffer for what it shows', async () => {
    const store = fileCheckpoints(freshFolder());
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const state = {
      ...exampleState(),
      tensors: [{ name: 'weight/0/a', shape: [2], dtype: 'float32' as const, values }],
    };
    await store.save('last', state);
    expect([...(await store.load('last'))!.tensors[0]!.values]).toEqual([1, 2]);
  });

  it('removes what killed processes left behind, and nothing else', async () => {
    const folder = join(freshFolder(), 'last');
    mkdirSync(folder);
    for (const name of [
      'weights-3-0123abcd.bin',
      'weights-4-0123abcd.bin.77.tmp',
      'checkpoint.json.77.tmp',
      'notes.txt',
    ]) {
      writeFileSync(join(folder, name), 'x');
    }
    await fileCheckpoints(join(folder, '..')).save('last', exampleState());
    expect(readdirSync(folder).sort()).toEqual([
      'checkpoint.json',
      'notes.txt',
      weightsFile(folder).slice(folder.length + 1),
    ]);
  });
});

describe('a damaged checkpoint', () => {
  let root: string;
  let folder: string;
  let manifest: string;
  let weights: string;
  beforeEach(async () => {
    root = freshFolder();
    await fileCheckpoints(root).save('last', exampleState());
    folder = join(root, 'last');
    manifest = join(folder, 'checkpoint.json');
    weights = weightsFile(folder);
  });

  const loadFails = async (message: string | RegExp): Promise<void> => {
    await expect(fileCheckpoints(root).load('last')).rejects.toThrow(refusal('CheckpointError', message));
  };

  it('whose weights are truncated', async () => {
    truncateSync(weights, 20);
    await loadFails(`${weights}: expected 39 bytes, got 20 bytes. ${DAMAGED}`);
  });

  it('whose weights have a flipped bit', async () => {
    const bytes = readFileSync(weights);
    bytes[11]! ^= 4;
    writeFileSync(weights, bytes);
    const [before, after] = [(readManifest(folder)['weights'] as { sha256: string }).sha256, sha256Of(bytes)];
    await loadFails(`${weights}: expected SHA-256 ${before}, got ${after}. ${DAMAGED}`);
  });

  it('whose weights are gone', async () => {
    rmSync(weights);
    await loadFails(`${weights}: expected a file of 39 bytes, got ENOENT. ${DAMAGED}`);
  });

  it('whose weights cannot be read', async () => {
    rmSync(weights);
    mkdirSync(weights);
    await loadFails(`${weights}: expected a file of 39 bytes, got EISDIR. ${DAMAGED}`);
  });

  it('whose manifest cannot be read', async () => {
    rmSync(manifest);
    mkdirSync(manifest);
    await loadFails(
      `${manifest}: expected a readable file, got EISDIR. EISDIR: illegal operation on a directory, read`,
    );
  });

  it('whose manifest is not JSON', async () => {
    writeFileSync(manifest, '{"format": 1');
    const { message, name } = await errorOf(() => fileCheckpoints(root).load('last'));
    expect(name).toBe('CheckpointError');
    expect(message.startsWith(`${manifest}: expected valid JSON, got `)).toBe(true);
    expect(message.endsWith(`. ${RESTORE}`)).toBe(true);
  });

  it('whose manifest has a changed digit', async () => {
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('"epoch": 2', '"epoch": 3'));
    const { message, name } = await errorOf(() => fileCheckpoints(root).load('last'));
    expect(name).toBe('CheckpointError');
    expect(message).toMatch(/: expected content with the SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}\. Delete the folder/);
  });

  it.each([
    ['an unknown key', { extra: 1 }, 'a checkpoint manifest of format 1', 'extra must be removed'],
    [
      'no tensors',
      { tensors: undefined },
      'a checkpoint manifest of format 1',
      'tensors must be an array (was missing)',
    ],
    [
      'a negative position',
      { position: { epoch: -1, stepInEpoch: 0, step: 0, lossSum: 0 } },
      'a checkpoint manifest of format 1',
      'position.epoch must be non-negative (was -1)',
    ],
    ['an older format', { format: 0 }, 'a checkpoint manifest of format 1', 'format must be 1 (was 0)'],
  ])('whose manifest has %s', async (_what, change, expected, got) => {
    writeManifest(folder, { ...readManifest(folder), ...change });
    await loadFails(`${manifest}: expected ${expected}, got ${got}. ${RESTORE}`);
  });

  it('whose weights file would lie elsewhere', async () => {
    const { weights: entry, ...rest } = readManifest(folder);
    writeManifest(folder, { ...rest, weights: { ...(entry as object), file: '../../secret.bin' } });
    await loadFails(
      /checkpoint\.json: expected a checkpoint manifest of format 1, got weights\.file must be matched by /,
    );
  });

  it.each([
    ['overlap', 1, { offset: 0 }, 'weight/1/mask at offset 24 with 3 bytes', '0, 3'],
    ['have a shape of another size', 0, { shape: [2, 4] }, 'weight/0/kernel at offset 0 with 32 bytes', '0, 24'],
    ['have a dtype of another size', 2, { dtype: 'bool' }, 'optimizer/iter at offset 27 with 1 bytes', '27, 4'],
    ['have one name', 1, { name: 'weight/0/kernel' }, 'tensors with different names', 'a name twice'],
  ])('whose tensors %s', async (_what, index, change, expected, got) => {
    const { tensors, ...rest } = readManifest(folder);
    const changed = (tensors as object[]).map((tensor, i) => (i === index ? { ...tensor, ...change } : tensor));
    writeManifest(folder, { ...rest, tensors: changed });
    await loadFails(`${manifest}: expected ${expected}, got ${got}. ${RESTORE}`);
  });

  it('whose tensors do not fill the weights', async () => {
    const { tensors, ...rest } = readManifest(folder);
    writeManifest(folder, { ...rest, tensors: (tensors as object[]).slice(0, -1) });
    await loadFails(`${manifest}: expected tensors of 39 bytes in all, got 31. ${RESTORE}`);
  });

  it('that a newer version wrote', async () => {
    writeManifest(folder, { ...readManifest(folder), format: 2, more: true });
    await loadFails(`${manifest}: expected format 1, got format 2. A newer version wrote it: update tfjs-longtail`);
  });
});

describe('where a checkpoint cannot be written', () => {
  const hint = (cause: string): string =>
    `${cause}. The checkpoint before this one is intact; free space or mend the permissions, then resume`;

  it('a full disk is an error that leaves the checkpoint before as it was', async (context) => {
    const disk = smallDisk(64);
    if (disk === null) return context.skip('a small disk cannot be mounted here');
    const store = fileCheckpoints(disk);
    await store.save('last', exampleState(1, 9000)); // 36 kB of 64
    await expect(store.save('last', exampleState(2, 9000))).rejects.toThrow(
      refusal(
        'CheckpointError',
        `${join(disk, 'last')}: expected a writable folder with space for the checkpoint, got ENOSPC. ` +
          hint('ENOSPC: no space left on device, write'),
      ),
    );
    expect(await store.load('last')).toEqual(exampleState(1, 9000));
    expect(readdirSync(join(disk, 'last'))).toHaveLength(2); // the part written is gone again
    await store.save('last', exampleState(3, 100)); // there is space for this one
    expect(await store.load('last')).toEqual(exampleState(3, 100));
  });

  it('a read-only folder is an error that leaves the checkpoint before as it was', async (context) => {
    const folder = smallDisk(256) ?? freshFolder();
    const store = fileCheckpoints(folder);
    await store.save('last', exampleState(1));
    if (!makeReadOnly(folder)) return context.skip('a folder cannot be made read-only here');
    const { name, message } = await errorOf(() => store.save('last', exampleState(2)));
    expect(name).toBe('CheckpointError');
    expect(message).toMatch(/: expected a writable folder with space for the checkpoint, got (EROFS|EACCES)\. /);
    expect(await store.load('last')).toEqual(exampleState(1));
  });

  it('a path through a file is an error', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'file'), '');
    const store = fileCheckpoints(join(folder, 'file'));
    const path = join(folder, 'file', 'last');
    await expect(store.save('last', exampleState())).rejects.toThrow(
      refusal(
        'CheckpointError',
        `${path}: expected a writable folder with space for the checkpoint, got ENOTDIR. ` +
          hint(`ENOTDIR: not a directory, mkdir '${path}'`),
      ),
    );
    await expect(store.load('last')).rejects.toThrow(
      refusal(
        'CheckpointError',
        /checkpoint\.json: expected a readable file, got ENOTDIR\. ENOTDIR: not a directory, open /,
      ),
    );
  });
});
