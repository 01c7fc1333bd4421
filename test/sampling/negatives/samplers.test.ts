/** What every sampler must do, checked on every one of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import * as sampling from '../../../src/sampling/index.js';
import type { NegativeDraw, NegativeSampler, SamplerOptions } from '../../../src/sampling/index.js';
import { seedProperties } from '../../support/properties.js';

seedProperties();

const C = 6;
const classCounts = [400, 250, 120, 30, 8, 1];
const scores = (rows: number): number[] => Array.from({ length: rows * C }, (_, at) => 2 * Math.cos(3 * at));

const makers: Record<string, (options: SamplerOptions) => NegativeSampler> = {
  uniformSampler: (options) => sampling.uniformSampler({ numClasses: C, ...options }),
  classPriorSampler: (options) => sampling.classPriorSampler({ classCounts, ...options }),
  logUniformSampler: (options) => sampling.logUniformSampler({ numClasses: C, ...options }),
  'modelBasedSampler, scores of the draw': (options) => sampling.modelBasedSampler({ numClasses: C, ...options }),
  'modelBasedSampler, fixed scores': (options) =>
    sampling.modelBasedSampler({ numClasses: C, scores: scores(1), ...options }),
};
const optionSets: readonly Required<SamplerOptions>[] = [true, false].flatMap((conditional) =>
  [true, false].map((replacement) => ({ conditional, replacement })),
);
const cases = Object.entries(makers).flatMap(([name, make]) =>
  optionSets.map((options) => ({
    name: `${name}${options.conditional ? ', conditional' : ''}${options.replacement ? '' : ', distinct'}`,
    sampler: make(options),
    ...options,
    perExample: options.conditional || name.startsWith('modelBased'),
    ownScores: name.endsWith('scores of the draw'),
    entries: () => 3,
  })),
);
const mixed = sampling.mixtureSampler([
  { sampler: makers['uniformSampler']!({}), share: 1 },
  { sampler: sampling.classPriorSampler({ classCounts, conditional: true }), share: 1 },
]);
const everyCase = [
  ...cases,
  {
    name: 'withinBatchSampler',
    sampler: sampling.withinBatchSampler({ classCounts }),
    conditional: false,
    replacement: true,
    perExample: false,
    ownScores: false,
    // Two others in a batch of three.
    entries: () => 2,
  },
  {
    name: 'mixtureSampler',
    sampler: mixed,
    conditional: false,
    replacement: true,
    perExample: true,
    ownScores: false,
    // One of the three is conditional, and counts the label as it would be beside the others.
    entries: (label: number) => 3 + classCounts[label]! / (809 - classCounts[label]!),
  },
];

it('tests every exported sampler', () => {
  const exported = Object.keys(sampling).filter((name) => name.endsWith('Sampler'));
  expect([...new Set(everyCase.map(({ name }) => name.split(',')[0]))].sort()).toEqual(exported.sort());
});

describe.each(everyCase)('$name', ({ sampler, perExample, ownScores, conditional, replacement, entries }) => {
  const batches = fc.record({
    labels: fc.array(fc.integer({ min: 0, max: C - 1 }), { minLength: 5, maxLength: 8 }),
    count: fc.integer({ min: 2, max: 5 }),
    seed: fc.integer(),
  });
  const drawn = (labels: number[], count: number, seed: number): NegativeDraw => {
    const random = randomStream(seed);
    return sampler.draw({ labels, count, random, ...(ownScores ? { scores: scores(labels.length) } : {}) });
  };

  it('has the documented shapes, expected counts and hits, and depends on the stream alone', () => {
    fc.assert(
      fc.property(batches, ({ labels, count, seed }) => {
        const draw = drawn(labels, count, seed);
        const size = (perExample ? labels.length : 1) * count;
        expect(draw.ids).toHaveLength(size);
        expect(draw.logExpectedCount).toHaveLength(size);
        expect(draw.logExpectedCountOfLabels).toHaveLength(labels.length);
        expect(draw.ids.every((id) => id >= 0 && id < C)).toBe(true);
        expect([...draw.logExpectedCount, ...draw.logExpectedCountOfLabels].every(Number.isFinite)).toBe(true);
        const plan = sampler.plan({ labels, count, ...(ownScores ? { scores: scores(labels.length) } : {}) });
        labels.forEach((label, row) => {
          expect(draw.logExpectedCountOfLabels[row]).toBe(plan.logExpectedCount(label, row));
          for (let j = 0; j < count; j++) {
            const at = perExample ? row * count + j : j;
            expect(draw.accidentalHits[row * count + j]).toBe(Number(draw.ids[at] === label));
            expect(draw.logExpectedCount[at]).toBe(plan.logExpectedCount(draw.ids[at]!, row));
          }
        });
        expect(drawn(labels, count, seed)).toEqual(draw);
      }),
      { numRuns: 30 },
    );
  });

  it('goes on with the stream', () => {
    const random = randomStream(5);
    const request = { labels: [0, 1, 2, 3, 4, 5, 0, 0], count: 2, ...(ownScores ? { scores: scores(8) } : {}) };
    const draws = Array.from({ length: 20 }, () => sampler.draw({ ...request, random }).ids.join());
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  if (conditional) {
    it('never draws the label', () => {
      fc.assert(
        fc.property(batches, ({ labels, count, seed }) => {
          expect(drawn(labels, count, seed).accidentalHits).not.toContain(1);
        }),
        { numRuns: 50 },
      );
    });
  }

  if (!replacement) {
    it('draws distinct classes; all of them once when asked for all', () => {
      fc.assert(
        fc.property(batches, ({ labels, count, seed }) => {
          const { ids } = drawn(labels, count, seed);
          for (let start = 0; start < ids.length; start += count) {
            expect(new Set(ids.subarray(start, start + count)).size).toBe(count);
          }
        }),
        { numRuns: 50 },
      );
      const all = conditional ? C - 1 : C;
      const draw = drawn([0, 5], all, 1);
      expect(new Set(draw.ids.subarray(0, all)).size).toBe(all);
      draw.logExpectedCount.forEach((log) => expect(log).toBeCloseTo(0, 12));
    });
  }

  it('expects as many entries as it draws', () => {
    const [labels, count] = [[0, 3, 5], 3];
    const plan = sampler.plan({ labels, count, ...(ownScores ? { scores: scores(3) } : {}) });
    for (const [row, label] of labels.entries()) {
      const ids = [0, 1, 2, 3, 4, 5].filter((id) => !(conditional && id === label));
      const total = ids.reduce((sum, id) => sum + Math.exp(plan.logExpectedCount(id, row)), 0);
      expect(total).toBeCloseTo(entries(label), 12);
    }
  });
});
