import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTemperature } from '../../src/heads/index.js';
import type { FitTemperatureOptions } from '../../src/heads/index.js';
import { randomStream } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { logSumExp, softmax } from '../support/reference.js';

seedProperties();

interface HeldOut {
  readonly labels: number[];
  readonly logits: number[][];
}

/** NLL of scaled logits from its definition, by item or by class. */
function nllAt({ labels, logits }: HeldOut, temperature: number, classBalanced: boolean): number {
  const losses = labels.map((label, i) => {
    const z = logits[i]!.map((value) => value / temperature);
    return logSumExp(z) - z[label]!;
  });
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (!classBalanced) return mean(losses);
  return mean([...new Set(labels)].map((y) => mean(losses.filter((_, i) => labels[i] === y))));
}

/** Items drawn from the softmax of their own logits, which are then multiplied by `temperature`. */
function simulate(size: number, temperature: number): HeldOut {
  const random = randomStream(5).child('held-out');
  const logits = Array.from({ length: size }, () => [0, 1, 2, 3].map((y) => 2 * random.normal() - y / 2));
  const labels = logits.map((row) => {
    let left = random.uniform();
    const drawn = softmax(row).findIndex((share) => (left -= share) < 0);
    return drawn < 0 ? row.length - 1 : drawn;
  });
  return { labels, logits: logits.map((row) => row.map((value) => value * temperature)) };
}

const score = fc.integer({ min: -20, max: 20 });
const items = fc.array(fc.tuple(fc.nat(2), fc.array(score, { minLength: 3, maxLength: 3 })), {
  minLength: 1,
  maxLength: 12,
});
const heldOut = (pairs: [number, number[]][]): HeldOut => ({
  labels: pairs.map(([y]) => y),
  logits: pairs.map(([, row]) => row),
});

describe('fitTemperature', () => {
  it('solves the case of constant logits: two of three right at a margin of 4 make T = 4 / log 2', async () => {
    const logits = [4, 0, 4, 0, 4, 0];
    const { temperature, nll, uncalibratedNll, support } = await fitTemperature([0, 0, 1], logits);
    expect(temperature).toBeCloseTo(4 / Math.LN2, 6);
    expect(nll).toBeCloseTo((2 * Math.log(3 / 2) + Math.log(3)) / 3, 12);
    expect(uncalibratedNll).toBeCloseTo(Math.log(1 + Math.exp(-4)) + 4 / 3, 12);
    expect(support).toEqual([2, 1]);
  });

  it.each([false, true])(
    'finds the minimum of its objective for any data, class-balanced %s',
    async (classBalanced) => {
      const property = fc.asyncProperty(items, async (pairs) => {
        const data = heldOut(pairs);
        const { temperature, nll, uncalibratedNll } = await fitTemperature(data.labels, data.logits, { classBalanced });
        const reference = (at: number): number => nllAt(data, at, classBalanced);
        expectClose([nll, uncalibratedNll], [reference(temperature), reference(1)], 1e-12);
        const others = [
          0.01,
          0.1,
          0.5,
          1,
          3,
          100,
          Math.max(0.01, 0.999 * temperature),
          Math.min(100, 1.001 * temperature),
        ];
        for (const other of others) expect(nll).toBeLessThanOrEqual(reference(other) + 1e-12);
      });
      await fc.assert(property, { numRuns: 150 });
    },
  );

  it.each([0.5, 1, 3])('recovers the temperature %f that logits were multiplied by', async (temperature) => {
    const data = simulate(4000, temperature);
    const fitted = await fitTemperature(data.labels, data.logits);
    // 4,000 items leave a standard error of about 3 percent.
    expect(Math.abs(fitted.temperature / temperature - 1)).toBeLessThan(0.12);
  });

  it('scaling the logits scales the temperature; a shift of a row does nothing', async () => {
    const data = simulate(60, 1);
    const { temperature, nll } = await fitTemperature(data.labels, data.logits);
    const moved = data.logits.map((row, i) => row.map((value) => 3 * value + i));
    const scaled = await fitTemperature(data.labels, moved);
    expectClose([scaled.temperature / 3, scaled.nll], [temperature, nll], 1e-6);
  });

  it('stops at its bounds: separable data ask for 0, logits against the labels for infinity', async () => {
    const separable = await fitTemperature([0, 1], [[1, 0], [0, 1]]); // prettier-ignore
    expect(separable.temperature).toBeCloseTo(0.01, 12);
    const against = await fitTemperature([1, 0], [[1, 0], [0, 1]], { maxTemperature: 20 }); // prettier-ignore
    expect(against.temperature).toBeCloseTo(20, 12);
    const only = await fitTemperature([1, 0], [[1, 0], [0, 1]], { minTemperature: 2, maxTemperature: 2 }); // prettier-ignore
    expect(only.temperature).toBe(2);
  });

  it('ignored rows do not matter, and classes without items count for nothing', async () => {
    const data = simulate(50, 2);
    const labels = data.labels.map((y) => (y === 2 ? -1 : y));
    const kept = [...labels.keys()].filter((i) => labels[i] !== -1);
    const without = { labels: kept.map((i) => labels[i]!), logits: kept.map((i) => data.logits[i]!) };
    for (const classBalanced of [false, true]) {
      const result = await fitTemperature(labels, data.logits, { classBalanced });
      expect(result).toEqual(await fitTemperature(without.labels, without.logits, { classBalanced }));
      expect(result.support[2]).toBe(0);
    }
  });

  it('saturated logits stay finite', async () => {
    const { temperature, nll } = await fitTemperature([0, 1], [[1e300, -1e300], [0, 1]]); // prettier-ignore
    expect(Number.isFinite(temperature) && Number.isFinite(nll)).toBe(true);
  });

  type Case = [
    string,
    ArrayLike<number>,
    ArrayLike<ArrayLike<number>> | ArrayLike<number>,
    FitTemperatureOptions,
    string,
  ];
  it.each<Case>([
    ['no items', [], [], {}, 'expected at least one held-out item, got 0'],
    ['only ignored items', [-1], [[0, 0]], {}, 'expected at least one held-out item, got 0'],
    ['a label out of range', [2], [[0, 0]], {}, 'expected targets[0] to be in 0..1, or -1 (ignored), got 2'],
    ['a NaN', [0], [[0, NaN]], {}, 'expected finite logits, got NaN in row 0, class 1'],
    ['too few rows', [0, 1], [[0, 0]], {}, 'expected 2 rows of logits, got 1'],
    [
      'a ragged flat array',
      [0, 1],
      [1, 2, 3],
      {},
      'expected logits of at least 2 classes for every row, got 3 logits for 2 rows',
    ],
    [
      'a bound of 0',
      [0],
      [[0, 0]],
      { minTemperature: 0 },
      'expected minTemperature to be a finite number of at least 5e-324, got 0',
    ],
    [
      'bounds the wrong way round',
      [0],
      [[0, 0]],
      { minTemperature: 2, maxTemperature: 1 },
      'expected maxTemperature to be a finite number of at least 2, got 1',
    ],
  ])('refuses %s', async (_, labels, logits, options, message) => {
    const call = fitTemperature(labels, logits, options);
    await expect(call).rejects.toThrow(refusal('InvalidArgumentError', `fitTemperature: ${message}`));
  });
});

onEachBackend('fitTemperature on tensors', (test) => {
  test('equals the result on the same numbers, and leaves no tensor behind', async () => {
    const data = simulate(40, 2);
    const expected = await fitTemperature(data.labels, data.logits);
    const [targets, logits] = [tf.tensor1d(data.labels, 'int32'), tf.tensor2d(data.logits)];
    const before = tf.memory().numTensors;
    const result = await fitTemperature(targets, logits);
    expect(tf.memory().numTensors).toBe(before);
    expectClose([result.temperature, result.nll], [expected.temperature, expected.nll], VALUE_TOLERANCE);
    const wrong = fitTemperature(targets, tf.zeros<tf.Rank.R2>([4, 40]));
    await expect(wrong).rejects.toThrow(
      refusal('InvalidArgumentError', 'fitTemperature: expected logits of shape [40, 40], got [4, 40]'),
    );
  });
});
