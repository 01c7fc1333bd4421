import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { propensities, rankingMetrics } from '../../src/metrics/index.js';
import type { ClassGroups, GroupRanking, RankingMetricsOptions, RankingResult } from '../../src/metrics/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** One test point: its labels, and all classes from best to worst. */
interface Point {
  readonly labels: number[];
  readonly ranking: number[];
}

function score(points: readonly Point[], options: RankingMetricsOptions, batch = points.length): RankingResult {
  const metrics = rankingMetrics(options);
  for (let start = 0; start < points.length; start += batch) {
    const part = points.slice(start, start + batch);
    const ids = Int32Array.from(part.flatMap(({ ranking }) => ranking));
    metrics.update(
      part.map(({ labels }) => labels),
      { ids, k: options.numClasses },
    );
  }
  return metrics.result();
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The definitions, over the classes that `inside` lets through. */
function reference(all: readonly Point[], k: number, p: readonly number[], inside: (y: number) => boolean) {
  const points = all.filter(({ labels }) => labels.length > 0);
  const own = points.map(({ labels }) => labels.filter(inside));
  const hits = points.map(({ labels, ranking }) => ranking.slice(0, k).filter((y) => inside(y) && labels.includes(y)));
  const present = p.map((_, y) => y).filter((y) => own.some((labels) => labels.includes(y)));
  const worth = (labels: readonly number[]): number => total(labels.map((y) => 1 / p[y]!));
  const best = (labels: readonly number[]): number => worth([...labels].sort((a, b) => p[a]! - p[b]!).slice(0, k));
  const dcg = (flags: readonly boolean[]): number =>
    total(flags.map((hit, i) => (hit ? Math.LN2 / Math.log(i + 2) : 0)));
  return {
    hits: total(hits.map((found) => found.length)),
    precision: mean(hits.map((found) => found.length / k)),
    recall: total(hits.map((found) => found.length)) / total(own.map((labels) => labels.length)),
    balancedRecall: mean(
      present.map(
        (y) => hits.filter((found) => found.includes(y)).length / own.filter((labels) => labels.includes(y)).length,
      ),
    ),
    propensityPrecision: mean(hits.map(worth)) / mean(own.map(best)),
    ndcg: mean(
      points.map(
        ({ labels, ranking }) =>
          dcg(ranking.slice(0, k).map((y) => labels.includes(y))) / dcg(labels.slice(0, k).map(() => true)),
      ),
    ),
  };
}

const numClasses = 7;
const groups: ClassGroups = { head: [0, 1], torso: [2, 3], tail: [4, 5] }; // class 6 is in none
const cutoffs = [1, 3, 6];
const shuffled = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: numClasses, maxLength: numClasses })
  .map((keys) => [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b));
const point: fc.Arbitrary<Point> = fc.record({
  labels: fc.uniqueArray(fc.nat(numClasses - 1), { maxLength: numClasses }),
  ranking: shuffled,
});
const points = fc
  .array(point, { minLength: 1, maxLength: 8 })
  .filter((all) => all.some(({ labels }) => labels.length > 0));
const classPropensities = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
  minLength: numClasses,
  maxLength: numClasses,
});

const worked: Point[] = [
  { labels: [0, 3], ranking: [0, 2, 3, 1] },
  { labels: [], ranking: [3, 2, 1, 0] },
  { labels: [3], ranking: [1, 3, 2, 0] },
];

describe('rankingMetrics', () => {
  it('the worked example', () => {
    const options = { numClasses: 4, cutoffs: [1, 2], groups: { head: [0], torso: [1, 2], tail: [3] } };
    const result = score(worked, { ...options, propensities: [1, 1, 0.5, 0.25] });
    expect(result).toMatchObject({
      examples: 2,
      examplesWithoutLabels: 1,
      classes: 2,
      classesWithoutItems: 2,
      support: 3,
      // One of two first places is a hit; class 0 is worth 1 and class 3 is worth 4, in both examples the best label.
      at: [
        { k: 1, hits: 1, precision: 0.5, recall: 1 / 3, balancedRecall: 0.5, propensityPrecision: 1 / 8, ndcg: 0.5 },
        { k: 2, hits: 2, precision: 0.5, recall: 2 / 3, balancedRecall: 0.75, propensityPrecision: 5 / 9 },
      ],
      groups: {
        head: { classes: 1, support: 1, at: [{ k: 1, precision: 0.5, recall: 1, propensityPrecision: 1 }, { k: 2 }] },
        torso: null,
        tail: {
          classes: 1,
          support: 2,
          at: [
            { precision: 0, recall: 0 },
            { precision: 0.25, recall: 0.5 },
          ],
        },
      },
    });
    const discount = 1 / Math.log2(3);
    expectClose([result.at[1]!.ndcg], [(1 / (1 + discount) + discount) / 2], 1e-15);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('agrees with the definitions, whole and by group', () => {
    fc.assert(
      fc.property(points, classPropensities, (all, p) => {
        const result = score(all, { numClasses, cutoffs, groups, propensities: p });
        const compare = (actual: GroupRanking | null, inside: (y: number) => boolean): void => {
          const occurs = all.some(({ labels }) => labels.some(inside));
          expect(actual !== null).toBe(occurs);
          actual?.at.forEach((scores, c) => {
            expect(scores.k).toBe(cutoffs[c]);
            const expected = { k: scores.k, ...reference(all, scores.k, p, inside) };
            for (const [name, value] of Object.entries(scores)) {
              expectClose([value as number], [expected[name as keyof typeof expected]], 1e-12);
            }
          });
        };
        compare(result, () => true);
        for (const group of ['head', 'torso', 'tail'] as const) {
          compare(result.groups[group], (y) => groups[group].includes(y));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('adds up over groups that hold every class', () => {
    const parts = { head: [0, 1], torso: [2, 3], tail: [4, 5, 6] };
    fc.assert(
      fc.property(points, (all) => {
        const result = score(all, { numClasses, cutoffs, groups: parts });
        const scored = Object.values(result.groups).filter((group) => group !== null);
        expect(total(scored.map(({ support }) => support))).toBe(result.support);
        result.at.forEach(({ hits, precision }, c) => {
          expect(total(scored.map(({ at }) => at[c]!.hits))).toBe(hits);
          expectClose([total(scored.map(({ at }) => at[c]!.precision))], [precision], 1e-12);
        });
      }),
    );
  });

  it('with equal propensities, the propensity-scored precision is the precision over the best that can be had', () => {
    fc.assert(
      fc.property(points, fc.constantFrom(1, 0.25), (all, p) => {
        const result = score(all, { numClasses, cutoffs, propensities: Array<number>(numClasses).fill(p) });
        const labelled = all.filter(({ labels }) => labels.length > 0);
        result.at.forEach(({ k, precision, propensityPrecision }) => {
          const best = mean(labelled.map(({ labels }) => Math.min(k, labels.length) / k));
          expectClose([propensityPrecision!], [precision / best], 1e-12);
        });
        expectClose([result.at[0]!.propensityPrecision!], [result.at[0]!.precision], 1e-12); // every example has one label
      }),
    );
  });

  it('does not depend on batches, on their order, or on points without labels', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 4 }), (all, batch) => {
        const options = { numClasses, cutoffs, groups };
        const result = score(all, options);
        const close = (value: RankingResult): unknown =>
          JSON.parse(JSON.stringify(value), (_, entry: unknown) =>
            typeof entry === 'number' ? Number(entry.toFixed(12)) : entry,
          );
        expect(close(score(all, options, batch))).toEqual(close(result));
        expect(close(score([...all].reverse(), options))).toEqual(close(result));
        const labelled = all.filter(({ labels }) => labels.length > 0);
        expect(close({ ...score(labelled, options), examplesWithoutLabels: result.examplesWithoutLabels })).toEqual(
          close(result),
        );
      }),
    );
  });

  it('is 1 for the best ranking there is', () => {
    const perfect = { labels: [5, 2, 6], ranking: [2, 6, 5, 0, 1, 3, 4] };
    const p = [1, 1, 0.1, 1, 1, 0.5, 0.2];
    for (const { propensityPrecision, ndcg } of score([perfect], { numClasses, cutoffs, propensities: p }).at) {
      expectClose([propensityPrecision!, ndcg], [1, 1], 1e-12);
    }
    expect(score([perfect], { numClasses, cutoffs }).at[1]).toMatchObject({
      recall: 1,
      precision: 1,
      balancedRecall: 1,
    });
  });

  it('scores at 1, 3 and 5 by default, without propensities', () => {
    const { at } = score(worked, { numClasses: 4 });
    expect(at.map(({ k, propensityPrecision }) => [k, propensityPrecision])).toEqual([
      [1, null],
      [3, null],
    ]);
  });

  it('refuses a batch as a whole', () => {
    const metrics = rankingMetrics({ numClasses: 4, cutoffs: [1, 2] });
    const refuses = (labels: number[][], ids: number[], k: number, message: string): void => {
      const error = refusal('InvalidArgumentError', `rankingMetrics.update: expected ${message}`);
      expect(() => metrics.update(labels, { ids: Int32Array.from(ids), k })).toThrow(error);
    };
    metrics.update([[1]], { ids: Int32Array.of(1, 0), k: 2 });
    const before = metrics.result();
    refuses([[0]], [0], 1, 'top.k, for the last cutoff, to be an integer of at least 2, got 1');
    refuses([[0], [1]], [0, 1], 2, 'top.ids of length 4 (2 rows of 2), got 2');
    refuses([[0], [1]], [0, 1, 2, 4], 2, 'top.ids of row 1, entry 1, to be an integer in 0..3, got 4');
    refuses([[0], [1]], [0, 1, 3, 3], 2, 'distinct classes in top.ids of row 1, got 3 twice');
    refuses([[0], [1, 2, -1]], [0, 1, 2, 3], 2, 'labels[1], entry 2, to be an integer in 0..3, got -1');
    refuses([[2, 0, 2]], [0, 1], 2, 'distinct classes in labels[0], got 2 twice');
    expect(metrics.result()).toEqual(before);
  });

  it('refuses options that do not fit', () => {
    const refuses = (options: Partial<RankingMetricsOptions>, message: string): void => {
      const error = refusal('InvalidArgumentError', `rankingMetrics: expected ${message}`);
      expect(() => rankingMetrics({ numClasses: 4, ...options })).toThrow(error);
    };
    refuses({ numClasses: 0 }, 'numClasses to be an integer of at least 1, got 0');
    refuses({ cutoffs: [] }, 'at least 1 of cutoffs, got none');
    refuses({ cutoffs: [1, 1] }, 'cutoffs[1] to be an integer in 2..4, got 1');
    refuses({ cutoffs: [5] }, 'cutoffs[0] to be an integer in 1..4, got 5');
    refuses({ propensities: [1] }, 'propensities of length 4, got 1');
    refuses({ propensities: [1, 1, 0, 1] }, 'propensities[2] above 0 and at most 1, got 0');
    refuses({ groups: { head: [4], torso: [], tail: [] } }, 'class of a group to be an integer in 0..3, got 4');
    refuses({ groups: { head: [1], torso: [], tail: [1] } }, 'each class in one group at most, got 1 twice');
    expect(() => rankingMetrics({ numClasses: 4 }).result()).toThrow(
      refusal('InvalidArgumentError', 'rankingMetrics.result: expected an example with a label, got none'),
    );
  });
});

describe('propensities', () => {
  it('follow the definition', () => {
    const c = (Math.log(12920) - 1) * 2.5 ** 0.55;
    const expected = [0, 18, 5197].map((n) => 1 / (1 + c * Math.exp(-0.55 * Math.log(n + 1.5))));
    expectClose(propensities([0, 18, 5197], { examples: 12920 }), expected, 1e-14);
    const wikipedia = [3, 30].map((n) => 1 / (1 + (Math.log(100) - 1) * 1.4 ** 0.5 * (n + 0.4) ** -0.5));
    expectClose(propensities([3, 30], { examples: 100, a: 0.5, b: 0.4 }), wikipedia, 1e-14);
  });

  it('at count 1 do not depend on A and B, grow with the count, and lie between 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 1e6 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (examples, a, b) => {
          const [none, one, two] = propensities([0, 1, 2], { examples, a, b });
          expectClose([one!], [1 / Math.log(examples)], 1e-12);
          expect(none! <= one! && one! <= two! && none! > 0 && two! < 1).toBe(true);
        },
      ),
    );
  });

  it('refuse what is out of range', () => {
    const refuses = (
      counts: number[],
      options: { examples: number; a?: number; b?: number },
      message: string,
    ): void => {
      const error = refusal('InvalidArgumentError', `propensities: expected ${message}`);
      expect(() => propensities(counts, options)).toThrow(error);
    };
    refuses([1], { examples: 2 }, 'examples to be an integer of at least 3, got 2');
    refuses([1, 11], { examples: 10 }, 'labelCounts[1] to be a finite number in 0..10, got 11');
    refuses([1], { examples: 10, a: -1 }, 'a to be a finite number of at least 0, got -1');
    refuses([1], { examples: 10, b: 0 }, 'b to be a positive number, got 0');
  });
});
