import { checkNumber, checkOneOf, InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { CapRule } from './caps.js';
import type { EmbeddingSource } from './embeddings.js';
import type { NeighborGraph } from './graph.js';
import type { NeighborSearchOptions } from './nearestNeighborGraph.js';
import type { Balance } from './poolParts.js';
import { selectionMethods, type DistanceSource, type SelectionMethod } from './selectionMethods.js';

/** Finds the neighbour graph of embeddings. */
export type NeighborSearch = (embeddings: EmbeddingSource, options: NeighborSearchOptions) => Promise<NeighborGraph>;

/** How far {@link selectSubset} has come. */
export interface SelectSubsetProgress {
  /** What it is at. */
  readonly stage: 'neighbors' | 'selection';
  /** Steps of the stage done. */
  readonly done: number;
  /** Steps of the stage in all. */
  readonly total: number;
}

/** Options of {@link selectSubset}. */
export interface SelectSubsetOptions {
  /** Items to select, an integer of at most those of the pool; below 1, a share of the pool, rounded to the nearest number of items. */
  readonly budget: number;
  /** How to select (default `'submodular'`). */
  readonly method?: SelectionMethod;
  /** What to balance over (default `'none'`). */
  readonly balance?: Balance;
  /** Whether a boundary has two sides with a cap each (default false); with `'both'`, the constraint then is one matroid. */
  readonly ordered?: boolean;
  /** Caps of classes and of boundaries (default `'water-level'`); for a selection that is balanced. */
  readonly caps?: CapRule;
  /** Caps of boundaries, where they differ from `caps`. */
  readonly boundaryCaps?: CapRule;
  /** Neighbours of each item in the graph (default 10). */
  readonly neighbors?: number;
  /** Weight of utility (default 0.9). */
  readonly alpha?: number;
  /** Weight of similarity (default 0.1). */
  readonly beta?: number;
  /** Weight of the smallest distance, with `'gist'` only (default `beta` times the budget, so that it weighs as similarities do). */
  readonly lambda?: number;
  /** Weight of the covering radius against margins, with `'weighted-k-center'` only, in `[0, 1]` (default 0.5). */
  readonly radiusWeight?: number;
  /**
   * What `'k-center'`, `'weighted-k-center'` and `'gist'` take distances from: `'embeddings'`, all of them in memory, or `'graph'`. Default:
   * `'graph'` for `'gist'`, `'embeddings'` for the others.
   */
  readonly distances?: DistanceSource;
  /**
   * The neighbour graph, where it is there already, or what finds it where the method needs one, such as `approximateNeighborGraph` of
   * `tfjs-longtail/subset/node`. Default {@link nearestNeighborGraph}.
   */
  readonly graph?: NeighborGraph | NeighborSearch;
  /** Where `'random'` draws from. */
  readonly random?: RandomStream;
  /** Called now and then. */
  readonly onProgress?: (progress: SelectSubsetProgress) => void;
  /** Ends the selection; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What {@link SelectSubsetOptions} come to for a pool of so many items. */
export interface ResolvedSelection {
  /** How to select. */
  readonly method: SelectionMethod;
  /** What to balance over. */
  readonly balance: Balance;
  /** Items to select. */
  readonly budget: number;
}

/**
 * Refuses what {@link selectSubset} refuses of its options, before embeddings and predictions are made, which may take long.
 *
 * @param options See {@link SelectSubsetOptions}.
 * @param size Items of the pool, n.
 * @returns Method, balance, and the budget as a number of items.
 * @throws InvalidArgumentError If an option is out of range, more items are asked for than there are, an option is of another method, caps
 * are given without a balance, or `'random'` has no random stream.
 * @example
 * ```ts
 * import { checkSelection } from 'tfjs-longtail/subset';
 * console.log(checkSelection({ budget: 0.1 }, 2345).budget); // 235
 * ```
 */
export function checkSelection(options: SelectSubsetOptions, size: number): ResolvedSelection {
  const method = checkOneOf(where, 'method', options.method ?? 'submodular', selectionMethods);
  const balance = checkOneOf(where, 'balance', options.balance ?? 'none', balances);
  if (method === 'weighted-k-center' && balance !== 'none') {
    const hint = 'Its proof is for a budget alone; take k-center';
    throw new InvalidArgumentError(where, "balance 'none' with method 'weighted-k-center'", `'${balance}'`, hint);
  }
  if (method === 'random' && options.random === undefined) {
    throw new InvalidArgumentError(where, "random with method 'random'", 'none', 'Pass randomStream(seed)');
  }
  checkRanges(options);
  refuseIdle(options, method, balance);
  return { method, balance, budget: budgetOf(options.budget, size) };
}

const where = 'selectSubset';
const balances: readonly Balance[] = ['none', 'class', 'boundary', 'both'];

function checkRanges({
  neighbors = 10,
  alpha = 0.9,
  beta = 0.1,
  lambda = 0,
  radiusWeight = 0,
}: SelectSubsetOptions): void {
  checkNumber(where, 'neighbors', neighbors, { min: 1, integer: true });
  checkNumber(where, 'alpha', alpha, { min: 0 });
  checkNumber(where, 'beta', beta, { min: 0 });
  checkNumber(where, 'lambda', lambda, { min: 0 });
  checkNumber(where, 'radiusWeight', radiusWeight, { min: 0, max: 1 });
}

/** Methods that read an option; for others it would be said in vain. */
const methodsOf = {
  lambda: ['gist'],
  radiusWeight: ['weighted-k-center'],
  distances: ['k-center', 'weighted-k-center', 'gist'],
} as const;

/** Refuses options that would change nothing. */
function refuseIdle(options: SelectSubsetOptions, method: SelectionMethod, balance: Balance): void {
  for (const name of ['lambda', 'radiusWeight', 'distances'] as const) {
    const methods: readonly SelectionMethod[] = methodsOf[name];
    if (options[name] === undefined || methods.includes(method)) continue;
    throw new InvalidArgumentError(where, `method ${methods.join(', ')} with ${name}`, method);
  }
  const isBoundary = balance === 'boundary' || balance === 'both';
  if (options.caps !== undefined && balance === 'none') {
    throw new InvalidArgumentError(where, "balance 'class', 'boundary' or 'both' with caps", `'${balance}'`);
  }
  for (const name of ['boundaryCaps', 'ordered'] as const) {
    if ((options[name] ?? false) === false || isBoundary) continue;
    throw new InvalidArgumentError(where, `balance 'boundary' or 'both' with ${name}`, `'${balance}'`);
  }
}

function budgetOf(budget: number, size: number): number {
  const isShare = typeof budget === 'number' && budget > 0 && budget < 1;
  const items = isShare ? Math.round(budget * size) : checkNumber(where, 'budget', budget, { min: 0, integer: true });
  if (items <= size) return items;
  throw new InvalidArgumentError(where, `a budget of at most the ${size} items of the pool`, items);
}
