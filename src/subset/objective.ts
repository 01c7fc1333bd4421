/** What is known of a set function f for all sets; a guarantee of a factor needs both. */
export interface ObjectiveProperties {
  /** Whether no item ever lowers the value. */
  readonly monotone: boolean;
  /** Whether the gain of an item never rises as the selection grows. */
  readonly submodular: boolean;
  /** Whether it is a sum over the items, so that no gain ever changes; not known to be where it is not said. */
  readonly modular?: boolean;
}

/** A set function `f` on the items `0 .. size - 1` with `f(empty) = 0`: an immutable description that many selections may start from. */
export interface SubsetObjective {
  /** Name for reports, such as `pairwise`. */
  readonly name: string;
  /** Number of items n. */
  readonly size: number;
  /** What holds for it with the numbers at hand. */
  readonly properties: ObjectiveProperties;
  /** An empty selection. */
  start(): ObjectiveState;
}

/** A selection S that grows by one item at a time, and the value of it. */
export interface ObjectiveState {
  /** `f(S)`, in float64. */
  readonly value: number;
  /** `f(S + i) - f(S)`; 0 for an item of S. It accumulates nothing: asked twice it answers alike, bit for bit. */
  gain(item: number): number;
  /**
   * Adds an item, and says whose gain may have changed; `'all'` where nobody knows better than to ask each again.
   * The gain of the item itself is not listed.
   */
  add(item: number): ArrayLike<number> | 'all';
  /** A selection that goes its own way from here. */
  clone(): ObjectiveState;
}
