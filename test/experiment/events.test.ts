import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { openEvents } from '../../src/experiment/events.js';
import { runTraining, type RunReport } from '../../src/experiment/index.js';
import type { EpochRecord } from '../../src/experiment/runFolder.js';
import { testedBackends, useBackend } from '../support/backends.js';
import { freshFolder, smallDisk } from '../support/folders.js';
import { hasPython, readCurves, tensorboardPython, type Curve } from '../support/tensorboard.js';
import { finishedRun, freshRun, interrupt, tinyConfig } from './support.js';

const isRequired = (process.env['LONGTAIL_REQUIRE_BACKENDS'] ?? '').split(',').includes('tensorflow');
const native = { backend: 'tensorflow' } as const;
const note = (message: string): never => expect.fail(message);

const linesOf = (run: string): EpochRecord[] =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EpochRecord);

/** The curve of a number of `metrics.jsonl`, as TensorBoard keeps it: in float32. */
const curveOf = (run: string, name: string): Curve =>
  linesOf(run).map((record) => [record.epoch, Math.fround(record[name] as number)]);

it('elsewhere than on the native backend a run writes none', async () => {
  expect(existsSync(join((await finishedRun()).run, 'events'))).toBe(false);
});

describe.runIf(testedBackends.includes('tensorflow'))('TensorBoard events of the native backend', () => {
  let isNative = false;
  let python: string | null = null;
  beforeAll(async () => {
    isNative = await useBackend('tensorflow');
    python = tensorboardPython();
    await tf.setBackend('cpu');
  });

  /** The Python with TensorBoard, or a test that is skipped; where the native backend is required and Python is there, so is this. */
  function reading({ skip }: TestContext): string {
    if (!isNative) return skip('backend tensorflow is not at hand');
    if (python === null && !(isRequired && hasPython()))
      return skip('TensorBoard is not at hand: node scripts/tensorboard.mjs');
    if (python === null) throw new Error('TensorBoard is not installed: node scripts/tensorboard.mjs');
    return python;
  }

  it('hold every epoch and the final scores', async (context) => {
    const reader = reading(context);
    const out = freshRun();
    const config = tinyConfig({ ...native, loss: 'ce', holdout: 0.3 });
    const outcome = await runTraining({ config, out });
    const { final } = (outcome as { report: RunReport }).report;
    const curves = readCurves(reader, join(out, 'events'));
    expect(curves['train/loss']).toEqual(curveOf(out, 'loss'));
    expect(curves['train/learningRate']).toEqual(curveOf(out, 'learningRate'));
    expect(curves['train/imagesPerSecond']).toEqual(curveOf(out, 'imagesPerSecond'));
    expect(curves['holdout/balancedAccuracy']).toEqual(curveOf(out, 'holdoutBalancedAccuracy'));
    expect(curves['holdout/posthocBalancedAccuracy']).toEqual(curveOf(out, 'holdoutPosthocBalancedAccuracy'));
    expect(curves['holdout/loss']).toEqual(curveOf(out, 'holdoutLoss'));
    expect(curves['final/raw/balancedAccuracy']).toEqual([[3, Math.fround(final.raw.balancedAccuracy)]]);
    expect(curves['final/posthoc/nll']).toEqual([[3, Math.fround(final.posthoc.nll)]]);
    expect(curves['final/posthoc/tailBalancedAccuracy']).toEqual([
      [3, Math.fround(final.posthoc.groups.tail!.balancedAccuracy)],
    ]);
    expect(Object.keys(curves).filter((tag) => tag.startsWith('final/raw/head'))).toEqual([]); // no class is that frequent
  });

  it('hold each epoch once after a run was killed between its events and its checkpoint, and resumed', async (context) => {
    const reader = reading(context);
    const out = freshRun();
    const config = tinyConfig(native);
    await interrupt(8, { config, out }); // epoch 1 and two steps of epoch 2
    const [first] = linesOf(out);
    const lost = { ...first!, epoch: 2, loss: 99 };
    appendFileSync(join(out, 'metrics.jsonl'), `${JSON.stringify(lost)}\n`);
    const events = await openEvents(out, [first!, lost], note);
    events.close();
    expect(readCurves(reader, join(out, 'events'))['train/loss']).toHaveLength(2);
    await runTraining({ config, out, resume: true });
    expect(readdirSync(join(out, 'events'))).toHaveLength(1);
    const curves = readCurves(reader, join(out, 'events'));
    expect(curves['train/loss']!.map(([epoch]) => epoch)).toEqual([1, 2, 3]);
    expect(curves['train/loss']).toEqual(curveOf(out, 'loss'));
  });

  it('that cannot be opened are told', async ({ skip }) => {
    if (!isNative) return skip('backend tensorflow is not at hand');
    await useBackend('tensorflow');
    const notes: string[] = [];
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    const events = await openEvents(file, [], (message) => notes.push(message));
    events.epoch({ epoch: 1, step: 6, loss: 1 });
    events.close();
    expect(notes).toEqual([expect.stringMatching(/^.*\/file\/events: no TensorBoard events \(.*\)$/s)]);
  });

  it('that a full disk ends are told once, and nothing is thrown', async ({ skip }) => {
    if (!isNative) return skip('backend tensorflow is not at hand');
    const disk = smallDisk(16);
    if (disk === null) return skip('this process may not mount a disk');
    await useBackend('tensorflow');
    const notes: string[] = [];
    const events = await openEvents(disk, [], (message) => notes.push(message));
    for (let epoch = 1; epoch <= 400; epoch++) events.epoch({ epoch, step: epoch, loss: 1 });
    events.close();
    expect(notes).toEqual([expect.stringMatching(/^.*\/events: TensorBoard events end here \(.*\)$/s)]);
  });

  it('leave no tensor behind', async ({ skip }) => {
    if (!isNative) return skip('backend tensorflow is not at hand');
    await useBackend('tensorflow');
    const before = tf.memory().numTensors;
    const events = await openEvents(freshRun(), [{ epoch: 1, step: 6, loss: 1 }], note);
    events.epoch({ epoch: 2, step: 12, loss: 0.5 });
    events.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
