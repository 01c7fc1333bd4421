import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, type RandomStream } from '../../src/core/index.js';
import { greedy } from '../../src/subset/greedy.js';
import { intersection } from '../../src/subset/intersection.js';
import { pairwiseObjective } from '../../src/subset/pairwise.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import type { SubsetObjective } from '../../src/subset/index.js';
import { seedProperties } from '../support/properties.js';
import { matroidMakers, otherMakers, size } from './randomConstraints.js';
import { randomGraph, submodularMakers } from './randomObjectives.js';
import {
  bruteForceOptimum,
  coverage,
  greedyByDefinition,
  modular,
  objectiveKinds,
  randomObjective,
  range,
  rounding,
} from './support.js';

seedProperties();

const objectives: Record<string, (random: RandomStream) => SubsetObjective> = {
  ...Object.fromEntries(objectiveKinds.map((kind) => [kind, (random) => randomObjective(kind, size, random)])),
  ...Object.fromEntries(Object.entries(submodularMakers).map(([name, make]) => [name, (random) => make(size, random)])),
  'pairwise, shifted': (random) => {
    const [utility, graph] = [range(size).map(() => random.uniform()), randomGraph(size, 0.6, random)];
    return pairwiseObjective({ utility, graph, alpha: 0.5, beta: 0.5, shift: true });
  },
};
/** Those whose value an item may lower, for some parameters. */
const mayFall = new Set(['pairwise', 'pairwise, not monotone', 'graph cut', 'mixture']);
const constraints = { ...matroidMakers, ...otherMakers };
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe.each(Object.entries(objectives))('greedy for %s', (name, makeObjective) => {
  it.each(Object.entries(constraints))('keeps its factor under %s', (_, makeConstraint) => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: size }), (seed, budget) => {
        const random = randomStream(seed);
        const { constraint } = makeConstraint(random);
        const objective = makeObjective(random);
        const result = greedy(objective, constraint, { budget });
        const optimum = bruteForceOptimum(objective, constraint, budget).value;
        expect(result.value).toBeLessThanOrEqual(optimum + rounding);
        const { monotone } = objective.properties;
        expect(monotone || mayFall.has(name)).toBe(true);
        if (monotone) expect(result.value).toBeGreaterThanOrEqual((result.guarantee.factor ?? 0) * optimum - rounding);
        expect([...result.items]).toEqual(greedyByDefinition(objective, constraint, budget).items);
        if (monotone) expect(result.guarantee.holds).toBe(constraint.structure.kind !== 'downward-closed');
      }),
      { numRuns: 8 },
    );
  });
});

describe('greedy is as bad as its factor allows', () => {
  it('at 1/2 under one matroid', () => {
    const objective = coverage([0b01, 0b10, 0b01], [1, 1]); // x1, y, x2
    const matroid = partitionMatroid({ parts: [0, 0, 1], capacities: 1 });
    const { value, guarantee } = greedy(objective, matroid, { budget: 3 });
    expect(bruteForceOptimum(objective, matroid)).toEqual({ items: [1, 2], value: 2 });
    expect(value / 2).toBe(guarantee.factor);
  });

  it('at 1/3 under two', () => {
    const objective = coverage([0b001, 0b010, 0b100, 0b001], [1, 1, 1]); // e, o1, o2, o3
    const both = intersection(
      partitionMatroid({ parts: [0, 0, 1, 2], capacities: 1 }),
      partitionMatroid({ parts: [0, 1, 0, 2], capacities: 1 }),
    );
    const { value, guarantee } = greedy(objective, both, { budget: 4 });
    expect(bruteForceOptimum(objective, both)).toEqual({ items: [1, 2, 3], value: 3 });
    expect(value / 3).toBe(guarantee.factor);
  });
});

describe('greedy for a sum over the items', () => {
  it.each(Object.entries(matroidMakers))('finds the optimum under a %s matroid', (_, make) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const { constraint } = make(random);
        const objective = modular(range(size).map(() => random.uniform()));
        const optimum = bruteForceOptimum(objective, constraint).value;
        expect(Math.abs(greedy(objective, constraint, { budget: size }).value - optimum)).toBeLessThanOrEqual(rounding);
      }),
      { numRuns: 15 },
    );
  });
});
