import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { testedBackends, useBackend } from '../support/backends.js';
import { freshFolder } from '../support/folders.js';
import { epochsIn, longtail, longtailHere, reportIn, tinyRun } from './support.js';

const EPOCHS = 8;
const freshRun = (): string => join(freshFolder(), 'run');

/** When a process is killed: so many milliseconds after the line of an epoch, of the start (0) or of nothing (-1). */
interface Moment {
  readonly epoch: number;
  readonly delay: number;
}

/**
 * Moments by lines of progress rather than by the clock, so that they spread over the run on a slow machine too. The
 * line of an epoch comes just before its checkpoint is written; an epoch takes some 50 ms.
 */
function drawMoments(count: number, seed: number): Moment[] {
  const random = randomStream(seed);
  return Array.from({ length: count }, () => ({ epoch: random.integer(EPOCHS), delay: random.integer(50) }));
}

/** Trains into `run` and kills the process at a moment; whether it was killed before its end. */
async function kill(args: readonly string[], run: string, { epoch, delay }: Moment): Promise<boolean> {
  const line = epoch === 0 ? 'run ' : `epoch ${epoch}/`;
  const { signal } = await longtail([...args, '--out', run, '--json'], {
    onStart: (child) => {
      if (epoch < 0) void wait(delay).then(() => child.kill('SIGKILL'));
    },
    onLine: (text, child) => {
      if (epoch >= 0 && text.startsWith(line)) void wait(delay).then(() => child.kill('SIGKILL'));
    },
  });
  return signal === 'SIGKILL';
}

describe.each(testedBackends)('a run that is killed [%s]', (backend) => {
  const model = backend === 'cpu' ? 'linear' : 'mlp'; // the larger one takes seconds an epoch in plain JavaScript
  const args = tinyRun({ loss: 'ce', holdout: 0.3, epochs: EPOCHS, model, backend });
  const whole = freshRun();
  let present = false;
  let report: Record<string, unknown>;
  beforeAll(async () => {
    present = await useBackend(backend);
    if (present) report = reportIn(await longtailHere([...args, '--out', whole, '--json']));
  });

  // wasm takes most of the moments, because it is at hand everywhere.
  const moments: [string, Moment][] = [
    ['before the first checkpoint', { epoch: 0, delay: 0 }],
    ...drawMoments(backend === 'wasm' ? 5 : 1, 17).map((moment): [string, Moment] => [
      `${moment.delay} ms after the line of ${moment.epoch === 0 ? 'the start' : `epoch ${moment.epoch}`}`,
      moment,
    ]),
  ];

  it.for(moments)('%s resumes to the same numbers, bit for bit', async ([, moment], context) => {
    if (!present) return context.skip(`backend ${backend} is not at hand`);
    const run = freshRun();
    const killed = await kill(args, run, moment);
    if (moment.epoch <= 2) expect(killed).toBe(true); // later ones may find it at its end
    // The same command with --resume: it goes on where there is a run, and begins it where there is none yet.
    const resumed = await longtailHere([...args, '--out', run, '--resume', '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(reportIn(resumed)).toEqual(report);
    expect(epochsIn(run)).toEqual(epochsIn(whole));
    expect(existsSync(join(run, 'lock.json'))).toBe(false);
  });
});

describe('a process that is killed while it starts', () => {
  const args = tinyRun({ epochs: 2 });

  it('leaves nothing that keeps the same command from running', async () => {
    const run = freshRun();
    for (const delay of [100, 250, 400, 550]) await kill(args, run, { epoch: -1, delay });
    const { code, stderr } = await longtailHere([...args, '--out', run, '--resume', '--json']);
    expect(code, stderr).toBe(0);
    expect(readdirSync(run)).toContain('report.json');
  });

  it('again and again on its way to the end', async () => {
    const run = freshRun();
    const resumable = tinyRun({ epochs: 6 });
    for (const epoch of [1, 2, 3]) {
      await kill([...resumable, '--resume'], run, { epoch, delay: 5 });
    }
    const resumed = await longtailHere(['train', '--resume', run, '--json']);
    const whole = await longtailHere([...resumable, '--out', freshRun(), '--json']);
    expect(reportIn(resumed)).toEqual(reportIn(whole));
  });
});
