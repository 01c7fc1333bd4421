import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkOneOf, InvalidArgumentError } from '../core/index.js';
import { type DecayedVariables, decayedTest, savedDecayed } from './decayed.js';
import { StatefulOptimizer } from './statefulOptimizer.js';

/**
 * Where the learning rate stands: `'pytorch'` outside the velocity, $`w <- w - lr v`$, so that a drop of the rate acts at
 * once; `'keras'` inside, $`v <- m v - lr g`$, so that the old velocity keeps its old rate. Equal at a constant rate.
 */
export type VelocityConvention = 'pytorch' | 'keras';

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Step size, at least 0; settable later. */
  readonly learningRate: number;
  /** Share of the velocity kept at each step, in 0..1. Default `0`: no velocity. */
  readonly momentum?: number;
  /** Look one velocity ahead. Default `false`; needs a momentum. */
  readonly nesterov?: boolean;
  /** Coefficient `wd` of the penalty $`wd / 2 * sum(w^2)`$, gradient `wd * w` (PyTorch), at least 0. Default `0`. */
  readonly weightDecay?: number;
  /** Coefficient of the penalty `l2 * sum(w^2)`, gradient `2 * l2 * w` (Keras); instead of `weightDecay`. */
  readonly l2?: number;
  /** Variables the penalty applies to. Default `'all'`. */
  readonly decayed?: DecayedVariables;
  /** Where the learning rate stands. Default `'pytorch'`. */
  readonly velocity?: VelocityConvention;
}

/**
 * Stochastic gradient descent with momentum and L2 penalty; see {@link sgd}, which makes one.
 */
export class SgdOptimizer extends StatefulOptimizer {
  /** Name under which TensorFlow.js saves and loads the optimizer. */
  static readonly className = 'LongtailSgd';
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #decay: number;
  readonly #decayed: DecayedVariables;
  readonly #isDecayed: (variable: tf.Variable) => boolean;
  readonly #velocity: VelocityConvention;

  /**
   * @param options As of {@link sgd}.
   * @throws InvalidArgumentError If an option is out of its range.
   */
  constructor(options: SgdOptions) {
    const { learningRate, momentum = 0, nesterov = false, decayed = 'all', velocity = 'pytorch' } = options;
    checkNumber('sgd', 'momentum', momentum, { min: 0, max: 1 });
    if (nesterov && momentum === 0) throw new InvalidArgumentError('sgd', 'a momentum above 0 with nesterov', momentum);
    super('sgd', learningRate, momentum === 0 ? [] : ['velocity']);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#decay = decayCoefficient(options);
    this.#decayed = decayed;
    this.#isDecayed = decayedTest('sgd', decayed);
    this.#velocity = checkOneOf('sgd', 'velocity', velocity, ['pytorch', 'keras']);
  }

  /** @internal */
  protected override makeUpdate() {
    return this.#velocity === 'keras' || this.#momentum === 0 ? this.#rateInside() : this.#rateOutside();
  }

  // Sums go through one addN each, because a step over a hundred small variables is mostly kernel calls. In the formulas
  // g has the penalty's part already.

  /** v <- m v + g, w <- w - lr (g + m v) or w - lr v. */
  #rateOutside() {
    const [rate, momentum, decay] = [this.learningRate, this.#momentum, this.#decay].map((x) => tf.scalar(x));
    return (variable: tf.Variable, gradient: tf.Tensor, [velocity]: readonly tf.Variable[]): void => {
      const pull = this.#pulls(variable) ? [gradient, tf.mul(variable, decay!)] : [gradient];
      const next = tf.addN([tf.mul(velocity!, momentum!), ...pull]);
      const direction = this.#nesterov ? tf.addN([tf.mul(next, momentum!), ...pull]) : next;
      variable.assign(tf.sub(variable, tf.mul(direction, rate!)));
      velocity!.assign(next);
    };
  }

  /** v <- m v - lr g, w <- w + m v - lr g or w + v; without momentum v is -lr g. */
  #rateInside() {
    const factors = [-this.learningRate, this.#momentum, -this.learningRate * this.#decay];
    const [rate, momentum, decay] = factors.map((x) => tf.scalar(x));
    return (variable: tf.Variable, gradient: tf.Tensor, [velocity]: readonly tf.Variable[]): void => {
      const step = [tf.mul(gradient, rate!)];
      if (this.#pulls(variable)) step.push(tf.mul(variable, decay!));
      if (velocity === undefined) return void variable.assign(tf.addN([variable, ...step]));
      const next = tf.addN([tf.mul(velocity, momentum!), ...step]);
      variable.assign(tf.addN(this.#nesterov ? [variable, tf.mul(next, momentum!), ...step] : [variable, next]));
      velocity.assign(next);
    };
  }

  #pulls(variable: tf.Variable): boolean {
    return this.#decay > 0 && this.#isDecayed(variable);
  }

  /**
   * The options as plain JSON.
   *
   * @throws InvalidArgumentError If `decayed` is a function, which cannot be saved.
   */
  override getConfig(): tf.serialization.ConfigDict {
    return {
      learningRate: this.learningRate,
      momentum: this.#momentum,
      nesterov: this.#nesterov,
      weightDecay: this.#decay,
      decayed: savedDecayed('sgd', this.#decayed),
      velocity: this.#velocity,
    };
  }
}

/** The factor of `w` in the gradient of the penalty. */
function decayCoefficient({ weightDecay, l2 }: SgdOptions): number {
  if (weightDecay !== undefined && l2 !== undefined) {
    throw new InvalidArgumentError('sgd', 'either weightDecay or l2', 'both', 'l2 is half of the same weightDecay');
  }
  if (l2 !== undefined) return 2 * checkNumber('sgd', 'l2', l2, { min: 0 });
  return checkNumber('sgd', 'weightDecay', weightDecay ?? 0, { min: 0 });
}

/**
 * Stochastic gradient descent with momentum, Nesterov's variant, and an L2 penalty in either convention.
 *
 * With $`g' = g + wd w`$ (`wd = 2 l2`) and momentum m: $`v <- m v + g'`$, then $`w <- w - lr v`$, or with Nesterov
 * $`w <- w - lr (g' + m v)`$. With `velocity: 'keras'` the rate moves into the velocity: $`v <- m v - lr g'`$, then
 * $`w <- w + v`$, or $`w <- w + m v - lr g'`$.
 *
 * @param options `learningRate`, `momentum`, `nesterov`, `weightDecay` or `l2`, `decayed`, `velocity`.
 * @returns An optimizer for `applyGradients`, `minimize` and `model.compile`; `dispose()` frees its state.
 * @throws InvalidArgumentError If an option is out of its range.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { sgd } from 'tfjs-longtail/optimizers';
 * const w = tf.variable(tf.scalar(1));
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 });
 * optimizer.minimize(() => tf.square(w) as tf.Scalar);
 * console.log((await w.data())[0]!.toFixed(2)); // 0.79: 1 - 0.1 (2 + 0.1)
 * ```
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
 */
export function sgd(options: SgdOptions): SgdOptimizer {
  return new SgdOptimizer(options);
}

tf.serialization.registerClass(SgdOptimizer);
