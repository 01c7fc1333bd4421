import type { Guarantee } from './guarantee.js';

/** Why a selection has no more items. */
export type StopReason =
  /** As many items as asked for are selected. */
  | 'budget'
  /** The constraint allows none of the items that are left; {@link feasibilityOf} says which caps hold them back. */
  | 'constraint'
  /** The next item would have lowered the value, or not raised it by what was asked. */
  | 'gain'
  /** All items that may be selected are, and they are fewer than asked for. */
  | 'items';

/** What an algorithm selected. */
export interface SelectionResult {
  /** Selected items, in the order in which they were taken, `[|S|]`. */
  readonly items: Int32Array;
  /** By how much each raised the value, `[|S|]`; for baselines without an objective, the score it was taken for. */
  readonly gains: Float64Array;
  /** Value of the selection. */
  readonly value: number;
  /** Why there are no more items. */
  readonly stopped: StopReason;
  /** How far from the best possible it may be. */
  readonly guarantee: Guarantee;
}

/** What long selections report, and how they are stopped. */
export interface SelectionProgress {
  /** Called now and then with the number of items selected so far and the budget. */
  readonly onProgress?: (selected: number, budget: number) => void;
  /** Once aborted, the selection throws the reason of the abort. */
  readonly signal?: AbortSignal;
}
