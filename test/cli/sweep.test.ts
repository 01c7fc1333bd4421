import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshFolder } from '../support/folders.js';
import { sharedTinyMnist, tinyOptions } from '../support/tinyData.js';
import { command, epochsIn, longtail, longtailHere, reportIn, type Ended } from './support.js';

const base = { ...tinyOptions(sharedTinyMnist()), model: 'linear', epochs: 4 };
const freshSweep = (): string => join(freshFolder(), 'sweep');

/** The files of a name in the folders of the runs. */
function filesOf(sweep: string, ...name: string[]): string[] {
  const runs = join(sweep, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .map((run) => join(runs, run, ...name))
    .filter((path) => existsSync(path));
}

/** Writes a sweep to a file. */
function sweepFile(sweep: object): string {
  const path = join(freshFolder(), 'sweep.json');
  writeFileSync(path, JSON.stringify({ base, ...sweep }));
  return path;
}

const ce = { name: 'CE', loss: 'ce' };
const ncm = { name: 'NCM', init: { method: 'CE' }, classifier: 'nearest-class-mean' };
const nine = sweepFile({
  grid: { seed: [1, 2, 3] },
  methods: [ce, { name: 'LA', loss: 'logit-adjusted' }, ncm],
});
const names = ['CE', 'LA', 'NCM'].flatMap((method) => [1, 2, 3].map((seed) => `${method}_seed-${seed}`));

interface Printed {
  readonly sweep: string;
  readonly summary: readonly { readonly method: string; readonly finished: number; readonly runs: number }[];
  readonly runs: readonly { readonly name: string; readonly status: string; readonly run: string }[];
}
const printed = ({ stdout }: Ended): Printed => JSON.parse(stdout) as Printed;

/** Report and epochs of a run of a sweep, without the clock and the folder. */
function numbersIn(sweep: string, name: string): { report: object; epochs: object[] } {
  const run = join(sweep, 'runs', name);
  const report = reportIn({ stdout: readFileSync(join(run, 'report.json'), 'utf8') });
  const init = report['init'] === null ? null : { ...(report['init'] as { run: string }), run: '' };
  return { report: { ...report, init }, epochs: epochsIn(run) };
}

/** Starts a sweep and kills it when so many of its runs are done. */
async function killed(out: string, runs: number): Promise<Ended> {
  let done = 0;
  return longtail(['sweep', nine, '--out', out, '--jobs', '2'], {
    onLine: (line, child) => {
      if (line.startsWith('done ') && ++done === runs) child.kill('SIGKILL');
    },
  });
}

describe('a sweep of 3 methods x 3 seeds that is killed twice', () => {
  const out = freshSweep();
  let attempts: Ended[];
  let last: Ended;
  beforeAll(async () => {
    attempts = [await killed(out, 1), await killed(out, 3)];
    last = await longtail(['sweep', nine, '--out', out, '--jobs', '2', '--json']);
  });

  it('ends with nine complete runs', () => {
    expect(attempts.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
    expect(last.code, last.stderr).toBe(0);
    const { runs, summary, sweep } = printed(last);
    expect(sweep).toBe(out);
    expect(runs.map(({ name, status }) => [name, status])).toEqual(names.map((name) => [name, 'finished']));
    expect(summary).toMatchObject(['CE', 'LA', 'NCM'].map((method) => ({ method, finished: 3, runs: 3 })));
    expect(filesOf(out, 'lock.json')).toEqual([]);
  });

  it('does what was done once only', () => {
    expect(attempts[1]!.stderr).toMatch(/^sweep {2}.*: 9 run\(s\), [12] of them finished; 2 at a time\n/);
    expect(last.stderr).toMatch(/^sweep {2}.*: 9 run\(s\), [4-6] of them finished; 2 at a time\n/);
    const lines = [...attempts, last].flatMap(({ stderr }) => stderr.split('\n'));
    for (const name of names) expect(lines.filter((line) => line.startsWith(`done   ${name}:`)).length).toBeLessThan(2);
  });

  it('without a terminal writes a line as a run begins and ends, and how to report it all', () => {
    const lines = last.stderr.trimEnd().split('\n');
    for (const line of lines.slice(1, -1)) {
      expect(line).toMatch(
        /^(start {2}\w+_seed-\d(, going on after epoch \d)?|wait {3}.*|done {3}\w+_seed-\d: balanced accuracy [\d.]+.*)$/,
      );
    }
    expect(lines.at(-1)).toBe(`all of it on a page: longtail report ${out}`);
  });

  it('has the numbers of a sweep in shards, whatever --jobs, and of longtail train', async () => {
    const four = sweepFile({ grid: { seed: [1, 2] }, methods: [ce, ncm] });
    const shards = freshSweep();
    // Both at once: they meet in the folder.
    const [first, second] = await Promise.all([
      longtail(['sweep', four, '--out', shards, '--shard', '0/2', '--jobs', '1']),
      longtail(['sweep', four, '--out', shards, '--shard', '1/2', '--jobs', '2']),
    ]);
    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0]);
    for (const name of ['CE_seed-1', 'CE_seed-2', 'NCM_seed-1', 'NCM_seed-2']) {
      expect(numbersIn(shards, name)).toEqual(numbersIn(out, name));
    }
    const alone = await longtailHere([
      'train',
      join(out, 'configs', 'LA_seed-2.json'),
      '--out',
      freshSweep(),
      '--json',
    ]);
    expect(reportIn(alone)).toEqual(numbersIn(out, 'LA_seed-2').report);
  });

  it('is refused in its folder when it is another one', async () => {
    const other = sweepFile({ grid: { seed: [1] } });
    expect(await longtailHere(['sweep', other, '--out', out])).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr:
        `longtail: ${out}/sweep.json: expected the sweep that the folder was made for, ` +
        'got one whose run 1 is seed-1, not CE_seed-1. A sweep goes on as it began: choose another --out\n',
    });
  });

  it('prints a table for people and starts nothing when all is done', async () => {
    const { code, stdout, stderr } = await longtailHere(['sweep', nine, '--out', out, '--jobs', '1']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('start');
    expect(stdout).toMatch(/│ CE +│ +3\/3 │ +[\d.]+ ± [\d.]+ │ +[\d.]+ ± [\d.]+ │ +\d+ │\n/);
    expect(stdout).toMatch(/│ NCM +│ +3\/3 │ +[\d.]+ ± [\d.]+ │ +[\d.]+ ± [\d.]+ │ +- │\n/);
    expect(stdout).toContain('mean ± standard deviation over seeds');
  });
});

it('a run that fails is told at the end, stops no other, and is tried again', async () => {
  const out = freshSweep();
  const config = sweepFile({
    methods: [
      { name: 'large', batchSize: 1000 },
      { name: 'small', epochs: 1 },
    ],
  });
  const failure =
    'configuration: expected batchSize of at most the number of training examples, got 1000 with 89 training examples. ' +
    'Set a smaller batchSize (--batch-size)';
  for (const attempt of ['first', 'second']) {
    const { code, stdout, stderr } = await longtail(['sweep', config, '--out', out, '--jobs', '1', '--json']);
    expect(code, attempt).toBe(1);
    expect(stderr).toContain(`FAILED large: ${failure}\n`);
    expect(stderr).toContain(
      `longtail: sweep: expected every run to finish, got 1 that failed:\n  large: ${failure}\n` +
        `The same command tries them again; what they printed is in ${out}/logs\n`,
    );
    const { runs } = JSON.parse(stdout) as Printed;
    expect(runs).toMatchObject([
      { name: 'large', status: 'failed', failure },
      { name: 'small', status: 'finished' },
    ]);
  }
});

describe('a sweep that is told to stop', () => {
  const long = sweepFile({ base: { ...base, epochs: 3000 }, grid: { seed: [1, 2, 3] } });
  const checkpoints = (out: string): string[] => filesOf(out, 'checkpoints', 'last', 'checkpoint.json');
  const pidsAt = (out: string): number[] =>
    filesOf(out, 'lock.json').map((lock) => (JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid);

  /** Starts a sweep and calls `stop` when two of its runs have a checkpoint. */
  async function stopped(out: string, stop: (child: ChildProcess) => void): Promise<Ended> {
    return longtail(['sweep', long, '--out', out, '--jobs', '2'], {
      onStart: (child) => {
        const watch = async (): Promise<void> => {
          while (child.exitCode === null && child.signalCode === null && checkpoints(out).length < 2) await wait(50);
          stop(child);
        };
        void watch();
      },
    });
  }

  it.each([
    ['by Ctrl-C', 130, (child: ChildProcess) => child.kill('SIGINT')],
    [
      'by a scheduler that signals every process, and again',
      143,
      (child: ChildProcess, out: string) => {
        for (const pid of [...pidsAt(out), ...pidsAt(out)]) process.kill(pid, 'SIGTERM');
        child.kill('SIGTERM');
      },
    ],
  ] as const)('%s lets its runs write a checkpoint, and says so', async (_how, code, stop) => {
    const out = freshSweep();
    const ended = await stopped(out, (child) => stop(child, out));
    expect([ended.code, ended.stdout], ended.stderr).toEqual([code, '']);
    expect(ended.stderr.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^stop {3}seed-\d$/),
      expect.stringMatching(/^stop {3}seed-\d$/),
      'stopped with 0 of 3 runs finished; the same command goes on',
    ]);
    expect(pidsAt(out)).toEqual([]);
    for (const seed of [1, 2]) {
      const log = readFileSync(join(out, 'logs', `seed-${seed}.log`), 'utf8');
      expect(log).toMatch(/stopped after \d+ epochs and \d+ steps; go on with: longtail train --resume .*\n$/);
    }
    expect(existsSync(join(out, 'failures'))).toBe(false);
  });

  it('by SIGKILL leaves no run at work', async () => {
    const out = freshSweep();
    let pids: number[] = [];
    await stopped(out, (child) => {
      pids = pidsAt(out);
      child.kill('SIGKILL');
    });
    expect(pids.length).toBe(2);
    while (pidsAt(out).length > 0) await wait(50);
    for (const seed of [1, 2]) {
      const log = readFileSync(join(out, 'logs', `seed-${seed}.log`), 'utf8');
      expect(log).toMatch(/stopped after \d+ epochs and \d+ steps; go on with: longtail train --resume .*\n$/);
    }
  });
});

it('on a terminal there is a bar that fits', (context) => {
  const config = sweepFile({ base: { ...base, epochs: 2 }, grid: { seed: [1, 2] } });
  const words = [process.execPath, command, 'sweep', config, '--out', freshSweep(), '--jobs', '1'];
  const line = `stty cols 60; ${words.map((word) => `'${word}'`).join(' ')}`;
  const { status, stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
    encoding: 'utf8',
    env: { TERM: 'xterm', PATH: process.env['PATH'] },
  });
  if (status === null) return context.skip('there is no "script" that makes a terminal here');
  expect(status, stdout).toBe(0);
  const bars = stdout.match(/\[[=-]+\] \d\/2 runs {2}\d running {2}.*? left/g) ?? [];
  expect(bars.length).toBeGreaterThan(2);
  for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(60);
});

describe('wrong usage of longtail sweep exits with 2', () => {
  const seeds = sweepFile({ grid: { seed: [1, 2] } });
  it.each([
    ['without a config', [], "error: missing required argument 'config'\n(longtail COMMAND --help"],
    [
      'with no jobs',
      [seeds, '--jobs', '0'],
      'longtail: sweep: expected --jobs to be an integer of at least 1, got 0\n',
    ],
    [
      'with a shard that is none',
      [seeds, '--shard', '2/2'],
      'longtail: sweep: expected --shard i/n with i below n, got 2/2. Shards count from 0: ',
    ],
    [
      'with a run twice',
      [sweepFile({ grid: { seed: [1, 1] } })],
      ': expected runs that differ, got run 1 ("seed 1") and run 2 ("seed 1") with the same configuration. ',
    ],
    [
      'with a run that is not valid',
      [sweepFile({ grid: { epochs: [0] } })],
      ', run "epochs 0": expected epochs to be at least 1, got 0\n',
    ],
  ])('%s', async (_what, args, message) => {
    const cwd = freshFolder();
    const { code, stdout, stderr } = await longtailHere(['sweep', ...args], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
