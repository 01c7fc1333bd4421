import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  embeddingsFrom,
  type EmbeddingSource,
  nearestNeighborGraph,
  type NeighborGraph,
} from '../../src/subset/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { range } from './support.js';

seedProperties();

const normals = (size: number, dimension: number, seed: number): Float32Array => {
  const random = randomStream(seed);
  return Float32Array.from({ length: size * dimension }, () => random.normal());
};

/** Small integers, many of them alike: cosines tie, vanish and are negative. */
const lattice = (size: number, dimension: number, seed: number): Float32Array => {
  const random = randomStream(seed);
  const values = Float32Array.from({ length: size * dimension }, () => random.integer(3) - 1);
  for (const row of range(size))
    if (values.subarray(row * dimension, (row + 1) * dimension).every((x) => x === 0)) values[row * dimension] = 1;
  return values;
};

/** Float32 unit vectors, since that is what an embedding is compared as. */
function unitRowsOf(values: Float32Array, dimension: number): number[][] {
  return range(values.length / dimension).map((row) => {
    const x = [...values.subarray(row * dimension, (row + 1) * dimension)];
    const length = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
    return x.map((v) => Math.fround(v / length));
  });
}

/** All edges by definition: every cosine in float64, a full sort of every row, the union of both directions. */
function edgesByDefinition(values: Float32Array, dimension: number, neighbors: number): Map<string, number> {
  const rows = unitRowsOf(values, dimension);
  const cosine = (i: number, j: number): number => rows[i]!.reduce((sum, x, at) => sum + x * rows[j]![at]!, 0);
  const edges = new Map<string, number>();
  for (const i of range(rows.length)) {
    const nearest = range(rows.length)
      .filter((j) => j !== i && cosine(i, j) > 0)
      .sort((a, b) => cosine(i, b) - cosine(i, a) || a - b);
    for (const j of nearest.slice(0, neighbors)) edges.set(`${Math.min(i, j)} ${Math.max(i, j)}`, cosine(i, j));
  }
  return edges;
}

function edgesOf({ size, offsets, neighbors, weights }: NeighborGraph): Map<string, number> {
  const edges = new Map<string, number>();
  for (const i of range(size)) {
    for (let at = offsets[i]!; at < offsets[i + 1]!; at++) {
      const key = `${Math.min(i, neighbors[at]!)} ${Math.max(i, neighbors[at]!)}`;
      if (edges.has(key)) expect(edges.get(key)).toBe(weights[at]);
      edges.set(key, weights[at]!);
    }
  }
  expect(neighbors.length).toBe(2 * edges.size);
  return edges;
}

function expectSameEdges(graph: NeighborGraph, expected: Map<string, number>): void {
  const edges = edgesOf(graph);
  expect([...edges.keys()].sort()).toEqual([...expected.keys()].sort());
  // One rounding to float32, and one of the sum in another order.
  for (const [key, weight] of edges) expect(Math.abs(weight - expected.get(key)!)).toBeLessThan(2 ** -23);
}

onEachBackend('nearestNeighborGraph', (test) => {
  test('has the edges of its definition', async () => {
    const dimension = 24;
    const values = normals(150, dimension, 1);
    const graph = await nearestNeighborGraph({ values, dimension }, { neighbors: 6 });
    expectSameEdges(graph, edgesByDefinition(values, dimension, 6));
  });

  test('has them where cosines tie: the lowest index first', async () => {
    const dimension = 4; // a cosine is a sum of at most four products, so that ties are exact
    const values = lattice(120, dimension, 2);
    const graph = await nearestNeighborGraph({ values, dimension }, { neighbors: 5, blockBytes: 3000 });
    expectSameEdges(graph, edgesByDefinition(values, dimension, 5));
  });

  test('has them where cosines differ by less than float32 can tell', async () => {
    const dimension = 24;
    const values = normals(150, dimension, 11).map((x) => 1 + x * 3e-4);
    const graph = await nearestNeighborGraph({ values, dimension }, { neighbors: 5 });
    expectSameEdges(graph, edgesByDefinition(values, dimension, 5));
  });

  test('is the same for every size of blocks', async () => {
    const dimension = 32;
    for (const values of [normals(90, dimension, 3), lattice(90, dimension, 4)]) {
      const whole = await nearestNeighborGraph({ values, dimension }, { neighbors: 4 });
      for (const blockBytes of [64, 200, 1777, 5000, 20_000]) {
        expect(await nearestNeighborGraph({ values, dimension }, { neighbors: 4, blockBytes })).toEqual(whole);
      }
    }
  });

  test('leaves no tensors behind, even when it fails', async () => {
    const values = normals(40, 8, 5);
    const before = tf.memory().numTensors;
    await nearestNeighborGraph({ values, dimension: 8 }, { neighbors: 3, blockBytes: 1000 });
    values[39 * 8] = NaN;
    await expect(nearestNeighborGraph({ values, dimension: 8 }, { neighbors: 3, blockBytes: 1000 })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is the same on every backend', async () => {
    const dimension = 16;
    const values = normals(80, dimension, 6);
    const here = await nearestNeighborGraph({ values, dimension }, { neighbors: 5 });
    const name = tf.getBackend();
    await tf.setBackend('cpu');
    const there = await nearestNeighborGraph({ values, dimension }, { neighbors: 5 });
    await tf.setBackend(name);
    expect(here).toEqual(there);
  });
});

describe('nearestNeighborGraph', () => {
  const graphOf = (values: number[], dimension: number, neighbors: number): Promise<NeighborGraph> =>
    nearestNeighborGraph({ values: Float32Array.from(values), dimension }, { neighbors });

  it('is its definition for random shapes', async () => {
    const shape = fc.record({
      size: fc.integer({ min: 1, max: 30 }),
      dimension: fc.integer({ min: 1, max: 6 }),
      neighbors: fc.integer({ min: 1, max: 40 }),
      blockBytes: fc.integer({ min: 64, max: 4000 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ size, dimension, neighbors, blockBytes, seed }) => {
        const values = normals(size, dimension, seed);
        const graph = await nearestNeighborGraph({ values, dimension }, { neighbors, blockBytes });
        expectSameEdges(graph, edgesByDefinition(values, dimension, neighbors));
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the lengths of embeddings', async () => {
    const values = normals(30, 5, 7);
    const scaled = values.map((x, at) => x * 2 ** ((Math.floor(at / 5) % 40) - 20)); // powers of two are exact
    expect(await graphOf([...scaled], 5, 4)).toEqual(await graphOf([...values], 5, 4));
  });

  it('joins duplicates with weight 1, lowest indices first', async () => {
    const graph = await graphOf([1, 0, 1, 0, 1, 0, 1, 0], 2, 1);
    // The nearest of 0 is 1; that of all others is 0.
    expect([...graph.offsets]).toEqual([0, 3, 4, 5, 6]);
    expect([...graph.neighbors]).toEqual([1, 2, 3, 0, 0, 0]);
    expect([...graph.weights]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('has no edges at cosines of 0 or less', async () => {
    const graph = await graphOf([1, 0, -1, 0, 0, 1, -1, 1], 2, 3);
    expect([...edgesOf(graph).keys()]).toEqual(['1 3', '2 3']);
  });

  it('takes all others where there are fewer than neighbours', async () => {
    const graph = await graphOf([1, 1, 2, 1, 1, 2], 2, 10);
    expect([...graph.neighbors]).toEqual([1, 2, 0, 2, 0, 1]);
  });

  it('is empty for one item', async () => {
    expect(await graphOf([1, 2], 2, 3)).toEqual({
      size: 1,
      offsets: Uint32Array.of(0, 0),
      neighbors: new Int32Array(0),
      weights: new Float32Array(0),
    });
  });

  it.each([
    ['block by block, never more than a block', 3200, 80], // 10 rows by 80 columns are 3200 bytes
    ['once where it fits in four blocks', 6400, 200],
  ])('reads a source %s', async (_, blockBytes, expected) => {
    const [values, dimension] = [normals(200, 32, 8), 32]; // 25600 bytes
    const whole = embeddingsFrom({ values, dimension });
    let most = 0;
    const source: EmbeddingSource = {
      size: 200,
      dimension,
      rows: async (start, end) => {
        most = Math.max(most, end - start);
        return Promise.resolve(whole.rows(start, end));
      },
    };
    const graph = await nearestNeighborGraph(source, { neighbors: 3, blockBytes });
    expect(most).toBe(expected);
    expect(graph).toEqual(await nearestNeighborGraph({ values, dimension }, { neighbors: 3 }));
  });

  it('reports pairs of items until all are done', async () => {
    const seen: number[] = [];
    await nearestNeighborGraph(
      { values: normals(25, 3, 9), dimension: 3 },
      { neighbors: 2, blockBytes: 3200, onProgress: ({ done, total }) => seen.push(done / total) },
    );
    expect(seen).toEqual([(300 - 105) / 300, (300 - 10) / 300, 1]);
  });

  it('stops when the signal says so', async () => {
    const controller = new AbortController();
    const work = nearestNeighborGraph(
      { values: normals(50, 3, 10), dimension: 3 },
      {
        neighbors: 2,
        blockBytes: 64,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('enough')),
      },
    );
    await expect(work).rejects.toThrow('enough');
  });

  it.each<[string, number[], number, number, string]>([
    [
      'a zero vector',
      [1, 0, 0, 0, 0, 1],
      2,
      1,
      'nearestNeighborGraph: expected embeddings other than 0, got only zeros for item 1. It has no direction, so no cosine with anything: leave the item out',
    ],
    [
      'NaN',
      [1, 0, 0, 1, 0, NaN],
      2,
      1,
      'nearestNeighborGraph: expected finite embeddings, got NaN or an infinity for item 2',
    ],
    [
      'infinities',
      [Infinity, 0, 0, 1],
      2,
      1,
      'nearestNeighborGraph: expected finite embeddings, got NaN or an infinity for item 0',
    ],
    ['no items', [], 2, 1, 'embeddingsFrom: expected embeddings [n, 2] with n at least 1, row by row, got 0 numbers'],
    [
      'numbers that make no rows',
      [1, 2, 3],
      2,
      1,
      'embeddingsFrom: expected embeddings [n, 2] with n at least 1, row by row, got 3 numbers',
    ],
    ['no dimension', [1], 0, 1, 'embeddingsFrom: expected dimension to be an integer of at least 1, got 0'],
    ['no neighbours', [1], 1, 0, 'nearestNeighborGraph: expected neighbors to be an integer of at least 1, got 0'],
  ])('refuses %s', async (_, values, dimension, neighbors, message) => {
    await expect(graphOf(values, dimension, neighbors)).rejects.toThrow(refusal('InvalidArgumentError', message));
  });

  it('refuses a source that returns other rows than asked for', async () => {
    const source = { size: 3, dimension: 2, rows: () => new Float32Array(5) };
    await expect(nearestNeighborGraph(source, { neighbors: 1 })).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        'nearestNeighborGraph: expected 3 rows of 2 numbers from item 0 on, got 5 numbers',
      ),
    );
  });
});
