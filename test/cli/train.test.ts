import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshFolder, makeReadOnly, smallDisk } from '../support/folders.js';
import { tinyMnist } from '../support/tinyData.js';
import { command, epochsIn, longtail, longtailHere, reportIn, tinyRun, type Ended } from './support.js';

const freshRun = (): string => join(freshFolder(), 'run');

describe('longtail train', () => {
  const run = freshRun();
  let ended: Ended;
  beforeAll(async () => {
    ended = await longtail([...tinyRun({ loss: 'ce' }), '--out', run, '--json']);
  });

  it('--json prints one JSON object on stdout, the report of the run folder', () => {
    expect(ended.code).toBe(0);
    expect(ended.stdout.endsWith('}\n')).toBe(true);
    expect(ended.stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(ended.stdout)).toEqual(JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')));
    expect(JSON.parse(ended.stdout)).toMatchObject({
      run,
      backend: 'wasm',
      dataset: 'mnist (exponential, ratio 12)',
      loss: 'ce',
      epochs: 3,
      final: { posthoc: { tau: 1 } },
    });
  });

  it('without a terminal writes plain lines of progress on stderr', () => {
    const lines = ended.stderr.split('\n');
    expect(lines[0]).toBe('backend  wasm: asked for by name');
    expect(lines[1]).toBe(
      'data     mnist (exponential, ratio 12): 89 training images, 10 classes of 24 to 2; 50 test images',
    );
    expect(lines[2]).toBe('model    mlp, 203,530 parameters; loss ce');
    expect(lines[3]).toBe(`run      ${run}`);
    lines.slice(4, 7).forEach((line, i) => {
      expect(line).toMatch(
        new RegExp(
          `^epoch ${i + 1}/3  loss \\d+\\.\\d{4}  \\d+ images/s  test balanced accuracy [\\d.]+(, post-hoc [\\d.]+)?$`,
        ),
      );
    });
    expect(lines.slice(7)).toEqual(['']);
    expect(ended.stderr).not.toMatch(/\u001b|\r/);
  });

  it('without --json prints a table for people', async () => {
    const again = freshRun();
    const { code, stdout } = await longtailHere([...tinyRun({ loss: 'ce' }), '--out', again]);
    expect(code).toBe(0);
    const { final } = reportIn(ended) as { final: Record<'raw' | 'posthoc', { balancedAccuracy: number }> };
    const [raw, posthoc] = [final.raw, final.posthoc].map((s) => (100 * s.balancedAccuracy).toFixed(2));
    expect(stdout).toMatch(new RegExp(`balanced accuracy +│ +${raw} │ +${posthoc} │`));
    expect(stdout).toContain('checkpoint  last epoch (3); no split chose anything\n');
    expect(stdout).toContain(`run         ${again}\n`);
  });

  it('on a terminal shows a bar with loss, speed and time left', (context) => {
    const options = [...tinyRun(), '--out', freshRun()].map((word) => `'${word}'`).join(' ');
    const line = `'${process.execPath}' '${command}' ${options}`;
    const { status, stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      encoding: 'utf8',
      env: { TERM: 'xterm' },
    });
    if (status === null) return context.skip('there is no "script" that makes a terminal here');
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/epoch 1\/3 \[.+\] \d\/5 {2}loss \d+\.\d{3} {2}\d+ images\/s {2}\d+ s left/);
    expect(stdout).toMatch(/epoch 3\/3 {2}loss \d/);
  });

  it('takes a config file, over which flags win', async () => {
    const path = join(freshFolder(), 'mine.json');
    const { dataDir, ...rest } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...rest, dataDir, epochs: 9 }));
    const flags = ['--epochs', '3', '--warmup-epochs', String(rest['warmupEpochs'])];
    const same = await longtailHere(['train', path, ...flags, '--out', freshRun(), '--json']);
    expect(reportIn(same)).toEqual(reportIn(ended));
  });

  it('goes on with a finished run by reporting again', async () => {
    const again = await longtailHere(['train', '--resume', run, '--json']);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(ended.stdout);
    expect(await longtailHere(['train', '--out', run, '--resume', '--json'])).toMatchObject({ code: 0 });
  });

  it('refuses to go on with a run under the preset of another', async () => {
    const other = await longtailHere(['train', 'cifar100-lt', '--out', run, '--resume']);
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toContain('as the run began, got "cifar100"');
  });

  it('never overwrites a run', async () => {
    const before = readFileSync(join(run, 'metrics.jsonl'), 'utf8');
    expect(await longtailHere([...tinyRun(), '--out', run])).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr:
        `longtail: ${run}: expected a folder that does not exist yet, got an existing one. ` +
        `A run is never overwritten: choose another --out, or go on with --resume ${run}\n`,
    });
    expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).toBe(before);
  });

  it('goes on only as the run began', async () => {
    expect(await longtailHere(['train', '--resume', run, '--epochs', '5'])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr:
        'longtail: --resume: expected epochs 3 as the run began, got 5. ' +
        'A run goes on as it began: leave the option out, or start a new run with another --out\n',
    });
  });

  it('refuses a folder at which another process is at work', async () => {
    const copy = freshRun();
    cpSync(run, copy, { recursive: true });
    writeFileSync(join(copy, 'lock.json'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    const { code, stderr } = await longtailHere(['train', '--resume', copy]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /run: expected a run that no other process works on, got process \d+ on .* at work there\. Wait/,
    );
  });

  it('names its folder after what it does when it is not told where', async () => {
    const cwd = freshFolder();
    const { code, stdout } = await longtailHere([...tinyRun(), '--json'], { cwd });
    expect(code).toBe(0);
    const [name] = readdirSync(join(cwd, 'runs'));
    expect(name).toMatch(/^[\d-]+-mnist-mlp-logit-adjusted-s1$/);
    expect(JSON.parse(stdout)).toMatchObject({ run: join('runs', name!) });
  });
});

describe('longtail evaluate', () => {
  it('gives the numbers of the report, from the checkpoint that the hold-out chose', async () => {
    const run = freshRun();
    const trained = await longtailHere([
      ...tinyRun({ loss: 'ce', holdout: 0.3, epochs: 6, learningRate: 0.1 }),
      '--out',
      run,
      '--json',
    ]);
    const { final, chosenBy } = reportIn(trained) as { final: object; chosenBy: { checkpoint: { epoch: number } } };
    const evaluated = await longtail(['evaluate', run, '--backend', 'wasm', '--json']);
    expect(evaluated.code).toBe(0);
    const { raw, posthoc, checkpoint, split } = JSON.parse(evaluated.stdout) as Record<string, unknown>;
    expect({ raw, posthoc }).toEqual(final);
    expect(split).toBe('test');
    expect(checkpoint).toMatchObject({ name: 'best', epoch: chosenBy.checkpoint.epoch });
    const table = await longtailHere(['evaluate', run, '--checkpoint', 'last', '--tau', '2', '--backend', 'wasm']);
    expect(table.stdout).toContain('post-hoc, tau 2');
    expect(table.stdout).toContain(
      'checkpoint last of epoch 6, test examples of mnist (exponential, ratio 12), wasm\n',
    );
  });
});

describe('a failure exits with 1 or 2, says what to do, and leaves nothing half done:', () => {
  const fails = async (dataDir: string, code: number, message: string | RegExp): Promise<void> => {
    const out = freshRun();
    const ended = await longtailHere([...tinyRun({ dataDir }), '--out', out, '--json']);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  };

  it('a data folder that is missing', () =>
    fails(
      '/nowhere/at/all',
      2,
      /^longtail: loadDataset: expected a folder to read, got \/nowhere\/at\/all \(ENOENT\)\. Check --data-dir and LONGTAIL_DATA\n$/,
    ));

  it('a data folder that holds something else', () => {
    const folder = freshFolder();
    return fails(folder, 2, /^longtail: loadDataset: expected .+\n$/);
  });

  it('a truncated data file', () => {
    const folder = tinyMnist();
    truncateSync(join(folder, 'train-images-idx3-ubyte'), 5000);
    return fails(folder, 1, /^longtail: .*train-images-idx3-ubyte.*: expected .+, got .+\n$/);
  });

  it('a label that is no class', () => {
    const folder = tinyMnist();
    const path = join(folder, 'train-labels-idx1-ubyte');
    const bytes = readFileSync(path);
    bytes[20] = 77;
    writeFileSync(path, bytes);
    return fails(folder, 1, /^longtail: .*train-labels-idx1-ubyte, byte 20: expected .+, got 77.*\n$/);
  });

  it('a place where nothing can be written', async () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    const { code, stderr } = await longtailHere([...tinyRun(), '--out', join(file, 'run')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^longtail: .*run: expected a place where a folder can be made, got ENOTDIR\. .+\n$/);
  });

  it('a disk that is read-only', async (context) => {
    const disk = smallDisk(256) ?? freshFolder();
    if (!makeReadOnly(disk)) return context.skip('a folder cannot be made read-only here');
    const { code, stderr } = await longtailHere([...tinyRun(), '--out', join(disk, 'run')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^longtail: .*run: expected a place where a folder can be made, got (EROFS|EACCES)\. .+\n$/);
  });

  it('a disk that fills up, which loses nothing: with more space the run goes on to the same numbers', async (context) => {
    // The two states of a checkpoint, 1.6 MB each, do not fit: the first epoch is saved, the second is not.
    const disk = smallDisk(2500);
    if (disk === null) return context.skip('a small disk cannot be mounted here');
    const run = join(disk, 'run');
    const full = await longtailHere([...tinyRun(), '--out', run]);
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(
      /longtail: .*last: expected a writable folder with space for the checkpoint, got ENOSPC\. ENOSPC: no space left on device, write\. The checkpoint before this one is intact; free space or mend the permissions, then resume\n$/,
    );
    expect(epochsIn(run)).toHaveLength(2);
    const moved = freshRun();
    cpSync(run, moved, { recursive: true });
    const resumed = await longtailHere(['train', '--resume', moved, '--json']);
    const whole = await longtailHere([...tinyRun(), '--out', freshRun(), '--json']);
    expect(reportIn(resumed)).toEqual(reportIn(whole));
  });

  it('a training that diverges, in a step or only by its last update', async () => {
    for (const [learningRate, epochs, message] of [
      [200, 3, /^longtail: step \d+ \(epoch \d\): expected .*finite.+\. The learning rate was .+ or set clipNorm$/],
      [1000, 1, /^longtail: evaluation: expected finite logits, got NaN or Infinity\. Training has diverged: .+$/],
    ] as const) {
      const run = freshRun();
      const options = { learningRate, epochs, warmupEpochs: 0, weightDecay: 0.9, schedule: 'constant' };
      const { code, stderr } = await longtailHere([...tinyRun(options), '--out', run]);
      expect(code).toBe(1);
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
    }
  });

  it('an evaluation of a run that does not exist', async () => {
    const missing = freshRun();
    expect(await longtail(['evaluate', missing])).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: `longtail: ${missing}: expected the folder of a run, got no such folder. longtail train makes one\n`,
    });
  });
});

describe('longtail data', () => {
  it('list says what is at hand', async () => {
    const { code, stdout } = await longtail(['data', 'list', '--json'], { env: { LONGTAIL_DATA: tinyMnist() } });
    expect(code).toBe(0);
    const { datasets } = JSON.parse(stdout) as { datasets: { name: string; at: string | null }[] };
    expect(datasets.map(({ name }) => name)).toEqual(['sample', 'cifar10', 'cifar100', 'mnist', 'delicious']);
    expect(datasets[0]!.at).toMatch(/sample/);
  });

  it('profile counts the images of each class', async () => {
    const args = ['data', 'profile', 'mnist', '--data-dir', tinyMnist(), '--imbalance', '12'];
    const { stdout } = await longtailHere([...args, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      name: 'mnist',
      profile: 'exponential',
      imbalance: 12,
      total: 89,
      counts: [24, 18, 13, 10, 7, 6, 4, 3, 2, 2],
    });
    const table = await longtailHere(args);
    expect(table.stdout).toMatch(/class +│ +training images/);
    expect(table.stdout).toContain('total 89\n');
  });
});

describe('longtail backend', () => {
  it('says whether the native backend is at hand', async () => {
    const { code, stdout, stderr } = await longtail(['backend', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ installed: expect.any(Boolean) as boolean });
    expect((await longtailHere(['backend'])).stdout).toMatch(/^native backend: /);
  });
});

describe('longtail doctor', () => {
  it('checks a backend and exits with 0 when it computes right', async () => {
    const { code, stdout, stderr } = await longtail(['doctor', '--backend', 'wasm', '--json']);
    expect([code, stderr]).toEqual([0, 'checking wasm ...\n']);
    const { findings } = JSON.parse(stdout) as {
      findings: { backend: string; absent: null; missingKernels: string[]; checks: { ok: boolean }[] }[];
    };
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ backend: 'wasm', absent: null, missingKernels: [] });
    expect(findings[0]!.checks.length).toBeGreaterThan(5);
    expect(findings[0]!.checks.every(({ ok }) => ok)).toBe(true);
  });
});
