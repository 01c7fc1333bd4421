import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  entropyUtility,
  leastConfidenceUtility,
  marginUtility,
  modularObjective,
  partitionMatroid,
  randomSubset,
  topUtility,
} from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { probabilities } from './instanceQ.js';
import { isMonotone, isSubmodular, range } from './support.js';

const numClasses = 3;

describe('topUtility', () => {
  it('ranks by margin, entropy and least confidence', () => {
    const ranked = (utility: ArrayLike<number>): number[] => [...topUtility({ utility, budget: 6 }).items];
    expect(ranked(marginUtility(probabilities, { numClasses }))).toEqual([1, 0, 4, 2, 3, 5]);
    const entropy = range(6).map(
      (i) => -probabilities.slice(3 * i, 3 * i + 3).reduce((sum, p) => sum + p * Math.log(p), 0),
    );
    expect(ranked(entropyUtility(probabilities, { numClasses }))).toEqual(range(6).sort((a, b) => entropy[b]! - entropy[a]!)); // prettier-ignore
    expect(ranked(leastConfidenceUtility(probabilities, { numClasses }))).toEqual([1, 0, 4, 2, 3, 5]);
  });

  it('has the largest sum, and says so; ties go to the lowest index', () => {
    const result = topUtility({ utility: [0.5, 1, 0.5, 1], budget: 3 });
    expect([...result.items]).toEqual([1, 3, 0]);
    expect(result).toMatchObject({ value: 2.5, stopped: 'budget', guarantee: { factor: 1, holds: true } });
    const capped = topUtility({ utility: [0.5, 1, 0.5, 1], budget: 3, constraint: partitionMatroid({ parts: [0, 1, 0, 1], capacities: 1 }) }); // prettier-ignore
    expect([...capped.items]).toEqual([1, 0]);
    expect(capped).toMatchObject({ stopped: 'constraint', guarantee: { factor: 1, holds: true } });
  });

  it.each<[string, readonly number[], number]>([
    ['topUtility: expected budget to be an integer of at least 0, got -1', [1], -1],
    ['modularObjective: expected finite utilities, got NaN at item 1', [1, NaN], 1],
  ])('refuses: %s', (message, utility, budget) => {
    expect(() => topUtility({ utility, budget })).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('modularObjective', () => {
  it('is what it says, negative or not', () => {
    for (const utility of [
      [1, 0, 2],
      [1, -1, 2],
    ]) {
      const objective = modularObjective({ utility });
      expect([isMonotone(objective), isSubmodular(objective)]).toEqual([utility[1]! >= 0, true]);
      expect(objective.properties).toEqual({ monotone: utility[1]! >= 0, submodular: true, modular: true });
    }
  });

  it('counts an item once, and clones go their own way', () => {
    const state = modularObjective({ utility: [1, 2] }).start();
    state.add(1);
    state.add(1);
    const copy = state.clone();
    copy.add(0);
    expect([state.value, state.gain(1), state.gain(0), copy.value]).toEqual([2, 0, 1, 3]);
  });
});

describe('randomSubset', () => {
  it('takes each item equally often', () => {
    const counts = new Float64Array(10);
    for (const seed of range(2000)) {
      const { items } = randomSubset({ size: 10, budget: 3, random: randomStream(seed) });
      expect(new Set(items).size).toBe(3);
      for (const item of items) counts[item]!++;
    }
    // 2000 draws with probability 0.3: standard deviation 20.5; ten counts beyond 4.5 of them in 1 of 15 000 suites.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(93);
  });

  it('keeps to a constraint, and promises nothing', () => {
    const constraint = partitionMatroid({ parts: [0, 0, 0, 1, 1, 1], capacities: 1 });
    const result = randomSubset({ size: 6, budget: 4, random: randomStream(2), constraint });
    expect([...result.items].map((item) => Math.floor(item / 3)).sort()).toEqual([0, 1]);
    expect(result).toMatchObject({ value: 0, stopped: 'constraint', guarantee: { factor: null, holds: false } });
    expect(randomSubset({ size: 3, budget: 4, random: randomStream(2) })).toMatchObject({ stopped: 'items' });
    expect(randomSubset({ size: 0, budget: 0, random: randomStream(2) })).toMatchObject({ stopped: 'budget' });
  });

  it.each<[string, object]>([
    ['randomSubset: expected budget to be an integer of at least 0, got NaN', { budget: NaN }],
    ['randomSubset: expected size to be an integer of at least 0, got -1', { size: -1 }],
  ])('refuses: %s', (message, changes) => {
    const call = (): unknown => randomSubset({ size: 3, budget: 1, random: randomStream(1), ...changes });
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});
