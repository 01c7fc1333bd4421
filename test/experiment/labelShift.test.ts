import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classPriorFrom } from '../../src/core/index.js';
import { writeNpy } from '../../src/data/node/index.js';
import { evaluateRun, readNumberList } from '../../src/experiment/index.js';
import { priorOfLogits } from '../../src/experiment/labelShift.js';
import { openRun } from '../../src/experiment/openRun.js';
import { fitTemperature } from '../../src/heads/index.js';
import { scoreExamples } from '../../src/train/index.js';
import { refusal } from '../support/errors.js';
import { freshFolder } from '../support/folders.js';
import { expectClose } from '../support/numeric.js';
import { finishedRun, reportOf, tinyConfig } from './support.js';

describe('the prior that the logits of a run have in them', () => {
  const pi = [0.7, 0.2, 0.1];
  const uniform = [1 / 3, 1 / 3, 1 / 3];
  const power = (exponent: number): number[] => {
    const powers = pi.map((share) => share ** exponent);
    return powers.map((share) => share / powers.reduce((a, b) => a + b));
  };
  it.each([
    [{ loss: 'ce' }, pi],
    [{ loss: 'ce', sampler: 'class-balanced' }, uniform],
    [{ loss: 'balanced-softmax' }, uniform],
    [{ loss: 'focal' }, pi],
    [{ loss: 'weighted-ce' }, uniform],
    [{ loss: 'logit-adjusted', tau: 1 }, uniform],
    [{ loss: 'logit-adjusted', tau: 0 }, pi],
    [{ loss: 'logit-adjusted', tau: 2.5 }, power(-1.5)],
    [{ loss: 'logit-adjusted', tau: 0.5 }, power(0.5)],
  ] as const)('of %o', (options, expected) => {
    const prior = priorOfLogits(tinyConfig(options), classPriorFrom(pi));
    expectClose(prior.probabilities, expected, 1e-12);
  });
});

describe('evaluateRun with a hold-out', () => {
  it('fits the temperature of logits without the training prior to classes that count alike', async () => {
    const { run } = await reportOf({ loss: 'logit-adjusted', holdout: 0.3 });
    const { data, trainee } = await openRun({ run, backend: 'wasm' });
    const { labels, logits } = await scoreExamples(trainee.classifier, data.holdout!);
    trainee.dispose();
    const { calibrated } = await evaluateRun({ run, backend: 'wasm' });
    const balanced = await fitTemperature(labels, logits, { classBalanced: true });
    expect(calibrated!.temperature).toBe(balanced.temperature);
    expect(calibrated!.temperature).not.toBe((await fitTemperature(labels, logits)).temperature);
  });
});

describe('evaluateRun with a target prior', () => {
  it('adjusts a run of the logit-adjusted loss from the uniform prior that it has', async () => {
    const { run, final } = await finishedRun();
    const uniform = new Array<number>(10).fill(1);
    const same = await evaluateRun({ run, targetPrior: uniform, backend: 'wasm' });
    expect([same.posthoc.tau, same.posthoc.confusion]).toEqual([1, final.raw.confusion]);
    const one = await evaluateRun({ run, targetPrior: [1e9, 1, 1, 1, 1, 1, 1, 1, 1, 1], backend: 'wasm' });
    expect(one.posthoc.perClassRecall).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const estimated = await evaluateRun({ run, targetPrior: 'estimate', backend: 'wasm' });
    expect(estimated.targetPrior!.estimated!.gain).toBeGreaterThanOrEqual(0);
    expect(estimated.raw).toEqual(final.raw);
  });

  it('refuses a prior of another length', async () => {
    const { run } = await finishedRun();
    const call = evaluateRun({ run, targetPrior: [1, 1], backend: 'wasm' });
    await expect(call).rejects.toThrow(
      refusal('ConfigError', 'evaluate: expected --target-prior of 10 classes, got 2'),
    );
  });
});

describe('readNumberList', () => {
  const folder = freshFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('reads a list, JSON, text and .npy', async () => {
    const npy = join(folder, 'counts.npy');
    await writeNpy(npy, BigInt64Array.of(500n, 60n, 9n));
    const forms = [
      '500,60,9',
      ' 500, 60,9 ',
      npy,
      file('a.json', '[500, 60, 9]\n'),
      file('a.txt', '500\n60\n9\n'),
      file('b.txt', '500, 60; 9'),
    ];
    for (const form of forms) expect(await readNumberList('--class-counts', form), form).toEqual([500, 60, 9]);
  });

  it('refuses what is no list of numbers, naming the file', async () => {
    const refuses = (text: string, name: string, message: string | RegExp): Promise<void> =>
      expect(readNumberList('--class-counts', text)).rejects.toThrow(refusal(name, message));
    await refuses('5,x', 'ConfigError', '--class-counts: expected a file, or numbers with commas between, got x');
    await refuses('5,,6', 'ConfigError', '--class-counts: expected a file, or numbers with commas between, got ');
    const absent = join(folder, 'absent.txt');
    const hint = '--class-counts takes a file, or numbers with commas between';
    await refuses(absent, 'DataFormatError', `${absent}: expected a readable file, got ENOENT. ${hint}`);
    const words = file('words.txt', 'many few');
    await refuses(words, 'DataFormatError', `${words}: expected a list of numbers, got "many"`);
    const nested = file('nested.json', '[[1, 2]]');
    await refuses(nested, 'DataFormatError', `${nested}: expected a list of numbers, got [1,2]`);
    await refuses(file('cut.json', '[1, 2'), 'DataFormatError', /cut\.json: expected valid JSON, got /);
    const matrix = join(folder, 'matrix.npy');
    await writeNpy(matrix, Float32Array.of(1, 2), [1, 2]);
    await refuses(matrix, 'DataFormatError', `${matrix}: expected numbers [C], got shape [1, 2]`);
  });
});
