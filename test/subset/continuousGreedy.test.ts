import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { continuousGreedy } from '../../src/subset/continuousGreedy.js';
import { graphicMatroid } from '../../src/subset/graphicMatroid.js';
import { exactGains, sampledGains } from '../../src/subset/multilinear.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import { swapRounding } from '../../src/subset/swapRounding.js';
import { transversalMatroid } from '../../src/subset/transversalMatroid.js';
import { truncation } from '../../src/subset/truncation.js';
import { uniformMatroid } from '../../src/subset/uniformMatroid.js';
import type { SubsetConstraint, SubsetObjective } from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import {
  bruteForceOptimum,
  coverage,
  exchangeHolds,
  feasibleTable,
  grown,
  greedyByDefinition,
  itemsOf,
  modular,
  objectiveFrom,
  randomObjective,
  range,
  rankOf,
  sizeOf,
  valueTable,
} from './support.js';

const seeds = 200;

/** Greedy's tight case: x1 and y share a part, x1 and x2 cover the same point; greedy that starts with x1 ends at 1 of 2. */
const tight = {
  objective: coverage([0b01, 0b10, 0b01], [1, 1]),
  matroid: partitionMatroid({ parts: [0, 0, 1], capacities: 1 }),
};

/** A base's least value: below it no run ends. */
function worstBase(objective: SubsetObjective, matroid: SubsetConstraint): number {
  const rank = rankOf(matroid, objective.size);
  const values = valueTable(objective);
  const bases = [...feasibleTable(matroid, objective.size).keys()].filter(
    (mask) => sizeOf(mask) === rank && grown(matroid, itemsOf(mask)),
  );
  return Math.min(...bases.map((mask) => values[mask]!));
}

/**
 * How far the mean of the runs may lie below its expectation: the one-sided bound of Hoeffding for values in `[low, high]` is crossed with
 * probability `exp(-2 runs t^2 / (high - low)^2)`, here 1e-7.
 */
function allowance(low: number, high: number): number {
  return (high - low) * Math.sqrt(Math.log(1e7) / (2 * seeds));
}

function meanOf(
  objective: SubsetObjective,
  matroid: SubsetConstraint,
  steps: number,
): { mean: number; factor: number } {
  const runs = range(seeds).map((seed) => continuousGreedy(objective, matroid, { steps, random: randomStream(seed) }));
  return { mean: runs.reduce((sum, run) => sum + run.value, 0) / seeds, factor: runs[0]!.guarantee.factor! };
}

describe('the mean over 200 seeds', () => {
  // Each comparison below may raise a false alarm with probability 1e-7, five of them with 5e-7 at most.
  it('is at least 1 - 1/e - eps of the optimum where greedy has 1/2', () => {
    const { objective, matroid } = tight;
    expect(greedyByDefinition(objective, matroid).value).toBe(1);
    const { mean, factor } = meanOf(objective, matroid, 100);
    expect(1 - 1 / Math.E - factor).toBeLessThan(0.01); // what 100 steps cost
    const least = factor * 2 - allowance(1, 2);
    expect(least).toBeGreaterThan(1); // so that greedy fails this test
    expect(mean).toBeGreaterThanOrEqual(least);
  });

  const matroids: [string, SubsetConstraint][] = [
    ['partition', truncation(partitionMatroid({ parts: [0, 0, 0, 1, 1, 2, 2, 2], capacities: [1, 1, 2] }), 3)],
    ['transversal', transversalMatroid({ sets: [[0, 1, 2], [2, 3, 4], [4, 5, 6, 7]], size: 8 })], // prettier-ignore
    ['graphic', graphicMatroid({ edges: [[0, 1], [1, 2], [2, 0], [2, 3], [3, 0], [1, 3], [3, 4], [4, 0]], vertices: 5 })], // prettier-ignore
    ['uniform', uniformMatroid({ capacity: 3 })],
  ];
  it.each(matroids)('likewise for coverage under a %s matroid', (_, matroid) => {
    const objective = randomObjective('coverage', 8, randomStream(17));
    const optimum = bruteForceOptimum(objective, matroid).value;
    const { mean, factor } = meanOf(objective, matroid, 60);
    expect(mean).toBeGreaterThanOrEqual(factor * optimum - allowance(worstBase(objective, matroid), optimum));
    expect(mean).toBeLessThanOrEqual(optimum * (1 + 1e-12));
  });
});

describe('a result', () => {
  it('is feasible, in greedy order, of full rank, and adds up', () => {
    const objective = randomObjective('matching', 9, randomStream(5));
    const matroid = partitionMatroid({ parts: range(9).map((item) => item % 3), capacities: 1 });
    const result = continuousGreedy(objective, matroid, { random: randomStream(1) });
    expect(grown(matroid, result.items)).not.toBeNull();
    expect(result.items.length).toBe(3);
    expect(result.gains.reduce((sum, gain) => sum + gain, 0)).toBeCloseTo(result.value, 12);
    expect([...result.gains]).toEqual([...result.gains].sort((a, b) => b - a));
    expect(result.stopped).toBe('constraint');
    expect(result.guarantee.because).toBe(
      'under one matroid, in expectation, the objective being monotone and submodular (Calinescu et al. 2011)',
    );
  });

  it('is the optimum for a sum over the items, within the budget', () => {
    const result = continuousGreedy(modular([3, 5, 4, 1]), partitionMatroid({ parts: [0, 0, 1, 2], capacities: 1 }), {
      budget: 2,
      random: randomStream(1),
    });
    expect(result).toMatchObject({ items: Int32Array.of(1, 2), value: 9, stopped: 'budget' });
  });

  it('is the same for the same seed, by sampling too', () => {
    const objective = randomObjective('coverage', 14, randomStream(2));
    const matroid = partitionMatroid({ parts: range(14).map((item) => item % 4), capacities: 1 });
    const run = () => continuousGreedy(objective, matroid, { steps: 30, samples: 20, random: randomStream(9) });
    expect(run()).toEqual(run());
    expect(run().value).toBeGreaterThanOrEqual(bruteForceOptimum(objective, matroid).value / 2);
  });

  it('says when samples are too few for a factor, and what many leave of it', () => {
    const objective = randomObjective('matching', 14, randomStream(2));
    const matroid = uniformMatroid({ capacity: 2 });
    const run = (samples: number) =>
      continuousGreedy(objective, matroid, { steps: 40, samples, random: randomStream(9) }).guarantee;
    expect(run(1)).toEqual({
      factor: null,
      holds: false,
      because: 'what epsilon, steps and samples may cost leaves nothing of the factor (Calinescu et al. 2011)',
    });
    expect(run(200).factor).toBeGreaterThan(0.4);
    expect(run(200).factor).toBeLessThan(1 - Math.exp(-(1 - 2 / 40)));
  });

  it('is empty where nothing is feasible, and everything where all is', () => {
    const random = randomStream(1);
    expect(continuousGreedy(modular([1, 2]), uniformMatroid({ capacity: 0 }), { random }).items.length).toBe(0);
    expect(continuousGreedy(modular([1, 2]), uniformMatroid({ capacity: 3 }), { random })).toMatchObject({
      items: Int32Array.of(1, 0),
      stopped: 'items',
    });
  });

  it('has a factor without a hold where the objective is not monotone', () => {
    const cut = objectiveFrom('cut', 3, (mask) => [0, 1, 1, 0.5, 1, 0.5, 0.5, 0][mask]!, {
      monotone: false,
      submodular: true,
    });
    const { guarantee } = continuousGreedy(cut, uniformMatroid({ capacity: 2 }), { random: randomStream(1) });
    expect(guarantee.holds).toBe(false);
    expect(guarantee.because).toMatch(/not monotone/);
  });
});

describe('expected gains', () => {
  const objective = randomObjective('coverage', 6, randomStream(4));
  const x = Float64Array.of(0, 0.2, 0.5, 0.9, 1, 0.3);

  it('are sums over all sets', () => {
    const values = valueTable(objective);
    const gains = exactGains(objective)(x);
    for (const item of range(6)) {
      const sum = values.reduce((total, value, mask) => {
        const odds = x.reduce((product, p, other) => product * (mask & (1 << other) ? p : 1 - p), 1);
        return total + odds * (values[mask | (1 << item)]! - value);
      }, 0);
      expect(gains[item]).toBeCloseTo(sum, 12);
    }
  });

  it('are met by samples', () => {
    // By Hoeffding each of 6 means of 4000 gains in [0, f({i})] is further off than this with probability 2e-8.
    const [exact, sampled] = [exactGains(objective)(x), sampledGains(objective, 4000, randomStream(6))(x)];
    const alone = exactGains(objective)(new Float64Array(6));
    for (const item of range(6)) {
      const margin = alone[item]! * Math.sqrt(Math.log(1e8) / (2 * 4000));
      expect(Math.abs(sampled[item]! - exact[item]!)).toBeLessThanOrEqual(margin);
    }
  });
});

describe('swap rounding', () => {
  const matroid = graphicMatroid({ edges: [[0, 1], [1, 2], [2, 0], [2, 3], [3, 0]], vertices: 4 }); // prettier-ignore
  const bases = [
    [0, 1, 3],
    [0, 2, 4],
    [1, 2, 4],
    [0, 1, 4],
  ];

  it('keeps each item as often as the bases have it, and gives a base', () => {
    // Two-sided, each of 5 frequencies of 2000 draws is off by more than this with probability 2e-8.
    const margin = Math.sqrt(Math.log(1e8) / (2 * 2000));
    const random = randomStream(3);
    const draws = range(2000).map(() => swapRounding(bases, matroid, random));
    for (const base of draws) expect(grown(matroid, base)?.count).toBe(3);
    for (const item of range(5)) {
      const wanted = bases.filter((base) => base.includes(item)).length / bases.length;
      const seen = draws.filter((base) => base.includes(item)).length / draws.length;
      expect(Math.abs(seen - wanted)).toBeLessThanOrEqual(margin);
    }
  });

  it('says so where the bases are of no matroid', () => {
    const pairs: SubsetConstraint = { ...pairsOnly([0b0011, 0b1100]), name: 'two pairs' };
    expect(exchangeHolds(pairs, 4)).toBe(false);
    expect(() => swapRounding([[0, 1], [2, 3]], pairs, randomStream(1))).toThrow(refusal('InvalidArgumentError', 'swapRounding: expected a matroid, got two pairs, which breaks the exchange axiom: no item may take the place of item 0')); // prettier-ignore
  });
});

/** The subsets of a few sets. */
function pairsOnly(sets: readonly number[]): SubsetConstraint {
  const start = (mask = 0) => {
    let taken = mask;
    return {
      get count() {
        return sizeOf(taken);
      },
      canAdd: (item: number) => !(taken & (1 << item)) && sets.some((set) => ((taken | (1 << item)) & ~set) === 0),
      add: (item: number) => void (taken |= 1 << item),
      clone: () => start(taken),
    };
  };
  return {
    name: 'pairs',
    size: 4,
    structure: { kind: 'downward-closed' },
    matroids: [],
    start: () => start(),
    binding: () => [],
  };
}

describe('bad input', () => {
  const random = randomStream(1);

  it('names what it wants instead', () => {
    expect(() => continuousGreedy(modular([1]), pairsOnly([]), { random })).toThrow(
      refusal(
        'InvalidArgumentError',
        'continuousGreedy: expected one matroid, got pairs. Use greedy or localSearch for anything else',
      ),
    );
    const two = partitionMatroid({ parts: [0, 0], capacities: 1 });
    expect(() => continuousGreedy(modular([1]), two, { random })).toThrow(
      refusal('InvalidArgumentError', 'continuousGreedy: expected a constraint on 1 items, as the objective is, got 2'),
    );
    expect(() => continuousGreedy(modular([1, 2]), two, { random, steps: 0 })).toThrow(
      refusal('InvalidArgumentError', 'continuousGreedy: expected steps to be an integer of at least 1, got 0'),
    );
  });
});
