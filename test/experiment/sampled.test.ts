import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  evaluateRun,
  loadRunData,
  resumedConfig,
  resolveConfig,
  runTraining,
  type PartialConfig,
  type TrainConfig,
} from '../../src/experiment/index.js';
import { makeTrainee } from '../../src/experiment/trainee.js';
import { classCountsOf } from '../../src/data/index.js';
import { onEachBackend, useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { epochsOf, freshRun, interrupt, reportOf, tinyConfig, withoutClock } from './support.js';

const sampled: PartialConfig = { loss: 'sampled-softmax', negatives: 'class-prior', negativeCount: 4 };

onEachBackend('a run with sampled negatives', (test, backend) => {
  const settings = { ...sampled, backend: backend as TrainConfig['backend'] };

  test('reports the same numbers after an interruption in mid-epoch', async () => {
    const whole = await reportOf(settings);
    const out = freshRun();
    await interrupt(2, { config: tinyConfig(settings), out });
    const outcome = await runTraining({ config: resumedConfig(out, {}), out, resume: true });
    if (outcome.stopped === 'interrupted') throw new Error('interrupted');
    expect(withoutClock(outcome.report)).toEqual(withoutClock(whole));
    expect(epochsOf(out)).toEqual(epochsOf(whole.run));
  });

  test('is scored from its folder as at its end', async () => {
    const report = await reportOf(settings);
    const { raw } = await evaluateRun({ run: report.run, backend: settings.backend });
    expect(raw).toEqual(report.final.raw);
  });
});

describe('a run with sampled negatives', () => {
  it.each([
    { negatives: 'uniform', weighting: 'importance', rowOptimizer: 'adam' },
    { negatives: 'within-batch', negativeCount: 8, weighting: 'constant', rowOptimizer: 'sgd' },
    { negatives: 'log-uniform', negativeCount: 16, rowOptimizer: 'adam' },
    { negatives: 'model-based', weighting: 'importance' },
    { negatives: 'class-prior', weighting: 'logit-adjusted', loss: 'sampled-decoupled', decoupledKind: 'hinge' },
  ] as PartialConfig[])('learns with %o', async (changes) => {
    const { run } = await reportOf({ ...sampled, learningRate: 0.05, epochs: 6, backend: 'wasm', ...changes });
    const losses = epochsOf(run).map(({ loss }) => loss as number);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  it('leaves the weights of the head to the table', async () => {
    await useBackend('cpu');
    const config = tinyConfig(sampled);
    const random = randomStream(config.seed);
    const trainee = await makeTrainee(config, await loadRunData(config, random), random);
    const { classifier, network } = trainee;
    expect(classifier.trainableVariables).toEqual(network.trainableVariables.slice(0, -2));
    expect(Object.keys(trainee.objective.tables!)).toEqual(['classes']);
    trainee.dispose();
  });

  it('begins with the weights of the run that init names, and gives its own to the next one', async () => {
    const first = await reportOf({ ...sampled, backend: 'cpu', epochs: 2 });
    const second = await reportOf({
      ...sampled,
      backend: 'cpu',
      epochs: 1,
      warmupEpochs: 0,
      learningRate: 1e-9,
      init: first.run,
    });
    expect(second.final.raw.perClassRecall).toEqual(first.final.raw.perClassRecall);
    expect(second.final.raw.nll).toBeCloseTo(first.final.raw.nll, 5);
    const plain = await reportOf({
      loss: 'ce',
      backend: 'cpu',
      epochs: 1,
      warmupEpochs: 0,
      learningRate: 1e-9,
      init: first.run,
    });
    expect(plain.final.raw.nll).toBeCloseTo(first.final.raw.nll, 5);
  });

  it('gives a computed classifier its features, and that is scored from its folder as at its end', async () => {
    const first = await reportOf({ ...sampled, backend: 'cpu', epochs: 2 });
    const computed = { ...sampled, backend: 'cpu', init: first.run, classifier: 'nearest-class-mean' } as const;
    const report = await reportOf(computed);
    expect(report.final.raw.nll).not.toBeCloseTo(first.final.raw.nll, 2);
    expect((await evaluateRun({ run: report.run, backend: 'cpu' })).raw).toEqual(report.final.raw);
  });

  it('that was stopped in mid-epoch is begun from as it is evaluated', async () => {
    const out = freshRun();
    await interrupt(3, { config: tinyConfig({ ...sampled, backend: 'cpu', learningRate: 0.1, warmupEpochs: 0 }), out });
    const { raw } = await evaluateRun({ run: out, backend: 'cpu' });
    const settings = { loss: 'ce', backend: 'cpu', init: out, epochs: 1, warmupEpochs: 0, learningRate: 1e-9 } as const;
    expect((await reportOf(settings)).final.raw.nll).toBeCloseTo(raw.nll, 5);
  });

  it('needs classes sorted by frequency for log-uniform negatives', async () => {
    const settings = { ...sampled, negatives: 'log-uniform', backend: 'cpu' } as const;
    const sorted = tinyConfig(settings);
    const random = randomStream(1);
    const data = await loadRunData(sorted, random);
    const turned = { ...data, classCounts: data.classCounts.toReversed() };
    await expect(makeTrainee(sorted, turned, random)).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        /^negatives log-uniform: expected classes sorted by falling frequency, got class 2 with 3 examples after one with 2\. /,
      ),
    );
  });

  it.each([
    [{ tau: 1 }, 'tau only with the weighting logit-adjusted, got tau 1 with importance'],
    [
      { negatives: 'within-batch', negativeCount: 400, batchSize: 8 },
      'negativeCount of at most 8, the batch, within-batch, got 400. The labels of the other examples are the negatives: ' +
        'leave negativeCount out for all of them',
    ],
    [
      { negatives: 'model-based', weighting: 'relative' },
      'another weighting than relative for model-based negatives, got relative. Its loss has no gradient',
    ],
    [{ negatives: 'within-batch', batchSize: 1 }, 'a batchSize of at least 2 for negatives within the batch, got 1'],
    [{ clipNorm: 1 }, 'no clipNorm with sampled-softmax, got 1. It would not reach the class weights'],
    [{ labelSmoothing: 0.1 }, 'labelSmoothing 0 with sampled-softmax, got 0.1'],
    [{ replicas: 2 }, 'replicas 1 with sampled-softmax, got 2. The class weights are one table'],
    [
      { head: 'cosine' },
      'the head dense with sampled-softmax, got cosine. The class weights of a sampled loss are a table of plain products',
    ],
    [
      { decoupledKind: 'hinge' },
      'decoupledKind only with the loss sampled-decoupled, got decoupledKind hinge with sampled-softmax',
    ],
  ] as [PartialConfig, string][])('refuses %o', (changes, message) => {
    const values = { loss: 'sampled-softmax', ...changes };
    expect(() => resolveConfig([{ source: 'file', values }])).toThrow(
      refusal('ConfigError', `file: expected ${message}`),
    );
  });

  it('has a sampled loss only where the defaults say so', () => {
    const resolve = (values: object) => resolveConfig([{ source: 'file', values }]);
    const open = { negatives: null, negativeCount: null, weighting: null, decoupledKind: null, rowOptimizer: null };
    expect(resolve({ loss: 'ce' })).toMatchObject(open);
    expect(resolve({ loss: 'sampled-softmax' })).toMatchObject({
      negatives: 'class-prior',
      negativeCount: 256,
      weighting: 'importance',
      decoupledKind: null,
      rowOptimizer: 'adagrad',
      tau: null,
    });
    expect(resolve({ loss: 'sampled-decoupled', weighting: 'logit-adjusted' })).toMatchObject({
      decoupledKind: 'logistic',
      tau: 1,
    });
    expect(resolve({ loss: 'sampled-softmax', negatives: 'within-batch', batchSize: 32 })).toMatchObject({
      negativeCount: 32,
    });
  });
});

describe('deferred re-sampling', () => {
  it('balances the classes from its epoch on, and not before', async () => {
    const config = tinyConfig({ loss: 'ce', drsEpoch: 1, epochs: 3 });
    const data = await loadRunData(config, randomStream(1));
    const labelsOf = async (pass: number): Promise<number[]> => {
      const order = Int32Array.from(data.train.order(randomStream(2), pass));
      const { inputs, targets } = await data.train.batch(order, randomStream(3));
      const labels = await targets.data();
      tf.dispose([inputs, targets]);
      return [...classCountsOf(labels, data.classCounts.length)];
    };
    expect(await labelsOf(0)).toEqual([...data.classCounts]);
    const balanced = await labelsOf(1);
    expect(balanced[0]!).toBeLessThan(data.classCounts[0]! / 2);
    expect(balanced.at(-1)!).toBeGreaterThan(2 * data.classCounts.at(-1)!);
  });

  it('leaves nothing to adjust after training', async () => {
    const report = await reportOf({ loss: 'ce', drsEpoch: 1, epochs: 2, backend: 'cpu' });
    expect(report.final.posthoc.tau).toBe(0);
  });

  it.each([
    [{ drsEpoch: 20, epochs: 20 }, 'drsEpoch below epochs, 20, got 20'],
    [{ sampler: 'class-balanced', drsEpoch: 2 }, 'the sampler shuffled before drsEpoch, got class-balanced'],
    [
      { loss: 'logit-adjusted', drsEpoch: 2 },
      'a loss without prior with drsEpoch, got logit-adjusted. Class-balanced batches have a uniform prior: set loss to ce, focal or ldam',
    ],
  ] as [PartialConfig, string][])('refuses %o', (changes, message) => {
    const values = { loss: 'ce', ...changes };
    expect(() => resolveConfig([{ source: 'file', values }])).toThrow(
      refusal('ConfigError', `file: expected ${message}`),
    );
  });
});

describe('generated data', () => {
  it('are the same for the same seed, and their profile is their own', async () => {
    const resolve = (values: object) => resolveConfig([{ source: 'file', values }]);
    const config = resolve({ data: 'zipf', classes: 20, exponent: 1.5, batchSize: 8 });
    expect(config).toMatchObject({ profile: 'none', model: 'linear', cropPadding: 0, flip: false });
    const [once, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => loadRunData({ ...config, seed }, randomStream(seed))),
    );
    const first = async (data: typeof once): Promise<number[]> => {
      const { inputs, targets } = await data!.train.batch(Int32Array.of(0), randomStream(1));
      const values = [...(await inputs.data())];
      tf.dispose([inputs, targets]);
      return values;
    };
    expect(await first(again)).toEqual(await first(once));
    expect(await first(other)).not.toEqual(await first(once));
    expect(once!.classCounts[0]! / once!.classCounts[9]!).toBeCloseTo(10 ** 1.5, 0);
    expect(() => resolve({ data: 'zipf', profile: 'step' })).toThrow(
      refusal('ConfigError', 'file: expected the profile none with zipf, got step. It has a long tail of its own'),
    );
    expect(() => resolve({ data: 'cifar10', classes: 5 })).toThrow(
      refusal('ConfigError', 'file: expected classes with the data zipf, got data cifar10'),
    );
    expect(resolve({ data: 'zipf' })).toMatchObject({ classes: 1000, exponent: 1 });
    const back = resolveConfig([
      { source: 'preset', values: { data: 'zipf' } },
      { source: 'command line', values: { data: 'cifar10', model: 'resnet8' } },
    ]);
    expect(back).toMatchObject({ classes: null, exponent: null, profile: 'exponential' });
  });

  it('go by groups of their own thresholds', async () => {
    const data = await loadRunData(tinyConfig({ groupThresholds: [3, 2] }), randomStream(1));
    const counts = data.classCounts;
    expect(data.groups.head).toEqual([...counts.keys()].filter((y) => counts[y]! > 3));
    expect(data.groups.tail).toEqual([...counts.keys()].filter((y) => counts[y]! < 2));
  });
});
