import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalAssignment } from '../../src/mixup/assignment.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

const total = (cost: ArrayLike<number>, n: number, columns: ArrayLike<number>): number =>
  Array.from(columns).reduce((sum, column, row) => sum + cost[row * n + column]!, 0);

const square = (entry: fc.Arbitrary<number>): fc.Arbitrary<{ n: number; cost: number[] }> =>
  fc
    .integer({ min: 1, max: 6 })
    .chain((n) => fc.array(entry, { minLength: n * n, maxLength: n * n }).map((cost) => ({ n, cost })));

describe('optimalAssignment', () => {
  it.each([
    ['with ties', fc.integer({ min: 0, max: 3 })],
    ['with negative costs', fc.integer({ min: -1000, max: 1000 })],
    ['of any size', fc.double({ min: -1e6, max: 1e6, noNaN: true })],
  ])('is as cheap as the best of all permutations, %s', (_, entry) => {
    fc.assert(
      fc.property(square(entry), ({ n, cost }) => {
        const columns = optimalAssignment(cost, n);
        expect([...columns].sort()).toEqual([...Array(n).keys()]);
        const best = Math.min(...permutations([...Array(n).keys()]).map((all) => total(cost, n, all)));
        expect(Math.abs(total(cost, n, columns) - best)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(best)));
      }),
    );
  });

  it('solves a large one whose optimum is known', () => {
    const n = 64;
    const cost = Float64Array.from({ length: n * n }, (_, at) => (Math.floor(at / n) - ((at * 5) % n)) ** 2);
    // Column c costs (row - 5c mod 64)^2, so that of row 5c mod 64 is free.
    const columns = optimalAssignment(cost, n);
    expect(total(cost, n, columns)).toBe(0);
  });
});
