import { describe, expect, it } from 'vitest';
import { balancedConstraint } from '../../src/subset/balancedConstraint.js';
import { groupCaps, uniformCaps, waterLevelCaps } from '../../src/subset/caps.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import { boundaryParts, classParts } from '../../src/subset/parts.js';
import { refusal } from '../support/errors.js';
import { probabilities } from './instanceQ.js';
import { exchangeHolds, exchangeViolation, feasibleTable, grown, isDownwardClosed, range, rankOf } from './support.js';

const numClasses = 3;
const classes = classParts(probabilities, { numClasses });
const ordered = boundaryParts(probabilities, { numClasses, ordered: true });
const unordered = boundaryParts(probabilities, { numClasses });

describe('parts', () => {
  it('sort by the likeliest class, and by the two likeliest', () => {
    expect(classes).toEqual({
      parts: Int32Array.of(0, 0, 0, 1, 1, 2),
      names: ['class 0', 'class 1', 'class 2'],
      counts: Int32Array.of(3, 2, 1),
    });
    expect(ordered).toEqual({
      parts: Int32Array.of(0, 0, 1, 2, 3, 4),
      names: ['boundary 0>1', 'boundary 0>2', 'boundary 1>0', 'boundary 1>2', 'boundary 2>1'],
      counts: Int32Array.of(2, 1, 1, 1, 1),
    });
    expect(unordered).toEqual({
      parts: Int32Array.of(0, 0, 1, 0, 2, 2),
      names: ['boundary 0-1', 'boundary 0-2', 'boundary 1-2'],
      counts: Int32Array.of(3, 1, 2),
    });
  });

  it('take classes instead of probabilities, and their names', () => {
    const options = { numClasses: 3, classNames: ['cat', 'dog', 'owl'] };
    expect(classParts({ best: [2, 0, 0] }, options).names).toEqual(['class cat', 'class dog', 'class owl']);
    expect(classParts({ best: [2, 0, 0] }, options).counts).toEqual(Int32Array.of(2, 0, 1));
    expect(boundaryParts({ best: [2, 0], second: [1, 2] }, options).names).toEqual([
      'boundary cat-owl',
      'boundary dog-owl',
    ]);
  });

  it('number boundaries of very many classes', () => {
    const { names, parts } = boundaryParts({ best: [99_999, 5], second: [5, 99_998] }, { numClasses: 100_000 });
    expect(names).toEqual(['boundary 5-99998', 'boundary 5-99999']);
    expect(parts).toEqual(Int32Array.of(1, 0));
  });

  it('refuse classes that cannot be', () => {
    expect(() => classParts({ best: [3] }, { numClasses })).toThrow(
      refusal('InvalidArgumentError', 'classParts: expected labels[0] to be an integer in 0..2, got 3'),
    );
    expect(() => boundaryParts({ best: [1], second: [1] }, { numClasses })).toThrow(
      refusal(
        'InvalidArgumentError',
        'boundaryParts: expected two different classes for each item, got 1 twice for item 0',
      ),
    );
    expect(() => boundaryParts({ best: [1], second: [] }, { numClasses })).toThrow(
      refusal('InvalidArgumentError', 'boundaryParts: expected a second class for each of 1 items, got 0'),
    );
    expect(() => classParts({ best: [0] }, { numClasses, classNames: ['cat'] })).toThrow(
      refusal('InvalidArgumentError', 'classParts: expected 3 class names, got 1'),
    );
  });
});

describe('caps on a long tail of 100 classes, 500 to 5 items', () => {
  const counts = range(100).map((label) => Math.floor(500 * 100 ** (-label / 99)));

  it('has the totals of the profile', () => {
    expect(counts.reduce((sum, count) => sum + count)).toBe(10_847);
    expect(counts.slice(0, 5)).toEqual([500, 477, 455, 434, 415]);
    expect(Math.min(...counts)).toBe(5);
  });

  it.each([
    [1085, 11, 1032, 53, 12, 1113, 21],
    [2169, 22, 1842, 327, 28, 2229, 38],
    [3254, 33, 2531, 723, 47, 3295, 49],
    [4339, 44, 3140, 1199, 70, 4366, 58],
    [5424, 55, 3690, 1734, 98, 5453, 65],
  ])('budget %i', (budget, cap, feasible, shortfall, level, filled, exhausted) => {
    const uniform = uniformCaps(counts, budget);
    expect(new Set(uniform.capacities)).toEqual(new Set([cap]));
    expect(uniform).toMatchObject({ feasible, shortfall });
    const water = waterLevelCaps(counts, budget);
    expect(new Set(water.capacities)).toEqual(new Set([level]));
    expect(water).toMatchObject({ feasible: filled, shortfall: 0, exhausted });
  });
});

describe('caps', () => {
  it('are at the water level and not above', () => {
    for (const budget of range(101)) {
      const { capacities } = waterLevelCaps([90, 9, 0, 1], budget);
      const given = (level: number): number => [90, 9, 0, 1].reduce((sum, count) => sum + Math.min(count, level), 0);
      const [level] = capacities;
      expect(given(level!)).toBeGreaterThanOrEqual(budget);
      if (level! > 0) expect(given(level! - 1)).toBeLessThan(budget);
    }
  });

  it('say what is missing where the pool is smaller than the budget, or empty', () => {
    expect(waterLevelCaps([3, 1], 6)).toEqual({
      capacities: Int32Array.of(3, 3),
      feasible: 4,
      shortfall: 2,
      exhausted: 2,
    });
    expect(uniformCaps([], 2)).toEqual({ capacities: new Int32Array(0), feasible: 0, shortfall: 2, exhausted: 0 });
  });

  it('follow a rule', () => {
    expect(groupCaps('uniform', [90, 9, 1], 30)).toEqual(uniformCaps([90, 9, 1], 30));
    expect(groupCaps('water-level', [90, 9, 1], 30)).toEqual(waterLevelCaps([90, 9, 1], 30));
    expect(groupCaps(4, [90, 9, 1], 30)).toMatchObject({
      capacities: Int32Array.of(4, 4, 4),
      feasible: 9,
      shortfall: 21,
    });
    expect(groupCaps([5, 40, 20], [90, 9, 1], 30)).toMatchObject({ feasible: 15, exhausted: 2 });
  });

  it('refuse rules that are none', () => {
    const expected = 'groupCaps: expected "uniform", "water-level", one cap or one for each of 2 groups, got';
    expect(() => groupCaps('water' as 'uniform', [1, 2], 1)).toThrow(
      refusal('InvalidArgumentError', `${expected} "water"`),
    );
    expect(() => groupCaps([1], [1, 2], 1)).toThrow(refusal('InvalidArgumentError', `${expected} 1 caps`));
    expect(() => groupCaps([1, 0.5], [1, 2], 1)).toThrow(
      refusal('InvalidArgumentError', 'groupCaps: expected caps[1] to be an integer of at least 0, got 0.5'),
    );
    expect(() => uniformCaps([1, -1], 1)).toThrow(
      refusal('InvalidArgumentError', 'uniformCaps: expected counts[1] to be an integer of at least 0, got -1'),
    );
    expect(() => waterLevelCaps([1], -1)).toThrow(
      refusal('InvalidArgumentError', 'waterLevelCaps: expected budget to be an integer of at least 0, got -1'),
    );
  });
});

describe('balanced over classes and boundaries', () => {
  const size = 6;

  it.each([
    [1, 3, 24, 3],
    [2, 4, 46, 4],
    [2, 6, 48, 5],
  ])('ordered, class cap %i, budget %i: a matroid of %i sets', (cap, budget, sets, rank) => {
    const constraint = balancedConstraint({ budget, classes, boundaries: ordered, classCaps: cap, boundaryCaps: 1 });
    expect(constraint.structure).toEqual({ kind: 'matroid' });
    expect(feasibleTable(constraint, size).reduce((sum, yes) => sum + yes, 0)).toBe(sets);
    expect(rankOf(constraint, size)).toBe(rank);
    expect(exchangeHolds(constraint, size)).toBe(true);
  });

  it('unordered: an intersection of two, which is no matroid', () => {
    const constraint = balancedConstraint({ budget: 3, classes, boundaries: unordered, classCaps: 1, boundaryCaps: 1 });
    expect(constraint.structure).toEqual({ kind: 'intersection', count: 2 });
    const table = feasibleTable(constraint, size);
    expect(table.reduce((sum, yes) => sum + yes, 0)).toBe(16);
    expect(rankOf(constraint, size)).toBe(3);
    expect(isDownwardClosed(table)).toBe(true);
    expect(exchangeViolation(table)).not.toBeNull();
    expect(exchangeHolds(constraint, size)).toBe(false);
    const stuck = grown(constraint, [1, 4])!; // and {2, 3, 5} is feasible
    expect([2, 3, 5].some((item) => stuck.canAdd(item))).toBe(false);
    expect(grown(constraint, [2, 3, 5])).not.toBeNull();
  });

  it('over one of them is one matroid, over none a budget', () => {
    const one = balancedConstraint({ budget: 4, classes });
    expect(one.name).toBe('partition matroid cut at 4');
    const asGiven = partitionMatroid({
      parts: classes.parts,
      capacities: waterLevelCaps(classes.counts, 4).capacities,
    });
    expect(feasibleTable(one, size)).toEqual(
      feasibleTable(balancedConstraint({ budget: 4, boundaries: classes }), size),
    );
    expect(rankOf(asGiven, size, 4)).toBe(rankOf(one, size));
    expect(balancedConstraint({ budget: 4 }).structure).toEqual({ kind: 'matroid', uniform: true });
  });

  it('refuses parts of different pools', () => {
    const boundaries = boundaryParts({ best: [0], second: [1] }, { numClasses });
    expect(() => balancedConstraint({ budget: 1, classes, boundaries })).toThrow(
      refusal(
        'InvalidArgumentError',
        'balancedConstraint: expected classes and boundaries of the same items, got 6 and 1',
      ),
    );
  });
});
