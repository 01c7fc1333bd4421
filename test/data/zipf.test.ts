import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classCountsOf, zipfDataset, zipfProfile } from '../../src/data/index.js';
import type { ZipfOptions, ZipfProfileOptions } from '../../src/data/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

describe('zipfProfile', () => {
  it('sums to the total, falls, keeps the least, and is within two of the law above it', () => {
    const options = fc.record({
      numClasses: fc.integer({ min: 2, max: 60 }),
      minPerClass: fc.integer({ min: 0, max: 5 }),
      exponent: fc.double({ min: 0, max: 4, noNaN: true }),
      spare: fc.nat(5000),
    });
    fc.assert(
      fc.property(options, ({ spare, ...rest }) => {
        const { numClasses, minPerClass, exponent } = rest;
        const counts = Array.from(zipfProfile({ ...rest, total: numClasses * minPerClass + spare }));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(numClasses * minPerClass + spare);
        counts.forEach((count, y) => expect(count <= (counts[y - 1] ?? Infinity) && count >= minPerClass).toBe(true));
        const free = counts.filter((count) => count > minPerClass);
        const weight = free.reduce((sum, _, y) => sum + (y + 1) ** -exponent, 0);
        const sum = free.reduce((all, count) => all + count, 0);
        // Classes that end at the least after rounding shift the others' shares by less than one in all.
        free.forEach((count, y) => expect(Math.abs(count - (sum * (y + 1) ** -exponent) / weight)).toBeLessThan(2));
      }),
      { numRuns: 500 },
    );
  });

  it('is the law itself where that is whole, and equal counts for exponent 0', () => {
    expect(Array.from(zipfProfile({ numClasses: 4, total: 25, exponent: 1 }))).toEqual([12, 6, 4, 3]);
    expect(Array.from(zipfProfile({ numClasses: 3, total: 49, exponent: 2 }))).toEqual([36, 9, 4]);
    expect(Array.from(zipfProfile({ numClasses: 3, total: 11, exponent: 0 }))).toEqual([4, 4, 3]);
    expect(Array.from(zipfProfile({ numClasses: 3, total: 12, exponent: 9, minPerClass: 4 }))).toEqual([4, 4, 4]);
  });

  it('refuses what is out of range', () => {
    const refuses = (options: Partial<ZipfProfileOptions>, message: string): void => {
      const error = refusal('InvalidArgumentError', `zipfProfile: expected ${message}`);
      expect(() => zipfProfile({ numClasses: 5, total: 10, ...options })).toThrow(error);
    };
    refuses({ numClasses: 1 }, 'numClasses to be an integer of at least 2, got 1');
    refuses({ exponent: -1 }, 'exponent to be a finite number of at least 0, got -1');
    refuses({ minPerClass: 0.5 }, 'minPerClass to be an integer of at least 0, got 0.5');
    refuses({ minPerClass: 3 }, 'total to be an integer in 15..2147483647, got 10');
  });
});

describe('zipfDataset', () => {
  const small = { classes: 20, dimension: 6, trainSize: 400, testPerClass: 3 };
  const make = (options: Partial<ZipfOptions> = {}) => zipfDataset({ random: randomStream(5), ...small, ...options });

  it('has the counts of the profile, a balanced test set, and names', () => {
    const { name, train, test, centres } = make({ exponent: 1.5, minPerClass: 2 });
    const profile = zipfProfile({ numClasses: 20, total: 400, exponent: 1.5, minPerClass: 2 });
    expect(name).toBe('zipf');
    expect(train).toMatchObject({ name: 'zipf/train', size: 400, dimension: 6 });
    expect(test).toMatchObject({ name: 'zipf/test', size: 60, dimension: 6 });
    expect(classCountsOf(train.labels, 20)).toEqual(profile);
    expect(Array.from(classCountsOf(test.labels, 20))).toEqual(Array(20).fill(3));
    expect(train.classNames).toEqual(Array.from({ length: 20 }, (_, y) => String(y)));
    expect([train.features.length, test.features.length, centres.length]).toEqual([2400, 360, 120]);
    expect(Array.from(train.labels)).not.toEqual(Array.from(train.labels).sort((a, b) => a - b));
  });

  it('has centres of length 1, which every example is without noise', () => {
    const { train, centres } = make({ noise: 0 });
    for (let y = 0; y < 20; y++) expectClose([Math.hypot(...centres.subarray(y * 6, (y + 1) * 6))], [1], 1e-6);
    const expected = Array.from(train.labels, (y) => Array.from(centres.subarray(y * 6, (y + 1) * 6))).flat();
    expect(Array.from(train.features)).toEqual(expected);
  });

  it('has normal noise of the deviation asked for', () => {
    const { train, centres } = make({ noise: 0.5, trainSize: 5000 }); // 30,000 numbers
    const noise = Array.from(
      train.features,
      (x, i) => (x - centres[train.labels[Math.floor(i / 6)]! * 6 + (i % 6)]!) / 0.5,
    );
    const moment = (power: number): number => noise.reduce((sum, z) => sum + z ** power, 0) / noise.length;
    // Five standard errors of each moment of a standard normal: a false alarm in a million seeds.
    const error = (variance: number): number => 5 * Math.sqrt(variance / noise.length);
    expect(Math.abs(moment(1))).toBeLessThan(error(1));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(error(2));
    expect(Math.abs(moment(3))).toBeLessThan(error(15));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(error(96));
    const neighbours = noise.slice(1).reduce((sum, z, i) => sum + z * noise[i]!, 0) / (noise.length - 1);
    expect(Math.abs(neighbours)).toBeLessThan(error(1));
  });

  it('depends on the stream alone; the test set does not depend on the size of the training set', () => {
    expect(make()).toEqual(make());
    expect(make({ random: randomStream(6) }).centres).not.toEqual(make().centres);
    expect(make({ trainSize: 500 }).test).toEqual(make().test);
    expect(make({ noise: 0.3 }).train.labels).toEqual(make().train.labels);
  });

  it('of the default problem, the nearest centre is right on about 85 % of every class alike', () => {
    const { test, centres } = zipfDataset({ random: randomStream(1), trainSize: 1000, testPerClass: 2 });
    let [right, rightInHead] = [0, 0];
    test.labels.forEach((label, i) => {
      const x = test.features.subarray(i * 64, (i + 1) * 64);
      let [best, nearest] = [-Infinity, -1];
      for (let y = 0; y < 1000; y++) {
        let product = 0;
        for (let d = 0; d < 64; d++) product += x[d]! * centres[y * 64 + d]!;
        if (product > best) [best, nearest] = [product, y];
      }
      if (nearest === label) right += 1;
      if (nearest === label && label < 500) rightInHead += 1;
    });
    expect(Math.abs(right / 2000 - 0.85)).toBeLessThan(0.04); // five standard errors of 2,000 draws
    expect(Math.abs(rightInHead / 1000 - 0.85)).toBeLessThan(0.06);
  });

  it('refuses what is out of range', () => {
    const refuses = (options: Partial<ZipfOptions>, message: string): void => {
      expect(() => make(options)).toThrow(refusal('InvalidArgumentError', `zipfDataset: expected ${message}`));
    };
    refuses({ classes: 1 }, 'classes to be an integer of at least 2, got 1');
    refuses({ dimension: 0 }, 'dimension to be an integer of at least 1, got 0');
    refuses({ testPerClass: 0 }, 'testPerClass to be an integer of at least 1, got 0');
    refuses({ noise: -1 }, 'noise to be a finite number of at least 0, got -1');
    refuses({ trainSize: 39, minPerClass: 2 }, 'trainSize of at least 40 (classes * minPerClass), got 39');
    expect(() => make({ trainSize: 400.5 })).toThrow(
      refusal('InvalidArgumentError', 'zipfProfile: expected total to be an integer in 20..2147483647, got 400.5'),
    );
  });
});
