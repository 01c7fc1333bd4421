import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  inheritInitial,
  loadRunData,
  resolveConfig,
  resumedConfig,
  runTraining,
  type PartialConfig,
  type RunReport,
} from '../../src/experiment/index.js';
import { makeTrainee } from '../../src/experiment/trainee.js';
import { restoreModel } from '../../src/train/index.js';
import { fileCheckpoints } from '../../src/train/node/index.js';
import { errorOf } from '../support/errors.js';
import { epochsOf, freshRun, interrupt, reportOf, tinyConfig, withoutClock } from './support.js';

/** Plain cross-entropy, on the network with batch normalisation or on the quick one. */
const residual = { loss: 'ce', model: 'resnet8', epochs: 2, imbalance: 24, maxPerClass: 24 } as const;
const quick = { loss: 'ce', epochs: 2 } as const;

const finished = new Map<string, Promise<RunReport>>();
/** A finished first stage with these options. */
function firstStage(options: PartialConfig): Promise<RunReport> {
  const key = JSON.stringify(options);
  if (!finished.has(key)) finished.set(key, reportOf(options));
  return finished.get(key)!;
}

/** A re-trained classifier, or what `changes` make of it. */
const second = (init: string, first: PartialConfig, changes: PartialConfig = {}): PartialConfig => ({
  ...first,
  init,
  freeze: 'backbone',
  classifier: 'reset',
  sampler: 'class-balanced',
  ...changes,
});

/** Weights of a run in the order of its model, split at the head; those of the configuration before any step if asked. */
async function weightsOf(run: string, { fresh = false } = {}): Promise<{ head: number[][]; backbone: number[][] }> {
  const config = resumedConfig(run, {});
  const random = randomStream(config.seed);
  await tf.setBackend('wasm');
  const trainee = await makeTrainee(config, await loadRunData(config, random), random);
  if (!fresh) restoreModel(trainee.classifier, (await fileCheckpoints(join(run, 'checkpoints')).load('last'))!);
  const { model, head } = trainee.classifier;
  const values = (layers: tf.layers.Layer[]): Promise<number[][]> =>
    Promise.all(layers.flatMap((layer) => layer.getWeights()).map(async (weight) => [...(await weight.data())]));
  const weights = {
    head: await values([...head]),
    backbone: await values(model.layers.filter((layer) => !head.includes(layer))),
  };
  trainee.dispose();
  return weights;
}

describe('a frozen backbone', () => {
  it('keeps every bit, the running averages among them, while the head trains', async () => {
    const { run } = await firstStage(residual);
    const before = await weightsOf(run);
    for (const classifier of ['reset', 'keep'] as const) {
      const report = await reportOf(second(run, residual, { classifier }));
      const after = await weightsOf(report.run);
      expect(after.backbone).toEqual(before.backbone);
      expect(after.head).not.toEqual(before.head);
    }
    const tuned = await reportOf(second(run, residual, { freeze: 'none' }));
    expect((await weightsOf(tuned.run)).backbone).not.toEqual(before.backbone);
  });

  it('starts the head anew, or as it was', async () => {
    const { run } = await firstStage(quick);
    // So small a rate moves no weight by more than this.
    const still = { learningRate: 1e-9, epochs: 1, warmupEpochs: 0, weightDecay: 0 };
    const expectHead = async (changes: PartialConfig, expected: number[][]): Promise<void> => {
      const { head } = await weightsOf((await reportOf(second(run, quick, { ...still, ...changes }))).run);
      head.flat().forEach((weight, i) => expect(weight).toBeCloseTo(expected.flat()[i]!, 6));
    };
    await expectHead({ classifier: 'keep' }, (await weightsOf(run)).head);
    await expectHead({ classifier: 'reset' }, (await weightsOf(run, { fresh: true })).head);
    await expectHead({ classifier: 'reset', seed: 2 }, (await weightsOf(run, { fresh: true })).head).then(
      () => expect.fail('another seed gave the same head'),
      () => undefined,
    );
  });

  it('scales the classes and moves nothing else', async () => {
    const { run } = await firstStage(quick);
    const before = await weightsOf(run);
    const report = await reportOf(second(run, quick, { classifier: 'scaled' }));
    const { head, backbone } = await weightsOf(report.run);
    expect([backbone, head.slice(0, 2)]).toEqual([before.backbone, before.head]);
    expect(head[2]).toHaveLength(10);
    expect(head[2]!.every((scale) => scale > 0 && scale !== 1)).toBe(true);
  });
});

const stops: [string, number, PartialConfig][] = [
  ['trains its head on features made once', 4, { cropPadding: 0 }],
  ['trains its head on augmented images', 4, {}],
  ['scales its classes', 4, { classifier: 'scaled' }],
  ['trains all of it, with a hold-out', 5, { freeze: 'none', classifier: 'keep', holdout: 0.3, epochs: 3 }],
];

describe('a second stage', () => {
  it.each(stops)('that %s resumes to the same numbers', async (_, steps, changes) => {
    const first = { ...quick, holdout: changes.holdout ?? 0 };
    const { run } = await firstStage(first);
    const options = second(run, first, changes);
    const whole = await reportOf(options);
    const out = freshRun();
    await interrupt(steps, { config: tinyConfig(options), out });
    const outcome = await runTraining({ config: resumedConfig(out, {}), out, resume: true });
    expect(withoutClock((outcome as { report: RunReport }).report)).toEqual(withoutClock(whole));
    expect(epochsOf(out)).toEqual(epochsOf(whole.run));
    expect(await weightsOf(out)).toEqual(await weightsOf(whole.run));
  });

  it('records the checkpoint that it began with: best where there is one', async () => {
    for (const [holdout, checkpoint] of [
      [0, 'last'],
      [0.3, 'best'],
    ] as const) {
      // prettier-ignore
      const first = { ...quick, holdout };
      const { run, chosenBy } = await firstStage(first);
      const report = await reportOf(second(run, first));
      const manifest = join(run, 'checkpoints', checkpoint, 'checkpoint.json');
      const { weights } = JSON.parse(readFileSync(manifest, 'utf8')) as { weights: { sha256: string } };
      const initial = { run, checkpoint, epoch: chosenBy.checkpoint.epoch, sha256: weights.sha256 };
      expect(report).toMatchObject({ init: initial, classifier: 'reset', normTau: null });
      expect(JSON.parse(readFileSync(join(report.run, 'environment.json'), 'utf8'))).toMatchObject({ initial });
      expect(report.final.posthoc.tau).toBe(0);
    }
    expect(await firstStage(quick)).toMatchObject({ init: null, classifier: 'keep', normTau: null });
  });

  it('does not begin again with other weights than it began with', async () => {
    const { run } = await firstStage(quick);
    const moved = join(freshRun(), '..', 'moved');
    cpSync(run, moved, { recursive: true });
    const out = freshRun();
    await interrupt(1, { config: tinyConfig(second(moved, quick)), out });
    const other = await reportOf({ ...quick, learningRate: 0.01 });
    cpSync(other.run, moved, { recursive: true });
    const resume = (): Promise<unknown> => runTraining({ config: resumedConfig(out, {}), out, resume: true });
    // Its own checkpoint has all it needs.
    await expect(resume()).resolves.toMatchObject({ stopped: 'completed' });
    const [was, is] = [run, other.run].map((folder) => {
      const manifest = readFileSync(join(folder, 'checkpoints', 'last', 'checkpoint.json'), 'utf8');
      return (JSON.parse(manifest) as { weights: { sha256: string } }).weights.sha256;
    });
    rmSync(join(out, 'checkpoints'), { recursive: true });
    expect(await errorOf(resume)).toMatchObject({
      name: 'CheckpointError',
      message:
        `init ${moved}: expected weights with SHA-256 ${was}, got ${is}. ` +
        'That run was trained on since: restore it from a copy, or start a new run',
    });
  });
});

describe('the run that a second stage starts from', () => {
  const refusals: [string, PartialConfig, PartialConfig, string][] = [
    ['another model', {}, { model: 'resnet8' }, 'model "mlp" as in RUN, got "resnet8"'],
    ['other data', {}, { data: 'sample' }, 'data "mnist" as in RUN, got "sample"'],
    ['another tail', {}, { imbalance: 6 }, 'imbalance 12 as in RUN, got 6'],
    ['another hold-out', {}, { holdout: 0.3 }, 'holdout 0 as in RUN, got 0.3'],
  ];
  it.each(refusals)('is refused with %s', async (_, options, changes, message) => {
    const { run } = await firstStage({ ...quick, ...options });
    const out = freshRun();
    const error = await errorOf(() => reportOf(second(run, quick, { ...options, ...changes }), out));
    expect(error).toMatchObject({
      name: 'ConfigError',
      message: `init: expected ${message.replace('RUN', run)}. Leave the option out: it is then as in that run`,
    });
    expect(existsSync(out)).toBe(false);
  });

  it('is refused with another seed where the seed drew the hold-out', async () => {
    const first = { ...quick, holdout: 0.3 };
    const { run } = await firstStage(first);
    expect(await errorOf(() => reportOf(second(run, first, { seed: 2 })))).toMatchObject({
      name: 'ConfigError',
      message:
        `init: expected seed 1 as in ${run}, got 2. ` +
        'The seed draws the hold-out and the examples: with another one they would mix',
    });
  });

  it('is refused when it is none, has no checkpoint, is scaled, or has other weights', async () => {
    const missing = freshRun();
    expect(await errorOf(() => reportOf(second(missing, quick)))).toMatchObject({
      name: 'RunFolderError',
      message: `${missing}: expected the folder of a run, got no such folder. longtail train makes one`,
    });
    const { run } = await firstStage(quick);
    const empty = join(freshRun(), '..', 'empty');
    cpSync(run, empty, { recursive: true, filter: (path) => !path.includes('checkpoints') });
    expect(await errorOf(() => reportOf(second(empty, quick)))).toMatchObject({
      name: 'CheckpointError',
      message:
        `${join(empty, 'checkpoints')}: expected a checkpoint best or last to start from, got none. ` +
        'Finish that run first',
    });
    const scaled = await reportOf(second(run, quick, { classifier: 'scaled', epochs: 1, warmupEpochs: 0 }));
    expect(await errorOf(() => reportOf(second(scaled.run, quick)))).toMatchObject({
      name: 'ConfigError',
      message:
        `init: expected a run whose classifier has no class scale, got ${scaled.run} with scaled. ` +
        'Start from the run that it scales',
    });
    const edited = join(freshRun(), '..', 'edited');
    cpSync((await firstStage(residual)).run, edited, { recursive: true });
    writeFileSync(join(edited, 'config.json'), readFileSync(join(run, 'config.json')));
    expect(await errorOf(() => reportOf(second(edited, quick)))).toMatchObject({
      name: 'CheckpointError',
      message:
        `init ${edited}: expected weight/0/kernel as float32 [784, 256], got float32 [3, 3, 1, 16]. ` +
        'That run has other classes or another model',
    });
  });

  it('gives the options that are left open', async () => {
    const { run } = await firstStage({ ...quick, holdout: 0.3 });
    const flags: PartialConfig = { init: run, freeze: 'backbone', sampler: 'class-balanced', classifier: 'reset' };
    const layers = inheritInitial([{ source: 'command line', values: { ...flags, epochs: 4 } }]);
    const { backend, threads, ...had } = tinyConfig({ ...quick, holdout: 0.3 });
    const config = resolveConfig(layers);
    expect(config).toMatchObject({ ...had, ...flags, epochs: 4, warmupEpochs: 2 });
    expect([backend, threads, config.backend]).toEqual(['wasm', null, 'auto']);
    const none = [{ source: 'command line', values: { epochs: 4 } }];
    expect(inheritInitial(none)).toBe(none);
    expect(inheritInitial([...layers, { source: 'test', values: { init: null } }])).toHaveLength(layers.length + 1);
  });
});

describe('options of a second stage', () => {
  const refusals: [string, PartialConfig, string][] = [
    [
      'freeze without init',
      { freeze: 'backbone' },
      'the run that a second stage starts from, got freeze backbone alone. Name its folder: --init RUN',
    ],
    [
      'a classifier without init',
      { classifier: 'tau-norm' },
      'the run that a second stage starts from, got classifier tau-norm alone. Name its folder: --init RUN',
    ],
    [
      'a scale on a backbone that trains',
      { init: 'run', classifier: 'scaled' },
      'a frozen backbone with the classifier scaled, got freeze none. Add --freeze backbone',
    ],
    [
      'an exponent without its classifier',
      { init: 'run', classifier: 'keep', normTau: 1 },
      'normTau only with the classifier tau-norm, got normTau 1 with keep',
    ],
  ];
  it.each(refusals)('refuse %s', async (_, values, message) => {
    expect(await errorOf(() => tinyConfig(values))).toMatchObject({
      name: 'ConfigError',
      message: `test: expected ${message}`,
    });
  });
});
