import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialProfile, stepProfile } from '../../src/data/index.js';
import './support.js';

const sum = (counts: ArrayLike<number>): number => Array.from(counts).reduce((total, count) => total + count, 0);
const cifar10 = { numClasses: 10, maxPerClass: 5000 };
const cifar100 = { numClasses: 100, maxPerClass: 500 };

describe('exponentialProfile', () => {
  it.each([
    [10, [5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500]],
    [20, [5000, 3584, 2569, 1842, 1320, 946, 678, 486, 348, 250]],
    [50, [5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100]],
    [100, [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]],
    [200, [5000, 2775, 1540, 854, 474, 263, 146, 81, 45, 25]],
  ])('gives the published counts of CIFAR-10-LT, ratio %i', (imbalance, counts) => {
    expect(Array.from(exponentialProfile({ ...cifar10, imbalance }))).toEqual(counts);
  });

  it('gives the published counts of CIFAR-100-LT, ratio 100', () => {
    const published = `
      500 477 455 434 415 396 378 361 344 328 314 299 286 273 260 248 237 226 216 206 197 188 179 171 163
      156 149 142 135 129 123 118 112 107 102 98 93 89 85 81 77 74 70 67 64 61 58 56 53 51 48 46 44 42 40
      38 36 35 33 32 30 29 27 26 25 24 23 22 21 20 19 18 17 16 15 15 14 13 13 12 12 11 11 10 10 9 9 8 8 7
      7 7 6 6 6 6 5 5 5 5`;
    const counts = exponentialProfile({ ...cifar100, imbalance: 100 });
    expect(counts.join(' ')).toBe(published.trim().split(/\s+/).join(' '));
  });

  it('gives the published counts of CIFAR-100-LT, ratio 10', () => {
    const published = `
      500 488 477 466 455 445 434 424 415 405 396 387 378 369 361 352 344 336 328 321 314 306 299 292 286
      279 273 266 260 254 248 243 237 232 226 221 216 211 206 201 197 192 188 183 179 175 171 167 163 159
      156 152 149 145 142 139 135 132 129 126 123 121 118 115 112 110 107 105 102 100 98 95 93 91 89 87 85
      83 81 79 77 75 74 72 70 69 67 66 64 63 61 60 58 57 56 54 53 52 51 50`;
    const counts = exponentialProfile({ ...cifar100, imbalance: 10 });
    expect(counts.join(' ')).toBe(published.trim().split(/\s+/).join(' '));
  });

  it.each([
    [10, 20431, 19573],
    [20, 17023, 15907],
    [50, 13996, 12608],
    [100, 12406, 10847],
    [200, 11203, 9502],
  ])('has the published totals at ratio %i', (imbalance, total10, total100) => {
    expect(sum(exponentialProfile({ ...cifar10, imbalance }))).toBe(total10);
    expect(sum(exponentialProfile({ ...cifar100, imbalance }))).toBe(total100);
  });

  it('truncates: rounding would give 12,408 and 10,899 images', () => {
    const rounded = ({ numClasses, maxPerClass }: typeof cifar10): number =>
      sum(Array.from({ length: numClasses }, (_, y) => Math.round(maxPerClass * 0.01 ** (y / (numClasses - 1)))));
    expect([rounded(cifar10), rounded(cifar100)]).toEqual([12408, 10899]);
  });

  it('makes the head, torso and tail of CIFAR-100-LT 35, 35 and 30 classes', () => {
    const counts = Array.from(exponentialProfile({ ...cifar100, imbalance: 100 }));
    expect(counts.filter((count) => count > 100)).toHaveLength(35);
    expect(counts.filter((count) => count < 20)).toHaveLength(30);
  });

  it.each([
    [cifar10, -0.908742314, -5.5139125, 1.643727770383],
    [cifar100, -3.077035725, -7.682205911, 4.007499559548],
  ])(
    'gives the log priors and the entropy of the paper notes at ratio 100, one unit in the last place: %o',
    (data, head, tail, entropy) => {
      const counts = Array.from(exponentialProfile({ ...data, imbalance: 100 }));
      const logPrior = counts.map((count) => Math.log(count / sum(counts)));
      expect(Math.abs(logPrior[0]! - head)).toBeLessThan(1e-9);
      expect(Math.abs(logPrior.at(-1)! - tail)).toBeLessThan(1e-9);
      expect(Math.abs(-sum(logPrior.map((log) => Math.exp(log) * log)) - entropy)).toBeLessThan(1e-12);
    },
  );
});

describe('stepProfile', () => {
  it('has 25,250 images on CIFAR-10 and CIFAR-100 at ratio 100', () => {
    expect(sum(stepProfile({ ...cifar10, imbalance: 100 }))).toBe(25250);
    expect(sum(stepProfile({ ...cifar100, imbalance: 100 }))).toBe(25250);
  });

  it('keeps the first half whole and cuts the second', () => {
    expect(Array.from(stepProfile({ numClasses: 4, maxPerClass: 1796, imbalance: 100 }))).toEqual([1796, 1796, 17, 17]);
  });

  it('leaves the middle class of an odd number whole', () => {
    expect(Array.from(stepProfile({ numClasses: 3, maxPerClass: 10, imbalance: 3 }))).toEqual([10, 10, 3]);
  });
});

describe('both profiles', () => {
  const options = fc
    .record({ numClasses: fc.integer({ min: 2, max: 200 }), imbalance: fc.double({ min: 1, max: 500, noNaN: true }) })
    .chain(({ numClasses, imbalance }) =>
      fc.record({
        numClasses: fc.constant(numClasses),
        imbalance: fc.constant(imbalance),
        maxPerClass: fc.integer({ min: Math.ceil(imbalance) + 1, max: 100_000 }),
      }),
    );

  it.each([exponentialProfile, stepProfile])('fall from maxPerClass to maxPerClass / imbalance: %o', (profile) => {
    fc.assert(
      fc.property(options, ({ numClasses, maxPerClass, imbalance }) => {
        const counts = profile({ numClasses, maxPerClass, imbalance });
        expect(counts).toHaveLength(numClasses);
        expect(counts[0]).toBe(maxPerClass);
        expect(counts.every((count, y) => count > 0 && (y === 0 || count <= counts[y - 1]!))).toBe(true);
        const last = maxPerClass / imbalance;
        // Within rounding of the quotient, the last count is its integer part.
        expect(counts.at(-1)).toBeLessThanOrEqual(last * (1 + 1e-12));
        expect(counts.at(-1)).toBeGreaterThan(last * (1 - 1e-12) - 1);
      }),
    );
  });

  it.each([exponentialProfile, stepProfile])('are flat without imbalance: %o', (profile) => {
    expect(Array.from(profile({ numClasses: 5, maxPerClass: 7, imbalance: 1 }))).toEqual([7, 7, 7, 7, 7]);
  });

  it('refuse a profile that leaves a class empty', () => {
    expect(() => exponentialProfile({ numClasses: 3, maxPerClass: 50, imbalance: 100 })).toThrow(
      'exponentialProfile: expected at least 1 example of each class, got 0 of class 2 for maxPerClass 50 and ' +
        'imbalance 100. Raise maxPerClass or lower imbalance',
    );
    expect(() => stepProfile({ numClasses: 3, maxPerClass: 50, imbalance: 100 })).toThrow(
      'stepProfile: expected at least 1 example of each class, got 0 of class 2 for maxPerClass 50 and imbalance 100. ' +
        'Raise maxPerClass or lower imbalance',
    );
  });

  it.each([
    [{ numClasses: 1, maxPerClass: 5, imbalance: 2 }, 'numClasses to be an integer of at least 2, got 1'],
    [{ numClasses: 2.5, maxPerClass: 5, imbalance: 2 }, 'numClasses to be an integer of at least 2, got 2.5'],
    [{ numClasses: 2, maxPerClass: 0, imbalance: 2 }, 'maxPerClass to be an integer in 1..2147483647, got 0'],
    [{ numClasses: 2, maxPerClass: 5, imbalance: 0.5 }, 'imbalance to be a finite number of at least 1, got 0.5'],
    [{ numClasses: 2, maxPerClass: 5, imbalance: NaN }, 'imbalance to be a finite number of at least 1, got NaN'],
  ])('refuse %o', (bad, message) => {
    expect(() => exponentialProfile(bad)).toThrow(`exponentialProfile: expected ${message}`);
    expect(() => stepProfile(bad)).toThrow(`stepProfile: expected ${message}`);
  });
});
