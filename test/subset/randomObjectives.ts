import type { RandomStream } from '../../src/core/index.js';
import {
  facilityLocation,
  featureBased,
  graphCut,
  graphFromEdges,
  logDeterminant,
  mixture,
  modularObjective,
  pairwiseObjective,
  saturatedCoverage,
  type NeighborGraph,
  type SubsetObjective,
} from '../../src/subset/index.js';
import { range } from './support.js';

/** A graph at random; with `steps`, similarities are multiples of `1 / steps`, so that gains tie. */
export function randomGraph(size: number, density: number, random: RandomStream, steps?: number): NeighborGraph {
  const edges = range(size).flatMap((i) => range(i).map((j) => [j, i, number(random, steps)] as const));
  return graphFromEdges(size, edges.filter(() => random.uniform() < density)); // prettier-ignore
}

/** Every objective of the library that is submodular, at random. */
export const submodularMakers: Record<string, (size: number, random: RandomStream, steps?: number) => SubsetObjective> =
  {
    pairwise: (size, random, steps) =>
      pairwiseObjective({ utility: numbers(size, random, steps), graph: randomGraph(size, 0.4, random, steps) }),
    'pairwise, not monotone': (size, random, steps) => {
      const graph = randomGraph(size, 0.5, random, steps);
      return pairwiseObjective({ utility: numbers(size, random, steps), graph, alpha: 0.5, beta: 0.5 });
    },
    modular: (size, random, steps) => modularObjective({ utility: numbers(size, random, steps) }),
    'facility location, graph': (size, random, steps) =>
      facilityLocation({ graph: randomGraph(size, 0.2, random, steps) }),
    'facility location, dense': (size, random, steps) =>
      facilityLocation({ similarities: numbers(size * size, random, steps) }),
    'graph cut': (size, random, steps) => graphCut({ graph: randomGraph(size, 0.4, random, steps) }),
    'saturated coverage': (size, random, steps) =>
      saturatedCoverage({ graph: randomGraph(size, 0.4, random, steps), saturation: 0.3 }),
    'feature based, sqrt': (size, random, steps) =>
      featureBased({ features: { count: 4, values: numbers(4 * size, random, steps) } }),
    'feature based, log': (size, random, steps) =>
      featureBased({ features: { count: 4, values: numbers(4 * size, random, steps) }, concave: 'log' }),
    'feature based, min': (size, random, steps) =>
      featureBased({ features: { count: 4, values: numbers(4 * size, random, steps) }, concave: 'min' }),
    'log determinant': (size, random, steps) =>
      logDeterminant({ embeddings: { values: numbers(3 * size, random, steps), dimension: 3 } }),
    mixture: (size, random, steps) => {
      const graph = randomGraph(size, 0.3, random, steps);
      const pairwise = pairwiseObjective({ utility: numbers(size, random, steps), graph });
      return mixture([
        { objective: pairwise, weight: 1 },
        { objective: facilityLocation({ graph }), weight: 0.5 },
      ]);
    },
  };

function numbers(count: number, random: RandomStream, steps?: number): Float64Array {
  return Float64Array.from({ length: count }, () => number(random, steps));
}

function number(random: RandomStream, steps?: number): number {
  return steps === undefined ? random.uniform() : random.integer(steps + 1) / steps;
}
