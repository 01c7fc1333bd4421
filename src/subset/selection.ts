import { checkSameItems } from './checkItems.js';
import type { ConstraintState, SubsetConstraint } from './constraint.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import type { SelectionProgress, SelectionResult, StopReason } from './result.js';

/** A selection under way. */
export interface Selection {
  readonly value: ObjectiveState;
  readonly allowed: ConstraintState;
  /** Items that may be selected, ascending. */
  readonly candidates: Int32Array;
  /** Items of the pool. */
  readonly size: number;
  /** Most items to select. */
  readonly budget: number;
  /** Whether an item that would lower the value ends the selection. */
  readonly stopAtNegative: boolean;
}

/** Finds the next item of a selection: what the greedy algorithms differ in. */
export interface Picker {
  /** The next item, or -1 where the constraint allows none, -2 where every gain is negative and that counts. */
  next(): number;
  /** Told that the item is selected, and whose gain may have changed. */
  selected(item: number, changed: ArrayLike<number> | 'all'): void;
}

/** An empty selection. */
export function startSelection(
  where: string,
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  options: Pick<Selection, 'candidates' | 'budget' | 'stopAtNegative'>,
): Selection {
  checkSameItems(where, objective, constraint);
  return { ...options, value: objective.start(), allowed: constraint.start(), size: objective.size };
}

/** Selects what the picker finds, up to the budget. */
export function runSelection(
  selection: Selection,
  picker: Picker,
  { onProgress, signal }: SelectionProgress,
): Omit<SelectionResult, 'guarantee'> {
  const { value, allowed, budget } = selection;
  const limit = Math.min(budget, selection.candidates.length);
  const items = new Int32Array(limit);
  const gains = new Float64Array(limit);
  const interval = Math.max(1, Math.floor(limit / 100));
  let count = 0;
  let item = -1;
  while (count < limit) {
    signal?.throwIfAborted();
    item = picker.next();
    if (item < 0) break;
    gains[count] = value.gain(item);
    items[count++] = item;
    allowed.add(item);
    const changed = value.add(item);
    picker.selected(item, changed);
    if (count % interval === 0 || count === limit) onProgress?.(count, budget);
  }
  const stopped: StopReason =
    count === budget ? 'budget' : count === selection.candidates.length ? 'items' : item === -2 ? 'gain' : 'constraint';
  return { items: items.slice(0, count), gains: gains.slice(0, count), value: value.value, stopped };
}
