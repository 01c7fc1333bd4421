import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tuneTau } from '../../src/heads/index.js';
import type { TuneTauOptions } from '../../src/heads/index.js';
import { classPriorFrom, randomStream } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { logSumExp } from '../support/reference.js';

seedProperties();

const classCounts = [500, 60, 9, 1];
const total = classCounts.reduce((sum, count) => sum + count, 0);
const logPrior = classCounts.map((count) => Math.log(count / total));

interface HeldOut {
  readonly labels: number[];
  readonly logits: number[][];
}

/** Class-balanced NLL from its definition. */
function balancedNll({ labels, logits }: HeldOut, tau: number): number {
  const losses = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const z = logits[i]!.map((value, y) => value - tau * logPrior[y]!);
    losses.set(label, [...(losses.get(label) ?? []), logSumExp(z) - z[label]!]);
  });
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean([...losses.values()].map(mean));
}

/** Items whose logits are log-posteriors of a model that has seen the training prior `bias` times. */
function simulate(size: number, bias: number): HeldOut {
  const random = randomStream(11).child('held-out');
  const labels = Array.from({ length: size }, () => random.integer(4));
  const logits = labels.map((label) => logPrior.map((l, y) => bias * l + random.normal() + (y === label ? 2 : 0)));
  return { labels, logits };
}

describe('tuneTau', () => {
  it('finds the minimum that a fine grid finds', async () => {
    const data = simulate(200, 1.3);
    const { tau, nll } = await tuneTau(data.labels, data.logits, { classCounts });
    const grid = Array.from({ length: 4001 }, (_, i) => i / 1000);
    const best = grid.reduce((a, b) => (balancedNll(data, b) < balancedNll(data, a) ? b : a));
    expect(Math.abs(tau - best)).toBeLessThanOrEqual(0.001);
    expect(nll).toBeCloseTo(balancedNll(data, tau), 12);
    expect(nll).toBeLessThanOrEqual(balancedNll(data, best));
  });

  it('finds a minimum of its convex objective, for any data', async () => {
    const score = fc.integer({ min: -20, max: 20 });
    const item = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.array(score, { minLength: 4, maxLength: 4 }));
    const property = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 12 }), async (items) => {
      const data = { labels: items.map(([label]) => label), logits: items.map(([, row]) => row) };
      const { tau, nll, support } = await tuneTau(data.labels, data.logits, { classCounts, maxTau: 5 });
      const reference = (at: number): number => balancedNll(data, at);
      expectClose([nll], [reference(tau)], 1e-12);
      for (const other of [0, 0.3, 1, 2, 5, Math.max(0, tau - 1e-3), Math.min(5, tau + 1e-3)]) {
        expect(nll).toBeLessThanOrEqual(reference(other) + 1e-12);
      }
      expect(support).toEqual([0, 1, 2, 3].map((y) => data.labels.filter((label) => label === y).length));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('is near the bias of logits that are log-posteriors, and 0 where the bias is against the prior', async () => {
    const { tau } = await tuneTau(...argumentsOf(simulate(4000, 1)));
    // 1,000 items a class leave a standard error of about 0.02.
    expect(Math.abs(tau - 1)).toBeLessThan(0.15);
    expect((await tuneTau(...argumentsOf(simulate(400, -0.5)))).tau).toBe(0);
  });

  it('a uniform prior has nothing to tune', async () => {
    const data = simulate(50, 1);
    const { tau, nll } = await tuneTau(data.labels, data.logits, { classPrior: [0.25, 0.25, 0.25, 0.25] });
    expect([tau, nll]).toEqual([0, balancedNll(data, 0)].map((value) => expect.closeTo(value, 12)));
  });

  it('stops at the bound when the data ask for more', async () => {
    const rare = { labels: [3, 3], logits: [classCounts.map(() => 0), classCounts.map(() => 1)] };
    expect((await tuneTau(rare.labels, rare.logits, { classCounts, maxTau: 2.5 })).tau).toBe(2.5);
    expect((await tuneTau(rare.labels, rare.logits, { classCounts, maxTau: 0 })).tau).toBe(0);
  });

  it('leaves out and counts classes without items; ignored rows do not matter', async () => {
    const data = simulate(60, 1);
    const kept = { labels: data.labels.map((y) => (y === 2 ? -1 : y)), logits: data.logits };
    const result = await tuneTau(kept.labels, kept.logits, { classCounts });
    expect(result.support[2]).toBe(0);
    expect(result.classesWithoutItems).toBe(1);
    const rows = [...data.labels.keys()].filter((i) => data.labels[i] !== 2);
    const without = { labels: rows.map((i) => data.labels[i]!), logits: rows.map((i) => data.logits[i]!) };
    expect(await tuneTau(without.labels, without.logits, { classCounts })).toEqual(result);
    expect(result.nll).toBeCloseTo(balancedNll(without, result.tau), 12);
  });

  it('saturated logits stay finite', async () => {
    const { tau, nll } = await tuneTau(
      [0, 3],
      [
        [1e300, 0, 0, -1e300],
        [0, 0, 0, 50],
      ],
      { classCounts },
    );
    expect(Number.isFinite(tau) && Number.isFinite(nll)).toBe(true);
  });

  const whole = { classCounts };
  it.each<[string, ArrayLike<number>, ArrayLike<ArrayLike<number>> | ArrayLike<number>, TuneTauOptions, string]>([
    ['no items', [], [], whole, 'tuneTau: expected at least one held-out item, got 0'],
    ['only ignored items', [-1], [[0, 0, 0, 0]], whole, 'tuneTau: expected at least one held-out item, got 0'],
    [
      'a label out of range',
      [0, 4],
      new Float32Array(8),
      whole,
      'tuneTau: expected targets[1] to be in 0..3, or -1 (ignored), got 4',
    ],
    [
      'a label that is no integer',
      [0.5],
      new Float32Array(4),
      whole,
      'tuneTau: expected targets[0] to be in 0..3, or -1 (ignored), got 0.5',
    ],
    [
      'a NaN',
      [0, 1],
      [
        [0, 0, 0, 0],
        [0, 0, NaN, 0],
      ],
      whole,
      'tuneTau: expected finite logits, got NaN in row 1, class 2',
    ],
    ['too few rows', [0, 1], [[0, 0, 0, 0]], whole, 'tuneTau: expected 2 rows of logits, got 1'],
    ['a short row', [0], [[0, 0, 0]], whole, 'tuneTau: expected 4 logits in row 0, got 3'],
    ['too few numbers', [0], [1, 2, 3], whole, 'tuneTau: expected 4 logits (1 rows of 4), got 3'],
    ['no prior', [0], [[0, 0]], {}, 'tuneTau: expected either classCounts or classPrior, got neither'],
    [
      'a negative bound',
      [0],
      [[0, 0, 0, 0]],
      { classCounts, maxTau: -1 },
      'tuneTau: expected maxTau to be a finite number of at least 0, got -1',
    ],
  ])('refuses %s', async (_, labels, logits, options, message) => {
    await expect(tuneTau(labels, logits, options)).rejects.toThrow(refusal('InvalidArgumentError', message));
  });
});

function argumentsOf({ labels, logits }: HeldOut): [number[], number[][], TuneTauOptions] {
  return [labels, logits, { classCounts }];
}

onEachBackend('tuneTau on tensors', (test) => {
  test('equals the result on the same numbers, and leaves no tensor behind', async () => {
    const data = simulate(40, 1);
    const expected = await tuneTau(data.labels, data.logits, { classCounts });
    const [targets, logits] = [tf.tensor1d(data.labels, 'int32'), tf.tensor2d(data.logits)];
    const classPrior = classPriorFrom(classCounts);
    const before = tf.memory().numTensors;
    const result = await tuneTau(targets, logits, { classPrior });
    expect(tf.memory().numTensors).toBe(before);
    expectClose([result.tau, result.nll], [expected.tau, expected.nll], VALUE_TOLERANCE);
    const wrong = tuneTau(targets, tf.zeros([40, 3]), { classPrior });
    await expect(wrong).rejects.toThrow(
      refusal('InvalidArgumentError', 'tuneTau: expected logits of shape [40, 4], got [40, 3]'),
    );
  });
});
