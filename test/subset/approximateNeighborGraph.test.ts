import { describe, expect, it, vi } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { nearestNeighborGraph, type NeighborGraph } from '../../src/subset/index.js';
import { approximateNeighborGraph } from '../../src/subset/node/index.js';
import { refusal } from '../support/errors.js';

const dimension = 16;
const random = randomStream(1);
const values = Float32Array.from({ length: 600 * dimension }, () => random.normal());
const embeddings = { values, dimension };

function edgesOf({ size, offsets, neighbors, weights }: NeighborGraph): Map<string, number> {
  const edges = new Map<string, number>();
  for (let i = 0; i < size; i++) {
    for (let at = offsets[i]!; at < offsets[i + 1]!; at++) edges.set(`${i} ${neighbors[at]}`, weights[at]!);
  }
  return edges;
}

describe('approximateNeighborGraph', () => {
  it('finds nearly all edges of the exact graph, with their weights', async () => {
    const exact = edgesOf(await nearestNeighborGraph(embeddings, { neighbors: 8 }));
    const found = edgesOf(await approximateNeighborGraph(embeddings, { neighbors: 8, threads: 1 }));
    const shared = [...found].filter(([edge]) => exact.has(edge));
    expect(shared.length / exact.size).toBeGreaterThan(0.98);
    // Both are float32; the index also takes its cosine in float32.
    for (const [edge, weight] of shared) expect(Math.abs(weight - exact.get(edge)!)).toBeLessThan(1e-6);
  });

  it('is the same each time with one thread', async () => {
    const options = { neighbors: 4, threads: 1 };
    expect(await approximateNeighborGraph(embeddings, options)).toEqual(
      await approximateNeighborGraph(embeddings, options),
    );
  });

  it('is exact for pools smaller than what a search keeps', async () => {
    const few = { values: values.subarray(0, 40 * dimension), dimension };
    const found = edgesOf(await approximateNeighborGraph(few, { neighbors: 5 }));
    const exact = edgesOf(await nearestNeighborGraph(few, { neighbors: 5 }));
    expect([...found.keys()].sort()).toEqual([...exact.keys()].sort());
  });

  it('takes all others where there are fewer than neighbours, and is empty for one item', async () => {
    const three = { values: Float32Array.of(1, 1, 2, 1, 1, 2), dimension: 2 };
    expect([...(await approximateNeighborGraph(three, { neighbors: 10 })).neighbors]).toEqual([1, 2, 0, 2, 0, 1]);
    const one = { values: Float32Array.of(1, 1), dimension: 2 };
    expect((await approximateNeighborGraph(one, { neighbors: 10 })).neighbors.length).toBe(0);
  });

  it('counts both passes in its progress, and stops when the signal says so', async () => {
    const seen: number[] = [];
    await approximateNeighborGraph(embeddings, {
      neighbors: 2,
      onProgress: ({ done, total }) => seen.push(done / total),
    });
    expect(seen).toEqual([0.5, 1]);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(approximateNeighborGraph(embeddings, { neighbors: 2, signal })).rejects.toThrow('enough');
  });

  it('refuses what has no direction', async () => {
    const zero = { values: Float32Array.of(1, 0, 0, 0), dimension: 2 };
    await expect(approximateNeighborGraph(zero, { neighbors: 1 })).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        'approximateNeighborGraph: expected embeddings other than 0, got only zeros for item 1. It has no direction, so no cosine with anything: leave the item out',
      ),
    );
    await expect(approximateNeighborGraph(zero, { neighbors: 1, expansion: 0 })).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        'approximateNeighborGraph: expected expansion to be an integer of at least 1, got 0',
      ),
    );
  });

  it('says how to install the package that it needs', async () => {
    vi.doMock('usearch', () => {
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    });
    try {
      await expect(approximateNeighborGraph(embeddings, { neighbors: 1 })).rejects.toThrow(
        refusal(
          'BackendError',
          /^approximateNeighborGraph: expected the package usearch, got .*\. Install it with: npm i usearch$/,
        ),
      );
    } finally {
      vi.doUnmock('usearch');
    }
  });
});
