import { checkNumber, checkOneOf, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { checkItems } from './checkItems.js';
import type { SubsetConstraint } from './constraint.js';
import { guaranteeOf } from './guarantee.js';
import { lazyPicker } from './lazyGreedy.js';
import { naivePicker } from './naiveGreedy.js';
import type { SubsetObjective } from './objective.js';
import type { SelectionProgress, SelectionResult } from './result.js';
import { runSelection, startSelection, type Picker, type Selection } from './selection.js';
import { stochasticPicker } from './stochasticGreedy.js';

/** How {@link greedy} finds the item of largest gain. */
export type GreedyMethod = 'auto' | 'decrement' | 'lazy' | 'naive' | 'stochastic';

const methods: readonly GreedyMethod[] = ['auto', 'decrement', 'lazy', 'naive', 'stochastic'];

/** Options of {@link greedy}. */
export interface GreedyOptions extends SelectionProgress {
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /**
   * - `'decrement'`: a heap; asks again only for items whose gain the objective says has changed;
   * - `'lazy'`: a heap; asks again for whatever comes to its top;
   * - `'naive'`: asks for every item at every step;
   * - `'stochastic'`: asks for a random sample at every step;
   * - `'auto'` (the default): `'decrement'` where the objective is submodular, else `'naive'`.
   */
  readonly method?: GreedyMethod;
  /** Share of the factor that `'stochastic'` may lose (default 0.1): a step samples $`(n / k) ln(1 / epsilon)`$ items. */
  readonly epsilon?: number;
  /** Where `'stochastic'` draws its samples from. */
  readonly random?: RandomStream;
  /** Whether to stop before an item that lowers the value (default false); such items are left out of the samples of `'stochastic'`. */
  readonly stopAtNegative?: boolean;
  /** Items that may be selected; all of the pool where they are left out. */
  readonly candidates?: ArrayLike<number>;
}

/**
 * Adds, while something feasible remains, the feasible item of largest gain; of items that tie the one of lowest index.
 *
 * $`i_t = argmax { f(i | S) : S + i in I }`$
 *
 * `'decrement'`, `'lazy'` and `'naive'` select the same items in the same order. The heap of the first two rests on gains that never rise,
 * which is what submodular means: for other objectives they are refused. With a pairwise objective on a graph of degree D, a selection
 * takes $`O(n + (n + k D) log n)`$ steps.
 *
 * Under an intersection of matroids, greedy may stop before the budget although larger feasible sets exist; {@link feasibilityOf} tells.
 * A budget above the number of items selects all of them. `onProgress` is called about a hundred times; since the call is synchronous, a
 * signal that is not aborted before can only be aborted in there.
 *
 * @param objective What to maximise.
 * @param constraint Which sets are feasible, for as many items as the objective; {@link uniformMatroid} where the budget is all.
 * @param options See {@link GreedyOptions}.
 * @returns The selection in the order it was made, its gains, why it ended and which factor it has.
 * @throws InvalidArgumentError If an option is out of range, the constraint is for another number of items, a heap is asked for with an
 * objective that is not submodular, or `'stochastic'` has no random stream.
 * @example
 * ```ts
 * import { graphFromEdges, greedy, pairwiseObjective, partitionMatroid } from 'tfjs-longtail/subset';
 * const objective = pairwiseObjective({
 *   utility: [0.95, 0.99, 0.85, 0.7],
 *   graph: graphFromEdges(4, [[0, 1, 0.9], [1, 2, 0.4], [1, 3, 0.3]]),
 * });
 * const constraint = partitionMatroid({ parts: [0, 0, 0, 1], capacities: 2 });
 * const { items, stopped, guarantee } = greedy(objective, constraint, { budget: 3 });
 * console.log(items, stopped, guarantee.factor); // Int32Array(3) [ 1, 0, 3 ] budget 0.5: 1, 0, 3; budget; 0.5
 * ```
 * @see Nemhauser, Wolsey and Fisher 1978; Fisher, Nemhauser and Wolsey 1978; Minoux 1978 for the heap; Mirzasoleiman et al., "Lazier Than
 * Lazy Greedy", 2015, for the samples.
 */
export function greedy(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  options: GreedyOptions,
): SelectionResult {
  const where = 'greedy';
  const budget = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 0.1, { min: Number.MIN_VALUE, max: 1 });
  const method = resolvedMethod(checkOneOf(where, 'method', options.method ?? 'auto', methods), objective);
  const selection = startSelection(where, objective, constraint, {
    budget,
    stopAtNegative: options.stopAtNegative ?? false,
    candidates: candidatesOf(objective.size, options.candidates),
  });
  const picker = pickerOf(method, selection, epsilon, options.random);
  const result = runSelection(selection, picker, options);
  const algorithm =
    method === 'stochastic' ? ({ kind: 'stochastic-greedy', epsilon } as const) : ({ kind: 'greedy' } as const);
  return { ...result, guarantee: guaranteeOf(algorithm, objective.properties, constraint.structure) };
}

type ResolvedMethod = Exclude<GreedyMethod, 'auto'>;

function resolvedMethod(method: GreedyMethod, { name, properties }: SubsetObjective): ResolvedMethod {
  if (method === 'auto') return properties.submodular ? 'decrement' : 'naive';
  if ((method === 'decrement' || method === 'lazy') && !properties.submodular) {
    const hint = "Its gains may rise, so that old ones bound nothing: use method 'naive'";
    throw new InvalidArgumentError('greedy', `a submodular objective with method '${method}'`, name, hint);
  }
  return method;
}

function pickerOf(
  method: ResolvedMethod,
  selection: Selection,
  epsilon: number,
  random: RandomStream | undefined,
): Picker {
  switch (method) {
    case 'decrement':
      return lazyPicker(selection, true);
    case 'lazy':
      return lazyPicker(selection, false);
    case 'naive':
      return naivePicker(selection);
    case 'stochastic':
      return stochasticPicker(selection, epsilon, random);
  }
}

/** The candidates ascending; all items where none are named. */
function candidatesOf(size: number, candidates: ArrayLike<number> | undefined): Int32Array {
  if (candidates === undefined) return Int32Array.from({ length: size }, (_, item) => item);
  checkItems('greedy', 'candidates', candidates, size);
  return Int32Array.from(candidates).sort();
}
