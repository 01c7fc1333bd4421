import { InvalidArgumentError } from '../core/index.js';
import { randomSubset, topUtility } from './baselines.js';
import type { SubsetConstraint } from './constraint.js';
import type { Points } from './distances.js';
import { unitRows, type EmbeddingSource } from './embeddings.js';
import { gist } from './gist.js';
import type { NeighborGraph } from './graph.js';
import { greedy } from './greedy.js';
import { guaranteeOf, type Guarantee } from './guarantee.js';
import { kCenter } from './kCenter.js';
import { nearestNeighborGraph } from './nearestNeighborGraph.js';
import { pairwiseObjective } from './pairwise.js';
import type { SelectionProgress, SelectionResult } from './result.js';
import type { SelectSubsetOptions } from './selectionOptions.js';
import { entropyUtility, leastConfidenceUtility, marginUtility } from './utilities.js';
import { weightedKCenter } from './weightedKCenter.js';

/** How {@link selectSubset} selects: the pairwise objective, or a baseline. */
export type SelectionMethod =
  'submodular' | 'margin' | 'entropy' | 'least-confidence' | 'random' | 'k-center' | 'weighted-k-center' | 'gist';

/** All of them. */
export const selectionMethods: readonly SelectionMethod[] = [
  'submodular',
  'margin',
  'entropy',
  'least-confidence',
  'random',
  'k-center',
  'weighted-k-center',
  'gist',
];

/** What distances are taken from. */
export type DistanceSource = 'embeddings' | 'graph';

/** What a method selects from. */
export interface MethodInput {
  readonly source: EmbeddingSource;
  readonly probabilities: ArrayLike<number>;
  readonly numClasses: number;
  readonly constraint: SubsetConstraint;
  readonly budget: number;
}

/** Selects by a method. */
export async function selectWith(
  method: SelectionMethod,
  input: MethodInput,
  options: SelectSubsetOptions,
): Promise<SelectionResult & { readonly shift: number }> {
  const { probabilities, numClasses, constraint, budget, source } = input;
  const limits = { constraint, budget, ...progressOf(options) };
  const margin = marginUtility(probabilities, { numClasses });
  switch (method) {
    case 'submodular':
      return submodular(margin, await graphOf(input, options), input, options);
    case 'gist':
      return separated(margin, await graphOf(input, options), input, options);
    case 'margin':
      return { ...topUtility({ utility: margin, ...limits }), shift: 0 };
    case 'entropy':
      return { ...topUtility({ utility: entropyUtility(probabilities, { numClasses }), ...limits }), shift: 0 };
    case 'least-confidence':
      return { ...topUtility({ utility: leastConfidenceUtility(probabilities, { numClasses }), ...limits }), shift: 0 };
    case 'random':
      return { ...randomSubset({ size: source.size, random: options.random!, ...limits }), shift: 0 };
    case 'k-center':
      return { ...kCenter({ points: await pointsOf(input, options, 'embeddings'), ...limits }), shift: 0 };
    case 'weighted-k-center': {
      const weight = options.radiusWeight ?? 0.5;
      const points = await pointsOf(input, options, 'embeddings');
      return { ...weightedKCenter({ points, utility: margin, weight, ...limits }), shift: 0 };
    }
  }
}

type Shifted = SelectionResult & { readonly shift: number };

/** Greedy itself is not shifted, so that picks are the same to the last bit: only what the guarantee is about. */
function submodular(
  utility: Float64Array,
  graph: NeighborGraph,
  { constraint, budget }: MethodInput,
  options: SelectSubsetOptions,
): Shifted {
  const weights = weightsOf(options);
  const objective = pairwiseObjective({ utility, graph, ...weights });
  const result = greedy(objective, constraint, { budget, ...progressOf(options) });
  if (objective.properties.monotone) return { ...result, shift: 0 };
  const shifted = pairwiseObjective({ utility, graph, ...weights, shift: true });
  const guarantee = guaranteeOf({ kind: 'greedy' }, shifted.properties, constraint.structure);
  return { ...result, guarantee: withShift(guarantee, shifted.delta), shift: shifted.delta };
}

/** GIST compares sets of different sizes, so that the shift counts; what it added is taken off again. */
async function separated(
  utility: Float64Array,
  graph: NeighborGraph,
  input: MethodInput,
  options: SelectSubsetOptions,
): Promise<Shifted> {
  const { budget, constraint } = input;
  const weights = weightsOf(options);
  const objective = pairwiseObjective({ utility, graph, ...weights, shift: true });
  const points = options.distances === 'embeddings' ? await pointsOf(input, options, 'embeddings') : { graph };
  const lambda = options.lambda ?? weights.beta * budget;
  const result = gist(objective, { points, budget, lambda, constraint, ...progressOf(options) });
  const { delta } = objective;
  return {
    items: result.items,
    gains: result.gains.map((gain) => gain - delta),
    value: result.value - delta * result.items.length,
    stopped: result.stopped,
    guarantee: delta > 0 ? withShift(result.guarantee, delta) : result.guarantee,
    shift: delta,
  };
}

function weightsOf({ alpha = 0.9, beta = 0.1 }: SelectSubsetOptions): { alpha: number; beta: number } {
  return { alpha, beta };
}

function withShift(guarantee: Guarantee, delta: number): Guarantee {
  const because = `${guarantee.because}; of the objective with ${delta.toPrecision(4)} added for each item`;
  return { ...guarantee, because };
}

async function pointsOf(input: MethodInput, options: SelectSubsetOptions, otherwise: DistanceSource): Promise<Points> {
  if ((options.distances ?? otherwise) === 'graph') return { graph: await graphOf(input, options) };
  const { source } = input;
  const values = await unitRows('selectSubset', source, 0, source.size);
  return { embeddings: { values, dimension: source.dimension } };
}

async function graphOf({ source }: MethodInput, options: SelectSubsetOptions): Promise<NeighborGraph> {
  const { graph = nearestNeighborGraph, neighbors = 10, onProgress, signal } = options;
  if (typeof graph === 'function') {
    const report = onProgress && {
      onProgress: (at: { done: number; total: number }) => onProgress({ stage: 'neighbors', ...at }),
    };
    return graph(source, { neighbors, ...report, ...(signal && { signal }) });
  }
  if (graph.size === source.size) return graph;
  throw new InvalidArgumentError('selectSubset', `a graph of the pool's ${source.size} items`, graph.size);
}

function progressOf({ onProgress, signal }: SelectSubsetOptions): SelectionProgress {
  return {
    ...(onProgress && { onProgress: (done: number, total: number) => onProgress({ stage: 'selection', done, total }) }),
    ...(signal && { signal }),
  };
}
