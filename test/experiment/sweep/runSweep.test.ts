import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { refusal } from '../../support/errors.js';
import { FakeSweep } from './support.js';

const names = ['CE_seed-1', 'CE_seed-2', 'LA_seed-1', 'LA_seed-2'];
const all = (status: string): Record<string, string> => Object.fromEntries(names.map((name) => [name, status]));
const begun = ({ log }: FakeSweep): string[] =>
  log.filter((line) => line.startsWith('begin ')).map((line) => line.slice('begin '.length));
/** The most runs that were at work at once. */
const mostAtOnce = ({ log }: FakeSweep): number => {
  let now = 0;
  return Math.max(...log.map((line) => (now += line.startsWith('begin ') ? 1 : -1)));
};

describe('a sweep', () => {
  it('does its runs in order, one at a time with one job', async () => {
    const sweep = new FakeSweep();
    expect(await sweep.run()).toEqual([]);
    expect(sweep.log).toEqual(names.flatMap((name) => [`begin ${name}`, `end ${name}`]));
    expect(sweep.events.map(({ type, cell }) => `${type} ${cell.name}`)).toEqual(
      names.flatMap((name) => [`start ${name}`, `end ${name}`]),
    );
  });

  it('does as many at once as it is told, and no more', async () => {
    const sweep = new FakeSweep({ grid: { seed: [1, 2, 3, 4, 5] } });
    // Each of the first two ends only when both have begun.
    expect(await sweep.run({ 'seed-1': 'meet2', 'seed-2': 'meet2' }, { jobs: 2 })).toEqual([]);
    expect(mostAtOnce(sweep)).toBe(2);
    expect(Object.values(sweep.states)).toEqual(Array.from({ length: 5 }, () => 'finished'));
  });

  it('hands each run its whole configuration', async () => {
    const sweep = new FakeSweep();
    await sweep.run();
    for (const cell of sweep.folder.cells) {
      const config = JSON.parse(readFileSync(join(sweep.path, 'configs', `${cell.name}.json`), 'utf8')) as unknown;
      expect(config).toEqual(cell.config);
    }
  });

  it('skips what is finished, and tries again what failed', async () => {
    const sweep = new FakeSweep();
    expect(await sweep.run({ 'CE_seed-2': 'fail' })).toEqual(['CE_seed-2']);
    sweep.forget();
    expect(await sweep.run()).toEqual([]);
    expect(begun(sweep)).toEqual(['CE_seed-2']);
    expect(sweep.states).toEqual(all('finished'));
    expect(readdirSync(join(sweep.path, 'failures'))).toEqual([]);
    sweep.forget();
    expect(await sweep.run()).toEqual([]);
    expect(sweep.log).toEqual([]);
  });

  it('refuses a folder of a run with another run in it before it starts any', async () => {
    const sweep = new FakeSweep();
    const run = join(sweep.path, 'runs', 'LA_seed-2');
    mkdirSync(run);
    writeFileSync(join(run, 'config.json'), JSON.stringify({ ...sweep.cell('LA_seed-2').config, seed: 7 }));
    await expect(sweep.run()).rejects.toThrow(
      refusal(
        'ConfigError',
        `${run}: expected the run of this sweep with seed 2, got seed 7. ` +
          'Another run was put there: move it away, or choose another --out',
      ),
    );
    expect(sweep.log).toEqual([]);
  });
});

describe('a run that fails', () => {
  it.each([
    ['fail', 'train: expected a finite loss, got NaN. Lower the learning rate'],
    ['defect', 'unexpected failure: TypeError: x is not a function'],
    ['silent', 'exit code 3'],
    ['nothing', 'it ended without a report'],
    ['die', 'killed by SIGKILL, as for want of memory: fewer --jobs need less'],
  ])('(%s) is recorded and stops no other', async (how, failure) => {
    const sweep = new FakeSweep();
    expect(await sweep.run({ 'CE_seed-2': how })).toEqual(['CE_seed-2']);
    expect(begun(sweep)).toEqual(names);
    expect(sweep.states).toEqual({ ...all('finished'), 'CE_seed-2': 'failed' });
    expect(sweep.folder.stateOf(sweep.cell('CE_seed-2'))).toEqual({ status: 'failed', failure });
    expect(sweep.events).toContainEqual({ type: 'end', cell: sweep.cell('CE_seed-2'), failure });
  });

  it('tells the words of its last try, not of those before', async () => {
    const sweep = new FakeSweep();
    await sweep.run({ 'CE_seed-1': 'fail' });
    await sweep.run({ 'CE_seed-1': 'silent' });
    expect(sweep.folder.stateOf(sweep.cell('CE_seed-1'))).toEqual({ status: 'failed', failure: 'exit code 3' });
    expect(readFileSync(join(sweep.path, 'logs', 'CE_seed-1.log'), 'utf8')).toContain('expected a finite loss');
  });

  it('for want of a program says so', async () => {
    const sweep = new FakeSweep();
    expect(await sweep.run({}, { command: ['/no/such/program'] })).toEqual(names);
    expect(sweep.folder.stateOf(sweep.cell('CE_seed-1'))).toEqual({
      status: 'failed',
      failure: 'spawn /no/such/program ENOENT',
    });
  });
});

describe('a shard', () => {
  it('touches its own runs only, and the shards together are the sweep', async () => {
    const sweep = new FakeSweep();
    await sweep.run({}, { shard: { index: 1, of: 2 } });
    expect(begun(sweep)).toEqual(['CE_seed-2', 'LA_seed-2']);
    expect(readdirSync(join(sweep.path, 'runs')).sort()).toEqual(['CE_seed-2', 'LA_seed-2']);
    await sweep.run({}, { shard: { index: 0, of: 2 } });
    expect(sweep.states).toEqual(all('finished'));
  });

  it('may be empty', async () => {
    const sweep = new FakeSweep();
    expect(await sweep.run({}, { shard: { index: 6, of: 7 } })).toEqual([]);
    expect(sweep.log).toEqual([]);
  });
});

describe('a second stage', () => {
  const json = {
    grid: { seed: [1, 2] },
    methods: [
      { name: 'CE', loss: 'ce', epochs: 3 },
      { name: 'tau-norm', init: { method: 'CE' }, classifier: 'tau-norm' },
    ],
  };
  const initOf = (sweep: FakeSweep, name: string): unknown =>
    (JSON.parse(readFileSync(join(sweep.path, 'runs', name, 'report.json'), 'utf8')) as { init: unknown }).init;

  it('waits for the run that it starts from', async () => {
    const sweep = new FakeSweep(json);
    expect(await sweep.run({}, { jobs: 4 })).toEqual([]);
    for (const seed of [1, 2]) {
      expect(sweep.log.indexOf(`begin tau-norm_seed-${seed}`)).toBeGreaterThan(
        sweep.log.indexOf(`end CE_seed-${seed}`),
      );
      expect(initOf(sweep, `tau-norm_seed-${seed}`)).toBe(join(sweep.path, 'runs', `CE_seed-${seed}`));
    }
  });

  it('fails with it, and not the others', async () => {
    const sweep = new FakeSweep(json);
    expect(await sweep.run({ 'CE_seed-1': 'fail' }, { jobs: 2 })).toEqual(['CE_seed-1', 'tau-norm_seed-1']);
    expect(sweep.folder.stateOf(sweep.cell('tau-norm_seed-1'))).toEqual({
      status: 'failed',
      failure: 'CE_seed-1, which it starts from, failed',
    });
    sweep.forget();
    expect(await sweep.run()).toEqual([]);
    expect(begun(sweep)).toEqual(['CE_seed-1', 'tau-norm_seed-1']);
  });

  it('goes with it into its shard', async () => {
    const sweep = new FakeSweep({ ...json, grid: { seed: [1, 2, 3] } });
    await sweep.run({}, { shard: { index: 0, of: 2 } });
    expect(begun(sweep)).toEqual(['CE_seed-1', 'CE_seed-3', 'tau-norm_seed-1', 'tau-norm_seed-3']);
  });
});

describe('a sweep that is told to stop', () => {
  it('tells its runs to, waits for them, starts no other and records no failure', async () => {
    const sweep = new FakeSweep();
    const controller = new AbortController();
    const failed = await sweep.run(
      { 'CE_seed-1': 'hang', 'CE_seed-2': 'hang' },
      {
        jobs: 2,
        signal: controller.signal,
        onEvent: ({ type, cell }) => {
          if (type === 'start' && cell.name === 'CE_seed-2') controller.abort();
        },
      },
    );
    expect(failed).toEqual([]);
    expect(
      sweep.events
        .filter(({ type }) => type === 'stop')
        .map(({ cell }) => cell.name)
        .sort(),
    ).toEqual(['CE_seed-1', 'CE_seed-2']);
    expect(sweep.events.some(({ cell }) => cell.name.startsWith('LA'))).toBe(false);
    sweep.forget();
    expect(await sweep.run()).toEqual([]);
    expect(begun(sweep)).toEqual(names);
  });

  it('before it began does nothing', async () => {
    const sweep = new FakeSweep();
    expect(await sweep.run({}, { signal: AbortSignal.abort() })).toEqual([]);
    expect(sweep.events).toEqual([]);
  });
});

describe('a run that another process works on', () => {
  const sleepers: ChildProcess[] = [];
  afterAll(() => sleepers.forEach((child) => child.kill('SIGKILL')));
  /** Puts the lock of a process into the folder of a run. */
  const hold = (sweep: FakeSweep, name: string, holder: object): string => {
    const run = join(sweep.path, 'runs', name);
    mkdirSync(run);
    writeFileSync(join(run, 'lock.json'), JSON.stringify(holder));
    return join(run, 'lock.json');
  };
  const sleeper = (): { pid: number; host: string } => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    sleepers.push(child);
    return { pid: child.pid!, host: hostname() };
  };

  it('is left for last, said once and waited for', async () => {
    const sweep = new FakeSweep();
    const holder = sleeper();
    const lock = hold(sweep, 'CE_seed-1', holder);
    const failed = await sweep.run({}, { onEvent: ({ type }) => type === 'held' && rmSync(lock) });
    expect(failed).toEqual([]);
    expect(begun(sweep)).toEqual([...names.slice(1), 'CE_seed-1']);
    expect(sweep.events.filter(({ type }) => type === 'held')).toEqual([
      { type: 'held', cell: sweep.cell('CE_seed-1'), holder },
    ]);
  });

  it('counts as done where that process finishes it', async () => {
    const elsewhere = new FakeSweep();
    await elsewhere.run();
    const sweep = new FakeSweep();
    const lock = hold(sweep, 'LA_seed-2', sleeper());
    const finish = (): void => {
      cpSync(join(elsewhere.path, 'runs', 'LA_seed-2'), join(sweep.path, 'runs', 'LA_seed-2'), { recursive: true });
      rmSync(lock);
    };
    expect(await sweep.run({}, { onEvent: ({ type }) => type === 'held' && finish() })).toEqual([]);
    expect(begun(sweep)).toEqual(names.slice(0, 3));
    expect(sweep.states).toEqual(all('finished'));
    expect(sweep.events.at(-1)).toEqual({ type: 'end', cell: sweep.cell('LA_seed-2'), failure: null });
  });

  it('is taken over from a process that is gone', async () => {
    const sweep = new FakeSweep();
    const holder = sleeper();
    const gone = new Promise((resolve) => sleepers.at(-1)!.once('exit', resolve));
    sleepers.at(-1)!.kill('SIGKILL');
    await gone;
    hold(sweep, 'CE_seed-1', holder);
    expect(await sweep.run()).toEqual([]);
    expect(begun(sweep)).toEqual(names);
  });

  it('is taken over where that number belongs to another process by now', async (context) => {
    if (!existsSync('/proc/self/stat')) return context.skip('the beginning of a process is not known here');
    const sweep = new FakeSweep();
    hold(sweep, 'CE_seed-1', { ...sleeper(), began: '1' });
    expect(await sweep.run()).toEqual([]);
    expect(begun(sweep)).toEqual(names);
  });

  it('on another machine fails, because nobody can tell whether that process lives', async () => {
    const sweep = new FakeSweep();
    const lock = hold(sweep, 'CE_seed-1', { pid: 12, host: 'node-7' });
    expect(await sweep.run()).toEqual(['CE_seed-1']);
    expect(begun(sweep)).toEqual(names.slice(1));
    expect(sweep.folder.stateOf(sweep.cell('CE_seed-1'))).toEqual({
      status: 'failed',
      failure: `process 12 on node-7 is at work there; if it is gone, delete ${lock}`,
    });
  });
});
