import { checkNumber } from '../core/index.js';
import { checkPositive } from './checks.js';
import type { RowOptimizer } from './rowOptimizer.js';

/** Options of {@link rowAdagrad}. */
export interface RowAdagradOptions {
  /** What the sum of squares begins with, at least 0. Default `0.1`. */
  readonly initialAccumulator?: number;
  /** Added to the root of the sum of squares, above 0. Default `1e-7`. */
  readonly epsilon?: number;
}

/**
 * Adagrad on single rows: $`a <- a + g^2`$, then $`w <- w - lr g / (sqrt(a) + epsilon)`$.
 *
 * A row that is not touched has the gradient 0, for which Adagrad changes nothing: the rows move exactly as they would in a
 * dense update.
 *
 * @param options `initialAccumulator`, `epsilon`.
 * @returns The optimizer of a `classTable`; its state is one number a weight.
 * @throws InvalidArgumentError If an option is out of its range.
 * @example
 * ```ts
 * import { rowAdagrad } from 'tfjs-longtail/optimizers';
 * const weights = new Float32Array(4); // two rows
 * const state = rowAdagrad({ initialAccumulator: 0 }).start(weights.length);
 * state.update(weights, { rows: Int32Array.of(1), values: Float32Array.of(3, -5), width: 2 }, 0.5);
 * console.log(Array.from(weights, (w) => w.toFixed(2)).join(' ')); // 0.00 0.00 -0.50 0.50
 * ```
 * @see Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011; the
 *   arithmetic is that of TensorFlow's `ResourceSparseApplyAdagradV2`.
 */
export function rowAdagrad(options: RowAdagradOptions = {}): RowOptimizer {
  const { initialAccumulator = 0.1, epsilon = 1e-7 } = options;
  checkNumber('rowAdagrad', 'initialAccumulator', initialAccumulator, { min: 0 });
  checkPositive('rowAdagrad', 'epsilon', epsilon);
  return {
    name: 'adagrad',
    start(size) {
      const accumulator = new Float32Array(size).fill(initialAccumulator);
      return {
        arrays: { accumulator },
        update(weights, { rows, values, width }, learningRate) {
          for (let r = 0; r < rows.length; r++) {
            const [row, own] = [rows[r]! * width, r * width];
            for (let d = 0; d < width; d++) {
              const g = values[own + d]!;
              const sum = accumulator[row + d]! + g * g;
              accumulator[row + d] = sum;
              weights[row + d]! -= (learningRate * g) / (Math.sqrt(sum) + epsilon);
            }
          }
        },
      };
    },
  };
}
