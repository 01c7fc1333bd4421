import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { checkPositive } from './checks.js';
import { type DecayedVariables, decayedTest, savedDecayed } from './decayed.js';
import { StatefulOptimizer } from './statefulOptimizer.js';

/** Options of {@link adamW}. */
export interface AdamWOptions {
  /** Step size, at least 0; settable later. Default `0.001`. */
  readonly learningRate?: number;
  /** Share of the mean gradient kept at each step, in 0..1, 1 excluded. Default `0.9`. */
  readonly beta1?: number;
  /** Share of the mean squared gradient kept at each step, in 0..1, 1 excluded. Default `0.999`. */
  readonly beta2?: number;
  /** Added to the root of the mean square, above 0. Default `1e-8`. */
  readonly epsilon?: number;
  /** Share of the weight taken off at each step, times the learning rate; at least 0. Default `0.01`. */
  readonly weightDecay?: number;
  /** Variables that are decayed. Default `'all'`. */
  readonly decayed?: DecayedVariables;
}

/**
 * Adam with decoupled weight decay; see {@link adamW}, which makes one.
 */
export class AdamWOptimizer extends StatefulOptimizer {
  /** Name under which TensorFlow.js saves and loads the optimizer. */
  static readonly className = 'LongtailAdamW';
  readonly #options: Required<AdamWOptions>;
  readonly #isDecayed: (variable: tf.Variable) => boolean;

  /**
   * @param options As of {@link adamW}.
   * @throws InvalidArgumentError If an option is out of its range.
   */
  constructor(options: AdamWOptions = {}) {
    const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
    for (const [name, beta] of Object.entries({ beta1, beta2 })) {
      if (!(beta >= 0 && beta < 1))
        throw new InvalidArgumentError('adamW', `${name} to be at least 0 and below 1`, beta);
    }
    checkPositive('adamW', 'epsilon', epsilon);
    checkNumber('adamW', 'weightDecay', weightDecay, { min: 0 });
    super('adamW', learningRate, ['gradient', 'square']);
    const { decayed = 'all' } = options;
    this.#options = { learningRate, beta1, beta2, epsilon, weightDecay, decayed };
    this.#isDecayed = decayedTest('adamW', decayed);
  }

  /** @internal */
  protected override makeUpdate() {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const step = this.iterations + 1;
    // The state leaves the factors 1 - beta out, which saves two kernels a variable; they come in here, with the bias
    // correction: mean = meanScale * gradients, root mean square = rootScale * sqrt(squares).
    const meanScale = (1 - beta1) / (1 - beta1 ** step);
    const rootScale = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
    const rate = tf.scalar((this.learningRate * meanScale) / rootScale);
    const guard = tf.scalar(epsilon / rootScale);
    const kept = tf.scalar(1 - this.learningRate * weightDecay);
    const [keepGradients, keepSquares] = [tf.scalar(beta1), tf.scalar(beta2)];
    return (variable: tf.Variable, gradient: tf.Tensor, [gradients, squares]: readonly tf.Variable[]): void => {
      const nextGradients = tf.add(tf.mul(gradients!, keepGradients), gradient);
      const nextSquares = tf.add(tf.mul(squares!, keepSquares), tf.square(gradient));
      const direction = tf.div(nextGradients, tf.add(tf.sqrt(nextSquares), guard));
      const decayed = weightDecay > 0 && this.#isDecayed(variable) ? tf.mul(variable, kept) : variable;
      variable.assign(tf.sub(decayed, tf.mul(direction, rate)));
      gradients!.assign(nextGradients);
      squares!.assign(nextSquares);
    };
  }

  /**
   * The options as plain JSON.
   *
   * @throws InvalidArgumentError If `decayed` is a function, which cannot be saved.
   */
  override getConfig(): tf.serialization.ConfigDict {
    const { decayed } = this.#options;
    return { ...this.#options, learningRate: this.learningRate, decayed: savedDecayed('adamW', decayed) };
  }
}

/**
 * Adam with bias correction and weight decay apart from the gradient.
 *
 * $`m <- beta1 m + (1 - beta1) g`$, $`v <- beta2 v + (1 - beta2) g^2`$, then at step t
 * $`w <- w - lr (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay w)`$.
 *
 * @param options `learningRate`, `beta1`, `beta2`, `epsilon`, `weightDecay`, `decayed`.
 * @returns An optimizer for `applyGradients`, `minimize` and `model.compile`; `dispose()` frees its state.
 * @throws InvalidArgumentError If an option is out of its range.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { adamW } from 'tfjs-longtail/optimizers';
 * const w = tf.variable(tf.scalar(1));
 * const optimizer = adamW({ learningRate: 0.1, weightDecay: 0 });
 * optimizer.minimize(() => tf.square(w) as tf.Scalar);
 * console.log((await w.data())[0]!.toFixed(2)); // 0.90: the first step has the length of the learning rate
 * ```
 * @see Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.
 */
export function adamW(options: AdamWOptions = {}): AdamWOptimizer {
  return new AdamWOptimizer(options);
}

tf.serialization.registerClass(AdamWOptimizer);
