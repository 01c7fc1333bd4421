import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { graphicMatroid } from '../../src/subset/graphicMatroid.js';
import { intersection } from '../../src/subset/intersection.js';
import { knapsack } from '../../src/subset/knapsack.js';
import { laminarMatroid } from '../../src/subset/laminarMatroid.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import { transversalMatroid } from '../../src/subset/transversalMatroid.js';
import { truncation } from '../../src/subset/truncation.js';
import { uniformMatroid } from '../../src/subset/uniformMatroid.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { matroidMakers, otherMakers, size } from './randomConstraints.js';
import { exchangeHolds, feasibleTable, grown, isDownwardClosed, itemsOf, range } from './support.js';

seedProperties();

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe.each(Object.entries({ ...matroidMakers, ...otherMakers }))('%s', (kind, make) => {
  it('admits exactly the sets of its definition, whatever the order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const { constraint, feasible } = make(random);
        for (const mask of range(2 ** size)) {
          const items = itemsOf(mask);
          const shuffled = [...random.permutation(items.length)].map((at) => items[at]!);
          expect(grown(constraint, shuffled) !== null).toBe(feasible(mask));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is downward closed, and a matroid where it says so', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { constraint } = make(randomStream(seed));
        expect(isDownwardClosed(feasibleTable(constraint, size))).toBe(true);
        if (kind in matroidMakers) {
          expect(constraint.structure.kind).toBe('matroid');
          expect(exchangeHolds(constraint, size)).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('never takes an item back that it has refused, nor one that is selected; clones go their own way', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const state = make(random).constraint.start();
        const refused = new Set<number>();
        for (const item of random.permutation(size)) {
          for (const other of range(size)) {
            if (!state.canAdd(other)) refused.add(other);
            else expect(refused.has(other)).toBe(false);
          }
          const before = state.clone();
          if (!state.canAdd(item)) continue;
          state.add(item);
          expect(state.canAdd(item)).toBe(false);
          expect(state.count).toBe(before.count + 1);
          expect(before.canAdd(item)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('reports a full cap only where it refuses something', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const { constraint } = make(random);
        const state = constraint.start();
        const items = [...random.permutation(size)].filter((item) => state.canAdd(item) && (state.add(item), true));
        const refuses = range(size).some((item) => !items.includes(item));
        const binding = constraint.binding(items);
        if (refuses) expect(binding.length).toBeGreaterThan(0);
        else if (constraint.size !== null) expect(binding).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses to add what it does not allow, and items that there are not', () => {
    const { constraint } = make(randomStream(3));
    const state = constraint.start();
    for (const item of range(size)) if (state.canAdd(item)) state.add(item);
    expect(() => state.add(0)).toThrow(refusal('InvalidArgumentError', /: add: expected an item that canAdd allows/));
    expect(state.canAdd(-1)).toBe(false);
    if (constraint.size !== null) expect(state.canAdd(size)).toBe(false);
  });
});

describe('uniform matroid', () => {
  it('takes items of any number', () => {
    const state = uniformMatroid({ capacity: 2 }).start();
    state.add(1_000_000);
    expect(state.canAdd(1_000_000)).toBe(false);
    expect(state.clone().canAdd(1_000_001)).toBe(true);
  });
});

describe('intersection', () => {
  const parts = partitionMatroid({ parts: [0, 0, 1], capacities: 1 });
  const edges = graphicMatroid({ edges: [[0, 1], [1, 2], [2, 0]], vertices: 3 }); // prettier-ignore

  it('of one is itself', () => {
    expect(intersection(parts)).toBe(parts);
  });

  it('flattens, counts the matroids, and names them', () => {
    const nested = intersection(intersection(parts, edges), parts);
    expect(nested.matroids).toEqual([parts, edges, parts]);
    expect(nested.structure).toEqual({ kind: 'intersection', count: 3 });
    expect(nested.name).toBe('partition matroid and graphic matroid and partition matroid');
  });

  it('cuts a budget into the first matroid, so that one matroid stays one', () => {
    const budget = uniformMatroid({ capacity: 1 });
    const cut = intersection(budget, parts);
    expect(cut.structure).toEqual({ kind: 'matroid' });
    expect(cut.name).toBe('partition matroid cut at 1');
    expect(intersection(budget, uniformMatroid({ capacity: 3 })).structure).toEqual({ kind: 'matroid', uniform: true });
    expect(intersection(budget, parts, edges).structure).toEqual({ kind: 'intersection', count: 2 });
  });

  it('with a knapsack is closed downward and no more', () => {
    const mixed = intersection(knapsack({ costs: [1, 1, 1], budget: 2 }), uniformMatroid({ capacity: 1 }));
    expect(mixed.structure).toEqual({ kind: 'downward-closed' });
    expect(mixed.matroids).toEqual([]);
    expect([...feasibleTable(mixed, 3)]).toEqual([1, 1, 1, 0, 1, 0, 0, 0]);
  });

  it('refuses nothing at all, and constraints on different items', () => {
    expect(() => intersection()).toThrow(
      refusal('InvalidArgumentError', 'intersection: expected at least one constraint, got none'),
    );
    expect(() => intersection(parts, knapsack({ costs: [1], budget: 1 }))).toThrow(
      refusal(
        'InvalidArgumentError',
        'intersection: expected constraints on the same items, got partition matroid on 3 and knapsack on 1',
      ),
    );
  });
});

describe('truncation', () => {
  it('refuses what is not one matroid', () => {
    expect(() => truncation(knapsack({ costs: [1], budget: 1 }), 1)).toThrow(
      refusal(
        'InvalidArgumentError',
        'truncation: expected one matroid, got knapsack. For anything else, give uniformMatroid({ capacity }) to intersection as well',
      ),
    );
  });

  it('reports its budget once it is full', () => {
    const cut = truncation(partitionMatroid({ parts: [0, 0, 1], capacities: 2 }), 1);
    expect(cut.binding([2])).toEqual([{ name: 'budget', capacity: 1, items: 3 }]);
  });
});

describe('bad input', () => {
  const cases: [string, () => unknown, string][] = [
    ['capacity', () => uniformMatroid({ capacity: 1.5 }), 'uniformMatroid: expected capacity to be an integer of at least 0, got 1.5'], // prettier-ignore
    ['part', () => partitionMatroid({ parts: [0, 2], capacities: [1, 1] }), 'partitionMatroid: expected parts[1] to be an integer in -1..1, got 2'], // prettier-ignore
    ['fractional part', () => partitionMatroid({ parts: [0.5], capacities: 1 }), 'partitionMatroid: expected parts[0] to be an integer in -1..0, got 0.5'], // prettier-ignore
    ['part capacity', () => partitionMatroid({ parts: [0], capacities: [-1] }), 'partitionMatroid: expected capacities[0] to be an integer of at least 0, got -1'], // prettier-ignore
    ['names', () => partitionMatroid({ parts: [0], capacities: [1], names: [] }), 'partitionMatroid: expected one name for each of 1 parts, got 0'], // prettier-ignore
    ['laminar item', () => laminarMatroid([{ items: [3], capacity: 1 }], { size: 3 }), 'laminarMatroid: expected the items of set 0[0] to be an integer in 0..2, got 3'], // prettier-ignore
    ['laminar twice', () => laminarMatroid([{ items: [1, 1], capacity: 1, name: 'cats' }], { size: 3 }), 'laminarMatroid: expected each item of the items of cats once, got item 1 twice'], // prettier-ignore
    ['set item', () => transversalMatroid({ sets: [[0], [2]], size: 2 }), 'transversalMatroid: expected sets[1][0] to be an integer in 0..1, got 2'], // prettier-ignore
    ['vertex', () => graphicMatroid({ edges: [[0, 2]], vertices: 2 }), 'graphicMatroid: expected edges[0][1] to be an integer in 0..1, got 2'], // prettier-ignore
    ['cost', () => knapsack({ costs: [1, Number.NaN], budget: 1 }), 'knapsack: expected costs[1] to be a finite number of at least 0, got NaN'], // prettier-ignore
  ];

  it.each(cases)('%s', (_, make, message) => {
    expect(make).toThrow(refusal('InvalidArgumentError', message));
  });

  it('names the two sets of a laminar family that cross', () => {
    const family = (sets: number[][]) => () =>
      laminarMatroid(
        sets.map((items, at) => ({ items, capacity: 1, ...(at === 1 ? { name: 'dogs' } : {}) })),
        { size: 6 },
      );
    const message = (names: string): string =>
      `laminarMatroid: expected sets that are disjoint or nested, got ${names}, which cross. Give them as two matroids to intersection`;
    expect(family([[0, 1, 2], [2, 3]])).toThrow(refusal('InvalidArgumentError', message('set 0 and dogs'))); // prettier-ignore
    expect(family([[0, 1, 2, 3], [0, 1, 2], [2, 3]])).toThrow(refusal('InvalidArgumentError', message('dogs and set 2'))); // prettier-ignore
    expect(family([[0, 1, 2, 3], [0, 1], [1, 4]])).toThrow(refusal('InvalidArgumentError', message('dogs and set 2'))); // prettier-ignore
    expect(family([[0, 1, 2, 3], [0, 1], [4, 1]])).toThrow(refusal('InvalidArgumentError', message('dogs and set 2'))); // prettier-ignore
    expect(family([[0, 1, 2, 3], [4, 5], [0, 4]])).toThrow(refusal('InvalidArgumentError', message('set 0 and set 2'))); // prettier-ignore
    expect(
      family([
        [0, 1, 2, 3],
        [0, 1],
        [0, 1],
        [4, 5],
      ]),
    ).not.toThrow();
  });
});

describe('caps in words', () => {
  it('of a transversal matroid are the sets that those left out compete for', () => {
    const matroid = transversalMatroid({ sets: [[0, 1, 2], [1, 2], [3]], size: 4 }); // prettier-ignore
    expect(matroid.binding([0, 1])).toEqual([{ name: 'sets 0, 1', capacity: 2, items: 3 }]);
    expect(transversalMatroid({ sets: [[0]], size: 3 }).binding([0])).toEqual([
      { name: 'no set', capacity: 0, items: 2 },
    ]);
  });

  it('of a graphic matroid are the trees that an edge left would close', () => {
    const edges = [[3, 4], [0, 1], [1, 2], [2, 0]] as const; // prettier-ignore
    const matroid = graphicMatroid({ edges, vertices: 5 });
    expect(matroid.binding([0, 1, 2])).toEqual([{ name: 'tree of vertex 0', capacity: 2, items: 3 }]);
  });

  it('of a knapsack is the money', () => {
    const constraint = knapsack({ costs: [0.1, 0.2, 0.3], budget: 0.3 });
    expect(constraint.binding([0, 1])).toEqual([{ name: 'cost budget', capacity: 0.3, items: 3 }]);
    expect(constraint.binding([])).toEqual([]);
  });
});
