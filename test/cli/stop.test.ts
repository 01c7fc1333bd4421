import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshFolder } from '../support/folders.js';
import { epochsIn, longtail, longtailHere, reportIn, tinyRun, type Ended } from './support.js';

const freshRun = (): string => join(freshFolder(), 'run');
const args = tinyRun({ loss: 'ce', holdout: 0.3, epochs: 24 });

/** Trains into `run` and sends `signals` when a line that begins with `at` appears. */
async function stopped(run: string, at: string, signals: NodeJS.Signals[]): Promise<Ended> {
  let sent = false;
  return longtail([...args, '--out', run, '--json'], {
    onLine: (line, child) => {
      if (sent || !line.startsWith(at)) return;
      sent = true;
      for (const signal of signals) child.kill(signal);
    },
  });
}

describe('a run that is told to stop', () => {
  const whole = freshRun();
  let report: Record<string, unknown>;
  beforeAll(async () => {
    report = reportIn(await longtailHere([...args, '--out', whole, '--json']));
  });

  it.each([
    ['Ctrl-C', 'SIGINT', 130, 'epoch 2/'],
    ['SIGTERM', 'SIGTERM', 143, 'epoch 3/'],
    ['Ctrl-C before the first epoch is over', 'SIGINT', 130, 'run '],
  ] as const)(
    'by %s finishes its step, writes a checkpoint, says how to go on, and can',
    async (_what, signal, code, at) => {
      const run = freshRun();
      const ended = await stopped(run, at, [signal]);
      expect([ended.code, ended.stdout]).toEqual([code, '']);
      const last = ended.stderr.trimEnd().split('\n').at(-1)!;
      expect(last).toMatch(/^stopped after \d+ epochs and \d+ steps; go on with: longtail train --resume /);
      expect(last.endsWith(` --resume ${run}`)).toBe(true);
      expect(existsSync(join(run, 'checkpoints', 'last', 'checkpoint.json'))).toBe(true);
      expect(existsSync(join(run, 'lock.json'))).toBe(false);
      expect(existsSync(join(run, 'report.json'))).toBe(false);

      const resumed = await longtailHere(['train', '--resume', run, '--json']);
      expect(resumed.code).toBe(0);
      expect(reportIn(resumed)).toEqual(report);
      expect(epochsIn(run)).toEqual(epochsIn(whole));
    },
  );

  it('by an impatient user, twice, ends at once and can still go on', async () => {
    const run = freshRun();
    const ended = await stopped(run, 'epoch 2/', ['SIGINT', 'SIGINT']);
    expect([ended.code, ended.stdout]).toEqual([130, '']);
    const resumed = await longtailHere(['train', '--resume', run, '--json']);
    expect(reportIn(resumed)).toEqual(report);
  });
});
