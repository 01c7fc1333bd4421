import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entropyUtility, leastConfidenceUtility, marginUtility, topTwoClasses } from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { softmax } from '../support/reference.js';
import { probabilities } from './instanceQ.js';

seedProperties();

const numClasses = 3;

describe('of the six predictions', () => {
  it('margins, the best class and the second are those worked out by hand', () => {
    expectClose(marginUtility(probabilities, { numClasses }), [0.95, 0.99, 0.85, 0.7, 0.91, 0.5], 1e-12);
    const { best, second } = topTwoClasses(probabilities, { numClasses });
    expect([...best]).toEqual([0, 0, 0, 1, 1, 2]);
    expect([...second]).toEqual([1, 1, 2, 0, 2, 1]);
  });
});

describe('utilities', () => {
  const rows = fc.array(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 }), {
    minLength: 1,
    maxLength: 5,
  });

  it('are their definitions, in float32 and in float64', () => {
    fc.assert(
      fc.property(rows, (logits) => {
        const distributions = logits.map((row) => softmax(row));
        const descending = distributions.map((row) => [...row].sort((a, b) => b - a));
        const flat = distributions.flat();
        const options = { numClasses: 4 };
        expectClose(
          marginUtility(flat, options),
          descending.map(([first, second]) => 1 - first! + second!),
          1e-12,
        );
        expectClose(
          leastConfidenceUtility(flat, options),
          descending.map(([first]) => 1 - first!),
          1e-12,
        );
        const entropies = distributions.map((row) => row.reduce((sum, p) => sum - p * Math.log(p), 0));
        expectClose(entropyUtility(flat, options), entropies, 1e-12);
        expectClose(entropyUtility(Float32Array.from(flat), options), entropies, 1e-5);
      }),
    );
  });

  it('treat a sure class as it should be', () => {
    const sure = [0, 1, 0];
    expect([...marginUtility(sure, { numClasses })]).toEqual([0]);
    expect([...entropyUtility(sure, { numClasses })]).toEqual([0]);
    expect([...leastConfidenceUtility(sure, { numClasses })]).toEqual([0]);
  });
});

describe('topTwoClasses', () => {
  it('puts the smaller of tied classes first', () => {
    const tied = [0.25, 0.25, 0.25, 0.25, 0.125, 0.5, 0.125, 0.25, 0.25, 0.125, 0.375, 0.25, 0, 0.5, 0, 0.5];
    const { best, second } = topTwoClasses(tied, { numClasses: 4 });
    expect([...best]).toEqual([0, 1, 2, 1]);
    expect([...second]).toEqual([1, 3, 0, 3]);
  });

  it('agrees with a stable sort', () => {
    const row = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }).filter((x) => x.some(Boolean));
    fc.assert(
      fc.property(row, (counts) => {
        const total = counts.reduce((a, b) => a + b);
        const { best, second } = topTwoClasses(
          counts.map((count) => count / total),
          { numClasses: 5 },
        );
        const order = [0, 1, 2, 3, 4].sort((a, b) => counts[b]! - counts[a]! || a - b);
        expect([best[0], second[0]]).toEqual(order.slice(0, 2));
      }),
    );
  });
});

describe.each(Object.entries({ marginUtility, entropyUtility, leastConfidenceUtility, topTwoClasses }))(
  '%s refuses',
  (name, call) => {
    it.each([
      [
        'numbers that make no rows',
        [0.5, 0.5, 0],
        2,
        'probabilities [n, 2] with n at least 1, row by row, got 3 numbers',
      ],
      ['an empty pool', [], 2, 'probabilities [n, 2] with n at least 1, row by row, got 0 numbers'],
      ['one class', [1, 1], 1, 'numClasses to be an integer of at least 2, got 1'],
      ['NaN', [0.5, 0.5, 0.5, NaN], 2, 'probabilities of at least 0, got NaN in row 1, class 1'],
      ['a negative number', [1, 0, -0.5, 1.5], 2, 'probabilities of at least 0, got -0.5 in row 1, class 0'],
      [
        'logits',
        [0.5, 0.5, 2, 1],
        2,
        'rows that sum to 1, up to 0.001, got 3 in row 1. Logits become probabilities by a softmax over each row',
      ],
      [
        'an infinity',
        [Infinity, 0],
        2,
        'rows that sum to 1, up to 0.001, got Infinity in row 0. Logits become probabilities by a softmax over each row',
      ],
    ])('%s', (_, given, classes, message) => {
      expect(() => call(given, { numClasses: classes })).toThrow(
        refusal('InvalidArgumentError', `${name}: expected ${message}`),
      );
    });

    it('nothing that is off by what float32 loses', () => {
      expect(() => call([0.5, 0.5008], { numClasses: 2 })).not.toThrow();
    });
  },
);
