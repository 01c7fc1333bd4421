import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { freshFolder } from '../support/folders.js';
import { longtailHere, reportIn, tinyRun, type Ended } from './support.js';

const cwd = freshFolder();
const run = (args: readonly string[]): Promise<Ended> => longtailHere(args, { cwd });

/** The report that a command printed, with its run and what became of the head. */
async function reportOf(args: readonly string[]): Promise<Record<string, unknown>> {
  const ended = await run([...args, '--json']);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return reportIn(ended);
}

beforeAll(async () => {
  const ended = await run([...tinyRun({ loss: 'ce', seed: 3, epochs: 2 }), '--out', 'first']);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
});

it('train --init takes what is left open from that run, and flags change it', async () => {
  const second = ['train', '--init', 'first', '--freeze', 'backbone', '--sampler', 'class-balanced'];
  const flags = [...second, '--classifier', 'reset', '--epochs', '1', '--backend', 'wasm'];
  expect(await reportOf([...flags, '--out', 'second'])).toMatchObject({
    model: 'mlp',
    loss: 'ce',
    seed: 3,
    epochs: 1,
    classifier: 'reset',
    init: { run: 'first', checkpoint: 'last', epoch: 2 },
  });
  const [before, after] = ['first', 'second'].map(
    (folder) => JSON.parse(readFileSync(join(cwd, folder, 'config.json'), 'utf8')) as Record<string, unknown>,
  );
  const changed = { init: 'first', freeze: 'backbone', classifier: 'reset', sampler: 'class-balanced', epochs: 1 };
  expect(after).toEqual({ ...before, ...changed, warmupEpochs: 0.5 });
});

it('train --classifier tau-norm makes a run without training, and evaluate --classifier shows its scores', async () => {
  const computed = ['--classifier', 'tau-norm', '--norm-tau', '0.5', '--backend', 'wasm'];
  const { final } = await reportOf(['train', '--init', 'first', ...computed, '--out', 'tau']);
  const evaluation = await reportOf(['evaluate', 'first', ...computed]);
  expect(evaluation).toMatchObject({
    ...(final as object),
    classifier: { name: 'tau-norm', normTau: { value: 0.5, chosenBy: 'fixed' } },
  });
  const shown = await run(['evaluate', 'first', ...computed]);
  expect(shown.stdout.trimEnd().split('\n').at(-1)).toBe('classifier tau-norm, tau 0.5 as set');
  const kept = await run(['train', '--init', 'first', '--classifier', 'nearest-class-mean', '--backend', 'wasm']);
  const lines = kept.stdout.trimEnd().split('\n');
  expect(lines.at(-3)).toBe('classifier  nearest-class-mean, from first (last, epoch 2)');
  expect(lines.at(-2)).toMatch(/^run {9}runs\/[\d-]+-mnist-mlp-ce-nearest-class-mean-s3$/);
  expect(lines.at(-1)).toMatch(/^to look at {2}runs\/.*\/report\.html$/);
});

it('wrong usage says what is missing', async () => {
  const cases: [string[], string, number?][] = [
    [
      ['train', '--classifier', 'reset'],
      'longtail: command line: expected the run that a second stage starts from, got classifier reset alone. ' +
        'Name its folder: --init RUN',
    ],
    [
      ['train', '--init', 'first', '--model', 'resnet8'],
      'longtail: init: expected model "mlp" as in first, got "resnet8". Leave the option out: it is then as in that run',
    ],
    [
      ['train', '--init', 'nowhere'],
      'longtail: nowhere: expected the folder of a run, got no such folder. longtail train makes one',
      1,
    ],
    [
      ['evaluate', 'first', '--norm-tau', '1'],
      'longtail: evaluate: expected --norm-tau with --classifier tau-norm, got no classifier',
    ],
    [
      ['evaluate', 'first', '--classifier', 'tau-norm', '--norm-tau', '-1'],
      'longtail: evaluate: expected --norm-tau to be a finite number of at least 0, got -1',
    ],
  ];
  for (const [args, message, expected = 2] of cases) {
    const { code, stderr } = await run([...args, ...(args[0] === 'train' ? ['--backend', 'wasm'] : [])]);
    expect({ code, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({ code: expected, last: message });
  }
});
