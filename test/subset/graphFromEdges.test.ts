import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphFromEdges } from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';
import { graph } from './instanceQ.js';
import { range } from './support.js';

seedProperties();

describe('graphFromEdges', () => {
  it('puts each edge in the rows of both its ends, ascending', () => {
    expect([...graph.offsets]).toEqual([0, 2, 5, 7, 9, 11, 12]);
    expect([...graph.neighbors]).toEqual([1, 2, 0, 2, 3, 0, 1, 1, 4, 3, 5, 4]);
    expect([...graph.weights]).toEqual([0.9, 0.5, 0.9, 0.4, 0.3, 0.5, 0.4, 0.3, 0.6, 0.6, 0.2, 0.2]);
  });

  it('makes the matrix of the edges, whatever their order and direction', () => {
    const size = 7;
    const pairs = range(size).flatMap((i) => range(i).map((j) => [i, j] as const));
    const chosen = fc.shuffledSubarray(pairs).chain((some) =>
      fc.tuple(
        fc.constant(some),
        fc.array(fc.tuple(fc.boolean(), fc.double({ min: 0, max: 9, noNaN: true })), {
          minLength: some.length,
          maxLength: some.length,
        }),
      ),
    );
    fc.assert(
      fc.property(chosen, ([some, details]) => {
        const edges = some.map(([i, j], at) => {
          const [turned, weight] = details[at]!;
          return turned ? ([j, i, weight] as const) : ([i, j, weight] as const);
        });
        const made = graphFromEdges(size, edges);
        const asArrays = {
          sources: Int32Array.from(edges, ([i]) => i),
          targets: Int32Array.from(edges, ([, j]) => j),
          weights: Float64Array.from(edges, ([, , weight]) => weight),
        };
        expect(graphFromEdges(size, asArrays)).toEqual(made);
        for (const row of range(size)) {
          const expected = edges
            .flatMap(([i, j, weight]) => (i === row ? [[j, weight]] : j === row ? [[i, weight]] : []))
            .sort(([a], [b]) => a! - b!);
          const entries = range(made.offsets[row + 1]! - made.offsets[row]!).map((at) => made.offsets[row]! + at);
          expect(entries.map((at) => [made.neighbors[at], made.weights[at]])).toEqual(expected);
        }
      }),
    );
  });

  it('makes a graph without edges', () => {
    const lonely = graphFromEdges(2, []);
    expect([...lonely.offsets]).toEqual([0, 0, 0]);
    expect(lonely.neighbors.length).toBe(0);
  });

  it.each<[string, number, (readonly [number, number, number])[], string]>([
    ['no items', 0, [], 'size to be an integer in 1..2147483647, got 0'],
    ['an end out of range', 2, [[0, 2, 1]], 'edges between items 0..1, got 0 to 2 as edge 0'],
    ['half an item', 2, [[0, 0.5, 1]], 'edges between items 0..1, got 0 to 0.5 as edge 0'],
    ['a loop', 2, [[1, 1, 1]], 'edges between two items, got 1 to itself as edge 0'],
    [
      'a negative weight',
      2,
      [[0, 1, -0.1]],
      'finite weights of at least 0, got -0.1 at edge 0. Clip negative similarities at 0: with them the objectives are not submodular',
    ],
    [
      'a weight of NaN',
      2,
      [[0, 1, NaN]],
      'finite weights of at least 0, got NaN at edge 0. Clip negative similarities at 0: with them the objectives are not submodular',
    ],
    [
      'a pair twice',
      3,
      [
        [0, 1, 1],
        [1, 2, 1],
        [1, 0, 1],
      ],
      'each pair once, got the edge between 0 and 1 twice. An edge stands for both directions',
    ],
  ])('refuses %s', (_, size, edges, message) => {
    expect(() => graphFromEdges(size, edges)).toThrow(
      refusal('InvalidArgumentError', `graphFromEdges: expected ${message}`),
    );
  });

  it('refuses arrays of different lengths', () => {
    expect(() => graphFromEdges(2, { sources: [0], targets: [1], weights: [] })).toThrow(
      refusal(
        'InvalidArgumentError',
        'graphFromEdges: expected sources, targets and weights of one length, got 1, 1 and 0',
      ),
    );
  });
});
