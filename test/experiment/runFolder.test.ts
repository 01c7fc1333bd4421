import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RunFolder, runTraining } from '../../src/experiment/index.js';
import { errorOf, refusal } from '../support/errors.js';
import { freshFolder, makeReadOnly, smallDisk } from '../support/folders.js';
import { freshRun, tinyConfig } from './support.js';

const config = tinyConfig();
const opened: RunFolder[] = [];
afterEach(() => opened.splice(0).forEach((folder) => folder.unlock()));

/** A folder in which a run has begun; the lock is given back when the test ends. */
async function begun(path = freshRun()): Promise<RunFolder> {
  const folder = RunFolder.create(path, config);
  opened.push(folder);
  await folder.describe(config, environment);
  return folder;
}

const lockOf = (path: string): string => join(path, 'lock.json');
const writeLock = (path: string, holder: object): void => writeFileSync(lockOf(path), JSON.stringify(holder));

const environment = { backend: 'cpu', threads: null, tfjs: '4.22.0', libtensorflow: null, machine: 'here' };

describe('a new run', () => {
  it('is never put into a folder that holds something', async () => {
    const run = (await begun()).path;
    const other = freshFolder();
    writeFileSync(join(other, 'thesis.tex'), '');
    for (const path of [run, other]) {
      expect(() => RunFolder.create(path, config)).toThrow(
        refusal(
          'RunFolderError',
          `${path}: expected a folder that does not exist yet, got an existing one. ` +
            `A run is never overwritten: choose another --out, or go on with --resume ${path}`,
        ),
      );
    }
    expect(readdirSync(other)).toEqual(['thesis.tex']);
  });

  it('may take a folder that is empty, or in which an earlier start was killed', () => {
    const path = freshFolder();
    writeLock(path, { pid: 2 ** 30, host: hostname() });
    writeFileSync(join(path, 'environment.json'), '{}');
    writeFileSync(join(path, 'config.json.77.tmp'), '{"da');
    opened.push(RunFolder.create(path, config));
    opened.push(RunFolder.create(freshFolder(), config));
  });

  it('is not put in the place of a file, nor below one', () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, 'text');
    expect(() => RunFolder.create(file, config)).toThrow(refusal('RunFolderError', /got an existing one/));
    const below = join(file, 'run');
    expect(() => RunFolder.create(below, config)).toThrow(
      refusal(
        'RunFolderError',
        `${below}: expected a place where a folder can be made, got ENOTDIR. ENOTDIR: not a directory, mkdir '${below}'`,
      ),
    );
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  it('without a name is named after what it does, and numbered when the name is taken', () => {
    const before = process.cwd();
    process.chdir(freshFolder());
    try {
      const paths = [1, 2, 3].map(() => {
        const folder = RunFolder.create(undefined, config);
        opened.push(folder);
        return folder.path;
      });
      expect(new Set(paths).size).toBe(3);
      for (const path of paths) {
        expect(path).toMatch(/^runs\/\d{4}-\d\d-\d\d-\d{6}-mnist-mlp-logit-adjusted-s1(-\d)?$/);
      }
      opened.splice(-3).forEach((folder) => folder.unlock());
    } finally {
      process.chdir(before);
    }
  });

  it('where nothing may be written is an error', (context) => {
    const folder = smallDisk(64) ?? freshFolder();
    if (!makeReadOnly(folder)) return context.skip('a folder cannot be made read-only here');
    expect(() => RunFolder.create(join(folder, 'run'), config)).toThrow(
      refusal('RunFolderError', /run: expected a place where a folder can be made, got (EROFS|EACCES)\. /),
    );
  });
});

describe('one process at a time works on a run', () => {
  const busy = (path: string, pid: number, host = hostname()): Error =>
    refusal(
      'RunFolderError',
      `${path}: expected a run that no other process works on, got process ${pid} on ${host} at work there. ` +
        `Wait for it, or stop it; if it is gone, delete ${path}/lock.json`,
    );

  it('within a process', async () => {
    const { path } = await begun();
    expect(() => RunFolder.open(path)).toThrow(busy(path, process.pid));
    opened.pop()!.unlock();
    opened.push(RunFolder.open(path));
  });

  it('across processes, until the other one is gone', async () => {
    const folder = await begun();
    folder.unlock();
    const other = spawn('sleep', ['60']);
    try {
      writeLock(folder.path, { pid: other.pid, host: hostname() });
      expect(() => RunFolder.open(folder.path)).toThrow(busy(folder.path, other.pid!));
      expect(() => RunFolder.create(folder.path, config)).toThrow(refusal('RunFolderError', /never overwritten/));
    } finally {
      other.kill('SIGKILL');
      await new Promise((resolve) => other.on('exit', resolve));
    }
    opened.push(RunFolder.open(folder.path));
  });

  it('across machines, whose processes cannot be asked', async () => {
    const folder = await begun();
    folder.unlock();
    writeLock(folder.path, { pid: 1, host: 'elsewhere' });
    expect(() => RunFolder.open(folder.path)).toThrow(busy(folder.path, 1, 'elsewhere'));
  });

  it.each(['', '{"pid": 12', JSON.stringify({ pid: process.pid, host: hostname() })])(
    'a lock that a killed process left is taken over: %j',
    async (content) => {
      const folder = await begun();
      folder.unlock();
      writeFileSync(lockOf(folder.path), content);
      opened.push(RunFolder.open(folder.path));
      const lock = JSON.parse(readFileSync(lockOf(folder.path), 'utf8')) as unknown;
      expect(lock).toMatchObject({ pid: process.pid, host: hostname() });
    },
  );

  it('a lock is that of a process and not of a later one with its number', async (context) => {
    const folder = await begun();
    const { began } = JSON.parse(readFileSync(lockOf(folder.path), 'utf8')) as { began: string | null };
    folder.unlock();
    if (began === null) return context.skip('the beginning of a process is not known here');
    writeLock(folder.path, { pid: process.ppid, host: hostname(), began });
    opened.push(RunFolder.open(folder.path));
  });

  it('also while a run goes on', async () => {
    const out = freshRun();
    let second: unknown;
    const onEvent = ({ type }: { type: string }): void => {
      if (type === 'start') second = errorOf(() => runTraining({ config, out, resume: true }));
    };
    await runTraining({ config: tinyConfig({ epochs: 2 }), out, onEvent });
    expect(await second).toEqual(busy(out, process.pid));
    expect(existsSync(lockOf(out))).toBe(false);
  });
});

describe('the files of a run', () => {
  it('are read back as written', async () => {
    const folder = await begun();
    expect(folder.readConfig()).toEqual(config);
    expect(folder.readEnvironment()).toEqual(environment);
    expect(folder.readEpochs()).toEqual([]);
    folder.appendEpoch({ epoch: 1, step: 4, loss: 0.1 + 0.2 });
    folder.appendEpoch({ epoch: 2, step: 8, loss: 1e-7 });
    expect(folder.readEpochs()).toEqual([
      { epoch: 1, step: 4, loss: 0.1 + 0.2 },
      { epoch: 2, step: 8, loss: 1e-7 },
    ]);
    expect(await folder.cutBack(1)).toEqual([{ epoch: 1, step: 4, loss: 0.1 + 0.2 }]);
    expect(folder.readEpochs()).toHaveLength(1);
  });

  it('a missing run is an error', () => {
    const folder = freshFolder();
    const missing = join(folder, 'no');
    for (const open of [RunFolder.open, RunFolder.read]) {
      expect(() => open(missing)).toThrow(
        refusal(
          'RunFolderError',
          `${missing}: expected the folder of a run, got no such folder. longtail train makes one`,
        ),
      );
      expect(() => open(folder)).toThrow(
        refusal(
          'RunFolderError',
          `${folder}: expected the folder of a run, got no config.json. longtail train makes one`,
        ),
      );
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a damaged one is an error that names the file and the line', async () => {
    const folder = await begun();
    writeFileSync(join(folder.path, 'config.json'), '{"data": ');
    expect(() => folder.readConfig()).toThrow(
      refusal('RunFolderError', /config\.json: expected a readable JSON file, got .*JSON/),
    );
    writeFileSync(join(folder.path, 'metrics.jsonl'), '{"epoch": 1}\nnonsense\n{"epoch": 3}\n');
    expect(() => folder.readEpochs()).toThrow(
      refusal('RunFolderError', `${folder.path}/metrics.jsonl:2: expected the JSON of an epoch, got nonsense`),
    );
  });

  it('a full disk is an error that leaves what was there', async (context) => {
    const disk = smallDisk(64);
    if (disk === null) return context.skip('a small disk cannot be mounted here');
    const folder = await begun(join(disk, 'run'));
    folder.appendEpoch({ epoch: 1, step: 4 });
    const report = { text: 'x'.repeat(100_000) };
    await expect(folder.writeReport(report)).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${folder.path}/report.json: expected a writable file, got ENOSPC. Free some space, then resume`,
      ),
    );
    expect(folder.readEpochs()).toEqual([{ epoch: 1, step: 4 }]);
    expect(readdirSync(folder.path).sort()).toEqual(['config.json', 'environment.json', 'lock.json', 'metrics.jsonl']);
  });

  it('one that cannot be written is an error', async () => {
    const folder = await begun();
    mkdirSync(join(folder.path, 'metrics.jsonl'));
    const path = join(folder.path, 'metrics.jsonl');
    expect(() => folder.appendEpoch({ epoch: 1, step: 4 })).toThrow(
      refusal(
        'RunFolderError',
        `${path}: expected a writable file, got EISDIR. EISDIR: illegal operation on a directory, open '${path}'`,
      ),
    );
  });
});
