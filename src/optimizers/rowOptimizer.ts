/** Gradients of some rows of a table of weights. */
export interface RowGradients {
  /** Numbers of the rows, integers from 0, each once, `[R]`. */
  readonly rows: Int32Array;
  /** Their gradients, `[R, width]` row by row. */
  readonly values: Float32Array;
  /** Weights of one row. */
  readonly width: number;
}

/** What an optimizer remembers of one table, and how it changes rows. */
export interface RowState {
  /** The state by name, live: arrays as long as the table, and counters of length 1. */
  readonly arrays: Readonly<Record<string, Float32Array | Int32Array>>;
  /**
   * One step: changes the given rows and their state, and nothing else. Time and memory do not grow with the table.
   *
   * @param weights The table, `[rows, width]` row by row; changed in place.
   * @param gradients Gradients of the rows that the step touches.
   * @param learningRate Step size, at least 0.
   */
  update(weights: Float32Array, gradients: RowGradients, learningRate: number): void;
}

/**
 * An optimizer of single rows of a table too large to be touched as a whole, on typed arrays.
 *
 * A description without state: {@link RowOptimizer.start} makes the state of one table.
 */
export interface RowOptimizer {
  /** Name, `'adagrad'` for example. */
  readonly name: string;
  /** The state of a table of `size` weights before its first step. */
  start(size: number): RowState;
}
