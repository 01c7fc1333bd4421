/** What a family of sets is, as far as guarantees ask. */
export type ConstraintKind =
  /** One matroid; `uniform` where it only counts, `|S| <= capacity`, as a budget alone does: more is proven for that. */
  | {
      /** Tells it from the others. */
      readonly kind: 'matroid';
      /** Whether it is a mere budget. */
      readonly uniform?: boolean;
    }
  /** An intersection of `count` matroids, at least 2. */
  | {
      /** Tells it from the others. */
      readonly kind: 'intersection';
      /** Number of matroids, at least 2. */
      readonly count: number;
    }
  /** Anything else that is closed downward, such as a knapsack. */
  | {
      /** Tells it from the others. */
      readonly kind: 'downward-closed';
    };

/** A downward closed family of subsets of `0 .. size - 1`: an immutable description that many selections may start from. */
export interface SubsetConstraint {
  /** Name for reports, such as `partition matroid`. */
  readonly name: string;
  /** Number of items n; `null` where any number will do, as for a budget. */
  readonly size: number | null;
  /** What a guarantee may build on. */
  readonly structure: ConstraintKind;
  /** The matroids that it is an intersection of, itself where it is one; empty for anything else. */
  readonly matroids: readonly SubsetConstraint[];
  /** An empty selection. */
  start(): ConstraintState;
  /** Which of the caps that hold a selection back are full, for reports; the order is that of the caps. */
  binding(items: ArrayLike<number>): readonly BindingCap[];
}

/** A selection that grows by one item at a time and stays feasible. */
export interface ConstraintState {
  /** Number of items selected. */
  readonly count: number;
  /** Whether the selection with the item added is feasible; false for an item that is selected. Once false, it stays false. */
  canAdd(item: number): boolean;
  /** Adds an item that {@link ConstraintState.canAdd} allows. */
  add(item: number): void;
  /** A selection that goes its own way from here. */
  clone(): ConstraintState;
}

/** A cap that a selection has reached. */
export interface BindingCap {
  /** Which one, such as `part 3` or `class airplane`. */
  readonly name: string;
  /** Its capacity. */
  readonly capacity: number;
  /** Items that it applies to. */
  readonly items: number;
}
