import { InvalidArgumentError } from '../core/index.js';
import { balancedConstraint } from './balancedConstraint.js';
import { embeddingsFrom, type EmbeddingArray, type EmbeddingSource } from './embeddings.js';
import { feasibilityOf, type Feasibility } from './feasibility.js';
import { balancedParts, useOf, type PartUse } from './poolParts.js';
import type { SelectionResult } from './result.js';
import { selectWith } from './selectionMethods.js';
import { checkSelection, type SelectSubsetOptions } from './selectionOptions.js';

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
 * @throws InvalidArgumentError If embeddings and probabilities are of different numbers of items, not finite or no distributions, or as
 * {@link checkSelection}.
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
  const source = embeddingsFrom(pool.embeddings);
  const { method, balance, budget } = checkSelection(options, source.size);
  const numClasses = classesOf(pool, source.size);
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
    feasibility: feasibilityOf(constraint, budget, items),
    parts: {
      ...(classes && { classes: useOf(classes, caps, budget, items) }),
      ...(boundaries && { boundaries: useOf(boundaries, boundaryCaps, budget, items) }),
    },
  };
}

function classesOf({ probabilities, numClasses }: SelectionPool, size: number): number {
  const count = numClasses ?? probabilities.length / size;
  if (Number.isInteger(count) && count * size === probabilities.length) return count;
  const expected = `probabilities [${size}, ${numClasses ?? 'C'}], a row for each embedding`;
  throw new InvalidArgumentError('selectSubset', expected, `${probabilities.length} numbers`);
}
