import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classCountsOf, stratifiedHoldout } from '../../src/data/index.js';
import { interleavedLabels } from './support.js';

const pick = (labels: readonly number[], positions: Int32Array): number[] => Array.from(positions, (i) => labels[i]!);

describe('stratifiedHoldout', () => {
  const cases = fc.record({
    counts: fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 8 }),
    fraction: fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }),
    seed: fc.integer(),
  });

  it('partitions the positions, class by class, with the rounded share and at least one on each side', () => {
    fc.assert(
      fc.property(cases, ({ counts, fraction, seed }) => {
        const labels = interleavedLabels(counts);
        const numClasses = counts.length;
        const { train, holdout } = stratifiedHoldout(labels, { fraction, numClasses, random: randomStream(seed) });
        expect(Int32Array.from([...train, ...holdout]).sort()).toEqual(Int32Array.from(labels.keys()));
        expect(train).toEqual(train.toSorted());
        expect(holdout).toEqual(holdout.toSorted());
        const held = classCountsOf(pick(labels, holdout), numClasses);
        counts.forEach((count, y) => {
          expect(held[y]).toBe(Math.min(Math.max(1, Math.round(fraction * count)), count - 1));
        });
      }),
    );
  });

  it('depends on the seed alone', () => {
    const labels = interleavedLabels([30, 20, 10]);
    const split = (seed: number) =>
      stratifiedHoldout(labels, { fraction: 0.3, numClasses: 3, random: randomStream(seed) });
    expect(split(5)).toEqual(split(5));
    expect(split(5)).not.toEqual(split(6));
    expect(split(5).holdout).toHaveLength(9 + 6 + 3);
  });

  const random = randomStream(1);

  it.each([
    [[0, 0, 1], 2, 1, 1],
    [[0, 0, 2, 2], 3, 1, 0],
  ])('refuses %o: a class with fewer than two', (labels, numClasses, y, count) => {
    expect(() => stratifiedHoldout(labels, { fraction: 0.5, numClasses, random })).toThrow(
      `stratifiedHoldout: expected at least 2 examples of class ${y}, got ${count}. Leave the class out, or train ` +
        'without a hold-out',
    );
  });

  it.each([0, 1, -0.5, NaN])('refuses the fraction %d', (fraction) => {
    expect(() => stratifiedHoldout([0, 0], { fraction, numClasses: 1, random })).toThrow(
      `stratifiedHoldout: expected fraction between 0 and 1, both excluded, got ${fraction}`,
    );
  });

  it('refuses labels and class numbers out of range', () => {
    expect(() => stratifiedHoldout([0, 2], { fraction: 0.5, numClasses: 2, random })).toThrow(
      'stratifiedHoldout: expected labels[1] to be an integer in 0..1, got 2',
    );
    expect(() => stratifiedHoldout([], { fraction: 0.5, numClasses: 0, random })).toThrow(
      'stratifiedHoldout: expected numClasses to be an integer of at least 1, got 0',
    );
  });
});
