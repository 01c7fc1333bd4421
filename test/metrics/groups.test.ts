import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupClasses } from '../../src/metrics/index.js';
import type { ClassGroups, GroupScheme } from '../../src/metrics/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** The exponential long-tail profile, truncated. */
const profile = (classes: number, largest: number, ratio: number): number[] =>
  Array.from({ length: classes }, (_, y) => Math.trunc(largest * (1 / ratio) ** (y / (classes - 1))));
const sizes = ({ head, torso, tail }: ClassGroups): number[] => [head.length, torso.length, tail.length];

it('CIFAR-100-LT at ratio 100 has 35 head, 35 torso and 30 tail classes', () => {
  expect(sizes(groupClasses(profile(100, 500, 100)))).toEqual([35, 35, 30]);
});

it('CIFAR-10-LT at ratio 100 has no tail class', () => {
  expect(groupClasses(profile(10, 5000, 100))).toEqual({ head: [0, 1, 2, 3, 4, 5, 6, 7], torso: [8, 9], tail: [] });
});

it('counts on the thresholds are torso', () => {
  expect(groupClasses([101, 100, 20, 19, 0])).toEqual({ head: [0], torso: [1, 2], tail: [3, 4] });
  expect(groupClasses([9, 5, 5, 1], { head: 5, tail: 5 })).toEqual({ head: [0], torso: [1, 2], tail: [3] });
});

it('thirds go by rank, equal counts by index', () => {
  expect(groupClasses([1, 9, 9, 9, 1, 5], 'thirds')).toEqual({ head: [1, 2], torso: [3, 5], tail: [0, 4] });
  expect(sizes(groupClasses(profile(10, 5000, 100), 'thirds'))).toEqual([3, 4, 3]);
  expect(sizes(groupClasses(profile(100, 500, 100), 'thirds'))).toEqual([33, 34, 33]);
  expect(groupClasses([3, 3], 'thirds')).toEqual({ head: [0], torso: [], tail: [1] });
});

it('every class is in exactly one group, and no class of a group outnumbers one of a group before it', () => {
  const scheme = fc.constantFrom<GroupScheme>('thresholds', 'thirds', { head: 12, tail: 4 });
  const property = fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }), scheme, (counts, by) => {
    const { head, torso, tail } = groupClasses(counts, by);
    const all = [...head, ...torso, ...tail];
    expect(all.sort((a, b) => a - b)).toEqual([...counts.keys()]);
    const least = (classes: readonly number[]): number => Math.min(...classes.map((y) => counts[y]!));
    const most = (classes: readonly number[]): number => Math.max(...classes.map((y) => counts[y]!));
    expect(least(head)).toBeGreaterThanOrEqual(most(torso));
    expect(least([...head, ...torso])).toBeGreaterThanOrEqual(most(tail));
  });
  fc.assert(property);
});

it.each<[string, number[], unknown, string]>([
  [
    'a negative count',
    [3, -1],
    'thirds',
    'groupClasses: expected classCounts[1] to be a finite number of at least 0, got -1',
  ],
  ['an unknown scheme', [3, 1], 'third', "groupClasses: expected 'thresholds', 'thirds' or { head, tail }, got third"],
  [
    'thresholds that cross',
    [3, 1],
    { head: 10, tail: 11 },
    'groupClasses: expected tail to be a finite number in 0..10, got 11',
  ],
])('refuses %s', (_, counts, scheme, message) => {
  expect(() => groupClasses(counts, scheme as GroupScheme)).toThrow(refusal('InvalidArgumentError', message));
});
