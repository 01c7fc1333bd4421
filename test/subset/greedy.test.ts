import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  balancedConstraint,
  boundaryParts,
  classParts,
  feasibilityOf,
  graphFromEdges,
  greedy,
  marginUtility,
  modularObjective,
  pairwiseObjective,
  partitionMatroid,
  topTwoClasses,
  uniformMatroid,
  type GreedyOptions,
  type SubsetConstraint,
} from '../../src/subset/index.js';
import { stochasticSampleSize } from '../../src/subset/stochasticGreedy.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { graph, probabilities } from './instanceQ.js';
import { matroidMakers, otherMakers, size as constraintSize } from './randomConstraints.js';
import { submodularMakers } from './randomObjectives.js';
import { bruteForceOptimum, greedyByDefinition, objectiveFrom, range, rounding, sizeOf } from './support.js';

seedProperties();

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const rounded = (values: Iterable<number>): number[] => Array.from(values, (value) => Number(value.toFixed(6)));
const numClasses = 3;

describe('greedy on six items', () => {
  const utility = marginUtility(probabilities, { numClasses });
  const classes = classParts(probabilities, { numClasses });
  const boundaries = boundaryParts(probabilities, { numClasses });
  const ordered = boundaryParts(probabilities, { numClasses, ordered: true });
  const caps = { budget: 3, classCaps: 1, boundaryCaps: 1 };
  const constraints = {
    none: balancedConstraint(caps),
    class: balancedConstraint({ ...caps, classes }),
    boundary: balancedConstraint({ ...caps, boundaries }),
    both: balancedConstraint({ ...caps, classes, boundaries }),
    ordered: balancedConstraint({ ...caps, boundaries: ordered }),
  };

  it('has these utilities and boundaries', () => {
    expect(rounded(utility)).toEqual([0.95, 0.99, 0.85, 0.7, 0.91, 0.5]);
    const { best, second } = topTwoClasses(probabilities, { numClasses });
    expect([...best]).toEqual([0, 0, 0, 1, 1, 2]);
    expect([...second]).toEqual([1, 1, 2, 0, 2, 1]);
  });

  it.each([
    ['none', [1, 4, 0], [0.891, 0.819, 0.765], 2.475, 2.475, [0, 1, 4], 'budget', 1 - 1 / Math.E],
    ['class', [1, 4, 5], [0.891, 0.819, 0.43], 2.14, 2.14, [1, 4, 5], 'budget', 1 / 2],
    ['boundary', [1, 4, 2], [0.891, 0.819, 0.725], 2.435, 2.435, [1, 2, 4], 'budget', 1 / 2],
    ['both', [1, 4], [0.891, 0.819], 1.71, 1.845, [2, 3, 5], 'constraint', 1 / 3],
    ['ordered', [1, 4, 2], [0.891, 0.819, 0.725], 2.435, 2.435, [1, 2, 4], 'budget', 1 / 2],
  ] as const)('balanced over %s', (balance, items, gains, value, best, bestItems, stopped, factor) => {
    const objective = pairwiseObjective({ utility, graph });
    expect(objective.properties).toMatchObject({ monotone: true, submodular: true });
    const result = greedy(objective, constraints[balance], { budget: 3 });
    expect([...result.items]).toEqual(items);
    expect(rounded(result.gains)).toEqual(gains);
    expect(rounded([result.value])).toEqual([value]);
    expect(result).toMatchObject({ stopped, guarantee: { factor, holds: true } });
    const optimum = bruteForceOptimum(objective, constraints[balance], 3);
    expect([optimum.items, ...rounded([optimum.value])]).toEqual([bestItems, best]);
  });

  it('says that it is stuck where larger sets exist', () => {
    const { items, value } = greedy(pairwiseObjective({ utility, graph }), constraints.both, { budget: 3 });
    expect(feasibilityOf(constraints.both, 3, items)).toMatchObject({ maximum: 3, exact: true });
    expect((value / 1.845).toFixed(6)).toBe('0.926829');
  });

  it('has gains against all others that make it monotone, or not', () => {
    const lastGains = (alpha: number, beta: number): number[] =>
      range(6).map((item) => {
        const state = pairwiseObjective({ utility, graph, alpha, beta }).start();
        for (const other of range(6)) if (other !== item) state.add(other);
        return state.gain(item);
      });
    expect(rounded(lastGains(0.9, 0.1))).toEqual([0.715, 0.731, 0.675, 0.54, 0.739, 0.43]);
    expect(rounded([lastGains(0.6, 0.4)[1]!])).toEqual([-0.046]);
  });

  it.each([
    ['none', [1, 4, 2], [0.594, 0.546, 0.35], 1.49, 1.49],
    ['class', [1, 4, 5], [0.594, 0.546, 0.22], 1.36, 1.36],
    ['both', [1, 4], [0.594, 0.546], 1.14, 1.23],
  ] as const)('with more weight on similarity, balanced over %s', (balance, items, gains, value, best) => {
    const objective = pairwiseObjective({ utility, graph, alpha: 0.6, beta: 0.4 });
    expect(objective.properties.monotone).toBe(false);
    const result = greedy(objective, constraints[balance], { budget: 3 });
    expect([...result.items]).toEqual(items);
    expect(rounded(result.gains)).toEqual(gains);
    expect(rounded([result.value])).toEqual([value]);
    expect(result.guarantee.holds).toBe(false);
    expect(rounded([bruteForceOptimum(objective, constraints[balance], 3).value])).toEqual([best]);
  });

  it('picks the same when utilities are shifted, or both weights scaled', () => {
    for (const constraint of Object.values(constraints)) {
      const picks = (options: object): number[] => [
        ...greedy(pairwiseObjective({ utility, graph, alpha: 0.6, beta: 0.4, ...options }), constraint, { budget: 3 })
          .items,
      ];
      expect(picks({ utility: utility.map((value) => value + 7) })).toEqual(picks({}));
      expect(picks({ shift: true })).toEqual(picks({}));
      expect(picks({ alpha: 6, beta: 4 })).toEqual(picks({}));
    }
  });
});

describe('heaps select what greedy by its definition selects', () => {
  const constraints = { ...matroidMakers, ...otherMakers };

  it.each(Object.entries(submodularMakers))('for %s under every constraint', (_, makeObjective) => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...Object.values(constraints)),
        fc.constantFrom(undefined, 2, 10),
        (seed, make, steps) => {
          const random = randomStream(seed);
          const objective = makeObjective(constraintSize, random, steps);
          expect(objective.properties.submodular).toBe(true);
          sameByAllMethods(objective, make(random).constraint, constraintSize);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each(Object.entries(submodularMakers))('for %s in larger pools', (_, makeObjective) => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(undefined, 2, 10), (seed, steps) => {
        const random = randomStream(seed);
        const objective = makeObjective(40, random, steps);
        const parts = range(40).map(() => random.integer(5));
        sameByAllMethods(objective, partitionMatroid({ parts, capacities: 5 }), 22);
      }),
      { numRuns: 10 },
    );
  });

  function sameByAllMethods(
    objective: Parameters<typeof greedy>[0],
    constraint: SubsetConstraint,
    budget: number,
  ): void {
    const expected = greedyByDefinition(objective, constraint, budget);
    for (const method of ['naive', 'lazy', 'decrement', 'auto'] as const) {
      const result = greedy(objective, constraint, { budget, method });
      expect([...result.items]).toEqual(expected.items);
      expect([...result.gains]).toEqual(expected.gains);
      expect(result.value).toBe(expected.value);
    }
    const everyItem = greedy(objective, constraint, {
      budget,
      method: 'stochastic',
      epsilon: 1e-300,
      random: randomStream(1),
    });
    expect([...everyItem.items]).toEqual(expected.items);
  }

  it('and items in another order are the same items', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = randomStream(seed);
        const edges = range(30).map(() => [random.integer(12), 12 + random.integer(12), random.uniform()] as const);
        const unique = [...new Map(edges.map((edge) => [edge[0] * 24 + edge[1], edge])).values()];
        const utility = range(24).map(() => random.uniform());
        const to = random.permutation(24);
        const moved = new Float64Array(24);
        utility.forEach((value, item) => (moved[to[item]!] = value));
        const movedEdges = unique.map(([i, j, weight]) => [to[i]!, to[j]!, weight] as const);
        const options = { budget: 10 };
        const all = uniformMatroid({ capacity: 24 });
        const { items } = greedy(pairwiseObjective({ utility, graph: graphFromEdges(24, unique) }), all, options);
        const other = greedy(
          pairwiseObjective({ utility: moved, graph: graphFromEdges(24, movedEdges) }),
          all,
          options,
        );
        expect([...other.items]).toEqual(Array.from(items, (item) => to[item]));
      }),
      { numRuns: 30 },
    );
  });
});

describe('greedy reaches its factor', () => {
  it.each(Object.entries(submodularMakers))('for %s', (_, makeObjective) => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(...Object.values({ ...matroidMakers, ...otherMakers })), (seed, make) => {
        const random = randomStream(seed);
        const objective = makeObjective(constraintSize, random);
        const { constraint } = make(random);
        const { value, guarantee } = greedy(objective, constraint, { budget: 4 });
        const optimum = bruteForceOptimum(objective, constraint, 4).value;
        expect(value).toBeLessThanOrEqual(optimum + rounding);
        if (guarantee.holds) expect(value).toBeGreaterThanOrEqual(guarantee.factor! * optimum - rounding);
        else expect(objective.properties.monotone && constraint.structure.kind !== 'downward-closed').toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});

describe('stochastic greedy', () => {
  it('samples (n / k) ln(1 / epsilon) items', () => {
    expect(stochasticSampleSize(100_000, 1000, 0.9)).toBe(11); // 10.5
    expect(stochasticSampleSize(100_000, 1000, 0.1)).toBe(231); // 230.3
    expect(stochasticSampleSize(10, 10, 0.9)).toBe(1);
    expect(stochasticSampleSize(10, 1, 0.01)).toBe(10);
    expect(stochasticSampleSize(10, 0, 0.1)).toBe(10);
  });

  it('reaches its factor in the mean, and says so', () => {
    const objective = submodularMakers['facility location, graph']!(14, randomStream(5));
    const constraint = uniformMatroid({ capacity: 4 });
    const optimum = bruteForceOptimum(objective, constraint, 4).value;
    const runs = range(200).map((seed) =>
      greedy(objective, constraint, { budget: 4, method: 'stochastic', epsilon: 0.2, random: randomStream(seed) }),
    );
    const { factor, holds } = runs[0]!.guarantee;
    expect([factor, holds]).toEqual([1 - 1 / Math.E - 0.2, true]);
    expect(runs.reduce((sum, run) => sum + run.value, 0) / 200).toBeGreaterThan(factor! * optimum);
    expect(new Set(runs.map((run) => run.items.join())).size).toBeGreaterThan(10);
    expect(runs.every((run) => new Set(run.items).size === 4)).toBe(true);
  });

  it('fills what a constraint allows', () => {
    const objective = modularObjective({ utility: range(50) });
    const constraint = partitionMatroid({ parts: range(50).map((item) => item % 5), capacities: 2 });
    const options = { budget: 20, method: 'stochastic', epsilon: 0.9, random: randomStream(2) } as const;
    expect(greedy(objective, constraint, options)).toMatchObject({ items: { length: 10 }, stopped: 'constraint' });
  });
});

describe('greedy stops', () => {
  const objective = modularObjective({ utility: [0.5, -1, 0.25, 0, -0.125] });
  const all = uniformMatroid({ capacity: 5 });
  const stoppedAt = (constraint: SubsetConstraint, options: GreedyOptions): unknown[] => {
    const { items, stopped } = greedy(objective, constraint, options);
    return [[...items], stopped];
  };

  it('at the budget, the constraint, or the end of the pool', () => {
    expect(stoppedAt(all, { budget: 2 })).toEqual([[0, 2], 'budget']);
    expect(stoppedAt(uniformMatroid({ capacity: 1 }), { budget: 2 })).toEqual([[0], 'constraint']);
    expect(stoppedAt(uniformMatroid({ capacity: 0 }), { budget: 2 })).toEqual([[], 'constraint']);
    expect(stoppedAt(all, { budget: 5 })).toEqual([[0, 2, 3, 4, 1], 'budget']);
    expect(stoppedAt(uniformMatroid({ capacity: 9 }), { budget: 9 })).toEqual([[0, 2, 3, 4, 1], 'items']);
    expect(stoppedAt(all, { budget: 0 })).toEqual([[], 'budget']);
  });

  it.each(['naive', 'lazy', 'decrement', 'stochastic'] as const)('before the value falls, by %s', (method) => {
    const options = { budget: 5, method, epsilon: 1e-300, random: randomStream(1) };
    expect(stoppedAt(all, { ...options, stopAtNegative: true })).toEqual([[0, 2, 3], 'gain']);
    expect(stoppedAt(all, { ...options, stopAtNegative: false })[1]).toBe('budget');
  });

  it('with nothing of a pool without items', () => {
    const empty = modularObjective({ utility: [] });
    expect(greedy(empty, all, { budget: 3 })).toMatchObject({ items: { length: 0 }, value: 0, stopped: 'items' });
  });

  it('takes duplicates by index', () => {
    const duplicates = pairwiseObjective({ utility: [0.5, 0.5, 0.5, 0.5], graph: graphFromEdges(4, [[0, 1, 1], [2, 3, 1]]) }); // prettier-ignore
    expect([...greedy(duplicates, all, { budget: 4 }).items]).toEqual([0, 2, 1, 3]);
  });

  it('among candidates only', () => {
    expect(stoppedAt(all, { budget: 4, candidates: [4, 2] })).toEqual([[2, 4], 'items']);
    expect(stoppedAt(all, { budget: 4, candidates: [] })).toEqual([[], 'items']);
  });
});

describe('greedy for an objective that is not submodular', () => {
  const squares = objectiveFrom('squares', 3, (mask) => sizeOf(mask) ** 2, { monotone: true, submodular: false });
  const all = uniformMatroid({ capacity: 3 });

  it('asks every gain', () => {
    const { gains, guarantee } = greedy(squares, all, { budget: 3 });
    expect([...gains]).toEqual([1, 3, 5]);
    expect(guarantee.holds).toBe(false);
  });

  it.each(['lazy', 'decrement'] as const)('has no heap for %s', (method) => {
    const message = `greedy: expected a submodular objective with method '${method}', got squares. Its gains may rise, so that old ones bound nothing: use method 'naive'`;
    expect(() => greedy(squares, all, { budget: 1, method })).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('greedy reports', () => {
  const objective = modularObjective({ utility: range(300) });
  const all = uniformMatroid({ capacity: 300 });

  it('about a hundred times, and at the end', () => {
    const seen: number[] = [];
    greedy(objective, all, { budget: 250, onProgress: (selected) => seen.push(selected) });
    expect(seen.length).toBe(125);
    expect(seen.at(-1)).toBe(250);
  });

  it('and ends when it is told to', () => {
    const abort = new AbortController();
    const onProgress = (selected: number): void => {
      if (selected >= 100) abort.abort(new Error('enough'));
    };
    expect(() => greedy(objective, all, { budget: 300, onProgress, signal: abort.signal })).toThrow('enough');
  });
});

describe('greedy refuses', () => {
  const objective = modularObjective({ utility: [1, 2] });
  const all = uniformMatroid({ capacity: 2 });
  it.each<[string, SubsetConstraint, object]>([
    ['greedy: expected budget to be an integer of at least 0, got -1', all, { budget: -1 }],
    ['greedy: expected budget to be an integer of at least 0, got NaN', all, { budget: NaN }],
    ['greedy: expected budget to be an integer of at least 0, got 1.5', all, { budget: 1.5 }],
    ['greedy: expected epsilon to be a finite number in 5e-324..1, got 0', all, { budget: 1, epsilon: 0 }],
    [
      'greedy: expected method to be one of auto, decrement, lazy, naive, stochastic, got lasy. Did you mean "lazy"?',
      all,
      { budget: 1, method: 'lasy' },
    ],
    [
      "greedy: expected random with method 'stochastic', got none. Pass randomStream(seed)",
      all,
      { budget: 1, method: 'stochastic' },
    ],
    ['greedy: expected each item of candidates once, got item 1 twice', all, { budget: 1, candidates: [1, 1] }],
    ['greedy: expected candidates[0] to be an integer in 0..1, got 2', all, { budget: 1, candidates: [2] }],
    [
      'greedy: expected a constraint on 2 items, as the objective is, got 3',
      partitionMatroid({ parts: [0, 0, 1], capacities: 1 }),
      { budget: 1 },
    ],
  ])('%s', (message, constraint, options) => {
    const call = (): unknown => greedy(objective, constraint, options as GreedyOptions);
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});
