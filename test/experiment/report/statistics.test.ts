import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  count,
  fixed,
  listed,
  percent,
  plural,
  points,
  quantity,
  withSpread,
} from '../../../src/experiment/report/format.js';
import { pairedDifference, spread } from '../../../src/experiment/report/statistics.js';

describe('spread', () => {
  it('is mean and sample standard deviation', () => {
    expect(spread([1, 2, 3, 6])).toEqual({ n: 4, mean: 3, deviation: Math.sqrt((4 + 1 + 0 + 9) / 3) });
  });

  it('has no deviation for one value, and is null for none; what is missing does not count', () => {
    expect(spread([5])).toEqual({ n: 1, mean: 5, deviation: null });
    expect(spread([null, 5, undefined, Number.NaN])).toEqual({ n: 1, mean: 5, deviation: null });
    expect(spread([null, undefined])).toBeNull();
  });
});

describe('pairedDifference', () => {
  const baseline = new Map([
    [1, 0.2],
    [2, 0.3],
    [3, 0.4],
  ]);

  it('is taken seed by seed, whatever the order, over the seeds that both have', () => {
    const values = new Map([
      [3, 0.6],
      [1, 0.3],
      [7, 0.9],
    ]);
    const { pairs, mean, standardError, above } = pairedDifference(values, baseline)!;
    expect([pairs, above]).toEqual([2, 2]);
    expect(mean).toBeCloseTo(0.15, 12);
    // Differences 0.1 and 0.2: deviation 0.1 / sqrt 2, over sqrt 2.
    expect(standardError).toBeCloseTo(0.05, 12);
  });

  it('has no standard error for one pair, and is null without a common seed', () => {
    expect(pairedDifference(new Map([[2, 0.1]]), baseline)).toMatchObject({ pairs: 1, standardError: null, above: 0 });
    expect(pairedDifference(new Map([[9, 0.1]]), baseline)).toBeNull();
  });

  it('does not see what shifts both runs of a seed', () => {
    const seeds = fc.array(
      fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
      { minLength: 2, maxLength: 6 },
    );
    fc.assert(
      fc.property(seeds, (runs) => {
        const values = new Map(runs.map(([gain, shift], seed) => [seed, gain + shift]));
        const shifts = new Map(runs.map(([, shift], seed) => [seed, shift]));
        const gains = spread(runs.map(([gain]) => gain))!;
        const { mean, standardError } = pairedDifference(values, shifts)!;
        expect(mean).toBeCloseTo(gains.mean, 9);
        expect(standardError!).toBeCloseTo(gains.deviation! / Math.sqrt(runs.length), 9);
      }),
    );
  });
});

describe('numbers in words', () => {
  it.each([
    [fixed(-0.04, 1), '0.0'],
    [fixed(-1.25, 1), '−1.3'],
    [percent(0.1234), '12.3'],
    [quantity(0.12345), '0.123'],
    [quantity(12.345), '12.35'],
    [quantity(123.45), '123.5'],
    [quantity(-38338.71), '−38\u202f339'],
    [count(1234567), '1\u202f234\u202f567'],
    [plural(1, 'class'), '1 class'],
    [plural(2, 'class'), '2 classes'],
    [plural(0, 'run'), '0 runs'],
    [withSpread({ n: 3, mean: 0.25, deviation: 0.01 }, percent), '25.0 ± 1.0'],
    [withSpread({ n: 1, mean: 0.25, deviation: null }, percent), '25.0'],
    [withSpread(null, percent), '–'],
    [points({ pairs: 2, mean: 0.05, standardError: 0.002, above: 2 }), '+5.0 ± 0.2'],
    [points({ pairs: 1, mean: -0.05, standardError: null, above: 0 }), '−5.0'],
    [points({ pairs: 1, mean: 0.0001, standardError: null, above: 1 }), '0.0'],
    [listed(['a']), 'a'],
    [listed(['a', 'b', 'c']), 'a, b and c'],
    [listed(['a, x', 'b']), 'a, x; b'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
