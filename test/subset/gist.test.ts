import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { gistThresholds } from '../../src/subset/gist.js';
import {
  gist,
  graphFromEdges,
  greedy,
  modularObjective,
  pairwiseObjective,
  partitionMatroid,
  uniformMatroid,
  type SubsetObjective,
} from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { randomGraph } from './randomObjectives.js';
import { itemsOf, range, rounding, sizeOf, valueOf } from './support.js';

seedProperties();

const positions = [0, 1, 2, 6, 7, 10];
const points = { embeddings: { values: Float32Array.from(positions), dimension: 1 } };
const objective = modularObjective({ utility: [1, 0.9, 0.8, 0.5, 0.95, 0.3] });

/** Utility plus diversity by definition, on a line. */
function valueOnLine(f: SubsetObjective, at: readonly number[], lambda: number, items: readonly number[]): number {
  const pairs = items.flatMap((i) => items.filter((j) => j < i).map((j) => Math.abs(at[i]! - at[j]!)));
  const diversity = pairs.length === 0 ? Math.max(...at) - Math.min(...at) : Math.min(...pairs);
  return valueOf(f, items) + lambda * diversity;
}

describe('gist on six points of a line', () => {
  it('sweeps 76 thresholds', () => {
    const thresholds = gistThresholds(10, 0.05);
    expect(thresholds.length).toBe(76);
    expect(thresholds[0]).toBeCloseTo(0.25, 12);
    expect(thresholds.at(-1)!.toFixed(4)).toBe('9.7082');
  });

  it('finds the optimum, first at a threshold of 3.010', () => {
    const result = gist(objective, { points, budget: 3, lambda: 0.2 });
    expect([...result.items]).toEqual([0, 4]);
    expect([...result.gains]).toEqual([1, 0.95]);
    expect(result.value).toBeCloseTo(3.35, 12);
    expect(result.threshold!.toFixed(3)).toBe('3.010');
    expect(result).toMatchObject({ utility: 1.95, diversity: 7, stopped: 'constraint', guarantee: { holds: true } });
    expect(result.guarantee.factor).toBeCloseTo(2 / 3 - 0.05, 12);
    const sets = range(64).filter((mask) => sizeOf(mask) <= 3).map(itemsOf); // prettier-ignore
    expect(Math.max(...sets.map((set) => valueOnLine(objective, positions, 0.2, set)))).toBeCloseTo(3.35, 12);
  });

  it('does better than greedy for utility alone', () => {
    const { items } = greedy(objective, uniformMatroid({ capacity: 3 }), { budget: 3 });
    expect([...items]).toEqual([0, 4, 1]);
    expect(valueOnLine(objective, positions, 0.2, [...items])).toBeCloseTo(3.05, 12);
    expect([...gist(objective, { points, budget: 3, lambda: 0 }).items]).toEqual([0, 4, 1]);
  });

  it('takes the ends of the diameter where distance is all', () => {
    const { items, threshold } = gist(objective, { points, budget: 3, lambda: 100 });
    expect([...items]).toEqual([0, 5]);
    expect(threshold).toBeNull();
  });

  it('counts thresholds, and ends when it is told to', () => {
    const seen: number[] = [];
    gist(objective, { points, budget: 3, lambda: 0.2, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual(range(76).map((at) => at + 1));
    const call = (): unknown =>
      gist(objective, { points, budget: 3, lambda: 1, signal: AbortSignal.abort(new Error('no')) });
    expect(call).toThrow('no');
  });
});

describe('gist', () => {
  it('reaches its factor, for a modular and a submodular utility', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.boolean(),
        (seed, budget, lambda, modular) => {
          const random = randomStream(seed);
          const at = range(8).map(() => Math.fround(3 * random.uniform()));
          const utility = range(8).map(() => random.uniform());
          const graph = randomGraph(8, 0.5, random);
          const f = modular
            ? modularObjective({ utility })
            : pairwiseObjective({ utility, graph, beta: 0.4, shift: true });
          const embeddings = { values: Float32Array.from(at), dimension: 1 };
          const { items, value, guarantee } = gist(f, { points: { embeddings }, budget, lambda });
          expect(guarantee.holds).toBe(true);
          expect(Math.abs(value - valueOnLine(f, at, lambda, [...items]))).toBeLessThanOrEqual(rounding);
          const sets = range(256).filter((mask) => sizeOf(mask) <= budget).map(itemsOf); // prettier-ignore
          const optimum = Math.max(...sets.map((set) => valueOnLine(f, at, lambda, set)));
          expect(value).toBeGreaterThanOrEqual(guarantee.factor! * optimum - rounding);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has no factor on a graph, or under a constraint', () => {
    const graph = graphFromEdges(6, [[0, 1, 0.9], [2, 3, 0.5]]); // prettier-ignore
    const onGraph = gist(objective, { points: { graph }, budget: 3, lambda: 1 });
    expect([...onGraph.items]).toEqual([0, 4, 2]);
    expect(onGraph).toMatchObject({ diversity: 0.5, guarantee: { holds: false } });
    const constraint = partitionMatroid({ parts: [0, 0, 0, 0, 1, 1], capacities: 1 });
    const capped = gist(objective, { points, budget: 3, lambda: 0.2, constraint });
    expect([...capped.items]).toEqual([0, 4]);
    expect(capped.guarantee).toMatchObject({ factor: null, holds: false });
  });

  it('has no threshold where all points are the same, nothing where nothing is asked for', () => {
    const same = { embeddings: { values: new Float32Array(6), dimension: 1 } };
    expect(gist(objective, { points: same, budget: 2, lambda: 1 })).toMatchObject({ diversity: 0, threshold: null });
    expect(gist(objective, { points, budget: 0, lambda: 1 })).toMatchObject({
      items: { length: 0 },
      stopped: 'budget',
    });
  });

  it.each<[string, object]>([
    ['gist: expected budget to be an integer of at least 0, got -1', { budget: -1 }],
    ['gist: expected lambda to be a finite number of at least 0, got -1', { lambda: -1 }],
    ['gist: expected epsilon to be a finite number in 0.0001..1, got 0', { epsilon: 0 }],
    [
      'gist: expected 6 points, as the objective has items, got 2',
      { points: { embeddings: { values: new Float32Array(2), dimension: 1 } } },
    ],
  ])('refuses: %s', (message, changes) => {
    const call = (): unknown => gist(objective, { points, budget: 3, lambda: 1, ...changes });
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});
