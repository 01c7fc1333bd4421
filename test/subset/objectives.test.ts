import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RandomStream, randomStream } from '../../src/core/index.js';
import {
  facilityLocation,
  featureBased,
  graphCut,
  graphFromEdges,
  logDeterminant,
  mixture,
  type NeighborGraph,
  pairwiseObjective,
  saturatedCoverage,
  type SubsetObjective,
} from '../../src/subset/index.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { gainsAgree, isMonotone, isSubmodular, itemsOf, range, valueOf, valueTable } from './support.js';

seedProperties();

/** Sums of a few dozen float64 numbers of order 1. */
const tight = 1e-12;

/** A set function twice: as it is under test, and from its definition. */
interface Instance {
  readonly objective: SubsetObjective;
  readonly value: (items: readonly number[]) => number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);
const uniforms = (random: RandomStream, count: number): number[] => range(count).map(() => random.uniform());

/** A random graph, and its similarities as a matrix with `self` on the diagonal. */
function randomGraph(random: RandomStream, size: number, self = 0): { graph: NeighborGraph; s: number[][] } {
  const s = range(size).map((i) => range(size).map((j) => (i === j ? self : 0)));
  const edges: [number, number, number][] = [];
  for (const i of range(size)) {
    for (const j of range(i)) {
      if (random.uniform() < 0.5) continue;
      s[i]![j] = s[j]![i] = random.uniform();
      edges.push([i, j, s[i]![j]]);
    }
  }
  return { graph: graphFromEdges(size, edges), s };
}

function randomPairwise(random: RandomStream, size: number, shift: boolean): Instance {
  const { graph, s } = randomGraph(random, size);
  const utility = uniforms(random, size);
  const [alpha, beta] = [random.uniform(), random.uniform()];
  const objective = pairwiseObjective({ utility, graph, alpha, beta, shift });
  const value = (items: readonly number[]): number =>
    sum(items.map((i) => alpha * utility[i]! + objective.delta)) -
    beta * sum(items.flatMap((i) => items.filter((j) => j < i).map((j) => s[i]![j]!)));
  return { objective, value };
}

function randomCut(random: RandomStream, s: number[][], options: Parameters<typeof graphCut>[0]): Instance {
  const lambda = 3 * random.uniform();
  const value = (items: readonly number[]): number =>
    lambda * sum(items.map((i) => sum(s[i]!))) - sum(items.flatMap((i) => items.map((j) => s[i]![j]!)));
  return { objective: graphCut({ ...options, lambda }), value };
}

function randomCoverage(
  random: RandomStream,
  s: number[][],
  options: Parameters<typeof facilityLocation>[0],
): Instance {
  const saturation = random.uniform() < 0.2 ? 1 : 0.1 + 0.9 * random.uniform();
  const covered = (items: readonly number[], point: number): number => sum(items.map((i) => s[i]![point]!));
  const value = (items: readonly number[]): number =>
    sum(range(s[0]!.length).map((v) => Math.min(covered(items, v), saturation * covered(range(s.length), v))));
  return { objective: saturatedCoverage({ ...options, saturation }), value };
}

function located(s: number[][], options: Parameters<typeof facilityLocation>[0]): Instance {
  const value = (items: readonly number[]): number =>
    sum(range(s[0]!.length).map((v) => largest(items.map((i) => s[i]![v]!))));
  return { objective: facilityLocation(options), value };
}

function randomFeatures(
  random: RandomStream,
  size: number,
  concave: 'sqrt' | 'log' | 'min',
  sparse: boolean,
): Instance {
  const count = 4;
  const rows = range(size).map(() => uniforms(random, count).map((x) => (x < 0.4 ? 0 : 3 * x)));
  const weights = uniforms(random, count);
  const g = { sqrt: Math.sqrt, log: (t: number) => Math.log(1 + t), min: (t: number) => Math.min(t, 2) }[concave];
  const kept = rows.map((row) => range(count).filter((u) => row[u]! > 0));
  const features = sparse
    ? {
        count,
        offsets: range(size + 1).map((i) => kept.slice(0, i).flat().length),
        ids: kept.flat(),
        values: kept.flatMap((ids, i) => ids.map((u) => rows[i]![u]!)),
      }
    : { count, values: rows.flat() };
  const value = (items: readonly number[]): number =>
    sum(range(count).map((u) => weights[u]! * g(sum(items.map((i) => rows[i]![u]!)))));
  return { objective: featureBased({ features, concave, saturation: 2, weights }), value };
}

/** By Gaussian elimination, which a positive definite matrix allows without pivots. */
function logDeterminantOf(matrix: number[][]): number {
  const a = matrix.map((row) => [...row]);
  for (const k of range(a.length)) {
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < a.length; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return sum(a.map((row, k) => Math.log(row[k]!)));
}

function randomDeterminant(random: RandomStream, size: number, fromGram: boolean): Instance {
  const dimension = 3;
  const rows = range(size).map(() => range(dimension).map(() => random.normal()));
  const k = rows.map((a) => rows.map((b) => sum(a.map((x, at) => x * b[at]!))));
  const ridge = 0.1 + random.uniform();
  const kernel = fromGram
    ? { gram: Float64Array.from(k.flat()) }
    : { embeddings: { values: Float64Array.from(rows.flat()), dimension } };
  const value = (items: readonly number[]): number =>
    logDeterminantOf(items.map((i) => items.map((j) => (i === j ? 1 : 0) + k[i]![j]! / ridge)));
  return { objective: logDeterminant({ ...kernel, ridge }), value };
}

function randomMixture(random: RandomStream, size: number): Instance {
  const parts = [
    randomPairwise(random, size, false),
    randomFeatures(random, size, 'sqrt', true),
    kinds['facility location, graph'](random, size),
  ].map((part) => ({ ...part, weight: random.uniform() }));
  return {
    objective: mixture(parts),
    value: (items) => sum(parts.map(({ weight, value }) => weight * value(items))),
  };
}

const dense = (random: RandomStream, size: number, points: number): { s: number[][]; similarities: Float64Array } => {
  const s = range(size).map(() => uniforms(random, points));
  return { s, similarities: Float64Array.from(s.flat()) };
};

const symmetricDense = (random: RandomStream, size: number): { s: number[][]; similarities: Float64Array } => {
  const { s } = dense(random, size, size);
  for (const i of range(size)) for (const j of range(i)) s[i]![j] = s[j]![i]!;
  return { s, similarities: Float64Array.from(s.flat()) };
};

const kinds = {
  pairwise: (random, size) => randomPairwise(random, size, false),
  'pairwise, shifted': (random, size) => randomPairwise(random, size, true),
  'facility location, graph': (random, size) => {
    const selfSimilarity = random.uniform();
    const { graph, s } = randomGraph(random, size, selfSimilarity);
    return located(s, { graph, selfSimilarity });
  },
  'facility location, [n, m]': (random, size) => {
    const { s, similarities } = dense(random, size, 4);
    return located(s, { similarities, size });
  },
  'graph cut, graph': (random, size) => {
    const { graph, s } = randomGraph(random, size, 1);
    return randomCut(random, s, { graph });
  },
  'graph cut, [n, n]': (random, size) => {
    const { s, similarities } = symmetricDense(random, size);
    return randomCut(random, s, { similarities });
  },
  'saturated coverage, graph': (random, size) => {
    const { graph, s } = randomGraph(random, size, 1);
    return randomCoverage(random, s, { graph });
  },
  'saturated coverage, [n, m]': (random, size) => {
    const { s, similarities } = dense(random, size, 3);
    return randomCoverage(random, s, { similarities, size });
  },
  'feature based, sqrt, dense': (random, size) => randomFeatures(random, size, 'sqrt', false),
  'feature based, log, sparse': (random, size) => randomFeatures(random, size, 'log', true),
  'feature based, min, sparse': (random, size) => randomFeatures(random, size, 'min', true),
  'log determinant, embeddings': (random, size) => randomDeterminant(random, size, false),
  'log determinant, gram': (random, size) => randomDeterminant(random, size, true),
  mixture: (random, size) => randomMixture(random, size),
} satisfies Record<string, (random: RandomStream, size: number) => Instance>;

/** Runs a check on random instances of a kind. */
function forInstances(
  make: (random: RandomStream, size: number) => Instance,
  check: (instance: Instance) => void,
): void {
  const arbitrary = fc.record({ seed: fc.nat(), size: fc.integer({ min: 1, max: 7 }) });
  fc.assert(
    fc.property(arbitrary, ({ seed, size }) => {
      check(make(randomStream(seed), size));
    }),
    { numRuns: 40 },
  );
}

describe.each(Object.entries(kinds))('%s', (_, make) => {
  it('is worth what its definition says, for every set', () => {
    forInstances(make, ({ objective, value }) => {
      const expected = range(2 ** objective.size).map((mask) => value(itemsOf(mask)));
      expectClose(valueTable(objective), expected, tight);
      expect(objective.start().value).toBe(0);
    });
  });

  it('is worth the same in any order, up to rounding', () => {
    forInstances(make, ({ objective }) => {
      const items = [...randomStream(objective.size).permutation(objective.size)];
      expectClose([valueOf(objective, items)], [valueOf(objective, items.slice().reverse())], tight);
    });
  });

  it('has the differences of its values as gains', () => {
    forInstances(make, ({ objective }) => expect(gainsAgree(objective, 1e-11)).toBe(true));
  });

  it('is monotone and submodular exactly where it says so', () => {
    forInstances(make, ({ objective }) => {
      expect(isSubmodular(objective)).toBe(objective.properties.submodular);
      // A mixture and a kernel say what they are sure of; all others know.
      if (objective.properties.monotone || /^pairwise|^graph cut/.test(objective.name)) {
        expect(isMonotone(objective)).toBe(objective.properties.monotone);
      }
    });
  });

  it('lists all items whose gain an addition changes, and no gain changes by asking', () => {
    forInstances(make, ({ objective }) => {
      const state = objective.start();
      const everyone = range(objective.size);
      for (const item of randomStream(1).permutation(objective.size)) {
        const before = everyone.map((other) => state.gain(other));
        expect(everyone.map((other) => state.gain(other))).toEqual(before);
        const listed = state.add(item);
        const changed = everyone.filter((other) => other !== item && state.gain(other) !== before[other]);
        if (listed !== 'all') expect(Array.from(listed)).toEqual(expect.arrayContaining(changed));
      }
    });
  });

  it('gains nothing by an item that is selected, and adding it again changes nothing', () => {
    forInstances(make, ({ objective }) => {
      const state = objective.start();
      state.add(0);
      const [value, gains] = [state.value, range(objective.size).map((item) => state.gain(item))];
      expect(gains[0]).toBe(0);
      state.add(0);
      expect(state.value).toBe(value);
      expect(range(objective.size).map((item) => state.gain(item))).toEqual(gains);
    });
  });

  it('has clones that go their own way', () => {
    forInstances(make, ({ objective, value }) => {
      const state = objective.start();
      state.add(0);
      const clone = state.clone();
      for (const item of range(objective.size)) clone.add(item);
      expectClose([state.value, clone.value], [value([0]), value(range(objective.size))], tight);
      expectClose(
        range(objective.size).map((item) => state.gain(item)),
        range(objective.size).map((item) => (item === 0 ? 0 : value([0, item]) - value([0]))),
        1e-11,
      );
    });
  });
});

describe('modular', () => {
  const graph = graphFromEdges(3, [[0, 1, 0.5]]);
  const utility = [1, 2, 3];

  it('is said of a pairwise objective without similarities, of coverage that never saturates and of mixtures of these', () => {
    const modular = [
      pairwiseObjective({ utility, graph, beta: 0 }),
      pairwiseObjective({ utility, graph: graphFromEdges(3, []) }),
      saturatedCoverage({ graph, saturation: 1 }),
    ];
    expect(modular.map(({ properties }) => properties.modular)).toEqual([true, true, true]);
    expect(mixture(modular.map((objective) => ({ objective, weight: 1 }))).properties.modular).toBe(true);
  });

  it('is not said of others', () => {
    const objective = pairwiseObjective({ utility, graph });
    expect(objective.properties.modular).toBe(false);
    const flat = pairwiseObjective({ utility, graph, beta: 0 });
    const mixed = mixture([
      { objective, weight: 1 },
      { objective: flat, weight: 1 },
    ]);
    expect(mixed.properties.modular).toBe(false);
    const without = mixture([
      { objective, weight: 0 },
      { objective: flat, weight: 1 },
    ]);
    expect(without.properties.modular).toBe(true);
  });
});
