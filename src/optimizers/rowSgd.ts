import type { RowOptimizer } from './rowOptimizer.js';

/**
 * Plain gradient descent on single rows: $`w <- w - lr g`$.
 *
 * @returns The optimizer of a `classTable`; its state is empty.
 * @example
 * ```ts
 * import { rowSgd } from 'tfjs-longtail/optimizers';
 * const weights = Float32Array.of(1, 1, 1, 1); // two rows
 * const state = rowSgd().start(weights.length);
 * state.update(weights, { rows: Int32Array.of(1), values: Float32Array.of(2, 4), width: 2 }, 0.25);
 * console.log(weights.join(' ')); // 1 1 0.5 0
 * ```
 * @see Robbins and Monro, "A stochastic approximation method", 1951.
 */
export function rowSgd(): RowOptimizer {
  return {
    name: 'sgd',
    start: () => ({
      arrays: {},
      update(weights, { rows, values, width }, learningRate) {
        for (let r = 0; r < rows.length; r++) {
          const [row, own] = [rows[r]! * width, r * width];
          for (let d = 0; d < width; d++) weights[row + d]! -= learningRate * values[own + d]!;
        }
      },
    }),
  };
}
