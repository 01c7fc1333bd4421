import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  graphFromEdges,
  greedy,
  marginUtility,
  type NeighborGraph,
  pairwiseObjective,
  uniformMatroid,
} from '../../src/subset/index.js';
import { refusal } from '../support/errors.js';
import { expectClose } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { graph, probabilities } from './instanceQ.js';
import { range, valueOf } from './support.js';

seedProperties();

const utility = marginUtility(probabilities, { numClasses: 3 });
const q = pairwiseObjective({ utility, graph });
/** Fewer digits than these are printed in the literature the facts come from. */
const printed = 5e-4;

/** What greedy under a budget alone picks. */
function picksOf(options: Parameters<typeof pairwiseObjective>[0], budget: number): number[] {
  const size = options.graph.size;
  return [...greedy(pairwiseObjective(options), uniformMatroid({ capacity: size }), { budget }).items];
}

describe('of the six predictions', () => {
  it('values and gains are those worked out by hand', () => {
    const state = q.start();
    const gains = [1, 4, 0].map((item) => {
      const gain = state.gain(item);
      state.add(item);
      return gain;
    });
    expectClose(gains, [0.891, 0.819, 0.765], 1e-12);
    expectClose([state.value, valueOf(q, range(6))], [2.475, 4.12], 1e-12);
    expect(q.properties).toEqual({ monotone: true, submodular: true, modular: false });
    expect(q.delta).toBe(0);
  });

  it('the gain of each against all others, too', () => {
    const against = range(6).map((item) => {
      const state = q.start();
      for (const other of range(6)) if (other !== item) state.add(other);
      return state.gain(item);
    });
    expectClose(against, [0.715, 0.731, 0.675, 0.54, 0.739, 0.43], printed);
  });

  it('with a heavier similarity it is not monotone, and the shift is what item 1 lacks', () => {
    const options = { utility, graph, alpha: 0.6, beta: 0.4 };
    const heavy = pairwiseObjective(options);
    expect(heavy.properties.monotone).toBe(false);
    expectClose([valueOf(heavy, range(6)), valueOf(heavy, [1, 4, 2])], [1.78, 1.49], 1e-12);
    const shifted = pairwiseObjective({ ...options, shift: true });
    expect(shifted.properties.monotone).toBe(true);
    expectClose([shifted.delta, valueOf(shifted, [1, 4, 2])], [0.046, 1.49 + 3 * 0.046], 1e-12);
    expect(picksOf({ ...options, shift: true }, 6)).toEqual(picksOf(options, 6));
  });
});

describe('greedy picks stay when', () => {
  const instance = fc
    .integer({ min: 2, max: 8 })
    .chain((size) =>
      fc.record({
        utility: fc.array(fc.integer({ min: 0, max: 64 }), { minLength: size, maxLength: size }),
        weights: fc.array(fc.integer({ min: 0, max: 16 }), {
          minLength: (size * (size - 1)) / 2,
          maxLength: (size * (size - 1)) / 2,
        }),
      }),
    )
    .map(({ utility: u, weights }) => {
      const pairs = range(u.length).flatMap((i) => range(i).map((j) => [i, j] as const));
      return {
        utility: u,
        graph: graphFromEdges(
          u.length,
          pairs.map(([i, j], at) => [i, j, weights[at]!]),
        ),
      };
    });
  // Small integers and powers of two: all sums are exact, so that ties stay ties.
  const weighted = { alpha: 0.5, beta: 0.25 };

  it('a constant is added to all utilities', () => {
    fc.assert(
      fc.property(instance, ({ utility: u, ...rest }) => {
        const raised = u.map((value) => value + 8);
        const budget = u.length;
        expect(picksOf({ utility: raised, ...rest, ...weighted }, budget)).toEqual(
          picksOf({ utility: u, ...rest, ...weighted }, budget),
        );
      }),
    );
  });

  it('both weights are scaled', () => {
    fc.assert(
      fc.property(instance, (options) => {
        const budget = options.utility.length;
        expect(picksOf({ ...options, alpha: 4, beta: 2 }, budget)).toEqual(
          picksOf({ ...options, ...weighted }, budget),
        );
      }),
    );
  });

  it('the objective is shifted', () => {
    fc.assert(
      fc.property(instance, (options) => {
        const budget = options.utility.length;
        expect(picksOf({ ...options, ...weighted, shift: true }, budget)).toEqual(
          picksOf({ ...options, ...weighted }, budget),
        );
      }),
    );
  });

  it('items are permuted, but for the permutation', () => {
    const order = [3, 5, 0, 2, 4, 1]; // no ties in the six predictions
    const edges = range(6).flatMap((i) =>
      range(graph.neighbors.length)
        .filter((at) => at >= graph.offsets[i]! && at < graph.offsets[i + 1]! && graph.neighbors[at]! < i)
        .map((at) => [order[i]!, order[graph.neighbors[at]!]!, graph.weights[at]!] as const),
    );
    const permuted = graphFromEdges(6, edges);
    const moved = Float64Array.from({ length: 6 }, (_, to) => utility[order.indexOf(to)]!);
    expect(picksOf({ utility: moved, graph: permuted }, 6)).toEqual(
      picksOf({ utility, graph }, 6).map((item) => order[item]),
    );
  });
});

describe('refuses', () => {
  const refuses = (options: Parameters<typeof pairwiseObjective>[0], message: string): void =>
    expect(() => pairwiseObjective(options)).toThrow(
      refusal('InvalidArgumentError', `pairwiseObjective: expected ${message}`),
    );

  it('utilities that are not those of the graph, and weights below 0', () => {
    refuses({ utility: [1], graph }, "utilities of the graph's 6 items, got 1");
    refuses({ utility: [1, 1, NaN, 1, 1, 1], graph }, 'finite utilities, got NaN at item 2');
    refuses({ utility, graph, alpha: -1 }, 'alpha to be a finite number of at least 0, got -1');
    refuses({ utility, graph, beta: NaN }, 'beta to be a finite number of at least 0, got NaN');
  });

  const crooked: [string, Partial<NeighborGraph>, string][] = [
    [
      'offsets of another number of items',
      { offsets: Uint32Array.of(0, 1) },
      'a graph of 3 items in compressed rows, got offsets 2 from 0 to undefined, 4 neighbours, 4 weights',
    ],
    ['offsets that fall', { offsets: Uint32Array.of(0, 3, 1, 4) }, 'offsets that ascend, got 1 after 3'],
    ['negative weights', { weights: Float32Array.of(-1, -1, 1, 1) }, 'finite weights of at least 0, got -1 in row 0'],
    ['weights of NaN', { weights: Float32Array.of(1, 1, NaN, NaN) }, 'finite weights of at least 0, got NaN in row 1'],
    ['unknown neighbours', { neighbors: Int32Array.of(1, 0, 3, 1) }, 'neighbours in 0..2, got 3 in row 1'],
    [
      'rows out of order',
      { neighbors: Int32Array.of(1, 2, 0, 1) },
      'each edge in the rows of both its ends, got 0 to 1 one way, with two weights or out of order',
    ],
    [
      'an edge twice',
      { offsets: Uint32Array.of(0, 2, 4, 4), neighbors: Int32Array.of(1, 1, 0, 0) },
      'neighbours that ascend, got 1 after 1 in row 0',
    ],
    [
      'items next to themselves',
      { neighbors: Int32Array.of(0, 0, 2, 1) },
      'no item to be its own neighbour, got item 0',
    ],
    [
      'one-way edges',
      { neighbors: Int32Array.of(1, 0, 2, 0) },
      'each edge in the rows of both its ends, got 1 to 2 one way, with two weights or out of order',
    ],
    [
      'edges of two weights',
      { weights: Float32Array.of(1, 1, 1, 0.5) },
      'each edge in the rows of both its ends, got 1 to 2 one way, with two weights or out of order',
    ],
  ];

  it.each(crooked)('a graph with %s', (_, change, message) => {
    const chain = graphFromEdges(3, [
      [0, 1, 1],
      [1, 2, 1],
    ]);
    const structural = /compressed/.test(message) ? '' : '. graphFromEdges makes a valid graph of edges';
    refuses({ utility: [1, 1, 1], graph: { ...chain, ...change } }, `${message}${structural}`);
  });
});
