import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustLogits, estimateTargetPrior } from '../../src/heads/index.js';
import type { TargetPriorOptions } from '../../src/heads/index.js';
import { classPriorFrom, randomStream } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { softmax } from '../support/reference.js';

seedProperties();

const pi = [0.7, 0.2, 0.1];
const nu = [0.2, 0.3, 0.5];

/** Mean log-likelihood above that under the prior of training, from its definition. */
function gainOf(probabilities: readonly (readonly number[])[], prior: readonly number[], classPrior = pi): number {
  const logs = probabilities.map((p) =>
    Math.log(p.reduce((sum, share, k) => sum + (prior[k]! * share) / classPrior[k]!, 0)),
  );
  return logs.reduce((sum, value) => sum + value, 0) / logs.length;
}

/**
 * Logits of the exact posterior under `pi` of items drawn with prior `target`: class k is normal around k on a line, so
 * that `log p(k | x) = log pi_k - (x - k)^2 / (2 sigma^2)` up to a constant.
 */
function simulate(size: number, target: readonly number[], sigma = 0.6): { logits: number[][]; labels: number[] } {
  const random = randomStream(3).child('shifted');
  const labels = Array.from({ length: size }, () => {
    let left = random.uniform();
    return Math.max(
      0,
      target.findIndex((share) => (left -= share) < 0),
    );
  });
  const logits = labels.map((label) => {
    const x = label + sigma * random.normal();
    return pi.map((share, k) => Math.log(share) - (x - k) ** 2 / (2 * sigma ** 2));
  });
  return { logits, labels };
}

const shares = (classes: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.integer({ min: 1, max: 50 }), { minLength: classes, maxLength: classes })
    .map((counts) => counts.map((count) => count / counts.reduce((a, b) => a + b)));

describe('estimateTargetPrior', () => {
  it('recovers a known shift', async () => {
    const { logits, labels } = simulate(6000, nu);
    const { prior, converged, gain } = await estimateTargetPrior(logits, { classPrior: pi });
    expect(converged).toBe(true);
    // The standard error of a share is about 0.01 with 6,000 items that overlap this much.
    prior.forEach((share, k) => expect(Math.abs(share - nu[k]!), `class ${k}`).toBeLessThan(0.04));
    expect(prior.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(gain).toBeCloseTo(gainOf(logits.map(softmax), prior), 10);
    // The adjusted scores beat the raw ones where they are used.
    const right = (rows: number[][]): number =>
      rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length / rows.length;
    const adjusted = logits.map((row) => row.map((value, k) => value - Math.log(pi[k]! / prior[k]!)));
    expect(right(adjusted)).toBeGreaterThan(right(logits) + 0.05);
  });

  it('finds the prior of training where nothing has shifted', async () => {
    const { prior } = await estimateTargetPrior(simulate(6000, pi).logits, { classPrior: pi });
    prior.forEach((share, k) => expect(Math.abs(share - pi[k]!), `class ${k}`).toBeLessThan(0.04));
  });

  it('scores that are certain give the shares of their classes at once', async () => {
    const certain = [0, 2, 2, 1, 2].map((y) => [0, 1, 2].map((k) => (k === y ? 1 : 0)));
    const { prior, iterations } = await estimateTargetPrior(certain, { classPrior: pi, scores: 'probabilities' });
    expectClose(prior, [0.2, 0.2, 0.6], 1e-12);
    expect(iterations).toBe(1);
  });

  it('uninformative scores give the prior of training back, without a step', async () => {
    const { prior, iterations, gain } = await estimateTargetPrior([pi, pi], {
      classPrior: pi,
      scores: 'probabilities',
    });
    expectClose([...prior, gain], [...pi, 0], 1e-12);
    expect(iterations).toBe(0);
  });

  it('every iteration makes the likelihood higher, and each is the step of the definition', async () => {
    const rows = fc.array(shares(3), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(rows, shares(3), async (probabilities, classPrior) => {
      let [reference, before] = [classPrior, 0];
      for (let maxIterations = 1; maxIterations <= 6; maxIterations++) {
        reference = emStep(probabilities, reference, classPrior);
        const options = { classPrior, maxIterations, scores: 'probabilities', tolerance: 0, floor: 0 } as const;
        const { prior, gain, iterations } = await estimateTargetPrior(probabilities, options);
        if (iterations === maxIterations) expectClose(prior, reference, 1e-12);
        expectClose([gain], [gainOf(probabilities, prior, classPrior)], 1e-12);
        expect(gain).toBeGreaterThanOrEqual(before - 1e-14);
        before = gain;
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('a converged estimate is within the tolerance of the best prior there is', async () => {
    const rows = fc.array(shares(3), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(rows, shares(3), shares(3), async (probabilities, classPrior, other) => {
      const options = { classPrior, scores: 'probabilities', tolerance: 1e-4 } as const;
      const { converged, gain } = await estimateTargetPrior(probabilities, options);
      expect(converged).toBe(true);
      expect(gain).toBeGreaterThanOrEqual(gainOf(probabilities, other, classPrior) - 1e-4);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('logits may be shifted, and log-probabilities are logits', async () => {
    const { logits } = simulate(50, nu);
    const estimate = async (rows: number[][], scores: 'logits' | 'probabilities' = 'logits'): Promise<number[]> =>
      (await estimateTargetPrior(rows, { classPrior: pi, scores })).prior;
    const expected = await estimate(logits);
    const probabilities = logits.map(softmax);
    expectClose(await estimate(logits.map((row, i) => row.map((value) => value + 100 * i))), expected, 1e-9);
    expectClose(await estimate(probabilities.map((row) => row.map(Math.log))), expected, 1e-9);
    expectClose(await estimate(probabilities, 'probabilities'), expected, 1e-9);
  });

  it('an absent class keeps the floor', async () => {
    const scores = [[0.5, 0.5, 0]];
    const { prior } = await estimateTargetPrior(scores, { classPrior: pi, scores: 'probabilities', floor: 1e-3 });
    expect(prior[2]).toBeCloseTo(1e-3 / 1.001, 5);
  });

  it('says when it did not converge, and stays finite on saturated logits', async () => {
    const { converged, iterations } = await estimateTargetPrior(simulate(100, nu).logits, {
      classPrior: pi,
      maxIterations: 2,
    });
    expect([converged, iterations]).toEqual([false, 2]);
    const { prior } = await estimateTargetPrior([[1e300, 0, -1e300], [0, -1e300, 1e300]], { classPrior: pi }); // prettier-ignore
    expectClose(prior, [0.5, 1e-6, 0.5], 1e-5);
  });

  type Case = [string, ArrayLike<ArrayLike<number>> | ArrayLike<number>, TargetPriorOptions, string];
  const whole = { classPrior: pi };
  it.each<Case>([
    ['no rows', [], whole, 'expected at least one row of scores, got 0'],
    ['no prior', [pi], {}, 'expected either classCounts or classPrior, got neither'],
    ['a NaN', [[0, NaN, 0]], whole, 'expected finite logits, got NaN in row 0, class 1'],
    ['a short row', [pi, [0, 0]], whole, 'expected 3 logits in row 1, got 2'],
    ['a ragged flat array', [1, 2, 3, 4], whole, 'expected 6 logits (2 rows of 3), got 4'],
    [
      'logits for probabilities',
      [pi, [1, 2, 3]],
      { ...whole, scores: 'probabilities' },
      'expected rows of probabilities that sum to 1, got a sum of 6 in row 1',
    ],
    [
      'a negative probability',
      [[1.5, -0.5, 0]],
      { ...whole, scores: 'probabilities' },
      'expected rows of probabilities that sum to 1, got -0.5 in row 0',
    ],
    [
      'a floor above 1 / C',
      [pi],
      { ...whole, floor: 0.5 },
      `expected floor to be a finite number in 0..${1 / 3}, got 0.5`,
    ],
    [
      'no iteration',
      [pi],
      { ...whole, maxIterations: 0 },
      'expected maxIterations to be an integer of at least 1, got 0',
    ],
  ])('refuses %s', async (_, scores, options, message) => {
    const call = estimateTargetPrior(scores, options);
    await expect(call).rejects.toThrow(refusal('InvalidArgumentError', `estimateTargetPrior: ${message}`));
  });
});

/** One step from the definition: the mean of the posteriors under the current prior. */
function emStep(
  probabilities: readonly (readonly number[])[],
  prior: readonly number[],
  classPrior: readonly number[],
): number[] {
  const posteriors = probabilities.map((p) => {
    const joint = p.map((share, k) => (prior[k]! * share) / classPrior[k]!);
    const evidence = joint.reduce((sum, share) => sum + share, 0);
    return joint.map((share) => share / evidence);
  });
  return prior.map((_, k) => posteriors.reduce((sum, row) => sum + row[k]!, 0) / posteriors.length);
}

onEachBackend('estimateTargetPrior on tensors', (test) => {
  test('equals the result on the same numbers, and leaves no tensor behind', async () => {
    const { logits } = simulate(40, nu);
    const expected = await estimateTargetPrior(logits, { classPrior: pi });
    const scores = tf.tensor2d(logits);
    const classPrior = classPriorFrom(pi);
    const before = tf.memory().numTensors;
    const { prior } = await estimateTargetPrior(scores, { classPrior });
    expect(tf.memory().numTensors).toBe(before);
    expectClose(prior, expected.prior, VALUE_TOLERANCE);
    const certain = await estimateTargetPrior(tf.tensor2d([[1e30, 0, 0]]), { classPrior });
    const adjusted = adjustLogits(tf.zeros([1, 3]), { classPrior, targetPrior: certain.prior });
    expectClose(
      await adjusted.data(),
      certain.prior.map((share, k) => Math.log(share / pi[k]!)),
      VALUE_TOLERANCE,
    );
    const wrong = estimateTargetPrior(tf.zeros<tf.Rank.R2>([40, 2]), { classPrior });
    await expect(wrong).rejects.toThrow(
      refusal('InvalidArgumentError', 'estimateTargetPrior: expected scores of shape [any, 3], got [40, 2]'),
    );
  });
});
