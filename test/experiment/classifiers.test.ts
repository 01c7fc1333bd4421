import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { tauNormalize } from '../../src/heads/index.js';
import {
  evaluateRun,
  loadRunData,
  resumedConfig,
  runTraining,
  type PartialConfig,
  type RunReport,
} from '../../src/experiment/index.js';
import { makeTrainee, type Trainee } from '../../src/experiment/trainee.js';
import type { RunData } from '../../src/experiment/data.js';
import { restoreModel } from '../../src/train/index.js';
import { fileCheckpoints } from '../../src/train/node/index.js';
import { errorOf } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { freshRun, reportOf, withoutClock } from './support.js';

const first = { loss: 'ce', epochs: 3, learningRate: 0.05 } as const;
const finished = new Map<number, Promise<RunReport>>();
/** A finished run of plain cross-entropy. */
function firstStage(holdout = 0): Promise<RunReport> {
  if (!finished.has(holdout)) finished.set(holdout, reportOf({ ...first, holdout }));
  return finished.get(holdout)!;
}
const computed = (init: string, changes: PartialConfig): PartialConfig => ({ ...first, init, ...changes });

/** A run's data and its model with the weights of a checkpoint. */
async function reopened(run: string, checkpoint: 'best' | 'last'): Promise<{ data: RunData; trainee: Trainee }> {
  const config = resumedConfig(run, {});
  const random = randomStream(config.seed);
  await tf.setBackend('wasm');
  const data = await loadRunData(config, random);
  const trainee = await makeTrainee(config, data, random);
  restoreModel(trainee.classifier, (await fileCheckpoints(join(run, 'checkpoints')).load(checkpoint))!);
  return { data, trainee };
}

type Source = RunData['test'];

/** Features and labels of a source, in float64. */
async function featuresOf(
  source: Source,
  { classifier }: Trainee,
): Promise<{ features: number[][]; labels: number[] }> {
  const { inputs, targets } = await source.batch(
    Int32Array.from({ length: source.size }, (_, i) => i),
    randomStream(0),
  );
  const features = (await classifier.features(inputs).array()) as number[][];
  return { features, labels: [...(await targets.data())] };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
const argmax = (row: readonly number[]): number => row.indexOf(Math.max(...row));

/** Recall of each class of the tiny data, in which every class has test images. */
function recallsOf(labels: readonly number[], predictions: readonly number[]): number[] {
  return Array.from({ length: 10 }, (_, c) => {
    const own = predictions.filter((_, i) => labels[i] === c);
    return own.filter((prediction) => prediction === c).length / own.length;
  });
}

/** Kernel and bias of the head, one row a class. */
async function headOf({ classifier }: Trainee): Promise<{ columns: number[][]; bias: number[] }> {
  const [kernel, bias] = classifier.head[0]!.getWeights();
  return { columns: (await tf.transpose(kernel!).array()) as number[][], bias: [...(await bias!.data())] };
}

/** Recalls of the classifier `w_c . x / ||w_c||^tau` without bias. */
function recallsAt(tau: number, { features, labels }: Awaited<ReturnType<typeof featuresOf>>, columns: number[][]) {
  const scaled = columns.map((w) => w.map((value) => value / dot(w, w) ** (tau / 2)));
  return recallsOf(
    labels,
    features.map((x) => argmax(scaled.map((w) => dot(w, x)))),
  );
}

describe('the classifier tau-norm', () => {
  it('divides the columns by their norms, drops the bias and keeps the backbone', async () => {
    const { run } = await firstStage();
    const report = await reportOf(computed(run, { classifier: 'tau-norm', normTau: 0.7 }));
    const [before, after] = [await reopened(run, 'last'), await reopened(report.run, 'last')];
    const was = await headOf(before.trainee);
    const is = await headOf(after.trainee);
    expect(was.bias.every((value) => value !== 0)).toBe(true);
    expect(is.bias).toEqual(new Array(10).fill(0));
    const expected = was.columns.flatMap((w) => w.map((value) => value / dot(w, w) ** 0.35));
    expectClose(is.columns.flat(), expected, VALUE_TOLERANCE);
    const features = async ({ data, trainee }: typeof before) => (await featuresOf(data.test, trainee)).features;
    expect(await features(after)).toEqual(await features(before));
    const recalls = recallsAt(0.7, await featuresOf(before.data.test, before.trainee), was.columns);
    expect(report.final.raw.perClassRecall).toEqual(recalls);
    expect(report).toMatchObject({
      classifier: 'tau-norm',
      normTau: { value: 0.7, chosenBy: 'fixed' },
      init: { run, checkpoint: 'last', epoch: 3 },
      epochs: 0,
      imagesPerSecond: null,
      loss: 'ce',
      chosenBy: { checkpoint: { name: 'last', epoch: 0, split: 'none' }, tau: 'fixed' },
      final: { posthoc: { tau: 0 } },
    });
    expect(JSON.parse(readFileSync(join(report.run, 'report.json'), 'utf8'))).toEqual(report);
  });

  it('takes the first exponent with the best balanced accuracy on the hold-out, or 1 without one', async () => {
    const { run } = await firstStage(0.4);
    const report = await reportOf(computed(run, { classifier: 'tau-norm', holdout: 0.4 }));
    const { data, trainee } = await reopened(run, 'best');
    const { columns } = await headOf(trainee);
    const heldOut = await featuresOf(data.holdout!, trainee);
    const present = [...new Set(heldOut.labels)];
    const accuracies = Array.from({ length: 21 }, (_, i) => {
      const recalls = recallsAt(i / 10, heldOut, columns);
      return present.reduce((sum, c) => sum + recalls[c]!, 0) / present.length;
    });
    const best = accuracies.findIndex((value) => value >= Math.max(...accuracies) - 1e-9);
    expect(report.normTau).toEqual({ value: best / 10, chosenBy: 'holdout' });
    const fixed = await reportOf(computed((await firstStage()).run, { classifier: 'tau-norm' }));
    expect(fixed.normTau).toEqual({ value: 1, chosenBy: 'fixed' });
  });
});

describe('the classifier nearest-class-mean', () => {
  it('predicts the class whose mean training feature has the largest cosine', async () => {
    const { run } = await firstStage();
    const report = await reportOf(computed(run, { classifier: 'nearest-class-mean' }));
    const { data, trainee } = await reopened(run, 'last');
    const { features, labels } = await featuresOf(data.trainAsIs, trainee);
    const means = Array.from({ length: 10 }, (_, c) => {
      const own = features.filter((_, i) => labels[i] === c);
      return own[0]!.map((_, d) => own.reduce((sum, x) => sum + x[d]!, 0) / own.length);
    });
    const test = await featuresOf(data.test, trainee);
    const cosines = test.features.map((x) => means.map((m) => dot(x, m) / Math.sqrt(dot(m, m))));
    expect(report.final.raw.perClassRecall).toEqual(recallsOf(test.labels, cosines.map(argmax)));
    expect(report).toMatchObject({ normTau: null, epochs: 0, final: { posthoc: { tau: 0 } } });
  });
});

describe('a run with a computed classifier', () => {
  it('is evaluated, gone on with and started from like any other', async () => {
    const { run } = await firstStage();
    for (const classifier of ['tau-norm', 'nearest-class-mean'] as const) {
      const out = freshRun();
      const report = await reportOf(computed(run, { classifier }), out);
      const evaluation = await evaluateRun({ run: out, backend: 'wasm' });
      expect({ raw: evaluation.raw, posthoc: evaluation.posthoc }).toEqual(report.final);
      const again = await runTraining({ config: resumedConfig(out, {}), out, resume: true });
      expect(withoutClock((again as { report: RunReport }).report)).toEqual(withoutClock(report));
      const next = await reportOf(computed(out, { freeze: 'backbone', classifier: 'keep' }));
      expect(next.init).toMatchObject({ run: out, checkpoint: 'last', epoch: 0 });
    }
  });
});

describe('evaluate with a computed classifier', () => {
  it('gives the scores of the run that keeps it', async () => {
    for (const [holdout, normTau] of [
      [0, 0.5],
      [0.4, null],
    ] as const) {
      // prettier-ignore
      const { run } = await firstStage(holdout);
      for (const classifier of ['tau-norm', 'nearest-class-mean'] as const) {
        const tau = classifier === 'tau-norm' ? normTau : null;
        const kept = await reportOf(computed(run, { holdout, classifier, normTau: tau }));
        const evaluation = await evaluateRun({
          run,
          backend: 'wasm',
          classifier,
          ...(tau === null ? {} : { normTau: tau }),
        });
        expect(evaluation.classifier).toEqual({ name: classifier, normTau: kept.normTau });
        expect({ raw: evaluation.raw, posthoc: evaluation.posthoc }).toEqual(kept.final);
      }
    }
    expect(await evaluateRun({ run: (await firstStage()).run, backend: 'wasm' })).not.toHaveProperty('classifier');
  });

  it('refuses a head that is not one dense layer, and an exponent without its classifier', async () => {
    const { run } = await firstStage();
    const scaled = await reportOf(
      computed(run, { freeze: 'backbone', classifier: 'scaled', epochs: 1, warmupEpochs: 0 }),
    );
    const error = await errorOf(() => evaluateRun({ run: scaled.run, backend: 'wasm', classifier: 'tau-norm' }));
    expect(error).toMatchObject({
      name: 'InvalidArgumentError',
      message:
        'classifier tau-norm: expected one dense layer without activation behind the features, ' +
        'got Dense, LongtailClassScale',
    });
    expect(await errorOf(() => evaluateRun({ run, backend: 'wasm', normTau: 1 }))).toMatchObject({
      name: 'ConfigError',
      message: 'evaluate: expected --norm-tau with --classifier tau-norm, got no classifier',
    });
  });

  it('leaves nothing behind', async () => {
    const { run } = await firstStage(0.4);
    await evaluateRun({ run, backend: 'wasm' });
    const before = tf.memory().numTensors;
    await evaluateRun({ run, backend: 'wasm', classifier: 'tau-norm' });
    await evaluateRun({ run, backend: 'wasm', classifier: 'nearest-class-mean' });
    expect(tf.memory().numTensors).toBe(before);
  });
});

// The head function and the run agree on what normalisation is.
it('tauNormalize is what tau-norm applies', async () => {
  const { run } = await firstStage();
  const report = await reportOf(computed(run, { classifier: 'tau-norm', normTau: 1.3 }));
  const [before, after] = [await reopened(run, 'last'), await reopened(report.run, 'last')];
  const kernelOf = ({ trainee }: typeof before): tf.Tensor2D =>
    trainee.classifier.head[0]!.getWeights()[0] as tf.Tensor2D;
  expect(await kernelOf(after).data()).toEqual(await tauNormalize(kernelOf(before), { tau: 1.3 }).data());
});
