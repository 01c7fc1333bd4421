import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  greedy,
  mergeShards,
  modularObjective,
  partitionedGreedy,
  partitionMatroid,
  selectShard,
  shardItems,
  sieveStreaming,
  uniformMatroid,
} from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { submodularMakers } from './randomObjectives.js';
import { matroidMakers, otherMakers, size } from './randomConstraints.js';
import { bruteForceOptimum, range, rounding, valueOf, objectiveFrom } from './support.js';

seedProperties();

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const refuses = (call: () => unknown, message: string): void =>
  expect(call).toThrow(refusal('InvalidArgumentError', message));

describe('sieveStreaming', () => {
  it.each(Object.entries(submodularMakers))('reaches its factor for %s, in any order', (_, make) => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 5 }), fc.constantFrom(0.05, 0.3), (seed, budget, epsilon) => {
        const random = randomStream(seed);
        const objective = make(9, random);
        const stream = random.permutation(9);
        const { items, gains, value, guarantee } = sieveStreaming(objective, { budget, epsilon, stream });
        expect(items.length).toBeLessThanOrEqual(budget);
        expect(Math.abs(value - valueOf(objective, items))).toBeLessThanOrEqual(rounding);
        expect(Math.abs(value - gains.reduce((sum, gain) => sum + gain, 0))).toBeLessThanOrEqual(rounding);
        const arrivals = Array.from(items, (item) => stream.indexOf(item));
        expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
        expect(guarantee).toMatchObject({ factor: 0.5 - epsilon, holds: objective.properties.monotone });
        const optimum = bruteForceOptimum(objective, uniformMatroid({ capacity: budget }), budget).value;
        if (guarantee.holds) expect(value).toBeGreaterThanOrEqual(guarantee.factor! * optimum - rounding);
      }),
      { numRuns: 20 },
    );
  });

  it('says why it stopped', () => {
    const objective = modularObjective({ utility: [0.01, 0.01, 1, 1] });
    expect(sieveStreaming(objective, { budget: 2 })).toMatchObject({ stopped: 'budget', value: 2 });
    // When the large items come, the guesses that took the small ones are ruled out.
    expect(sieveStreaming(objective, { budget: 4 })).toMatchObject({ stopped: 'gain', value: 2 });
    expect(sieveStreaming(objective, { budget: 3, stream: [3, 2] })).toMatchObject({ stopped: 'items', value: 2 });
    expect(sieveStreaming(objective, { budget: 0 })).toMatchObject({ stopped: 'budget', value: 0 });
  });

  it('refuses what it cannot use', () => {
    const objective = modularObjective({ utility: [1, 2] });
    refuses(
      () => sieveStreaming(objective, { budget: -1 }),
      'sieveStreaming: expected budget to be an integer of at least 0, got -1',
    );
    refuses(
      () => sieveStreaming(objective, { budget: 1, epsilon: 0.6 }),
      'sieveStreaming: expected epsilon to be a finite number in 5e-324..0.5, got 0.6',
    );
    refuses(
      () => sieveStreaming(objective, { budget: 1, stream: [0, 0] }),
      'sieveStreaming: expected each item of stream once, got item 0 twice',
    );
  });
});

describe('shards', () => {
  it('hold every item once, neighbours together unless they are sent at random', () => {
    for (const random of [undefined, randomStream(3)]) {
      const shards = range(4).map((index) => shardItems(11, { index, count: 4, ...(random && { random }) }));
      const together = shards.flatMap((items) => [...items]);
      expect([...together].sort((a, b) => a - b)).toEqual(range(11));
      expect(together.every((item, at) => at === item)).toBe(random === undefined);
    }
    expect(range(4).map((index) => shardItems(11, { index, count: 4 }).length)).toEqual([2, 3, 3, 3]);
    expect(shardItems(1, { index: 0, count: 2 }).length).toBe(0);
  });

  it('know which there are', () => {
    refuses(
      () => shardItems(5, { index: 2, count: 2 }),
      'shardItems: expected shard.index to be an integer in 0..1, got 2',
    );
    refuses(
      () => shardItems(5, { index: 0, count: 0 }),
      'shardItems: expected shard.count to be an integer of at least 1, got 0',
    );
  });
});

describe('mergeShards', () => {
  const objective = modularObjective({ utility: [4, 3, 2, 1] });
  const two = uniformMatroid({ capacity: 2 });

  it('takes the best of all', () => {
    const merged = mergeShards(objective, two, [{ items: [3, 2] }, { items: [1, 0] }], { budget: 2 });
    expect([...merged.items]).toEqual([0, 1]);
    expect(merged).toMatchObject({ value: 7, stopped: 'budget' });
  });

  it('takes a shard where that is worth more than greedy on all', () => {
    // Greedy starts with e, after which nothing but o3, worth nothing then, is allowed.
    const constraint = partitionMatroid({ parts: [0, 0, 0], capacities: 2 });
    const weights = [0.6, 0.5, 0.5];
    const f = objectiveFrom('overlap', 3, (mask) =>
      mask === 0b111 || mask === 0b110 ? 1 : mask & 1 ? 0.6 + (mask > 1 ? 0.1 : 0) : mask ? 0.5 : 0,
    );
    expect(greedy(f, constraint, { budget: 2 }).value).toBeCloseTo(weights[0]! + 0.1, 12);
    const merged = mergeShards(f, constraint, [{ items: [0] }, { items: [1, 2] }], { budget: 2 });
    expect([...merged.items]).toEqual([1, 2]);
    expect(merged.value).toBe(1);
  });

  it('refuses what shards cannot have selected', () => {
    const merge = (parts: readonly { items: readonly number[] }[]) => () =>
      mergeShards(objective, two, parts, { budget: 2 });
    refuses(merge([]), 'mergeShards: expected the selection of at least one shard, got none');
    refuses(
      merge([{ items: [1] }, { items: [1] }]),
      'mergeShards: expected shards without common items, got item 1 in shards 0 and 1. Is one of them given twice?',
    );
    refuses(merge([{ items: [4] }]), 'mergeShards: expected parts[0].items[0] to be an integer in 0..3, got 4');
    refuses(merge([{ items: [0, 1, 2] }]), 'mergeShards: expected at most 2 items of shard 0, got 3');
    const capped = partitionMatroid({ parts: [0, 0, 1, 1], capacities: 1 });
    refuses(
      () => mergeShards(objective, capped, [{ items: [0, 1] }], { budget: 2 }),
      'mergeShards: expected shards selected under the same constraint, got item 1 of shard 0, which partition matroid refuses',
    );
  });
});

describe('partitionedGreedy', () => {
  const makers = Object.entries(submodularMakers);

  it.each(makers)('is what shards and their merger select, and keeps its factor, for %s', (_, make) => {
    const constraints = fc.constantFrom(...Object.values({ ...matroidMakers, ...otherMakers }));
    fc.assert(
      fc.property(seeds, constraints, fc.integer({ min: 1, max: 4 }), (seed, makeConstraint, shards) => {
        const random = randomStream(seed);
        const objective = make(size, random);
        const { constraint } = makeConstraint(random);
        const result = partitionedGreedy(objective, constraint, { budget: 4, shards });
        const parts = range(shards).map((index) =>
          selectShard(objective, constraint, { budget: 4, shard: { index, count: shards } }),
        );
        // Through JSON, as between machines.
        const sent = parts.map(({ items }) => ({ items: JSON.parse(JSON.stringify([...items])) as number[] }));
        expect(mergeShards(objective, constraint, sent, { budget: 4 })).toEqual(result);
        const optimum = bruteForceOptimum(objective, constraint, 4).value;
        expect(result.value).toBeGreaterThanOrEqual(Math.max(...parts.map((part) => part.value)));
        if (result.guarantee.holds)
          expect(result.value).toBeGreaterThanOrEqual(result.guarantee.factor! * optimum - rounding);
        if (shards === 1) expect([...result.items]).toEqual([...greedy(objective, constraint, { budget: 4 }).items]);
      }),
      { numRuns: 15 },
    );
  });

  it('sends items the same way each time, and keeps its factor in the mean', () => {
    const objective = submodularMakers['facility location, graph']!(12, randomStream(8));
    const constraint = uniformMatroid({ capacity: 3 });
    const optimum = bruteForceOptimum(objective, constraint, 3).value;
    const run = (seed: number): ReturnType<typeof greedy> =>
      partitionedGreedy(objective, constraint, { budget: 3, shards: 4, random: randomStream(seed) });
    expect(run(1)).toEqual(run(1));
    const runs = range(100).map(run);
    const { factor, holds } = runs[0]!.guarantee;
    expect([factor, holds]).toEqual([(1 - 1 / Math.E) / 2, true]);
    expect(runs.reduce((sum, { value }) => sum + value, 0) / 100).toBeGreaterThan(factor! * optimum);
  });

  it('stops like greedy', () => {
    const objective = modularObjective({ utility: range(6) });
    const stopped = (budget: number, capacity: number): string =>
      partitionedGreedy(objective, uniformMatroid({ capacity }), { budget, shards: 3 }).stopped;
    expect([stopped(4, 9), stopped(4, 2), stopped(9, 9)]).toEqual(['budget', 'constraint', 'items']);
  });

  it('refuses shards that there are not', () => {
    const objective = modularObjective({ utility: [1] });
    refuses(
      () => partitionedGreedy(objective, uniformMatroid({ capacity: 1 }), { budget: 1, shards: 0 }),
      'partitionedGreedy: expected shards to be an integer of at least 1, got 0',
    );
  });
});
