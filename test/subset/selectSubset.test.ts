import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  balancedConstraint,
  boundaryParts,
  classParts,
  greedy,
  marginUtility,
  nearestNeighborGraph,
  pairwiseObjective,
  selectSubset,
  type SelectionPool,
  type SelectSubsetOptions,
} from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { graph, probabilities } from './instanceQ.js';
import { range } from './support.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

/** Points around one direction a class, with probabilities by their distance to each. */
function randomPool(size: number, numClasses: number, seed: number): SelectionPool & { readonly labels: Int32Array } {
  const random = randomStream(seed);
  const dimension = numClasses + 2;
  const labels = Int32Array.from({ length: size }, () => Math.floor(numClasses * random.uniform() ** 2)); // skewed
  const values = new Float32Array(size * dimension);
  const probabilities = new Float64Array(size * numClasses);
  for (let item = 0; item < size; item++) {
    for (let d = 0; d < dimension; d++)
      values[item * dimension + d] = 0.5 * random.normal() + Number(d === labels[item]);
    const scores = range(numClasses).map((c) => Math.exp(3 * values[item * dimension + c]!));
    const sum = scores.reduce((a, b) => a + b, 0);
    scores.forEach((score, c) => (probabilities[item * numClasses + c] = score / sum));
  }
  return { embeddings: { values, dimension }, probabilities, numClasses, labels };
}

const { labels, ...pool } = randomPool(300, 4, 7);
const methods = ['submodular', 'margin', 'entropy', 'least-confidence', 'random', 'k-center', 'weighted-k-center', 'gist'] as const; // prettier-ignore
const random = randomStream(1);

describe('selectSubset on six items', () => {
  // Embeddings are not looked at where there is a graph.
  const six = { embeddings: { values: new Float32Array(6).fill(1), dimension: 1 }, probabilities };

  it.each([
    ['none', [1, 4, 0], 2.475],
    ['class', [1, 4, 5], 2.14],
    ['boundary', [1, 4, 2], 2.435],
    ['both', [1, 4], 1.71],
  ] as const)('balanced over %s', async (balance, items, value) => {
    const caps = balance === 'none' ? {} : { caps: 1 };
    const result = await selectSubset(six, { budget: 3, balance, ...caps, graph });
    expect([...result.items]).toEqual(items);
    expect(result.value).toBeCloseTo(value, 12);
    expect(result).toMatchObject({ shift: 0, budget: 3, guarantee: { holds: true } });
    expect(result.parts.classes?.names).toEqual(
      balance === 'class' || balance === 'both' ? ['class 0', 'class 1', 'class 2'] : undefined,
    );
  });

  it('says what stopped it', async () => {
    const both = await selectSubset(six, { budget: 3, balance: 'both', caps: 1, graph });
    expect(both).toMatchObject({ stopped: 'constraint', feasibility: { budget: 3, maximum: 3, exact: true } });
    expect(both.guarantee.factor).toBeCloseTo(1 / 3, 12);
    const ordered = await selectSubset(six, { budget: 3, balance: 'both', ordered: true, caps: 1, graph });
    expect(ordered.guarantee.factor).toBe(1 / 2);
    expect(ordered.stopped).toBe('budget');
  });

  it('shifts what is not monotone, without another pick', async () => {
    const options = { budget: 3, alpha: 0.6, beta: 0.4, graph };
    const result = await selectSubset(six, options);
    expect([...result.items]).toEqual([1, 4, 2]);
    expect(result.value).toBeCloseTo(1.49, 12);
    expect(result.shift).toBeCloseTo(0.046, 12);
    expect(result.guarantee).toMatchObject({ factor: 1 - 1 / Math.E, holds: true });
    expect(result.guarantee.because).toMatch(/; of the objective with 0\.04600 added for each item$/);
    const shifted = pairwiseObjective({
      ...options,
      utility: marginUtility(probabilities, { numClasses: 3 }),
      shift: true,
    });
    expect(greedy(shifted, balancedConstraint({ budget: 3 }), { budget: 3 }).items).toEqual(result.items);
  });
});

describe('selectSubset', () => {
  it('is utilities, graph, caps and greedy', async () => {
    const result = await selectSubset(pool, { budget: 60, balance: 'both', ordered: true, neighbors: 5 });
    const utility = marginUtility(pool.probabilities, { numClasses: 4 });
    const objective = pairwiseObjective({
      utility,
      graph: await nearestNeighborGraph(pool.embeddings, { neighbors: 5 }),
    });
    const classes = classParts(pool.probabilities, { numClasses: 4 });
    const boundaries = boundaryParts(pool.probabilities, { numClasses: 4, ordered: true });
    const constraint = balancedConstraint({ budget: 60, classes, boundaries });
    const expected = greedy(objective, constraint, { budget: 60 });
    expect(result.items).toEqual(expected.items);
    expect(result.gains).toEqual(expected.gains);
    expect(result.parts.classes).toMatchObject({ names: classes.names, pool: classes.counts });
    expect(result.parts.boundaries!.selected.reduce((a, b) => a + b)).toBe(60);
  });

  it.each(methods)('by %s selects as many as asked for, the same each time', async (method) => {
    const select = (): ReturnType<typeof selectSubset> =>
      selectSubset(pool, { budget: 0.1, method, random: randomStream(4) });
    const result = await select();
    expect(result.items.length).toBe(30);
    expect(new Set(result.items).size).toBe(30);
    expect(result).toMatchObject({ budget: 30, stopped: 'budget', parts: {} });
    expect((await select()).items).toEqual(result.items);
  });

  it.each(methods.filter((method) => method !== 'weighted-k-center'))('by %s keeps to caps', async (method) => {
    const { parts, items } = await selectSubset(pool, { budget: 40, method, balance: 'class', random, neighbors: 4 });
    const { selected, capacities } = parts.classes!;
    expect(selected.reduce((a, b) => a + b)).toBe(items.length);
    expect(selected.every((count, part) => count <= capacities[part]!)).toBe(true);
  });

  it.each(['k-center', 'weighted-k-center', 'gist'] as const)('by %s takes distances from either', async (method) => {
    const options = { budget: 12, method, neighbors: 4 };
    const onGraph = await selectSubset(pool, { ...options, distances: 'graph' });
    const onEmbeddings = await selectSubset(pool, { ...options, distances: 'embeddings' });
    expect([onGraph.items.length, onEmbeddings.items.length]).toEqual([12, 12]);
    if (method === 'gist') return;
    expect([onGraph.guarantee.holds, onEmbeddings.guarantee.holds]).toEqual([false, true]);
    expect(onGraph.items).not.toEqual(onEmbeddings.items);
  });

  it('by gist takes the shift off again', async () => {
    const options = { budget: 12, alpha: 0.1, beta: 0.9, neighbors: 4 };
    const result = await selectSubset(pool, { ...options, method: 'gist', lambda: 0 });
    expect(result.shift).toBeGreaterThan(0);
    const { items, value } = await selectSubset(pool, options);
    expect(result.items).toEqual(items);
    expect(result.value).toBeCloseTo(value, 9);
    expect(result.gains.reduce((a, b) => a + b)).toBeCloseTo(value, 9);
  });

  it('makes parts of labels where there are some', async () => {
    const caps = [5, 4, 3, 2];
    const { parts, items } = await selectSubset({ ...pool, labels }, { budget: 14, balance: 'class', caps });
    expect([...parts.classes!.selected]).toEqual(caps);
    expect(range(4).map((label) => [...items].filter((item) => labels[item] === label).length)).toEqual(caps);
    const ordered = await selectSubset({ ...pool, labels }, { budget: 40, balance: 'both', ordered: true });
    expect(ordered.guarantee.factor).toBe(1 / 2); // the class of an item and of its side of a boundary are its label
  });

  it('has uniform caps that fall short on a skewed pool, and says by how much', async () => {
    const { feasibility, stopped, items } = await selectSubset(pool, {
      budget: 200,
      balance: 'class',
      caps: 'uniform',
    });
    expect(stopped).toBe('constraint');
    expect(items.length).toBe(feasibility.maximum);
    expect(feasibility.maximum).toBeLessThan(200);
    expect(feasibility.because).toMatch(/^the constraint admits \d+ of 200 items: class 0 \(50 of \d+ items\)/);
  });

  it('searches neighbours as it is told to, where a method needs them', async () => {
    const search = vi.fn(nearestNeighborGraph);
    const { items } = await selectSubset(pool, { budget: 20, neighbors: 3, graph: search });
    expect(search).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ size: 300 }), { neighbors: 3 });
    expect(items).toEqual((await selectSubset(pool, { budget: 20, neighbors: 3 })).items);
    await selectSubset(pool, { budget: 20, method: 'margin', graph: search });
    expect(search).toHaveBeenCalledTimes(1);
  });

  it('selects all, or nothing', async () => {
    expect(await selectSubset(pool, { budget: 300 })).toMatchObject({ items: { length: 300 }, stopped: 'budget' });
    expect(await selectSubset(pool, { budget: 0 })).toMatchObject({ items: { length: 0 }, stopped: 'budget' });
  });

  it('names classes and boundaries', async () => {
    const named = { ...pool, classNames: ['ant', 'bee', 'cat', 'dog'] };
    const { parts } = await selectSubset(named, { budget: 20, balance: 'both' });
    expect(parts.classes!.names[1]).toBe('class bee');
    expect(parts.boundaries!.names[0]).toBe('boundary ant-bee');
  });

  it('reports neighbours, then the selection; leaks nothing', async () => {
    const before = tf.memory().numTensors;
    const stages: string[] = [];
    await selectSubset(pool, { budget: 5, onProgress: ({ stage }) => stages.push(stage) });
    expect([...new Set(stages)]).toEqual(['neighbors', 'selection']);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(selectSubset(pool, { budget: 5, signal })).rejects.toThrow('enough');
  });

  const point = { embeddings: { values: Float32Array.of(1, 0, 0, 1), dimension: 2 }, probabilities: [0.5, 0.5, 1, 0] };
  it.each<[string, object, object]>([
    ['selectSubset: expected budget to be an integer of at least 0, got -1', {}, { budget: -1 }],
    ['selectSubset: expected budget to be an integer of at least 0, got NaN', {}, { budget: NaN }],
    ['selectSubset: expected budget to be an integer of at least 0, got 1.5', {}, { budget: 1.5 }],
    [
      'selectSubset: expected method to be one of submodular, margin, entropy, least-confidence, random, k-center, weighted-k-center, gist, got kcenter. Did you mean "k-center"?',
      {},
      { method: 'kcenter' },
    ],
    [
      'selectSubset: expected balance to be one of none, class, boundary, both, got classes. Did you mean "class"?',
      {},
      { balance: 'classes' },
    ],
    [
      "selectSubset: expected balance 'none' with method 'weighted-k-center', got 'class'. Its proof is for a budget alone; take k-center",
      {},
      { method: 'weighted-k-center', balance: 'class' },
    ],
    ["selectSubset: expected random with method 'random', got none. Pass randomStream(seed)", {}, { method: 'random' }],
    ['selectSubset: expected a budget of at most the 2 items of the pool, got 3', {}, { budget: 3 }],
    ['selectSubset: expected neighbors to be an integer of at least 1, got 0', {}, { method: 'margin', neighbors: 0 }],
    ['selectSubset: expected method gist with lambda, got submodular', {}, { lambda: 1 }],
    [
      'selectSubset: expected method weighted-k-center with radiusWeight, got gist',
      {},
      { method: 'gist', radiusWeight: 1 },
    ],
    [
      'selectSubset: expected method k-center, weighted-k-center, gist with distances, got margin',
      {},
      { method: 'margin', distances: 'graph' },
    ],
    ["selectSubset: expected balance 'class', 'boundary' or 'both' with caps, got 'none'", {}, { caps: 3 }],
    [
      "selectSubset: expected balance 'boundary' or 'both' with boundaryCaps, got 'class'",
      {},
      { balance: 'class', boundaryCaps: 3 },
    ],
    ["selectSubset: expected balance 'boundary' or 'both' with ordered, got 'none'", {}, { ordered: true }],
    [
      'selectSubset: expected probabilities [2, C], a row for each embedding, got 5 numbers',
      { probabilities: [1, 0, 0, 0, 1] },
      {},
    ],
    ['selectSubset: expected probabilities [2, 3], a row for each embedding, got 4 numbers', { numClasses: 3 }, {}],
    ['selectSubset: expected 2 labels, got 1', { labels: [0] }, { balance: 'class' }],
    ["selectSubset: expected a graph of the pool's 2 items, got 6", {}, { graph }],
    [
      'selectSubset: expected embeddings other than 0, got only zeros for item 1. It has no direction, so no cosine with anything: leave the item out',
      { embeddings: { values: Float32Array.of(1, 0, 0, 0), dimension: 2 } },
      { method: 'k-center' },
    ],
    [
      'embeddingsFrom: expected embeddings [n, 2] with n at least 1, row by row, got 0 numbers',
      { embeddings: { values: new Float32Array(0), dimension: 2 } },
      {},
    ],
  ])('refuses: %s', async (message, poolChanges, changes) => {
    const options = { budget: 1, ...changes } as SelectSubsetOptions;
    await expect(selectSubset({ ...point, ...poolChanges }, options)).rejects.toThrow(
      refusal('InvalidArgumentError', message),
    );
  });
});
