import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { checkItems, checkSameItems } from './checkItems.js';
import type { ConstraintState, SubsetConstraint } from './constraint.js';
import { greedy } from './greedy.js';
import { guaranteeOf } from './guarantee.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import { orderedByGain } from './orderedByGain.js';
import type { SelectionResult, StopReason } from './result.js';

/** Options of {@link localSearch}. */
export interface LocalSearchOptions {
  /** Most items to select, k. */
  readonly budget: number;
  /** What the factor may lose to stopping early (default 0.1); an exchange must raise the value by a share $`epsilon / k`$ of it. */
  readonly epsilon?: number;
  /** Items that an exchange may add, 1 (the default) or 2; two cost far more and give the better factor. */
  readonly swaps?: 1 | 2;
  /** A feasible selection to start from; greedy's where it is left out. */
  readonly start?: ArrayLike<number>;
}

/**
 * Local search for intersections of p matroids: exchanges that add up to `swaps` items and delete up to `(p - 1) swaps + 1`, as long as one
 * raises the value by more than a share $`epsilon / k`$.
 *
 * Its factor is $`1 / (p + 1/swaps + epsilon)`$ for p of 2 or more, $`1 / (2 + epsilon)`$ for one matroid: with two swaps it passes greedy's
 * $`1 / (p + 1)`$. Starting from greedy it never ends lower than greedy, and may fill a budget that greedy stops short of.
 *
 * A pass tries every set of deletions, $`k^((p - 1) swaps + 1)`$ of them, with $`k + n^swaps`$ gains each: for budgets of up to a hundred
 * with one swap, of a dozen with two.
 *
 * @param objective What to maximise.
 * @param constraint A matroid or an intersection of matroids; anything closed downward is searched too, without a factor.
 * @param options See {@link LocalSearchOptions}.
 * @returns The selection, in the order in which greedy would take its items.
 * @throws InvalidArgumentError If an option is out of range, the start is not feasible, or the constraint is for another number of items.
 * @example
 * ```ts
 * import { graphFromEdges, intersection, localSearch, pairwiseObjective, partitionMatroid } from 'tfjs-longtail/subset';
 * const objective = pairwiseObjective({ utility: [1, 0.9, 0.8, 0.7], graph: graphFromEdges(4, []) });
 * const constraint = intersection(
 *   partitionMatroid({ parts: [0, 0, 1, 2], capacities: 1 }),
 *   partitionMatroid({ parts: [0, 1, 0, 2], capacities: 1 }),
 * );
 * const { items } = localSearch(objective, constraint, { budget: 3, swaps: 2 });
 * console.log(items); // Int32Array(3) [ 1, 2, 3 ]: 1, 2, 3: greedy starts with 0 and has to leave out both 1 and 2
 * ```
 * @see Lee, Sviridenko and Vondrak, "Submodular Maximization over Multiple Matroids via Generalized Exchange Properties", 2010.
 */
export function localSearch(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  options: LocalSearchOptions,
): SelectionResult {
  const where = 'localSearch';
  const budget = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 0.1, { min: 0 });
  const swaps = checkNumber(where, 'swaps', options.swaps ?? 1, { min: 1, max: 2, integer: true });
  checkSameItems(where, objective, constraint);
  const problem = { objective, constraint, budget };
  const p = Math.max(1, constraint.matroids.length);
  const limits = {
    added: swaps,
    deleted: p === 1 ? swaps : (p - 1) * swaps + 1,
    share: epsilon / Math.max(1, Math.min(budget, objective.size)),
  };
  const first = options.start === undefined ? greedy(objective, constraint, { budget }).items : options.start;
  let items = filled(problem, checkedStart(problem, first));
  for (let better = improved(problem, items, limits); better !== null; better = improved(problem, items, limits)) {
    items = filled(problem, better);
  }
  const guarantee = guaranteeOf({ kind: 'local-search', swaps, epsilon }, objective.properties, constraint.structure);
  return { ...orderedByGain(objective, items), stopped: stopOf(problem, items), guarantee };
}

interface Problem {
  readonly objective: SubsetObjective;
  readonly constraint: SubsetConstraint;
  readonly budget: number;
}

interface States {
  readonly value: ObjectiveState;
  readonly allowed: ConstraintState;
}

/** The selection after the first exchange that gains enough, or `null`. */
function improved(
  problem: Problem,
  items: Int32Array,
  limits: { readonly added: number; readonly deleted: number; readonly share: number },
): Int32Array | null {
  const value = statesOf(problem, items).value.value;
  // The smallest rise that counts stays above rounding, or two sets of equal value could be exchanged for ever.
  const target = value + Math.max(Math.max(limits.share, 1e-12) * Math.abs(value), Number.MIN_VALUE);
  for (const deleted of subsets(items, limits.deleted)) {
    const kept = items.filter((item) => !deleted.includes(item));
    const states = statesOf(problem, kept);
    const added = additionAbove(problem, states, target, deleted, Math.min(limits.added, problem.budget - kept.length));
    if (added !== null) return Int32Array.from([...kept, ...added]);
  }
  return null;
}

/** Up to `most` items that lift the value above the target, or `null`; what was deleted does not come back. */
function additionAbove(
  { objective }: Problem,
  { value, allowed }: States,
  target: number,
  deleted: readonly number[],
  most: number,
): readonly number[] | null {
  if (value.value >= target) return [];
  if (most === 0) return null;
  const candidates: number[] = [];
  const gains: number[] = [];
  for (let item = 0; item < objective.size; item++) {
    if (deleted.includes(item) || !allowed.canAdd(item)) continue;
    const gain = value.gain(item);
    if (value.value + gain >= target) return [item];
    candidates.push(item);
    gains.push(gain);
  }
  return most === 1 ? null : pairAbove(objective, { value, allowed }, target, candidates, gains);
}

function pairAbove(
  objective: SubsetObjective,
  { value, allowed }: States,
  target: number,
  candidates: readonly number[],
  gains: readonly number[],
): readonly number[] | null {
  const largest = gains.reduce((most, gain) => Math.max(most, gain), -Infinity);
  for (const [at, first] of candidates.entries()) {
    // Where gains never rise, two items add no more than what each adds alone.
    if (objective.properties.submodular && value.value + gains[at]! + largest < target) continue;
    const [nextValue, nextAllowed] = [value.clone(), allowed.clone()];
    nextValue.add(first);
    nextAllowed.add(first);
    for (const second of candidates.slice(at + 1)) {
      if (nextAllowed.canAdd(second) && nextValue.value + nextValue.gain(second) >= target) return [first, second];
    }
  }
  return null;
}

/** Every set of at most `most` of the items, small sets first. */
function* subsets(items: ArrayLike<number>, most: number): Generator<readonly number[]> {
  for (let size = 0; size <= Math.min(most, items.length); size++) yield* subsetsOf(items, size, 0);
}

function* subsetsOf(items: ArrayLike<number>, size: number, from: number): Generator<readonly number[]> {
  if (size === 0) return yield [];
  for (let at = from; at <= items.length - size; at++) {
    for (const rest of subsetsOf(items, size - 1, at + 1)) yield [items[at]!, ...rest];
  }
}

function statesOf({ objective, constraint }: Problem, items: ArrayLike<number>): States {
  const [value, allowed] = [objective.start(), constraint.start()];
  for (let at = 0; at < items.length; at++) {
    value.add(items[at]!);
    allowed.add(items[at]!);
  }
  return { value, allowed };
}

/** The items and, as long as there is room, the next best one that does not lower the value, by however little it raises it. */
function filled(problem: Problem, items: Int32Array): Int32Array {
  const { value, allowed } = statesOf(problem, items);
  const all = [...items];
  while (all.length < problem.budget) {
    let [best, most] = [-1, 0];
    for (let item = 0; item < problem.objective.size; item++) {
      if (!allowed.canAdd(item)) continue;
      const gain = value.gain(item);
      if (best < 0 ? gain >= most : gain > most) [best, most] = [item, gain];
    }
    if (best < 0) break;
    value.add(best);
    allowed.add(best);
    all.push(best);
  }
  return Int32Array.from(all);
}

function stopOf(problem: Problem, items: Int32Array): StopReason {
  const { objective, budget } = problem;
  if (items.length === budget) return 'budget';
  if (items.length === objective.size) return 'items';
  const { allowed } = statesOf(problem, items);
  for (let item = 0; item < objective.size; item++) if (allowed.canAdd(item)) return 'gain';
  return 'constraint';
}

function checkedStart({ objective, constraint, budget }: Problem, start: ArrayLike<number>): Int32Array {
  const where = 'localSearch';
  checkItems(where, 'start', start, objective.size);
  if (start.length > budget) throw new InvalidArgumentError(where, `a start of at most ${budget} items`, start.length);
  const state = constraint.start();
  for (let at = 0; at < start.length; at++) {
    if (!state.canAdd(start[at]!)) {
      throw new InvalidArgumentError(where, 'a feasible start', `item ${start[at]}, which ${constraint.name} refuses`);
    }
    state.add(start[at]!);
  }
  return Int32Array.from(start);
}
