import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  resumedConfig,
  runTraining,
  type PartialConfig,
  type RunReport,
  type TrainConfig,
} from '../../src/experiment/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { epochsOf, finishedRun, freshRun, interrupt, reportOf, tinyConfig, withoutClock } from './support.js';

/** Goes on with a run to its report. */
async function finish(out: string): Promise<RunReport> {
  const outcome = await runTraining({ config: resumedConfig(out, {}), out, resume: true });
  if (outcome.stopped === 'interrupted') throw new Error('interrupted');
  return outcome.report;
}

/** Position and checksum of the weights of the last checkpoint. */
function lastCheckpoint(run: string): unknown {
  const text = readFileSync(join(run, 'checkpoints', 'last', 'checkpoint.json'), 'utf8');
  const { position, weights } = JSON.parse(text) as { position: object; weights: object };
  return { position, weights };
}

const model = 'linear'; // the last case has a network
const cases: [string, number[], PartialConfig][] = [
  ['in its first epoch', [2], { model }],
  ['between epochs and again in the middle of one', [5, 3], { model }],
  ['with a hold-out', [8], { model, loss: 'ce', holdout: 0.3, epochs: 6, learningRate: 0.1 }],
  ['with adamW and class-balanced batches', [7], { model, optimizer: 'adamw', loss: 'ce', sampler: 'class-balanced' }],
  ['with a teacher', [4, 5], { model, loss: 'ce', mixup: 'both', points: 3, labelsPerClass: 2, teacherDecay: 0.9 }],
  ['with a residual network', [3], { model: 'resnet8', epochs: 2, imbalance: 24, maxPerClass: 24 }],
];

onEachBackend('a run that was interrupted and resumed', (test, backend) => {
  for (const [when, stops, changes] of cases) {
    if (backend === 'cpu' && changes.model === 'resnet8') continue; // minutes in plain JavaScript
    test(`${when} reports the same numbers`, async () => {
      const settings = { ...changes, backend: backend as TrainConfig['backend'] };
      const whole = await reportOf(settings);
      const out = freshRun();
      for (const [i, steps] of stops.entries()) {
        const outcome = await interrupt(steps, { config: tinyConfig(settings), out, resume: i > 0 });
        expect(outcome).toMatchObject({ stopped: 'interrupted', run: out });
      }
      const resumed = await finish(out);
      expect(withoutClock(resumed)).toEqual(withoutClock(whole));
      expect(epochsOf(out)).toEqual(epochsOf(whole.run));
      expect(lastCheckpoint(out)).toEqual(lastCheckpoint(whole.run));
    });
  }
});

describe('resuming', () => {
  it('cuts metrics.jsonl back to the checkpoint, and a line that a kill cut off', async () => {
    const whole = await finishedRun();
    const out = freshRun();
    await interrupt(7, { config: tinyConfig(), out }); // in the middle of epoch 2
    const path = join(out, 'metrics.jsonl');
    expect(epochsOf(out)).toEqual(epochsOf(whole.run).slice(0, 1));
    // As if epoch 2 had been recorded before a kill, and epoch 3 half so.
    appendFileSync(path, `${JSON.stringify({ epoch: 2, step: 10, loss: 99 })}\n{"epoch": 3, "lo`);
    await finish(out);
    expect(epochsOf(out)).toEqual(epochsOf(whole.run));
  });

  it('a finished run reports again and trains no more', async () => {
    const report = await reportOf();
    const before = readFileSync(join(report.run, 'checkpoints', 'last', 'checkpoint.json'), 'utf8');
    rmSync(join(report.run, 'report.json'));
    expect(await finish(report.run)).toEqual(report);
    expect(readFileSync(join(report.run, 'checkpoints', 'last', 'checkpoint.json'), 'utf8')).toBe(before);
    expect(JSON.parse(readFileSync(join(report.run, 'report.json'), 'utf8'))).toEqual(report);
  });

  it('goes on with the backend that the run began with, whatever auto means now', async () => {
    const out = freshRun();
    await interrupt(2, { config: tinyConfig(), out });
    const path = join(out, 'config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"backend": "wasm"', '"backend": "auto"'));
    expect((await finish(out)).backend).toBe('wasm');
  });

  it('tells when the machine or a library has changed', async () => {
    const out = freshRun();
    await interrupt(2, { config: tinyConfig(), out });
    const path = join(out, 'environment.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"machine": ".*"/, '"machine": "another"'));
    const notes: unknown[] = [];
    await runTraining({
      config: resumedConfig(out, {}),
      out,
      resume: true,
      onEvent: (event) => event.type === 'note' && notes.push(event),
    });
    expect(notes).toEqual([
      { type: 'note', message: 'the machine or a library has changed since the run began: the last bits may differ' },
    ]);
  });

  it.each([
    ['null', 'must be an object (was null)'],
    ['{}', 'backend must be'],
    ['{"tfjs": 4}', 'tfjs must be a string (was a number)'],
  ])('refuses the environment %s', async (text, told) => {
    const out = freshRun();
    await interrupt(2, { config: tinyConfig(), out });
    const path = join(out, 'environment.json');
    writeFileSync(path, text);
    await expect(finish(out)).rejects.toMatchObject({ name: 'RunFolderError', where: path });
    await expect(finish(out)).rejects.toThrow(told);
  });

  it('takes options that say what the run says, and the place where the data lies now', async () => {
    const { run } = await finishedRun();
    const config = tinyConfig();
    expect(resumedConfig(run, { epochs: 3, model: 'mlp' })).toEqual(config);
    expect(resumedConfig(run, { dataDir: '/elsewhere' })).toEqual({ ...config, dataDir: '/elsewhere' });
  });

  it('refuses other options', async () => {
    const { run } = await finishedRun();
    const hint = 'A run goes on as it began: leave the option out, or start a new run with another --out';
    expect(() => resumedConfig(run, { epochs: 5 })).toThrow(
      refusal('ConfigError', `--resume: expected epochs 3 as the run began, got 5. ${hint}`),
    );
    expect(() => resumedConfig(run, { milestones: [1] })).toThrow(
      refusal('ConfigError', `--resume: expected milestones [] as the run began, got [1]. ${hint}`),
    );
  });

  it('refuses a damaged checkpoint and leaves it for the user to mend', async () => {
    const { run } = await finishedRun();
    const copy = freshRun();
    cpSync(run, copy, { recursive: true });
    const path = join(copy, 'checkpoints', 'last', 'checkpoint.json');
    writeFileSync(path, '{');
    await expect(finish(copy)).rejects.toThrow(
      refusal('CheckpointError', /checkpoint\.json: expected valid JSON, got /),
    );
    expect(readFileSync(path, 'utf8')).toBe('{');
    expect(epochsOf(copy)).toEqual(epochsOf(run));
  });

  it('refuses a run whose environment is gone', async () => {
    const { run } = await finishedRun();
    const copy = freshRun();
    cpSync(run, copy, { recursive: true });
    rmSync(join(copy, 'environment.json'));
    await expect(finish(copy)).rejects.toThrow(
      refusal('RunFolderError', /environment\.json: expected a readable JSON file, got ENOENT\. ENOENT: no such file/),
    );
  });
});
