import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classCountsOf, exponentialProfile, longTail, stepProfile } from '../../src/data/index.js';
import { interleavedLabels, toyDataset } from './support.js';

const balanced = toyDataset(interleavedLabels([60, 60, 60, 60]), 4);

describe('longTail', () => {
  it('keeps the first examples of each class, in data set order', () => {
    const tailed = longTail(toyDataset([0, 2, 1, 0, 1, 2, 2, 0, 1, 0], 3), { imbalance: 3, maxPerClass: 3 });
    // Counts 3, trunc(3 / sqrt 3) = 1, 1; a pixel is the position it came from.
    expect(Array.from(tailed.images)).toEqual([0, 1, 2, 3, 7]);
    expect(Array.from(tailed.labels)).toEqual([0, 2, 1, 0, 0]);
  });

  it.each([
    ['exponential', exponentialProfile],
    ['step', stepProfile],
  ] as const)('has the counts of the %s profile', (profile, countsOf) => {
    const counts = countsOf({ numClasses: 4, maxPerClass: 60, imbalance: 12 });
    expect(classCountsOf(longTail(balanced, { profile, imbalance: 12 }).labels, 4)).toEqual(counts);
    const random = randomStream(3);
    expect(classCountsOf(longTail(balanced, { profile, imbalance: 12, random }).labels, 4)).toEqual(counts);
  });

  it('is idempotent with the same options', () => {
    const once = longTail(balanced, { imbalance: 10, maxPerClass: 50 });
    expect(longTail(once, { imbalance: 10, maxPerClass: 50 })).toEqual(once);
  });

  it('makes a steeper tail from a gentle one like from the whole', () => {
    const gentle = longTail(balanced, { imbalance: 2 });
    expect(longTail(gentle, { imbalance: 20 })).toEqual(longTail(balanced, { imbalance: 20 }));
  });

  it('takes the size of class 0 as the default maximum', () => {
    const uneven = toyDataset(interleavedLabels([20, 30]), 2);
    expect(classCountsOf(longTail(uneven, { imbalance: 2 }).labels, 2)).toEqual(Int32Array.of(20, 10));
  });

  it('draws seeded subsets in data set order, nested over ratios', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 30 }), (seed, imbalance) => {
        const random = randomStream(seed);
        const subset = longTail(balanced, { imbalance, random });
        expect(longTail(balanced, { imbalance, random: randomStream(seed) })).toEqual(subset);
        const pixels = Array.from(subset.images);
        expect(pixels).toEqual(pixels.toSorted((a, b) => a - b));
        expect(new Set(pixels).size).toBe(pixels.length);
        const steeper = longTail(balanced, { imbalance: 2 * imbalance, random });
        expect(Array.from(steeper.images).every((pixel) => pixels.includes(pixel))).toBe(true);
      }),
    );
  });

  it('draws every example about equally often', () => {
    // Class 3 keeps 15 of 60. Over 400 seeds an example is kept 100 times on average, standard deviation 8.7; 60 examples
    // within 5 deviations fail by chance less than once in 10,000 choices of seeds.
    const kept = new Map<number, number>();
    for (let seed = 0; seed < 400; seed++) {
      const subset = longTail(balanced, { profile: 'step', imbalance: 4, random: randomStream(seed) });
      subset.labels.forEach((label, i) => {
        if (label === 3) kept.set(subset.images[i]!, (kept.get(subset.images[i]!) ?? 0) + 1);
      });
    }
    expect(kept.size).toBe(60);
    for (const times of kept.values()) expect(Math.abs(times - 100)).toBeLessThan(5 * 8.7);
  });

  it('names the class that has too few, and the largest maximum that fits', () => {
    const uneven = toyDataset(interleavedLabels([40, 30, 8, 2]), 4);
    const options = { profile: 'step', imbalance: 4 } as const;
    expect(() => longTail(uneven, options)).toThrow(
      'longTail: expected 40 examples of class 1 (name1), got 30. Set maxPerClass to at most 11, or raise imbalance',
    );
    expect(classCountsOf(longTail(uneven, { ...options, maxPerClass: 11 }).labels, 4)).toEqual(
      Int32Array.of(11, 11, 2, 2),
    );
    expect(() => longTail(uneven, { ...options, maxPerClass: 12 })).toThrow('expected 3 examples of class 3 (name3)');
  });

  it('does not promise a maximum where there is none', () => {
    const missing = toyDataset([0, 0, 1], 3);
    expect(() => longTail(missing, { imbalance: 1 })).toThrow(
      'longTail: expected 2 examples of class 1 (name1), got 1. Raise imbalance, or leave the class out',
    );
  });

  it('refuses an unknown profile and lists the near miss', () => {
    expect(() => longTail(balanced, { profile: 'exponental' as 'exponential', imbalance: 10 })).toThrow(
      'longTail: expected profile to be one of exponential, step, got exponental. Did you mean "exponential"?',
    );
  });

  it('refuses an imbalance that empties a class, and a label that is no class', () => {
    expect(() => longTail(balanced, { imbalance: 100 })).toThrow('longTail: expected at least 1 example of each class');
    const damaged = toyDataset([0, 1], 2);
    damaged.labels[0] = 5;
    const message = 'longTail: expected labels[0] to be an integer in 0..1, got 5';
    expect(() => longTail(damaged, { imbalance: 1 })).toThrow(message);
  });
});
