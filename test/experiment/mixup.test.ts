import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  evaluateRun,
  inheritInitial,
  resolveConfig,
  runTraining,
  type PartialConfig,
} from '../../src/experiment/index.js';
import { loadRunData } from '../../src/experiment/data.js';
import { openRun } from '../../src/experiment/openRun.js';
import { makeTrainee } from '../../src/experiment/trainee.js';
import { mixupCrossEntropy, drawMixingPlan, mixInputs } from '../../src/mixup/index.js';
import { softmaxCrossEntropy } from '../../src/losses/index.js';
import { fileCheckpoints } from '../../src/train/node/index.js';
import { useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { epochsOf, freshRun, reportOf, tinyConfig } from './support.js';

const resolve = (...layers: object[]) => resolveConfig(layers.map((values) => ({ source: 'file', values })));
const consistency = { mixup: 'consistency', labelsPerClass: 2, loss: 'ce' } as const;

describe('options of mixing', () => {
  it.each([
    [{}, { mixup: 'none', mixing: null, points: null, alpha: null, scored: null }],
    [{ mixup: 'supervised' }, { mixing: 'points', points: 2, alpha: 1, within: 'any', scored: null }],
    [
      { mixup: 'supervised', mixing: 'zeta', batchSize: 64 },
      { points: 64, zetaGamma: 2.8, alpha: null },
    ],
    [
      { mixup: 'supervised', mixing: 'cutmix' },
      { points: null, alpha: 1 },
    ],
    [
      { mixup: 'supervised', mixing: 'matched' },
      { blockSize: 16, points: null },
    ],
    [
      { ...consistency, epochs: 40, sharpen: 0.5 },
      { consistencyWeight: 100, consistencyRamp: 10, consistencyMix: 'probabilities', sharpen: 0.5, scored: 'teacher' },
    ],
    [
      { ...consistency, mixup: 'mixmatch' },
      { points: 2, alpha: 0.75, sharpen: 0.5, consistencyWeight: 75 },
    ],
  ])('%o', (values, expected) => {
    const config = resolve(values);
    expect(config).toMatchObject(expected);
    expect(resolve(config)).toEqual(config);
  });

  it('go with the mixing and the teacher that they were given for', () => {
    const preset = {
      ...consistency,
      points: 4,
      equalStrength: true,
      consistencyRamp: 5,
      scored: 'student',
      epochs: 20,
    };
    expect(resolve(preset, { epochs: 40 })).toMatchObject({ points: 4, consistencyRamp: 10, equalStrength: true });
    expect(resolve(preset, { mixing: 'cutmix' })).toMatchObject({
      points: null,
      equalStrength: false,
      scored: 'student',
    });
    expect(resolve(preset, { mixup: 'supervised' })).toMatchObject({ points: 4, consistencyRamp: null, scored: null });
    expect(resolve(preset, { mixup: 'none' })).toMatchObject({ points: null, equalStrength: false, scored: null });
  });

  it.each([
    [{ points: 3 }, 'points with a mixup, got points 3 with none. Add --mixup supervised'],
    [
      { mixup: 'consistency' },
      'unlabelled examples for the mixup consistency, got labelsPerClass null. ' +
        'Leave some labels out: --labels-per-class 10; all training examples are then the unlabelled stream',
    ],
    [
      { mixup: 'supervised', mixing: 'cutmix', points: 2 },
      'points only with the mixing points or zeta, got points 2 with cutmix',
    ],
    [
      { mixup: 'supervised', teacherDecay: 0.9 },
      'teacherDecay with the mixup consistency, both or mixmatch, got teacherDecay 0.9 with supervised',
    ],
    [
      { ...consistency, mixup: 'mixmatch', perExample: true },
      'no perExample with mixmatch, got true. It mixes in its own way',
    ],
    [
      { ...consistency, mixup: 'mixmatch', mixing: 'zeta' },
      'the mixing points, of probabilities, with mixmatch, got zeta',
    ],
    [{ mixup: 'supervised', points: 200 }, 'points of at most 128, the batch of a replica, got 200'],
    [{ mixup: 'supervised', points: 65, replicas: 2 }, 'points of at most 64, the batch of a replica, got 65'],
    [{ mixup: 'supervised', alpha: 0 }, 'alpha to be positive, got 0'],
    [
      { mixup: 'supervised', points: 1, equalStrength: true },
      'at least 2 points with equalStrength, got 1. One point mixes nothing',
    ],
    [
      { ...consistency, within: 'class' },
      'within any with the mixup consistency, got class. Unlabelled examples have no classes',
    ],
    [
      { mixup: 'supervised', loss: 'sampled-softmax' },
      'mixup none with sampled-softmax, got supervised. A sampled loss takes one label an example',
    ],
    [
      { labelsPerClass: 4, loss: 'ce', sampler: 'class-balanced' },
      'the sampler shuffled with labelsPerClass, got class-balanced. The labels are balanced',
    ],
    [{ model: 'resnet8', hiddenUnits: [8] }, 'hiddenUnits with the model mlp, got hiddenUnits 8 with resnet8'],
  ] as [PartialConfig, string][])('%o is refused', (values, message) => {
    expect(() => resolve(values)).toThrow(refusal('ConfigError', `file: expected ${message}`));
  });

  it('CutMix refuses vectors', async () => {
    const config = {
      mixup: 'supervised',
      mixing: 'cutmix',
      loss: 'ce',
      data: 'zipf',
      classes: 4,
      backend: 'cpu',
    } as const;
    const run = runTraining({ config: resolve(config, { epochs: 1, warmupEpochs: 0 }), out: freshRun() });
    await expect(run).rejects.toThrow(
      refusal('ConfigError', 'configuration: expected images for the mixing cutmix, got feature vectors'),
    );
  });
});

describe('few labels', () => {
  it('are drawn by the seed, class by class, and a pass is as long as one over all examples', async () => {
    await useBackend('cpu');
    const config = tinyConfig({ labelsPerClass: 2, loss: 'ce' });
    const data = await loadRunData(config, randomStream(1));
    const all = await loadRunData(tinyConfig({ loss: 'ce' }), randomStream(1));
    expect([...data.classCounts]).toEqual([...data.classCounts].map((count) => Math.min(count, 2)));
    expect(data.train.size).toBe(all.train.size);
    expect(data.unlabelled!.size).toBe(all.train.size);
    const labelled = data.trainAsIs.size;
    const order = data.train.order(randomStream(2), 0);
    expect(order).toHaveLength(all.train.size);
    expect(new Set(order).size).toBe(labelled);
    expect(Math.max(...order)).toBe(labelled - 1);
    const imagesOf = async (seed: number) => {
      const { trainAsIs } = await loadRunData(config, randomStream(seed));
      const { inputs, targets } = await trainAsIs.batch(Int32Array.of(0, labelled - 1), randomStream(1));
      return [...(await inputs.data()), ...(await targets.data())];
    };
    expect(await imagesOf(1)).toEqual(await imagesOf(1));
    expect(await imagesOf(1)).not.toEqual(await imagesOf(2));
  });

  it('more labels than a class has keep all of it', async () => {
    const report = await reportOf({ labelsPerClass: 1000, loss: 'ce', epochs: 1, warmupEpochs: 0 });
    const plain = await reportOf({ loss: 'ce', epochs: 1, warmupEpochs: 0 });
    expect(report.classCounts).toEqual(plain.classCounts);
    expect(report.dataset).toMatch(/1000 labels a class/);
  });
});

describe('a run that mixes', () => {
  it.each([
    { mixup: 'supervised', points: 3, perExample: true },
    { mixup: 'supervised', mixing: 'zeta', points: 4, within: 'class' },
    { mixup: 'supervised', mixing: 'cutmix', within: 'across', loss: 'logit-adjusted' },
    { mixup: 'supervised', mixing: 'matched', blockSize: 4, loss: 'ldam', drwEpoch: 1 },
    { ...consistency, points: 3, largestFirst: true },
    { ...consistency, mixup: 'mixmatch', points: 3 },
    { ...consistency, mixup: 'both', mixing: 'matched', blockSize: 2, sharpen: 0.5, consistencyMix: 'logits' },
  ] as PartialConfig[])('%o learns something, and is scored from its folder as at its end', async (values) => {
    const report = await reportOf({ epochs: 2, warmupEpochs: 0, backend: 'wasm', ...values });
    const plain = await reportOf({ epochs: 2, warmupEpochs: 0, backend: 'wasm', loss: report.loss as 'ce' });
    const losses = epochsOf(report.run).map(({ loss }) => loss as number);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[0]).not.toBe(epochsOf(plain.run)[0]!['loss']);
    const { raw } = await evaluateRun({ run: report.run, backend: 'wasm' });
    expect(raw).toEqual(report.final.raw);
  });

  it('takes the loss of the mixture, with the plan of the step', async () => {
    await useBackend('cpu');
    const config = tinyConfig({ mixup: 'supervised', points: 3, alpha: 0.5, loss: 'ce', model: 'linear' });
    const data = await loadRunData(config, randomStream(1));
    const trainee = await makeTrainee(config, data, randomStream(1));
    const batch = await data.train.batch(
      Int32Array.from({ length: 8 }, (_, i) => i),
      randomStream(3),
    );
    const context = { step: 0, epoch: 0, random: randomStream(5), schedule: () => 1 };
    const { classifier, objective } = trainee;
    const value = tf.tidy(() => objective.loss(classifier, { labelled: batch }, context));
    const expected = tf.tidy(() => {
      const plan = drawMixingPlan({ batchSize: 8, points: 3, alpha: 0.5, random: randomStream(5).child('mixing') });
      const logits = classifier.logits(classifier.features(mixInputs(batch.inputs, plan)));
      return mixupCrossEntropy(batch.targets, logits, { plan, loss: softmaxCrossEntropy });
    });
    expect((await value.data())[0]).toBeCloseTo((await expected.data())[0]!, 6);
    tf.dispose([value, expected, batch.inputs, batch.targets]);
    trainee.dispose();
  });

  it('one point is training without mixup, bit for bit', async () => {
    const one = await reportOf({ mixup: 'supervised', points: 1, loss: 'ce', backend: 'wasm' });
    const none = await reportOf({ loss: 'ce', backend: 'wasm' });
    expect(one.final.raw).toEqual(none.final.raw);
  });

  it('measures how linear its layers are, on the same mixtures whatever the seed', async () => {
    const values: PartialConfig = { linearity: true, model: 'mlp', hiddenUnits: [8, 6], epochs: 1, warmupEpochs: 0 };
    const { linearity } = await reportOf(values);
    expect(linearity!.map(({ layer, shape }) => [layer, ...shape])).toEqual([
      ['hidden1', 8],
      ['features', 6],
      ['logits', 10],
      ['softmax', 10],
    ]);
    expect(linearity!.every(({ gap, gapOverSpread }) => gap > 0 && gapOverSpread! > 0)).toBe(true);
    expect((await reportOf({ ...values, linearity: false })).linearity).toBeNull();
  });
});

describe('a teacher', () => {
  const values = { ...consistency, epochs: 2, warmupEpochs: 0, backend: 'wasm', teacherDecay: 0.9 } as const;

  it('is what is scored, evaluated, exported and started from; the student on request', async () => {
    const teacher = await reportOf(values);
    const student = await reportOf({ ...values, scored: 'student' });
    expect(teacher.final.raw.nll).not.toBe(student.final.raw.nll);
    const { trainee } = await openRun({ run: teacher.run, backend: 'wasm' });
    const state = await fileCheckpoints(join(teacher.run, 'checkpoints')).load('last');
    const valuesOf = (name: string) => state!.tensors.find((record) => record.name.startsWith(name))!.values;
    const opened = await trainee.classifier.model.weights[0]!.read().data();
    expect([...opened]).toEqual([...valuesOf('objective/teacher/0')]);
    expect([...opened]).not.toEqual([...valuesOf('weight/0/')]);
    trainee.dispose();
  });

  it('a next run starts from its weights, without mixing and with the same labels', async () => {
    const first = await reportOf(values);
    const layers = [{ source: 'test', values: { init: first.run, epochs: 1, warmupEpochs: 0, learningRate: 1e-12 } }];
    const config = resolveConfig(inheritInitial(layers));
    expect(config).toMatchObject({ mixup: 'none', points: null, teacherDecay: null, scored: null, labelsPerClass: 2 });
    const second = await runTraining({ config: { ...config, backend: 'wasm' }, out: freshRun() });
    if (second.stopped === 'interrupted') throw new Error('interrupted');
    expect(second.report.final.raw.nll).toBeCloseTo(first.final.raw.nll, 4);
    expect(second.report.classCounts).toEqual(first.classCounts);
  });
});
