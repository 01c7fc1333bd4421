import { describe, expect, it } from 'vitest';
import { guaranteeOf, type SelectionAlgorithm } from '../../src/subset/guarantee.js';
import type { ConstraintKind } from '../../src/subset/index.js';

const known = { monotone: true, submodular: true };
const budget: ConstraintKind = { kind: 'matroid', uniform: true };
const matroid: ConstraintKind = { kind: 'matroid' };
const two: ConstraintKind = { kind: 'intersection', count: 2 };
const closed: ConstraintKind = { kind: 'downward-closed' };
const oneMinusOneOverE = 1 - 1 / Math.E;

describe('factor of a monotone submodular objective', () => {
  const cases: [SelectionAlgorithm, ConstraintKind, number | null][] = [
    [{ kind: 'greedy' }, budget, oneMinusOneOverE],
    [{ kind: 'greedy' }, matroid, 1 / 2],
    [{ kind: 'greedy' }, two, 1 / 3],
    [{ kind: 'greedy' }, { kind: 'intersection', count: 3 }, 1 / 4],
    [{ kind: 'greedy' }, closed, null],
    [{ kind: 'stochastic-greedy', epsilon: 0.1 }, budget, oneMinusOneOverE - 0.1],
    [{ kind: 'stochastic-greedy', epsilon: 0.1 }, matroid, null],
    [{ kind: 'stochastic-greedy', epsilon: 0.9 }, budget, null],
    [{ kind: 'sieve-streaming', epsilon: 0.1 }, budget, 0.4],
    [{ kind: 'sieve-streaming', epsilon: 0.1 }, two, null],
    [{ kind: 'partitioned-greedy', shards: 8, random: true }, budget, oneMinusOneOverE / 2],
    [{ kind: 'partitioned-greedy', shards: 8, random: true }, two, 1 / 6],
    [{ kind: 'partitioned-greedy', shards: 8, random: false }, matroid, 1 / 16],
    [{ kind: 'partitioned-greedy', shards: 1, random: true }, matroid, 1 / 2],
    [{ kind: 'continuous-greedy', loss: 0.05 }, matroid, oneMinusOneOverE - 0.05],
    [{ kind: 'continuous-greedy', loss: 0.05 }, two, null],
    [{ kind: 'local-search', swaps: 1, epsilon: 0.1 }, matroid, 1 / 2.1],
    [{ kind: 'local-search', swaps: 1, epsilon: 0.1 }, two, 1 / 3.1],
    [{ kind: 'local-search', swaps: 2, epsilon: 0.1 }, two, 1 / 2.6],
    [{ kind: 'local-search', swaps: 1, epsilon: 0.1 }, closed, null],
    [{ kind: 'k-center', metric: true }, budget, 1 / 2],
    [{ kind: 'k-center', metric: true }, matroid, null],
    [{ kind: 'weighted-k-center', metric: true }, budget, 1 / 3],
    [{ kind: 'gist', epsilon: 0.05, metric: true }, budget, 0.45],
    [{ kind: 'heuristic', name: 'margin' }, budget, null],
  ];

  it.each(cases)('%j under %j is %d', (algorithm, structure, factor) => {
    const guarantee = guaranteeOf(algorithm, known, structure);
    if (factor === null) expect(guarantee.factor).toBeNull();
    else expect(guarantee.factor).toBeCloseTo(factor, 12);
    expect(guarantee.holds).toBe(factor !== null);
  });

  it('is better where the objective is modular', () => {
    const modular = { ...known, modular: true };
    expect(guaranteeOf({ kind: 'greedy' }, modular, matroid)).toEqual({
      factor: 1,
      holds: true,
      because: 'greedy is optimal for a modular objective, under one matroid (Rado 1957, Edmonds 1971)',
    });
    expect(guaranteeOf({ kind: 'greedy' }, modular, two).factor).toBe(1 / 3);
    expect(guaranteeOf({ kind: 'gist', epsilon: 0.05, metric: true }, modular, budget).factor).toBeCloseTo(
      2 / 3 - 0.05,
      12,
    );
  });
});

describe('conditions in words', () => {
  it('that are met', () => {
    expect(guaranteeOf({ kind: 'greedy' }, known, two).because).toBe(
      'under an intersection of 2 matroids, the objective being monotone and submodular (Fisher, Nemhauser and Wolsey 1978)',
    );
  });

  it('that fail: not monotone, not submodular, no metric', () => {
    expect(guaranteeOf({ kind: 'greedy' }, { monotone: false, submodular: true }, matroid)).toEqual({
      factor: 1 / 2,
      holds: false,
      because:
        'the objective is not monotone, and the proof needs that: shift the utilities, which changes no pick of a given number of items',
    });
    expect(guaranteeOf({ kind: 'greedy' }, { monotone: true, submodular: false }, matroid)).toEqual({
      factor: 1 / 2,
      holds: false,
      because: 'the objective is not submodular, and the proof needs that',
    });
    expect(guaranteeOf({ kind: 'k-center', metric: false }, known, budget)).toEqual({
      factor: 1 / 2,
      holds: false,
      because: 'Gonzalez 1985 ask for distances that obey the triangle inequality; these need not',
    });
    expect(
      guaranteeOf({ kind: 'gist', epsilon: 0.1, metric: true }, { monotone: false, submodular: true }, budget).holds,
    ).toBe(false);
  });

  it('that nobody has proven', () => {
    expect(guaranteeOf({ kind: 'heuristic', name: 'random' }, known, budget)).toEqual({
      factor: null,
      holds: false,
      because: 'random has no proven factor',
    });
    expect(guaranteeOf({ kind: 'greedy' }, known, closed).because).toBe(
      'greedy is proven for matroids and their intersections, not for this constraint',
    );
  });
});
