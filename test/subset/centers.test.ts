import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, type RandomStream } from '../../src/core/index.js';
import { distancesOf, type Distances, type Points } from '../../src/subset/distances.js';
import { graphFromEdges, kCenter, partitionMatroid, weightedKCenter } from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { randomGraph } from './randomObjectives.js';
import { itemsOf, range, rounding, sizeOf } from './support.js';

seedProperties();

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const line: Points = { embeddings: { values: Float32Array.of(0, 1, 2, 6, 7, 10), dimension: 1 } };

/** Random points; with `steps`, coordinates are small integers, so that points repeat and distances tie. */
function randomPoints(size: number, dimension: number, random: RandomStream, steps?: number): Points {
  const values = Float32Array.from({ length: size * dimension }, () =>
    steps === undefined ? random.normal() : random.integer(steps),
  );
  return { embeddings: { values, dimension } };
}

/** Distances by their definition. */
function distanceTable(points: Points, size: number): number[][] {
  if ('embeddings' in points) {
    const { values, dimension } = points.embeddings;
    return range(size).map(
      (i) =>
      range(size).map((j) => Math.hypot(...range(dimension).map((d) => values[i * dimension + d]! - values[j * dimension + d]!))), // prettier-ignore
    );
  }
  const { offsets, neighbors, weights } = points.graph;
  const largest = weights.length === 0 ? 1 : 1 - Math.min(...weights);
  const table = range(size).map((i) => range(size).map((j) => (i === j ? 0 : largest)));
  for (const i of range(size)) {
    for (let at = offsets[i]!; at < offsets[i + 1]!; at++) table[i]![neighbors[at]!] = 1 - weights[at]!;
  }
  return table;
}

function radiusOf(table: readonly (readonly number[])[], items: readonly number[]): number {
  return Math.max(...table.map((row) => Math.min(...items.map((item) => row[item]!))));
}

/** Points of both kinds and several sizes. */
const pools = fc
  .tuple(
    seeds,
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(1, 3, 17, 40),
    fc.constantFrom(undefined, 3),
    fc.boolean(),
  )
  .map(([seed, size, dimension, steps, onGraph]) => {
    const random = randomStream(seed);
    const points: Points = onGraph
      ? { graph: randomGraph(size, 0.4, random, steps) }
      : randomPoints(size, dimension, random, steps);
    return { points, size, table: distanceTable(points, size), distances: distancesOf('test', points), random };
  });

describe('distances', () => {
  const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.max(1, b));

  it('are those of the definition', () => {
    fc.assert(
      fc.property(pools, ({ table, distances, size }) => {
        for (const i of range(size)) for (const j of range(size)) close(distances.between(i, j), table[i]![j]!);
      }),
    );
  });

  it('cover: the nearest of several items', () => {
    fc.assert(
      fc.property(pools, ({ table, distances, size, random }) => {
        const items = range(3).map(() => random.integer(size));
        const nearest = new Float64Array(size).fill(Infinity);
        for (const item of items) distances.lowerTo(item, nearest);
        nearest.forEach((distance, i) => close(distance, Math.min(...items.map((item) => table[i]![item]!))));
      }),
    );
  });

  it('mark what is within a radius, with the rim or without', () => {
    fc.assert(
      fc.property(pools, fc.boolean(), ({ table, distances, size, random }, inclusive) => {
        const [item, other] = [random.integer(size), random.integer(size)];
        const radius = size === 1 ? 0.5 : table[item]![other]! * (inclusive ? 1 + 1e-9 : 1 - 1e-9);
        const marks = new Uint8Array(size);
        distances.markWithin(item, radius, inclusive, marks);
        const isWithin = (distance: number): boolean => (inclusive ? distance <= radius : distance < radius);
        expect([...marks]).toEqual(table[item]!.map((distance) => Number(isWithin(distance))));
      }),
    );
  });

  it('mark the rim exactly where distances are exact', () => {
    const within = (distances: Distances, item: number, radius: number, inclusive: boolean): number[] => {
      const marks = new Uint8Array(distances.size);
      distances.markWithin(item, radius, inclusive, marks);
      return [...marks];
    };
    const onLine = distancesOf('test', line);
    expect(within(onLine, 1, 1, true)).toEqual([1, 1, 1, 0, 0, 0]);
    expect(within(onLine, 1, 1, false)).toEqual([0, 1, 0, 0, 0, 0]);
    expect(within(onLine, 1, 0, true)).toEqual([0, 1, 0, 0, 0, 0]);
    const onGraph = distancesOf('test', { graph: graphFromEdges(4, [[0, 1, 0.5], [0, 2, 0.25]]) }); // prettier-ignore
    expect(within(onGraph, 0, 0.5, true)).toEqual([1, 1, 0, 0]);
    expect(within(onGraph, 0, 0.5, false)).toEqual([1, 0, 0, 0]);
    expect(within(onGraph, 0, 0.75, true)).toEqual([1, 1, 1, 1]);
    expect(within(onGraph, 0, 0.75, false)).toEqual([1, 1, 0, 0]);
  });

  it('have the first pair of largest distance as diameter, and the smallest of some items', () => {
    fc.assert(
      fc.property(pools, ({ table, distances, size }) => {
        const { first, second, distance } = distances.diameter();
        const largest = Math.max(...table.flat());
        close(distance, largest);
        close(table[first]![second]!, largest);
        const pairs = range(size).flatMap((i) => range(size).slice(i + 1).map((j) => [i, j] as const)); // prettier-ignore
        if (largest > 0) expect([first, second]).toEqual(pairs.find(([i, j]) => table[i]![j]! > largest - 1e-12));
        if (size < 2) return;
        const some = range(size).filter((item) => item % 2 === 0 || item === 1);
        const smallest = Math.min(...some.flatMap((i) => some.filter((j) => j < i).map((j) => table[i]![j]!)));
        close(distances.smallest(Int32Array.from(some)), smallest);
      }),
    );
  });

  it.each<[string, Points]>([
    [
      'f: expected finite embeddings, got NaN in row 1',
      { embeddings: { values: Float32Array.of(0, 1, NaN, 0), dimension: 2 } },
    ],
    [
      'embeddingsFrom: expected embeddings [n, 2] with n at least 1, row by row, got 3 numbers',
      { embeddings: { values: new Float32Array(3), dimension: 2 } },
    ],
    [
      'embeddingsFrom: expected embeddings [n, 2] with n at least 1, row by row, got 0 numbers',
      { embeddings: { values: new Float32Array(0), dimension: 2 } },
    ],
    [
      'f: expected similarities of at most 1, got 2. Cosine similarities have distances 1 - s',
      { graph: graphFromEdges(2, [[0, 1, 2]]) },
    ],
  ])('refuse: %s', (message, points) => {
    expect(() => distancesOf('f', points)).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('kCenter', () => {
  it('goes farthest first on a line', () => {
    const result = kCenter({ points: line, budget: 4, start: 2 });
    expect([...result.items]).toEqual([2, 5, 3, 0]);
    expect([...result.gains]).toEqual([8, 8, 4, 2]);
    expect(result).toMatchObject({ value: 1, stopped: 'budget', guarantee: { factor: 1 / 2, holds: true } });
  });

  it('takes the item of largest distance, the lowest index where they tie, until the end of the pool', () => {
    fc.assert(
      fc.property(pools, ({ points, table, size }) => {
        const { items, gains, value, stopped } = kCenter({ points, budget: size + 1 });
        expect([items.length, stopped, value]).toEqual([size, 'items', 0]);
        const order = [0];
        while (order.length < size) {
          const left = range(size).filter((item) => !order.includes(item));
          const farthest = Math.max(...left.map((item) => Math.min(...order.map((other) => table[item]![other]!))));
          expect(Math.abs(gains[order.length]! - farthest)).toBeLessThanOrEqual(1e-12);
          order.push(items[order.length]!);
          const taken = Math.min(...order.slice(0, -1).map((other) => table[order.at(-1)!]![other]!));
          expect(Math.abs(taken - farthest)).toBeLessThanOrEqual(1e-12);
        }
        expect(new Set(items).size).toBe(size);
      }),
    );
  });

  it('takes duplicates by index', () => {
    const points = { embeddings: { values: Float32Array.of(1, 1, 5, 1, 5), dimension: 1 } };
    expect([...kCenter({ points, budget: 5 }).items]).toEqual([0, 2, 1, 3, 4]);
  });

  it('has a radius of at most twice the smallest', () => {
    fc.assert(
      fc.property(pools, fc.integer({ min: 1, max: 4 }), ({ points, table, size, random }, budget) => {
        const { value, items, guarantee } = kCenter({ points, budget, start: random.integer(size) });
        expect(Math.abs(value - radiusOf(table, [...items]))).toBeLessThanOrEqual(1e-12);
        if (!guarantee.holds) return;
        const smallest = Math.min(
          ...range(2 ** size).filter((mask) => mask > 0 && sizeOf(mask) <= budget).map((mask) => radiusOf(table, itemsOf(mask))), // prettier-ignore
        );
        expect(value * guarantee.factor!).toBeLessThanOrEqual(smallest + rounding);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps to a constraint, without a factor', () => {
    const constraint = partitionMatroid({ parts: [0, 0, 0, 1, 1, 1], capacities: 1 });
    const result = kCenter({ points: line, budget: 3, constraint });
    expect([...result.items]).toEqual([0, 5]);
    expect(result).toMatchObject({ value: 4, stopped: 'constraint', guarantee: { factor: null, holds: false } });
  });

  it('has no radius without an item', () => {
    expect(kCenter({ points: line, budget: 0 })).toMatchObject({
      items: { length: 0 },
      value: Infinity,
      stopped: 'budget',
    });
  });

  it.each<[string, object]>([
    ['kCenter: expected budget to be an integer of at least 0, got -1', { budget: -1 }],
    ['kCenter: expected start to be an integer in 0..5, got 6', { start: 6 }],
    [
      'kCenter: expected a start that the constraint allows, got item 0',
      { start: 0, constraint: partitionMatroid({ parts: [0, 1, 1, 1, 1, 1], capacities: [0, 1] }) },
    ],
    [
      'kCenter: expected a constraint on 6 items, as there are points, got 2',
      { constraint: partitionMatroid({ parts: [0, 1], capacities: 1 }) },
    ],
  ])('refuses: %s', (message, changes) => {
    const call = (): unknown => kCenter({ points: line, budget: 2, ...changes });
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('weightedKCenter', () => {
  const objective = (table: number[][], utility: readonly number[], weight: number, items: readonly number[]): number =>
    weight * radiusOf(table, items) +
    ((1 - weight) * items.reduce((sum, item) => sum + 1 - utility[item]!, 0)) / items.length;

  it('weighs a radius against margins', () => {
    const utility = [0.1, 0.9, 0.2, 0.3, 0.8, 0.1];
    const { items, value } = weightedKCenter({ points: line, utility, budget: 2 });
    expect([...items].sort()).toEqual([1, 4]);
    expect(value).toBeCloseTo(1.575, 12);
    const byUtility = weightedKCenter({ points: line, utility: [0.9, 0.9, 0.9, 0, 0, 0], budget: 3, weight: 0 });
    expect([...byUtility.items].sort()).toEqual([0, 1, 2]);
  });

  it('is at most 3 (1 + epsilon) times the smallest, never above k-center and margin', () => {
    fc.assert(
      fc.property(
        pools,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (pool, budget, weight) => {
          const { points, table, size, random } = pool;
          const utility = range(size).map(() => random.uniform());
          const { items, value, guarantee, stopped } = weightedKCenter({ points, utility, budget, weight });
          expect(new Set(items).size).toBe(Math.min(size, budget));
          expect(stopped).toBe(budget > size ? 'items' : 'budget');
          expect(Math.abs(value - objective(table, utility, weight, [...items]))).toBeLessThanOrEqual(1e-12);
          const sets = range(2 ** size)
            .filter((mask) => sizeOf(mask) === Math.min(size, budget))
            .map(itemsOf);
          const smallest = Math.min(...sets.map((set) => objective(table, utility, weight, set)));
          if (guarantee.holds) expect(value * guarantee.factor!).toBeLessThanOrEqual(smallest + rounding);
          const centers = [...kCenter({ points, budget }).items];
          expect(value).toBeLessThanOrEqual(objective(table, utility, weight, centers) + rounding);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, object]>([
    ['weightedKCenter: expected utilities of 6 points, got 2', { utility: [1, 1] }],
    [
      'weightedKCenter: expected utility[0] to be a finite number of at most 1, got 1.5',
      { utility: [1.5, 0, 0, 0, 0, 0] },
    ],
    ['weightedKCenter: expected weight to be a finite number in 0..1, got 2', { weight: 2 }],
    ['weightedKCenter: expected budget to be an integer of at least 0, got NaN', { budget: NaN }],
  ])('refuses: %s', (message, changes) => {
    const call = (): unknown => weightedKCenter({ points: line, utility: new Float64Array(6), budget: 2, ...changes });
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});
