import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classBalancedOrder, shuffledOrder, type BatchOrder } from '../../src/sampling/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** Quantile 1 - 1e-4 of the chi-square distribution by degrees of freedom: each test below fails by chance once in 10,000 seeds. */
const CHI_SQUARE_LIMIT = { 3: 21.1075, 9: 33.7199, 23: 57.0746 };

/** Pearson's statistic of observed counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const countsOf = (values: Iterable<number>, size: number): number[] => {
  const counts = Array<number>(size).fill(0);
  for (const value of values) counts[value]! += 1;
  return counts;
};

const labelSets = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 })
  .map((labels) => ({ labels, numClasses: 6 }));

const orders: [string, (labels: number[]) => BatchOrder][] = [
  ['shuffledOrder', (labels) => shuffledOrder(labels.length)],
  ['classBalancedOrder', (labels) => classBalancedOrder(labels, 6)],
];

describe.each(orders)('%s', (_name, make) => {
  it('has as many entries as there are examples and depends on the stream alone', () => {
    fc.assert(
      fc.property(labelSets, fc.integer(), ({ labels }, seed) => {
        const order = make(labels)(randomStream(seed));
        expect(order).toBeInstanceOf(Int32Array);
        expect(order).toHaveLength(labels.length);
        expect(make(labels)(randomStream(seed))).toEqual(order);
      }),
    );
  });

  it('goes on with the stream: the next pass has another order', () => {
    const order = make(Array.from({ length: 40 }, (_, i) => i % 6));
    const random = randomStream(3);
    expect(order(random)).not.toEqual(order(random));
  });
});

describe('shuffledOrder', () => {
  it('takes every example once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), (size, seed) => {
        expect(shuffledOrder(size)(randomStream(seed)).toSorted()).toEqual(
          Int32Array.from({ length: size }, (_, i) => i),
        );
      }),
    );
  });

  it('gives each of the 24 orders of 4 examples as often', () => {
    const random = randomStream(11);
    const order = shuffledOrder(4);
    const seen = new Map<string, number>();
    for (let pass = 0; pass < 4800; pass++) {
      const key = order(random).join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    expect(chiSquare([...seen.values()])).toBeLessThan(CHI_SQUARE_LIMIT[23]);
  });
});

describe('classBalancedOrder', () => {
  // A long tail: 500 examples of class 0 down to 5 of class 9.
  const counts = Array.from({ length: 10 }, (_, y) => Math.trunc(500 * 0.01 ** (y / 9)));
  const labels = counts.flatMap((count, y) => Array<number>(count).fill(y));

  it('draws every class as often, however few examples it has', () => {
    const order = classBalancedOrder(labels, 10);
    const random = randomStream(7);
    const drawn = Array.from({ length: 8 }, () => [...order(random)]).flat();
    const byClass = countsOf(
      drawn.map((index) => labels[index]!),
      10,
    );
    expect(chiSquare(byClass)).toBeLessThan(CHI_SQUARE_LIMIT[9]);
  });

  it('leaves classes without examples out and balances the others', () => {
    const present = labels.map((label) => [1, 4, 5, 8][label % 4]!);
    const order = classBalancedOrder(present, 10);
    const random = randomStream(5);
    const drawn = Array.from({ length: 8 }, () => [...order(random)]).flat();
    const byClass = countsOf(
      drawn.map((index) => present[index]!),
      10,
    );
    expect(byClass.flatMap((count, y) => (count > 0 ? [y] : []))).toEqual([1, 4, 5, 8]);
    expect(chiSquare(byClass.filter((count) => count > 0))).toBeLessThan(CHI_SQUARE_LIMIT[3]);
  });

  it('goes round the examples of a class: within a pass their counts differ by one at most', () => {
    fc.assert(
      fc.property(labelSets, fc.integer(), ({ labels: some, numClasses }, seed) => {
        const drawn = countsOf(classBalancedOrder(some, numClasses)(randomStream(seed)), some.length);
        for (let y = 0; y < numClasses; y++) {
          const ofClass = drawn.filter((_, index) => some[index] === y);
          if (ofClass.length > 0) expect(Math.max(...ofClass) - Math.min(...ofClass)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('starts a class at a random example in every pass', () => {
    const order = classBalancedOrder([0, 0, 0, 0], 1);
    const random = randomStream(2);
    const first = countsOf(
      Array.from({ length: 2000 }, () => order(random)[0]!),
      4,
    );
    expect(chiSquare(first)).toBeLessThan(CHI_SQUARE_LIMIT[3]);
  });

  it.each([
    [[0, 1, 3], 3, 'classBalancedOrder: expected labels[2] to be an integer in 0..2, got 3'],
    [[0, -1], 3, 'classBalancedOrder: expected labels[1] to be an integer in 0..2, got -1'],
    [[0.5], 3, 'classBalancedOrder: expected labels[0] to be an integer in 0..2, got 0.5'],
    [[NaN], 3, 'classBalancedOrder: expected labels[0] to be an integer in 0..2, got NaN'],
    [[], 3, 'classBalancedOrder: expected labels.length to be a finite number of at least 1, got 0'],
  ])('refuses the labels %o of %d classes', (bad, numClasses, message) => {
    expect(() => classBalancedOrder(bad, numClasses)).toThrow(refusal('InvalidArgumentError', message));
  });
});
