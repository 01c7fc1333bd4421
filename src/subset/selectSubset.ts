import { checkNumber, checkOneOf, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { balancedConstraint } from './balancedConstraint.js';
import type { CapRule } from './caps.js';
import { embeddingsFrom, type EmbeddingArray, type EmbeddingSource } from './embeddings.js';
import { feasibilityOf, type Feasibility } from './feasibility.js';
import type { NeighborGraph } from './graph.js';
import { balancedParts, useOf, type Balance, type PartUse } from './poolParts.js';
import type { SelectionResult } from './result.js';
import { selectionMethods, selectWith, type DistanceSource, type SelectionMethod } from './selectionMethods.js';

/** What is selected from: items that a coarse model has seen. */
export interface SelectionPool {
  /** Features of the items, `[n, d]`; scaled to length 1 here. */
  readonly embeddings: EmbeddingArray | EmbeddingSource;
  /** What the model predicts, `[n, C]` row by row; each row sums to 1. */
  readonly probabilities: ArrayLike<number>;
  /** Number of classes C; what divides the probabilities into n rows where it is left out. */
  readonly numClasses?: number;
  /** True classes, `[n]`, of a pool that is labelled: parts are made of them instead of predictions. */
  readonly labels?: ArrayLike<number>;
  /** Names of the classes, `[C]`, for reports. */
  readonly classNames?: readonly string[];
}

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
  /** Items to select, an integer; below 1, a share of the pool, rounded to the nearest number of items. */
  readonly budget: number;
  /** How to select (default `'submodular'`). */
  readonly method?: SelectionMethod;
  /** What to balance over (default `'none'`). */
  readonly balance?: Balance;
  /** Whether a boundary has two sides with a cap each (default false); with `'both'`, the constraint then is one matroid. */
  readonly ordered?: boolean;
  /** Caps of classes and of boundaries (default `'water-level'`). */
  readonly caps?: CapRule;
  /** Caps of boundaries, where they differ from `caps`. */
  readonly boundaryCaps?: CapRule;
  /** Neighbours of each item in the graph (default 10). */
  readonly neighbors?: number;
  /** Weight of utility (default 0.9). */
  readonly alpha?: number;
  /** Weight of similarity (default 0.1). */
  readonly beta?: number;
  /** Weight of the smallest distance with `'gist'` (default `beta` times the budget, so that it weighs as similarities do). */
  readonly lambda?: number;
  /** Weight of the covering radius against margins with `'weighted-k-center'`, in `[0, 1]` (default 0.5). */
  readonly radiusWeight?: number;
  /**
   * What `'k-center'`, `'weighted-k-center'` and `'gist'` take distances from: `'embeddings'`, all of them in memory, or `'graph'`. Default:
   * `'graph'` for `'gist'`, `'embeddings'` for the others.
   */
  readonly distances?: DistanceSource;
  /** The neighbour graph, where it is there already; {@link nearestNeighborGraph} finds it where it is needed and left out. */
  readonly graph?: NeighborGraph;
  /** Where `'random'` draws from. */
  readonly random?: RandomStream;
  /** Called now and then. */
  readonly onProgress?: (progress: SelectSubsetProgress) => void;
  /** Ends the selection; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What {@link selectSubset} selected. */
export interface PoolSelection extends SelectionResult {
  /** Items asked for, as a number. */
  readonly budget: number;
  /** Whether the budget could be met, and what stood in the way. */
  readonly feasibility: Feasibility;
  /** Parts balanced over, and how they are used. */
  readonly parts: {
    /** Classes; not there where they are not balanced over. */
    readonly classes?: PartUse;
    /** Decision boundaries; not there where they are not balanced over. */
    readonly boundaries?: PartUse;
  };
  /** What the guarantee adds to every item to make the objective monotone; 0 where nothing is needed. Gains and value are without it. */
  readonly shift: number;
}

/**
 * Selects the items of a pool to label or to train on: uncertain, diverse, and balanced over classes and decision boundaries.
 *
 * With `'submodular'`, greedy maximises {@link pairwiseObjective} with {@link marginUtility} on the graph of nearest neighbours, under
 * the constraint of {@link balancedConstraint}; where the objective is not monotone, the guarantee is about the one with `shift` added to
 * each item, which changes no pick. The other methods are baselines, under the same constraint; `'weighted-k-center'` takes none.
 *
 * The coarse model is the caller's: one trained on a tenth of the data will do.
 *
 * @param pool See {@link SelectionPool}.
 * @param options See {@link SelectSubsetOptions}.
 * @returns The selection, its guarantee, and what balance did to it.
 * @throws InvalidArgumentError If embeddings and probabilities are of different numbers of items, not finite or no distributions, an
 * option is out of range, or `'random'` has no random stream.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { selectSubset } from 'tfjs-longtail/subset';
 *
 * await tf.setBackend('cpu');
 * const embeddings = { values: Float32Array.of(1, 0, 1, 0.1, 0, 1, 0.1, 1), dimension: 2 };
 * const probabilities = [0.6, 0.4, 0.55, 0.45, 0.3, 0.7, 0.1, 0.9];
 * const options = { budget: 0.5, balance: 'class', neighbors: 1 } as const;
 * const { items, parts, guarantee } = await selectSubset({ embeddings, probabilities }, options);
 * console.log(items, parts.classes?.selected, guarantee.factor); // Int32Array(2) [ 1, 2 ] Int32Array(2) [ 1, 1 ] 0.5: 1, 2; one of each class; 0.5
 * ```
 * @see Ramalingam et al., "Less is more: Selecting informative and diverse subsets with balancing constraints", 2021.
 */
export async function selectSubset(pool: SelectionPool, options: SelectSubsetOptions): Promise<PoolSelection> {
  const where = 'selectSubset';
  const method = checkOneOf(where, 'method', options.method ?? 'submodular', selectionMethods);
  const balance = checkOneOf(where, 'balance', options.balance ?? 'none', balances);
  if (method === 'weighted-k-center' && balance !== 'none') {
    const hint = 'Its proof is for a budget alone; take k-center';
    throw new InvalidArgumentError(where, "balance 'none' with method 'weighted-k-center'", `'${balance}'`, hint);
  }
  const source = embeddingsFrom(pool.embeddings);
  const numClasses = classesOf(pool, source.size);
  const budget = budgetOf(options.budget, source.size);
  const { caps = 'water-level', boundaryCaps = caps } = options;
  const { classes, boundaries } = balancedParts({ ...pool, numClasses }, balance, options.ordered ?? false);
  const constraint = balancedConstraint({
    budget,
    classCaps: caps,
    boundaryCaps,
    ...(classes && { classes }),
    ...(boundaries && { boundaries }),
  });
  const selection = await selectWith(method, { ...pool, source, numClasses, constraint, budget }, options);
  const { items } = selection;
  return {
    ...selection,
    budget,
    feasibility: feasibilityOf(constraint, Math.min(budget, source.size), items),
    parts: {
      ...(classes && { classes: useOf(classes, caps, budget, items) }),
      ...(boundaries && { boundaries: useOf(boundaries, boundaryCaps, budget, items) }),
    },
  };
}

const balances: readonly Balance[] = ['none', 'class', 'boundary', 'both'];

function classesOf({ probabilities, numClasses }: SelectionPool, size: number): number {
  const count = numClasses ?? probabilities.length / size;
  if (Number.isInteger(count) && count * size === probabilities.length) return count;
  const expected = `probabilities [${size}, ${numClasses ?? 'C'}], a row for each embedding`;
  throw new InvalidArgumentError('selectSubset', expected, `${probabilities.length} numbers`);
}

function budgetOf(budget: number, size: number): number {
  const share = typeof budget === 'number' && budget > 0 && budget < 1;
  return share ? Math.round(budget * size) : checkNumber('selectSubset', 'budget', budget, { min: 0, integer: true });
}
