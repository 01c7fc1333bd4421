import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, type RandomStream } from '../../src/core/index.js';
import { graphicMatroid } from '../../src/subset/graphicMatroid.js';
import { intersection } from '../../src/subset/intersection.js';
import { knapsack } from '../../src/subset/knapsack.js';
import { localSearch } from '../../src/subset/localSearch.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import { uniformMatroid } from '../../src/subset/uniformMatroid.js';
import type { SubsetConstraint, SubsetObjective } from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import {
  bruteForceOptimum,
  coverage,
  feasibleTable,
  greedyByDefinition,
  grown,
  maskOf,
  modular,
  objectiveFrom,
  objectiveKinds,
  randomObjective,
  range,
  rounding,
  sizeOf,
  valueTable,
} from './support.js';

seedProperties();
const size = 7;
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

function twoPartitions(random: RandomStream): SubsetConstraint {
  const parts = () => partitionMatroid({ parts: range(size).map(() => random.integer(4)), capacities: 1 });
  return intersection(parts(), parts());
}

/** Whether some exchange of the given size raises the value by a share. */
function canImprove(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  selected: number,
  { added, deleted, budget, share }: { added: number; deleted: number; budget: number; share: number },
): boolean {
  const values = valueTable(objective);
  const feasible = feasibleTable(constraint, objective.size);
  return values.some(
    (value, mask) =>
      feasible[mask] === 1 &&
      sizeOf(mask) <= budget &&
      sizeOf(mask & ~selected) <= added &&
      sizeOf(selected & ~mask) <= deleted &&
      value > values[selected]! * (1 + share) + rounding,
  );
}

describe('local search under two matroids', () => {
  it.each([1, 2] as const)(
    'with %i swaps ends where no exchange gains enough, within its factor, never below greedy',
    (swaps) => {
      fc.assert(
        fc.property(seeds, fc.constantFrom(...objectiveKinds), fc.integer({ min: 1, max: 5 }), (seed, kind, budget) => {
          const random = randomStream(seed);
          const objective = randomObjective(kind, size, random);
          const constraint = twoPartitions(random);
          const epsilon = 0.01;
          const result = localSearch(objective, constraint, { budget, swaps, epsilon });
          const limits = { added: swaps, deleted: swaps + 1, budget, share: epsilon / budget };
          expect(grown(constraint, result.items)).not.toBeNull();
          expect(result.items.length).toBeLessThanOrEqual(budget);
          expect(canImprove(objective, constraint, maskOf(result.items), limits)).toBe(false);
          expect(result.guarantee.factor).toBeCloseTo(1 / (2 + 1 / swaps + epsilon), 12);
          const optimum = bruteForceOptimum(objective, constraint, budget).value;
          expect(result.value).toBeGreaterThanOrEqual(result.guarantee.factor! * optimum - rounding);
          expect(result.value).toBeGreaterThanOrEqual(
            greedyByDefinition(objective, constraint, budget).value - rounding,
          );
        }),
        { numRuns: 40 },
      );
    },
  );

  it('from a start of its own keeps its factor', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const objective = randomObjective('coverage', size, random);
        const constraint = twoPartitions(random);
        const result = localSearch(objective, constraint, { budget: size, start: [random.integer(size)] });
        const optimum = bruteForceOptimum(objective, constraint).value;
        expect(result.value).toBeGreaterThanOrEqual(result.guarantee.factor! * optimum - rounding);
      }),
      { numRuns: 40 },
    );
  });

  it("mends greedy's tight case, in which it reaches 1 of 3", () => {
    // e, o1, o2, o3: e shares a part with o1 in the first matroid and with o2 in the second.
    const objective = coverage([0b001, 0b010, 0b100, 0b001], [1, 1, 1]);
    const constraint = intersection(
      partitionMatroid({ parts: [0, 0, 1, 2], capacities: 1 }),
      partitionMatroid({ parts: [0, 1, 0, 2], capacities: 1 }),
    );
    expect(greedyByDefinition(objective, constraint)).toMatchObject({ items: [0, 3], value: 1 });
    expect(localSearch(objective, constraint, { budget: 4 })).toMatchObject({
      items: Int32Array.of(1, 2, 3),
      gains: Float64Array.of(1, 1, 1),
      value: 3,
      stopped: 'constraint',
    });
  });
});

describe('local search', () => {
  it('finds the optimum of a sum under one matroid', () => {
    const matroid = graphicMatroid({ edges: [[0, 1], [1, 2], [2, 0], [2, 3]], vertices: 4 }); // prettier-ignore
    const result = localSearch(modular([1, 3, 2, 1]), matroid, { budget: 3, start: [0] });
    expect(result).toMatchObject({ items: Int32Array.of(1, 2, 3), value: 6, stopped: 'budget' });
    expect(result.guarantee.factor).toBeCloseTo(1 / 2.1, 12);
  });

  it('drops what lowers the value, and says that nothing holds then', () => {
    const objective = objectiveFrom('cut', 2, (mask) => [0, 1, 0.5, 0.25][mask]!, {
      monotone: false,
      submodular: true,
    });
    const result = localSearch(objective, uniformMatroid({ capacity: 2 }), { budget: 2, start: [0, 1] });
    expect(result).toMatchObject({ items: Int32Array.of(0), value: 1, stopped: 'gain' });
    expect(result.guarantee.holds).toBe(false);
  });

  it('searches a knapsack too, without a factor', () => {
    const result = localSearch(modular([3, 2, 2]), knapsack({ costs: [4, 2, 2], budget: 4 }), { budget: 3, swaps: 2 });
    expect(result).toMatchObject({ value: 4, guarantee: { factor: null, holds: false } });
  });

  it('ends at once where there is nothing to select', () => {
    expect(localSearch(modular([1]), uniformMatroid({ capacity: 1 }), { budget: 0 }).items.length).toBe(0);
    expect(localSearch(modular([]), uniformMatroid({ capacity: 1 }), { budget: 1 }).stopped).toBe('items');
    expect(localSearch(modular([0, 0]), uniformMatroid({ capacity: 2 }), { budget: 2 }).value).toBe(0);
  });

  it('refuses a start that is none, and options out of range', () => {
    const matroid = partitionMatroid({ parts: [0, 0, 1], capacities: 1 });
    const run = (options: object) => () => localSearch(modular([1, 2, 3]), matroid, { budget: 2, ...options });
    const cases: [object, string][] = [
      [{ start: [0, 1] }, 'expected a feasible start, got item 1, which partition matroid refuses'],
      [{ start: [0, 0] }, 'expected each item of start once, got item 0 twice'],
      [{ start: [0, 1, 2] }, 'expected a start of at most 2 items, got 3'],
      [{ swaps: 3 }, 'expected swaps to be an integer in 1..2, got 3'],
      [{ epsilon: -1 }, 'expected epsilon to be a finite number of at least 0, got -1'],
      [{ budget: -1 }, 'expected budget to be an integer of at least 0, got -1'],
    ];
    expect(() => localSearch(modular([1]), matroid, { budget: 1 })).toThrow(
      refusal('InvalidArgumentError', 'localSearch: expected a constraint on 1 items, as the objective is, got 3'),
    );
    for (const [options, message] of cases) {
      expect(run(options)).toThrow(refusal('InvalidArgumentError', `localSearch: ${message}`));
    }
  });
});
