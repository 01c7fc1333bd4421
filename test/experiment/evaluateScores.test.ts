import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { readNpy, writeNpy, type NpyData } from '../../src/data/node/index.js';
import { evaluateRun, evaluateScores } from '../../src/experiment/index.js';
import { openRun } from '../../src/experiment/openRun.js';
import { estimateTargetPrior, fitTemperature, tuneTau } from '../../src/heads/index.js';
import { scoreExamples, type ExampleSource } from '../../src/train/index.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { expectClose } from '../support/numeric.js';
import { logSumExp } from '../support/reference.js';
import { reportOf } from './support.js';

const folder = freshFolder();
let files = 0;

/** A fresh `.npy` file. */
async function npy(data: NpyData, shape: readonly number[] = [data.length]): Promise<string> {
  const path = join(folder, `${files++}.npy`);
  await writeNpy(path, data, shape);
  return path;
}

const classCounts = [80, 15, 5];

/** Files of logits that have the training prior in them and lean towards the label. */
async function simulated(size: number, seed: number): Promise<{ scores: string; labels: string }> {
  const random = randomStream(seed);
  const labels = Int32Array.from({ length: size }, () => random.integer(3));
  const scores = Float32Array.from({ length: 3 * size }, (_, i) => {
    const own = i % 3 === labels[Math.floor(i / 3)]! ? 2 : 0;
    return Math.log(classCounts[i % 3]!) + random.normal() + own;
  });
  return { scores: await npy(scores, [size, 3]), labels: await npy(labels) };
}

describe('evaluateScores', () => {
  it('gives the raw and post-hoc objects of the run that the scores come from', async () => {
    const { run, final, classCounts } = await reportOf({ loss: 'ce', holdout: 0.3 });
    const { data, trainee } = await openRun({ run, backend: 'wasm' });
    const written = async (source: ExampleSource) => {
      const { logits, labels, numClasses } = await scoreExamples(trainee.classifier, source);
      return { scores: await npy(logits, [labels.length, numClasses]), labels: await npy(labels) };
    };
    const [test, holdout] = [await written(data.test), await written(data.holdout!)];
    trainee.dispose();
    const result = await evaluateScores({ ...test, classCounts, holdout });
    expect([result.raw, result.posthoc]).toEqual([final.raw, final.posthoc]);
    expect(result.chosenBy).toEqual({ tau: 'holdout' });
    const evaluated = await evaluateRun({ run, backend: 'wasm' });
    expect(result.calibrated).toEqual(evaluated.calibrated);
    expect(evaluated.targetPrior).toBeNull();
    const shifted = { targetPrior: 'estimate', tau: 0.5 } as const;
    const ofRun = await evaluateRun({ run, backend: 'wasm', ...shifted });
    const ofScores = await evaluateScores({ ...test, classCounts, holdout, ...shifted });
    expect([ofScores.targetPrior, ofScores.posthoc]).toEqual([ofRun.targetPrior, ofRun.posthoc]);
  });

  it('chooses tau and temperature on the hold-out, and adjusts with 1 without one', async () => {
    const [test, holdout] = [await simulated(300, 1), await simulated(200, 2)];
    const held = [(await readNpy(holdout.labels)).data as Int32Array, (await readNpy(holdout.scores)).data] as const;
    const { tau } = await tuneTau(held[0], held[1] as Float32Array, { classCounts });
    const { temperature } = await fitTemperature(held[0], held[1] as Float32Array);
    const tuned = await evaluateScores({ ...test, classCounts, holdout });
    expect([tuned.posthoc!.tau, tuned.calibrated!.temperature]).toEqual([tau, temperature]);
    const plain = await evaluateScores({ ...test, classCounts });
    expect([plain.posthoc!.tau, plain.calibrated, plain.chosenBy.tau]).toEqual([1, null, 'fixed']);
    const fixed = await evaluateScores({ ...test, classCounts, holdout, tau: 0 });
    const { tau: none, ...posthoc } = fixed.posthoc!;
    expect([none, posthoc, fixed.chosenBy.tau]).toEqual([0, fixed.raw, 'fixed']);
  });

  it('scores what is calibrated by the definition: f / T, and f / T - log pi', async () => {
    const [test, holdout] = [await simulated(100, 3), await simulated(200, 4)];
    const labels = (await readNpy(test.labels)).data as Int32Array;
    const scores = (await readNpy(test.scores)).data as Float32Array;
    const { calibrated } = await evaluateScores({ ...test, classCounts, holdout });
    const nll = (offset: (y: number) => number): number =>
      labels.reduce((sum, label, i) => {
        const z = [0, 1, 2].map((y) => scores[3 * i + y]! / calibrated!.temperature - offset(y));
        return sum + (logSumExp(z) - z[label]!) / labels.length;
      }, 0);
    const expected = [nll(() => 0), nll((y) => Math.log(classCounts[y]! / 100))];
    expectClose([calibrated!.raw.nll, calibrated!.posthoc!.nll], expected, 1e-12);
  });

  it('adjusts to a target prior, given in any scale or estimated', async () => {
    const test = await simulated(400, 5);
    const toOwn = await evaluateScores({ ...test, classCounts, targetPrior: classCounts });
    expect(toOwn.posthoc!.confusion).toEqual(toOwn.raw.confusion);
    expect(toOwn.targetPrior).toEqual({ prior: [0.8, 0.15, 0.05], estimated: null });
    const estimated = await evaluateScores({ ...test, classCounts, targetPrior: 'estimate' });
    const scores = (await readNpy(test.scores)).data as Float32Array;
    const { prior, ...how } = await estimateTargetPrior(scores, { classCounts });
    expect(estimated.targetPrior).toEqual({ prior, estimated: how });
  });

  it('without class counts gives raw scores alone', async () => {
    const result = await evaluateScores(await simulated(60, 6));
    expect(result).toMatchObject({ posthoc: null, classCounts: null, targetPrior: null, chosenBy: { tau: null } });
    expect(result.raw.groups).toEqual({ head: null, torso: null, tail: null });
    const calibrated = await evaluateScores({ ...(await simulated(60, 6)), holdout: await simulated(60, 7) });
    expect(calibrated.calibrated).toMatchObject({ posthoc: null });
  });

  it('warns of rows or columns in another order, and of nothing else', async () => {
    const warningsOf = async (scores: string, labels: string): Promise<string[]> => {
      const warnings: string[] = [];
      await evaluateScores({ scores, labels, onWarning: (message) => warnings.push(message) });
      return warnings;
    };
    const { scores, labels } = await simulated(300, 8);
    expect(await warningsOf(scores, labels)).toEqual([]);
    const numbers = (await readNpy(labels)).data as Int32Array;
    const order = randomStream(1).permutation(300);
    const shuffled = await npy(order.map((row) => numbers[row]!));
    expect(await warningsOf(scores, shuffled)).toEqual([
      expect.stringMatching(
        /^\S+\.npy, \S+\.npy: accuracy is \d+\.\d %, and independent rows would have \d+\.\d %: are scores and labels in the same order\?$/,
      ),
    ]);
    const certain = await npy(
      Float32Array.from({ length: 900 }, (_, i) => (numbers[Math.floor(i / 3)] === i % 3 ? 3 : -3)),
      [300, 3],
    );
    const renamed = await npy(numbers.map((label) => (label + 1) % 3));
    expect(await warningsOf(certain, renamed)).toEqual([
      expect.stringMatching(
        /: accuracy is 0\.0 %, .* while with the classes renamed it would be 100\.0 %: are the columns/,
      ),
    ]);
  });

  describe('refuses', () => {
    const f = (...values: number[]): Float32Array => Float32Array.from(values);
    it.each<[string, NpyData, number[], NpyData, string | RegExp]>([
      [
        'too few labels',
        f(1, 2, 3, 4),
        [2, 2],
        Int32Array.of(1),
        /: expected 2 labels, one for each row of .*\.npy, got 1$/,
      ],
      ['no rows', f(), [0, 2], new Int32Array(0), /: expected labels and scores, got 0$/],
      ['one axis', f(1, 2), [2], Int32Array.of(1, 0), /at least 2 classes, got float32 of shape \[2\]$/],
      [
        'whole numbers',
        Int32Array.of(1, 2),
        [1, 2],
        Int32Array.of(1),
        /of float32 or float64, .*got int32 of shape \[1, 2\]$/,
      ],
      [
        'a NaN',
        f(1, 2, NaN, 0),
        [2, 2],
        Int32Array.of(0, 1),
        /\.npy, row 1: expected finite scores, got NaN for class 0$/,
      ],
      [
        'the logarithm of 0',
        f(0, -Infinity),
        [1, 2],
        Int32Array.of(0),
        /row 0: expected finite scores, got -Infinity for class 1\. Raise probabilities of 0 to 1e-30 before the logarithm$/,
      ],
      [
        'probabilities',
        f(0.5, 0.5, 1, 0),
        [2, 2],
        Int32Array.of(0, 1),
        /: expected logits or log-probabilities, got probabilities\. Save /,
      ],
      [
        'a label without a column',
        f(1, 2, 3, 4),
        [2, 2],
        Int32Array.of(0, 2),
        /row 1: expected a class in 0\.\.1, as .*\.npy has 2 columns, got 2$/,
      ],
      [
        'labels from 1',
        f(1, 2, 3, 4),
        [2, 2],
        Int32Array.of(1, 2),
        /got 2\. The labels seem to count from 1: subtract 1$/,
      ],
    ])('%s', async (_, scores, shape, labels, message) => {
      const call = evaluateScores({ scores: await npy(scores, shape), labels: await npy(labels) });
      await expect(call).rejects.toThrow(refusal('DataFormatError', message));
    });

    it('options that need others', async () => {
      const test = await simulated(20, 9);
      const hint = 'What is adjusted is the class prior of the training data';
      const cases: [Partial<Parameters<typeof evaluateScores>[0]>, string | RegExp][] = [
        [{ tau: 1 }, `evaluate: expected --class-counts with --tau, got none. ${hint}`],
        [{ targetPrior: 'estimate' }, `evaluate: expected --class-counts with --target-prior, got none. ${hint}`],
        [{ classCounts: [1, 2] }, /^evaluate: expected --class-counts of 3 classes, one for each column of .*, got 2$/],
        [{ classCounts: [1, 0, 2] }, 'evaluate: expected --class-counts above 0, got 0 for class 1'],
        [{ classCounts, targetPrior: [1, 1] }, 'evaluate: expected --target-prior of 3 classes, got 2'],
        [
          { holdout: { scores: await npy(f(1, 2), [1, 2]), labels: await npy(Int32Array.of(0)) } },
          /: expected a hold-out with the 3 classes of .*\.npy, got 2 columns$/,
        ],
      ];
      for (const [options, message] of cases) {
        await expect(evaluateScores({ ...test, ...options })).rejects.toThrow(refusal('ConfigError', message));
      }
    });

    it('a file that is no array', async () => {
      const path = join(folder, 'scores.csv');
      writeFileSync(path, '1,2\n');
      const call = evaluateScores({ scores: path, labels: await npy(Int32Array.of(0)) });
      await expect(call).rejects.toThrow(refusal('DataFormatError', /scores\.csv: expected a \.npy file, /));
    });
  });
});
