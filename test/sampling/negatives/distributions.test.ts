/** That the draws have the distributions their expected counts state: exactly, by running through what the stream can give. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream, type RandomStream } from '../../../src/core/index.js';
import {
  classPriorSampler,
  logUniformSampler,
  mixtureSampler,
  modelBasedSampler,
  uniformSampler,
  withinBatchSampler,
} from '../../../src/sampling/index.js';
import type { NegativeSampler } from '../../../src/sampling/index.js';
import { seedProperties } from '../../support/properties.js';

seedProperties();

/** A stream that gives the numbers of a script and, where it ends, the last one for ever. */
function scripted({ integers = [0], uniforms = [0] }: { integers?: number[]; uniforms?: number[] }): RandomStream {
  const next = (numbers: number[], at: { now: number }): number => numbers[Math.min(at.now++, numbers.length - 1)]!;
  const [whole, real] = [{ now: 0 }, { now: 0 }];
  return { ...randomStream(1), integer: () => next(integers, whole), uniform: () => next(uniforms, real) };
}

const priors = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 9 });
const expectedCounts = (sampler: NegativeSampler, label: number, count: number, scores?: number[]): number[] => {
  const plan = sampler.plan({ labels: [label], count, ...(scores ? { scores } : {}) });
  return Array.from({ length: sampler.numClasses }, (_, id) => Math.exp(plan.logExpectedCount(id, 0)));
};

/** The mass of `[0, 1)` that `draw` maps to each class, an interval each; to 1e-12. */
function masses(size: number, draw: (u: number) => number): number[] {
  const found = Array<number>(size).fill(0);
  const visit = (low: number, high: number, ofLow: number, ofHigh: number): void => {
    if (ofLow === ofHigh || high - low < 1e-14) {
      found[ofLow]! += high - low;
      return;
    }
    const middle = (low + high) / 2;
    const between = draw(middle);
    visit(low, middle, ofLow, between);
    visit(middle, high, between, ofHigh);
  };
  visit(0, 1, draw(0), draw(1 - 2 ** -53));
  return found;
}

const close = (actual: number[], expected: number[]): void => {
  actual.forEach((value, k) => expect(value, `class ${k}`).toBeCloseTo(expected[k]!, 11));
};

describe('with replacement', () => {
  it('the alias table of the class prior holds the prior', () => {
    fc.assert(
      fc.property(priors, (classCounts) => {
        const sampler = classPriorSampler({ classCounts });
        const size = classCounts.length;
        const found = Array<number>(size).fill(0);
        for (let column = 0; column < size; column++) {
          const drawAt = (u: number): number =>
            sampler.draw({ labels: [0], count: 1, random: scripted({ integers: [column], uniforms: [u] }) }).ids[0]!;
          masses(size, drawAt).forEach((mass, id) => (found[id]! += mass / size));
        }
        close(found, expectedCounts(sampler, 0, 1));
      }),
      { numRuns: 40 },
    );
  });

  it('the interval of each class of a conditional or model-based draw has the length of its probability', () => {
    fc.assert(
      fc.property(priors, fc.nat(), fc.boolean(), (classCounts, seed, conditional) => {
        const size = classCounts.length;
        const label = seed % size;
        const scores = classCounts.map((count) => Math.log(count) + 7);
        const samplers: readonly [NegativeSampler, boolean, number[] | undefined][] = [
          [classPriorSampler({ classCounts, conditional: true }), true, undefined],
          [modelBasedSampler({ numClasses: size, conditional }), conditional, scores],
          [modelBasedSampler({ numClasses: size, scores, conditional }), conditional, undefined],
        ];
        for (const [sampler, withoutLabel, own] of samplers) {
          const given = own ? { scores: own } : {};
          const drawAt = (u: number): number =>
            sampler.draw({ labels: [label], count: 1, random: scripted({ uniforms: [u] }), ...given }).ids[0]!;
          const expected = expectedCounts(sampler, label, 1, own);
          if (withoutLabel) expected[label] = 0;
          close(masses(size, drawAt), expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a conditional uniform draw takes every class but the label', () => {
    const sampler = uniformSampler({ numClasses: 5, conditional: true });
    const random = scripted({ integers: [0, 1, 2, 3] });
    expect([...sampler.draw({ labels: [2], count: 4, random }).ids]).toEqual([0, 1, 3, 4]);
    close(expectedCounts(sampler, 2, 4), [1, 1, 1, 1, 1]);
  });
});

/** `min(1, c q)` with sum `count`, c by bisection. */
function inclusions(q: readonly number[], count: number): number[] {
  const total = (c: number): number => q.reduce((sum, share) => sum + Math.min(1, c * share), 0);
  let [low, high] = [0, count / Math.min(...q)];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (total(middle) < count) low = middle;
    else high = middle;
  }
  return q.map((share) => Math.min(1, high * share));
}

describe('without replacement', () => {
  it('systematic sampling includes each class with the probability it states, min(1, c q)', () => {
    const grid = 2000;
    fc.assert(
      fc.property(priors, fc.nat(), fc.nat(), fc.boolean(), (classCounts, seed, size, conditional) => {
        const label = seed % classCounts.length;
        const others = classCounts.flatMap((_, id) => (conditional && id === label ? [] : [id]));
        const count = 1 + (size % others.length);
        const expected = inclusions(
          others.map((id) => classCounts[id]!),
          count,
        );
        const sampler = classPriorSampler({ classCounts, conditional, replacement: false });
        const stated = expectedCounts(sampler, label, count);
        others.forEach((id, at) => expect(stated[id]).toBeCloseTo(expected[at]!, 10));
        const found = Array<number>(classCounts.length).fill(0);
        for (let i = 0; i < grid; i++) {
          const random = scripted({ uniforms: [(i + 0.5) / grid] });
          const { ids } = sampler.draw({ labels: [label], count, random });
          expect(new Set(ids).size).toBe(count);
          for (const id of ids) found[id]! += 1 / grid;
        }
        // The values of u that include a class are an interval, or two where it runs over the end: an error of 1 / grid each.
        others.forEach((id) => expect(Math.abs(found[id]! - stated[id]!)).toBeLessThanOrEqual(2 / grid + 1e-9));
      }),
      { numRuns: 25 },
    );
  });

  it('stays distinct and complete under any u where rounding is worst: nearly equal and nearly certain classes', () => {
    for (const q of [
      Array<number>(7).fill(0.1),
      [0.3, 0.1, 0.1, 0.1, 0.1],
      [1, 1e-300, 1e-300],
      [1 / 3, 1 / 3, 1 / 3],
      [1, 2, 3, 1, 1, 2, 3, 1, 1, 1].map((n) => n / 7),
    ]) {
      for (let count = 1; count <= q.length; count++) {
        const sampler = classPriorSampler({ classCounts: q, replacement: false });
        for (const u of [0, 2 ** -53, 0.1, 1 / 3, 0.5, 0.9, 1 - 2 ** -53]) {
          const { ids, logExpectedCount } = sampler.draw({ labels: [0], count, random: scripted({ uniforms: [u] }) });
          expect(new Set(ids).size).toBe(count);
          expect(logExpectedCount.every((log) => log <= 0 && log > -Infinity)).toBe(true);
        }
      }
    }
  });

  it('uniform: every set of classes is as likely', () => {
    const sampler = uniformSampler({ numClasses: 5, replacement: false });
    const seen = new Map<string, number>();
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 4; b++) {
        for (let c = 0; c < 5; c++) {
          const { ids } = sampler.draw({ labels: [0], count: 3, random: scripted({ integers: [a, b, c] }) });
          const key = [...ids].sort().join();
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
      }
    }
    expect(seen.size).toBe(10);
    expect([...new Set(seen.values())]).toEqual([6]);
    close(expectedCounts(sampler, 0, 3), Array<number>(5).fill(3 / 5));
    const conditional = uniformSampler({ numClasses: 5, replacement: false, conditional: true });
    close(expectedCounts(conditional, 0, 3), Array<number>(5).fill(3 / 4));
  });
});

describe('model-based', () => {
  it('is exact where the label has all the probability: the others keep their odds', () => {
    const sampler = modelBasedSampler({ numClasses: 3, conditional: true });
    const counts = expectedCounts(sampler, 0, 1, [500, 1, 0]);
    expect(counts[1]).toBeCloseTo(Math.E / (1 + Math.E), 12);
    expect(counts[2]).toBeCloseTo(1 / (1 + Math.E), 12);
  });

  it('keeps every class within reach, whatever the scores', () => {
    for (const replacement of [true, false]) {
      for (const conditional of [true, false]) {
        const sampler = modelBasedSampler({ numClasses: 3, conditional, replacement });
        const plan = sampler.plan({ labels: [0], count: 2, scores: [1e300, -1e300, 0] });
        for (const id of [0, 1, 2]) expect(plan.logExpectedCount(id, 0)).toBeGreaterThan(-701);
        expect(plan.ids(randomStream(1))).toHaveLength(2);
      }
    }
  });

  it('gives every example the draw of its own scores', () => {
    const sampler = modelBasedSampler({ numClasses: 3 });
    const scores = [0, 300, 0, 300, 0, 0];
    const { ids } = sampler.draw({ labels: [0, 1], count: 3, scores, random: randomStream(1) });
    expect([...ids]).toEqual([1, 1, 1, 0, 0, 0]);
  });
});

it('log-uniform: log((k + 2) / (k + 1)) / log(C + 1)', () => {
  const sampler = logUniformSampler({ numClasses: 50 });
  const expected = Array.from({ length: 50 }, (_, k) => Math.log((k + 2) / (k + 1)) / Math.log(51));
  close(expectedCounts(sampler, 0, 1), expected);
  // Pearson's statistic of 20,000 draws; the limit is the quantile 1 - 1e-4 of the chi-square distribution of 49 degrees.
  const { ids } = sampler.draw({ labels: [0], count: 20_000, random: randomStream(9) });
  const found = Array<number>(50).fill(0);
  for (const id of ids) found[id]! += 1;
  const statistic = found.reduce((sum, n, k) => sum + (n - 20_000 * expected[k]!) ** 2 / (20_000 * expected[k]!), 0);
  expect(statistic).toBeLessThan(94.6);
});

describe('within the batch', () => {
  const pi = [0.5, 0.3, 0.2];

  it.each([1, 2, 3])('an example of a batch of 3 expects what it states of %d entries', (count) => {
    const sampler = withinBatchSampler({ classPrior: pi });
    const found = [0, 0, 0];
    // Every batch of three labels, every way to take `count` of them: the first integer of Floyd's draws decides evenly.
    const scripts = count === 3 ? [[0]] : count === 2 ? product([2, 3]) : product([3]);
    for (const labels of product([3, 3, 3])) {
      const probability = labels.reduce((share, label) => share * pi[label]!, 1) / scripts.length;
      for (const integers of scripts) {
        // Entries are told apart by drawing places instead of labels.
        const places = withinBatchSampler({ classPrior: pi }).draw({
          labels: [0, 1, 2],
          count,
          random: scripted({ integers: [...integers] }),
        }).ids;
        for (const place of places) if (place !== 0) found[labels[place]!]! += probability;
        const { ids } = sampler.draw({ labels, count, random: scripted({ integers: [...integers] }) });
        expect([...ids]).toEqual([...places].map((place) => labels[place]));
      }
    }
    close(
      expectedCounts({ ...sampler, plan: (request) => sampler.plan({ ...request, labels: [0, 1, 2] }) }, 0, count),
      found,
    );
  });

  /** All lists whose entry i is below `bounds[i]`. */
  function product(bounds: readonly number[]): number[][] {
    return bounds.reduce<number[][]>(
      (lists, bound) => lists.flatMap((list) => Array.from({ length: bound }, (_, value) => [...list, value])),
      [[]],
    );
  }
});

describe('a mixture', () => {
  const uniform = uniformSampler({ numClasses: 3 });
  const prior = classPriorSampler({ classPrior: [0.7, 0.2, 0.1] });

  it('expects the sum of its parts, and splits the entries by share', () => {
    const mixture = mixtureSampler([
      { sampler: uniform, share: 1 },
      { sampler: prior, share: 2 },
    ]);
    close(expectedCounts(mixture, 0, 3), [1 / 3 + 1.4, 1 / 3 + 0.4, 1 / 3 + 0.2]);
    // 4 entries are 4/3 and 8/3: the larger remainder gets the one that is missing.
    close(expectedCounts(mixture, 0, 4), [1 / 3 + 2.1, 1 / 3 + 0.6, 1 / 3 + 0.3]);
    const random = scripted({ integers: [0, 1, 2, 2], uniforms: [0] });
    expect([...mixture.draw({ labels: [0], count: 4, random }).ids]).toEqual([0, 1, 2, 2]);
  });

  it('of one sampler with itself is that sampler', () => {
    const twice = mixtureSampler([
      { sampler: prior, share: 0.2 },
      { sampler: prior, share: 0.8 },
    ]);
    close(expectedCounts(twice, 1, 10), expectedCounts(prior, 1, 10));
  });

  it('puts shared and own draws side by side, row by row', () => {
    const mixture = mixtureSampler([
      { sampler: withinBatchSampler({ classPrior: [0.7, 0.2, 0.1] }), share: 1 },
      { sampler: uniformSampler({ numClasses: 3, conditional: true }), share: 1 },
    ]);
    const random = scripted({ integers: [0, 1, 0, 1] });
    const { ids, accidentalHits } = mixture.draw({ labels: [0, 2], count: 4, random });
    expect([...ids]).toEqual([0, 2, 1, 2, 0, 2, 0, 1]);
    expect([...accidentalHits]).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
  });
});
