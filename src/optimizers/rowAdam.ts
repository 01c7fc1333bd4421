import { InvalidArgumentError } from '../core/index.js';
import { checkPositive } from './checks.js';
import type { RowOptimizer } from './rowOptimizer.js';

/** Options of {@link rowAdam}. */
export interface RowAdamOptions {
  /** Share of the mean gradient that a touched row keeps, in 0..1, 1 excluded. Default `0.9`. */
  readonly beta1?: number;
  /** Share of the mean squared gradient that a touched row keeps, in 0..1, 1 excluded. Default `0.999`. */
  readonly beta2?: number;
  /** Added to the root of the mean square, above 0. Default `1e-8`. */
  readonly epsilon?: number;
}

/**
 * Lazy Adam: the moments of a row move only in the steps that touch it, while the bias correction counts all steps.
 *
 * For a touched row at step t of the table $`m <- beta1 m + (1 - beta1) g`$, $`v <- beta2 v + (1 - beta2) g^2`$, then
 * $`w <- w - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)`$. Other rows keep weights and moments bit for bit. Dense
 * Adam would go on moving them along their old gradients; where every row is touched in every step, the two are the same. A row
 * that is first touched late has moments that are still near 0 but a correction near 1: its first step is about
 * $`lr (1 - beta1) / sqrt(1 - beta2)`$ long, 3.2 times the learning rate with the defaults.
 *
 * @param options `beta1`, `beta2`, `epsilon`.
 * @returns The optimizer of a `classTable`; its state is two numbers a weight, and the number of steps.
 * @throws InvalidArgumentError If an option is out of its range.
 * @example
 * ```ts
 * import { rowAdam } from 'tfjs-longtail/optimizers';
 * const weights = new Float32Array(4); // two rows
 * const state = rowAdam().start(weights.length);
 * state.update(weights, { rows: Int32Array.of(0), values: Float32Array.of(3, -5), width: 2 }, 0.1);
 * console.log(Array.from(weights, (w) => w.toFixed(2)).join(' ')); // -0.10 0.10 0.00 0.00
 * ```
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1; TensorFlow Addons called this form LazyAdam.
 */
export function rowAdam(options: RowAdamOptions = {}): RowOptimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    if (!(beta >= 0 && beta < 1))
      throw new InvalidArgumentError('rowAdam', `${name} to be at least 0 and below 1`, beta);
  }
  checkPositive('rowAdam', 'epsilon', epsilon);
  return {
    name: 'adam',
    start(size) {
      const [mean, square, steps] = [new Float32Array(size), new Float32Array(size), new Int32Array(1)];
      return {
        arrays: { mean, square, steps },
        update(weights, { rows, values, width }, learningRate) {
          const step = ++steps[0]!;
          const rate = learningRate / (1 - beta1 ** step);
          const correction = 1 / (1 - beta2 ** step);
          for (let r = 0; r < rows.length; r++) {
            const [row, own] = [rows[r]! * width, r * width];
            for (let d = 0; d < width; d++) {
              const [at, g] = [row + d, values[own + d]!];
              const m = beta1 * mean[at]! + (1 - beta1) * g;
              const v = beta2 * square[at]! + (1 - beta2) * g * g;
              mean[at] = m;
              square[at] = v;
              weights[at]! -= (rate * m) / (Math.sqrt(v * correction) + epsilon);
            }
          }
        },
      };
    },
  };
}
