import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluateRun,
  loadRunData,
  resolveConfig,
  resumedConfig,
  runTraining,
  type RunEvent,
  type RunReport,
} from '../../src/experiment/index.js';
import { randomStream } from '../../src/core/index.js';
import { makeTrainee } from '../../src/experiment/trainee.js';
import { restoreModel, scoreExamples } from '../../src/train/index.js';
import { fileCheckpoints } from '../../src/train/node/index.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { tinyMnist } from '../support/tinyData.js';
import { epochsOf, finishedRun, freshRun, interrupt, reportOf, tinyConfig, withoutClock } from './support.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The form that every score of a report has. */
const scores = {
  balancedAccuracy: expect.any(Number) as number,
  perClassRecall: expect.any(Array) as number[],
  groups: expect.objectContaining({}) as object,
};

describe('the report of a run', () => {
  it('on the bundled sample has what it must have, and the folder holds it', async () => {
    const out = freshRun();
    const values = {
      model: 'mlp',
      maxPerClass: 30,
      imbalance: 10,
      epochs: 1,
      warmupEpochs: 0,
      batchSize: 32,
      learningRate: 0.01,
      backend: 'wasm',
    };
    const events: RunEvent[] = [];
    const outcome = await runTraining({
      config: resolveConfig([{ source: 'test', values }]),
      out,
      onEvent: (event) => events.push(event),
    });
    const { report } = outcome as { report: RunReport };
    expect(report).toMatchObject({
      run: out,
      backend: 'wasm',
      dataset: 'sample (exponential, ratio 10)',
      model: 'mlp',
      loss: 'logit-adjusted',
      tau: 1,
      seed: 1,
      epochs: 1,
      classCounts: [30, 23, 17, 13, 10, 8, 6, 5, 3, 3],
      chosenBy: { checkpoint: { name: 'last', epoch: 1, split: 'none' }, tau: 'fixed' },
      final: { raw: scores, posthoc: { ...scores, tau: 0 } },
    });
    expect(report.imagesPerSecond).toBeGreaterThan(0);
    for (const { balancedAccuracy, perClassRecall, groups } of [report.final.raw, report.final.posthoc]) {
      expect(perClassRecall).toHaveLength(10);
      const recalls = perClassRecall as number[];
      expect(balancedAccuracy).toBeCloseTo(mean(recalls), 12);
      expect(groups).toMatchObject({
        head: null,
        torso: { classes: 2, support: 200 },
        tail: { classes: 8, support: 800 },
      });
      expect(groups.tail!.balancedAccuracy).toBeCloseTo(mean(recalls.slice(2)), 12);
    }
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(report);
    expect(readdirSync(out).sort()).toEqual([
      'checkpoints',
      'config.json',
      'environment.json',
      'metrics.jsonl',
      'report.html',
      'report.json',
    ]);
    expect(readdirSync(join(out, 'checkpoints'))).toEqual(['last']);
    expect(events.map(({ type }) => type)).toEqual(['start', ...Array<string>(3).fill('step'), 'epoch']);
  });

  it('has null for a class without test items, and leaves it out of the means', async () => {
    const dataDir = tinyMnist();
    const path = join(dataDir, 't10k-labels-idx1-ubyte');
    const labels = readFileSync(path);
    labels.forEach((label, i) => i >= 8 && label === 9 && (labels[i] = 8));
    writeFileSync(path, labels);
    const { raw } = (await reportOf({ dataDir })).final;
    expect(raw.perClassRecall[9]).toBeNull();
    expect(raw.support).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 10, 0]);
    expect(raw.classesWithoutItems).toBe(1);
    expect(raw.balancedAccuracy).toBeCloseTo(mean(raw.perClassRecall.slice(0, 9) as number[]), 12);
  });

  it('of the same seed is the same, of another seed another', async () => {
    const first = await finishedRun();
    expect(withoutClock(await reportOf())).toEqual(withoutClock(first));
    expect(withoutClock(await reportOf({ seed: 2 })).final).not.toEqual(first.final);
  });

  it.each([
    ['logit-adjusted', {}],
    ['logit-adjusted', { tau: 0.5 }],
    ['logit-adjusted', { holdout: 0.3 }],
    ['balanced-softmax', {}],
    ['ce', { sampler: 'class-balanced' as const }],
    ['ce', { sampler: 'class-balanced' as const, holdout: 0.3 }],
  ])('is not adjusted after training for %s %o: tau 0, post-hoc equal to raw', async (loss, changes) => {
    const { final, chosenBy } = await reportOf({ loss: loss as 'ce', ...changes, epochs: 2 });
    expect(final.posthoc).toEqual({ tau: 0, ...final.raw });
    expect(chosenBy.tau).toBe('fixed');
  });

  it('of ce without a hold-out is adjusted with tau 1', async () => {
    const { final, chosenBy, run } = await reportOf({ loss: 'ce' });
    expect(final.posthoc.tau).toBe(1);
    expect(final.posthoc.confusion).not.toEqual(final.raw.confusion);
    expect(chosenBy).toEqual({ checkpoint: { name: 'last', epoch: 3, split: 'none' }, tau: 'fixed' });
    expect(existsSync(join(run, 'checkpoints', 'best'))).toBe(false);
  });

  it('for ce equals that of logit adjustment with tau 0, as its loss does', async () => {
    const [ce, adjusted] = [await reportOf({ loss: 'ce' }), await reportOf({ loss: 'logit-adjusted', tau: 0 })];
    expect(adjusted.final.raw.confusion).toEqual(ce.final.raw.confusion);
  });
});

describe('a hold-out', () => {
  // In this run the best epoch is not the last one.
  const changes = { loss: 'ce', holdout: 0.3, epochs: 6, learningRate: 0.1 } as const;
  let report: RunReport;
  beforeAll(async () => {
    report = await reportOf(changes);
  });

  it('is taken off the training data: the prior is that of what remains', () => {
    expect(report.classCounts).toEqual([17, 13, 9, 7, 5, 4, 3, 2, 1, 1]);
  });

  it('chooses the first epoch with the best balanced accuracy, and tau', async () => {
    const { run, chosenBy, final } = report;
    const accuracies = epochsOf(run).map((record) => record['holdoutBalancedAccuracy'] as number);
    const best = 1 + accuracies.indexOf(Math.max(...accuracies));
    expect(best).toBeLessThan(6);
    expect(chosenBy).toEqual({ checkpoint: { name: 'best', epoch: best, split: 'holdout' }, tau: 'holdout' });
    const store = fileCheckpoints(join(run, 'checkpoints'));
    expect((await store.load('best'))!.position.epoch).toBe(best);
    expect((await store.load('last'))!.position.epoch).toBe(6);
    // Tau minimises the class-balanced loss on the hold-out: no tau of a fine grid does better.
    const lossAt = await balancedNll(run);
    const chosen = lossAt(final.posthoc.tau);
    for (let tau = 0; tau <= 4; tau += 0.01) expect(chosen).toBeLessThanOrEqual(lossAt(tau) + 1e-6);
  });

  /** The mean over classes of the mean loss of a class's hold-out examples under adjusted logits, in float64, by tau. */
  async function balancedNll(run: string): Promise<(tau: number) => number> {
    const config = resumedConfig(run, {});
    const random = randomStream(config.seed);
    const data = await loadRunData(config, random);
    const trainee = await makeTrainee(config, data, random);
    restoreModel(trainee.classifier, (await fileCheckpoints(join(run, 'checkpoints')).load('best'))!);
    const { logits, labels } = await scoreExamples(trainee.classifier, data.holdout!);
    const logPrior = trainee.classPrior.logProbabilities;
    trainee.dispose();
    return (tau) => {
      const losses = Array.from({ length: 10 }, (): number[] => []);
      labels.forEach((label, row) => {
        const adjusted = Array.from({ length: 10 }, (_, y) => logits[10 * row + y]! - tau * logPrior[y]!);
        const top = Math.max(...adjusted);
        const logSum = top + Math.log(adjusted.reduce((sum, value) => sum + Math.exp(value - top), 0));
        losses[label]!.push(logSum - adjusted[label]!);
      });
      return mean(losses.map(mean));
    };
  }

  it('and not the test set: other test labels change nothing that was chosen', async () => {
    const other = tinyMnist();
    const path = join(other, 't10k-labels-idx1-ubyte');
    const labels = readFileSync(path);
    writeFileSync(path, Buffer.concat([labels.subarray(0, 8), labels.subarray(8).reverse()]));
    const [one, two] = [report, await reportOf({ ...changes, dataDir: other })];
    expect(two.final.raw.confusion).not.toEqual(one.final.raw.confusion);
    expect(two.chosenBy).toEqual(one.chosenBy);
    expect(two.final.posthoc.tau).toBe(one.final.posthoc.tau);
    expect(epochsOf(two.run)).toEqual(epochsOf(one.run));
  });

  it('is scored at every epoch; without one the test set is watched, about ten times', async () => {
    const watched = async (part: object): Promise<unknown[]> =>
      epochsOf((await reportOf({ warmupEpochs: 0, ...part })).run).map((record) => Object.keys(record).slice(4));
    const logs = (split: string): string[] =>
      ['BalancedAccuracy', 'PosthocBalancedAccuracy', 'Loss'].map((name) => `${split}${name}`);
    expect(await watched({ epochs: 2, holdout: 0.3 })).toEqual([logs('holdout'), logs('holdout')]);
    expect(await watched({ epochs: 3, evaluateEvery: 2 })).toEqual([[], logs('test'), logs('test')]);
  });
});

describe('evaluateRun', () => {
  it('gives the numbers of the report', async () => {
    for (const changes of [{ loss: 'ce' }, { loss: 'ce', holdout: 0.3, epochs: 6, learningRate: 0.1 }] as const) {
      const report = await reportOf(changes);
      const { raw, posthoc, ...rest } = await evaluateRun({ run: report.run, backend: 'wasm' });
      expect({ raw, posthoc }).toEqual(report.final);
      const { name, epoch } = report.chosenBy.checkpoint;
      expect(rest).toMatchObject({ run: report.run, backend: 'wasm', split: 'test', checkpoint: { name, epoch } });
    }
  });

  it('scores the other splits, another checkpoint, another tau', async () => {
    const { run } = await reportOf({ loss: 'ce', holdout: 0.3, epochs: 6, learningRate: 0.1 });
    const evaluated = async (options: object) => evaluateRun({ run, backend: 'wasm', ...options });
    expect((await evaluated({ split: 'train' })).raw.support).toEqual([17, 13, 9, 7, 5, 4, 3, 2, 1, 1]);
    expect((await evaluated({ split: 'holdout' })).raw.support).toEqual([7, 5, 4, 3, 2, 2, 1, 1, 1, 1]);
    expect((await evaluated({ checkpoint: 'last' })).checkpoint).toMatchObject({ name: 'last', epoch: 6 });
    expect((await evaluated({ tau: 2 })).posthoc.tau).toBe(2);
    const holdout = (await evaluated({ split: 'holdout', tau: 0 })).raw.balancedAccuracy;
    const recorded = epochsOf(run).map((record) => record['holdoutBalancedAccuracy']);
    expect(holdout).toBe(Math.max(...(recorded as number[])));
  });

  it('refuses what is not there', async () => {
    const { run } = await finishedRun();
    await expect(evaluateRun({ run, split: 'holdout', backend: 'wasm' })).rejects.toThrow(
      refusal('ConfigError', 'evaluate: expected a run with a hold-out for --split holdout, got one without'),
    );
    await expect(evaluateRun({ run, checkpoint: 'best', backend: 'wasm' })).rejects.toThrow(
      refusal(
        'CheckpointError',
        `${join(run, 'checkpoints')}: expected a checkpoint best, got none. ` +
          'Only a hold-out chooses a best one: leave out --checkpoint, or train with --holdout',
      ),
    );
    const folder = freshFolder();
    await expect(evaluateRun({ run: folder })).rejects.toThrow(
      refusal(
        'RunFolderError',
        `${folder}: expected the folder of a run, got no config.json. longtail train makes one`,
      ),
    );
    const copy = freshRun();
    cpSync(run, copy, { recursive: true });
    writeFileSync(join(copy, 'config.json'), '{"epochs": 0}');
    await expect(evaluateRun({ run: copy })).rejects.toThrow(
      refusal('ConfigError', `${copy}/config.json: expected epochs to be at least 1, got 0`),
    );
  });
});

it('a run, an interrupted one and an evaluation leave no tensor behind', async () => {
  const changes = { loss: 'ce', holdout: 0.3 } as const;
  const { run } = await reportOf(changes);
  const before = tf.memory().numTensors;
  await reportOf(changes);
  await interrupt(3, { config: tinyConfig(changes), out: freshRun() });
  await evaluateRun({ run, backend: 'wasm' });
  expect(tf.memory().numTensors).toBe(before);
});

describe('a run that cannot begin', () => {
  it.each([
    [
      { dataDir: '/nowhere/at/all' },
      'InvalidArgumentError',
      'loadDataset: expected a folder to read, got /nowhere/at/all (ENOENT). Check --data-dir and LONGTAIL_DATA',
    ],
    [
      { batchSize: 100 },
      'ConfigError',
      'configuration: expected batchSize of at most the number of training examples, got 100 with 89 training examples. ' +
        'Set a smaller batchSize (--batch-size)',
    ],
    [
      { schedule: 'step', milestones: [1], epochs: 5, warmupEpochs: 2 },
      'InvalidArgumentError',
      'stepSchedule: expected milestones[0] to be a finite number of at least 2, got 1',
    ],
    [
      { holdout: 0.5, imbalance: 24 },
      'InvalidArgumentError',
      'stratifiedHoldout: expected at least 2 examples of class 8, got 1. Leave the class out, or train without a hold-out',
    ],
  ] as const)('with %o leaves no folder behind', async (changes, name, message) => {
    const out = freshRun();
    const config = tinyConfig(changes as object);
    await expect(runTraining({ config, out })).rejects.toThrow(refusal(name, message));
    expect(existsSync(out)).toBe(false);
  });
});
