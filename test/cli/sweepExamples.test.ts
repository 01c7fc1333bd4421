import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { kebabCase } from '../../src/cli/command.js';
import { loadSweep, parseShard, shardOf, type SweepCell } from '../../src/experiment/index.js';
import { planSweep } from '../../src/experiment/sweep/cells.js';
import { freshFolder } from '../support/folders.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'examples/sweep');
const script = join(folder, 'slurm.sbatch');
const manifest = join(folder, 'kubernetes-job.yaml');
const cells = loadSweep(join(folder, 'sweep.json'));
const flags = commands.find(({ name }) => name === 'sweep')!.options.map(({ name }) => `--${kebabCase(name)}`);

/** The runs that a command line, without `longtail`, would do; it must be one that the command takes. */
function runsOf(words: readonly string[]): SweepCell[] {
  const line = words.flatMap((word) => (word.startsWith('--') ? word.split('=') : [word]));
  expect(line[0]).toBe('sweep');
  for (const word of line.filter((each) => each.startsWith('--'))) expect(flags).toContain(word);
  return shardOf(cells, parseShard('sweep', line[line.indexOf('--shard') + 1]!));
}

/** Every run is in one shard, and no shard is empty. */
function expectWhole(shards: readonly SweepCell[][]): void {
  expect(shards.flat().length).toBe(cells.length);
  expect(new Set(shards.flat())).toEqual(new Set(cells));
  for (const shard of shards) expect(shard).not.toEqual([]);
}

const firstGroup = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${String(pattern)}`);
  return found;
};

it('the sweep is five methods by three seeds', () => {
  expect(cells.map(({ name }) => name)).toEqual(
    ['CE', 'LA', 'balanced-softmax', 're-trained-classifier', 'tau-norm'].flatMap((method) =>
      [1, 2, 3].map((seed) => `${method}_seed-${seed}`),
    ),
  );
});

it('the sweep of the guide, and its second stage, are valid', () => {
  const guide = readFileSync(join(root, 'docs/guides/sweeps.md'), 'utf8');
  const [sweep, stage] = [...guide.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json!) as object);
  const { methods } = sweep as { methods: object[] };
  expect(planSweep('guide', { ...sweep, methods: [...methods, stage] }).length).toBe(12);
});

describe('the Slurm script', () => {
  const text = readFileSync(script, 'utf8');

  it('is a shell script', () => {
    expect(spawnSync('bash', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('gives every task of its array a shard, and all of them the sweep', () => {
    const count = Number(firstGroup(text, /^#SBATCH --array=0-(\d+)$/m)) + 1;
    const cwd = freshFolder();
    mkdirSync(join(cwd, 'node_modules/.bin'), { recursive: true });
    writeFileSync(join(cwd, 'node_modules/.bin/longtail'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const shards = Array.from({ length: count }, (_, index) => {
      const { status, stdout, stderr } = spawnSync('bash', [script, 'my sweep.json', '/shared/my sweep'], {
        cwd,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          SLURM_ARRAY_TASK_ID: String(index),
          SLURM_ARRAY_TASK_COUNT: String(count),
          SLURM_CPUS_PER_TASK: firstGroup(text, /^#SBATCH --cpus-per-task=(\d+)$/m),
        },
      });
      expect([status, stderr]).toEqual([0, '']);
      const words = stdout.trimEnd().split('\n');
      expect(words).toEqual([
        'sweep',
        'my sweep.json',
        '--out',
        '/shared/my sweep',
        '--shard',
        `${index}/${count}`,
        '--jobs',
        '4',
      ]);
      return runsOf(words);
    });
    expectWhole(shards);
  });

  it('without its arguments says how it is called', () => {
    const { status, stderr } = spawnSync('bash', [script], { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('usage: sbatch slurm.sbatch CONFIG FOLDER');
  });

  it("passes Slurm's own dry run", (context) => {
    if (spawnSync('sinfo').status !== 0) return context.skip('no Slurm cluster answers');
    const options = ['--test-only', '--cpus-per-task=1', '--mem=0'];
    const { status, stderr } = spawnSync('sbatch', [...options, script, 'sweep.json', 'out'], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});

describe('the Kubernetes Job', () => {
  const text = readFileSync(manifest, 'utf8');
  const field = (name: string): string => firstGroup(text, new RegExp(`^ *${name}: (.+)$`, 'm'));

  it('gives every index a shard, and all of them the sweep', () => {
    const count = Number(field('completions'));
    expect(field('completionMode')).toBe('Indexed');
    const args = [...firstGroup(text, /^ {10}args:\n((?: {12}.*\n)+)/m).matchAll(/^ *- (.+)$/gm)].map(
      ([, word]) => word!,
    );
    const shards = Array.from({ length: count }, (_, index) => {
      const words = args.map((word) => word.replace('$(JOB_COMPLETION_INDEX)', String(index)));
      expect(words).toContain(`--shard=${index}/${count}`);
      expect(words).toContain(`--jobs=${firstGroup(text, /limits: \{ cpu: '(\d+)'/)}`);
      return runsOf(words);
    });
    expectWhole(shards);
  });

  it('fits the schema of Kubernetes', (context) => {
    const { status, stdout, stderr } = spawnSync('kubernetes-validate', ['--strict', manifest], { encoding: 'utf8' });
    if (status === null) return context.skip('kubernetes-validate is not installed: examples/sweep/check.sh runs it');
    expect(status, stdout + stderr).toBe(0);
  });
});
