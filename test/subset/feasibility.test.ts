import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { feasibilityOf } from '../../src/subset/feasibility.js';
import { graphicMatroid } from '../../src/subset/graphicMatroid.js';
import { intersection } from '../../src/subset/intersection.js';
import { knapsack } from '../../src/subset/knapsack.js';
import { laminarMatroid } from '../../src/subset/laminarMatroid.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import { truncation } from '../../src/subset/truncation.js';
import { uniformMatroid } from '../../src/subset/uniformMatroid.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { range, rankOf } from './support.js';

seedProperties();
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const size = 9;

/** Class cap 1 and unordered boundary cap 1 on six items: {1, 4} cannot grow, {2, 3, 5} is feasible. */
const both = intersection(
  partitionMatroid({ parts: [0, 0, 0, 1, 1, 2], capacities: 1, names: ['class 0', 'class 1', 'class 2'] }),
  partitionMatroid({
    parts: [0, 0, 1, 0, 2, 2],
    capacities: 1,
    names: ['boundary 0-1', 'boundary 0-2', 'boundary 1-2'],
  }),
);

describe('the largest feasible set', () => {
  it('of two partition matroids, cut at a budget or not, is the maximum flow', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: size }), (seed, budget) => {
        const random = randomStream(seed);
        const matroid = () =>
          partitionMatroid({
            parts: range(size).map(() => random.integer(5) - 1),
            capacities: range(4).map(() => random.integer(3)),
          });
        const constraint = intersection(truncation(matroid(), 1 + random.integer(size)), matroid());
        expect(feasibilityOf(constraint, budget)).toMatchObject({
          maximum: rankOf(constraint, size, budget),
          exact: true,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('of a partition and a laminar matroid likewise', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const order = random.permutation(size);
        const sets = [order, order.slice(0, 5), order.slice(5), order.slice(0, 2)];
        const laminar = laminarMatroid(
          sets.map((items) => ({ items, capacity: random.integer(4) })),
          { size },
        );
        const parts = partitionMatroid({ parts: range(size).map(() => random.integer(3)), capacities: 2 });
        const constraint = intersection(parts, laminar);
        expect(feasibilityOf(constraint, size)).toMatchObject({ maximum: rankOf(constraint, size), exact: true });
      }),
      { numRuns: 30 },
    );
  });

  it('of a knapsack takes the cheapest, of one matroid any', () => {
    const costs = [5, 1, 2, 4, 3];
    expect(feasibilityOf(knapsack({ costs, budget: 6 }), 5)).toMatchObject({ maximum: 3, exact: true });
    const triangle = graphicMatroid({ edges: [[0, 1], [1, 2], [2, 0]], vertices: 3 }); // prettier-ignore
    expect(feasibilityOf(triangle, 3)).toMatchObject({ maximum: 2, exact: true });
    expect(feasibilityOf(uniformMatroid({ capacity: 4 }), 6)).toMatchObject({ maximum: 4, exact: true });
  });

  it('of anything else is never above its bound, and says where it is exact', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const parts = () => partitionMatroid({ parts: range(size).map(() => random.integer(4)), capacities: 1 });
        const constraint = intersection(parts(), parts(), parts());
        const { maximum, exact } = feasibilityOf(constraint, size);
        const rank = rankOf(constraint, size);
        if (exact) expect(maximum).toBe(rank);
        else expect(maximum).toBeGreaterThanOrEqual(rank);
      }),
      { numRuns: 60 },
    );
  });

  it('is quick for a large pool', () => {
    const random = randomStream(1);
    const n = 20_000;
    const draw = (bound: number): Int32Array => Int32Array.from({ length: n }, () => random.integer(bound));
    const first = partitionMatroid({ parts: draw(100), capacities: 20 });
    const second = partitionMatroid({ parts: draw(4950), capacities: 1 });
    expect(feasibilityOf(intersection(truncation(first, 1900), second), 5000)).toMatchObject({
      maximum: 1900,
      exact: true,
    });
  });
});

describe('why fewer are selected, in words', () => {
  it('because the caps admit no more', () => {
    const constraint = partitionMatroid({ parts: [0, 0, 0, 1], capacities: 1, names: ['class cat', 'class dog'] });
    const because = 'the constraint admits 2 of 3 items: class cat (1 of 3 items) is full';
    const binding = [{ name: 'class cat', capacity: 1, items: 3 }];
    expect(feasibilityOf(constraint, 3)).toEqual({ budget: 3, maximum: 2, exact: true, binding, because });
    expect(feasibilityOf(constraint, 3, [0, 3]).because).toBe(because);
    expect(feasibilityOf(constraint, 2).because).toBe('the budget of 2 can be met');
    expect(feasibilityOf(constraint, 2, [3, 1]).because).toBe('the budget of 2 is met');
    expect(feasibilityOf(constraint, 2, [3]).because).toBe(
      'the selection stopped at 1 of 2 items with room for 1 more',
    );
  });

  it('because a selection under two matroids is stuck below others', () => {
    expect(feasibilityOf(both, 3, [1, 4])).toEqual({
      budget: 3,
      maximum: 3,
      exact: true,
      binding: [
        { name: 'class 0', capacity: 1, items: 3 },
        { name: 'class 1', capacity: 1, items: 2 },
        { name: 'boundary 0-1', capacity: 1, items: 3 },
        { name: 'boundary 1-2', capacity: 1, items: 2 },
      ],
      because:
        'the selection cannot grow past 2 of 3 items, and others have 3: class 0 (1 of 3 items), class 1 (1 of 2 items), ' +
        'boundary 0-1 (1 of 3 items) and 1 more are full',
    });
  });

  it('or that nobody knows', () => {
    const third = partitionMatroid({ parts: [0, 0, 1, 2, 3, 3], capacities: 1 });
    const constraint = intersection(both, third, graphicMatroid({ edges: [[0, 1], [1, 2], [2, 3], [3, 4], [0, 2], [1, 3]], vertices: 5 })); // prettier-ignore
    expect(feasibilityOf(constraint, 3)).toMatchObject({
      exact: false,
      because: 'no cap rules out the budget of 3, and whether some set meets it is not known',
    });
    expect(feasibilityOf(constraint, 3, [1, 4]).because).toMatch(/whether others have up to 3 is not known: class 0/);
    expect(feasibilityOf(constraint, 4).because).toMatch(/^the constraint admits at most 3 of 4 items: /);
  });

  it('refuses a selection that is none', () => {
    expect(() => feasibilityOf(both, 3, [0, 1])).toThrow(
      refusal(
        'InvalidArgumentError',
        'feasibilityOf: expected a feasible selection, got item 1, which partition matroid and partition matroid refuses',
      ),
    );
  });
});
