import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InvalidArgumentError, refuseWrongWebgl } from '../core/index.js';

/** Configuration of {@link classScale}. */
export interface ClassScaleConfig {
  /** Name of the layer; made up when left out. */
  readonly name?: string;
}

/** The layer that {@link classScale} makes. */
export class ClassScale extends tfl.layers.Layer {
  /** Name under which tf.layers saves and loads the layer. */
  static readonly className = 'LongtailClassScale';
  #scale: tfl.LayerVariable | undefined;

  /** @param config `name`. */
  constructor(config: ClassScaleConfig = {}) {
    super({ ...config });
  }

  /** @internal */
  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const numClasses = (inputShape as tfl.Shape).at(-1);
    if (typeof numClasses !== 'number') {
      throw new InvalidArgumentError('classScale', 'logits [B, C] with a known C', JSON.stringify(inputShape));
    }
    this.#scale = this.addWeight('scale', [numClasses], 'float32', tfl.initializers.ones());
    super.build(inputShape);
  }

  /** @internal */
  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape | tfl.Shape[] {
    return inputShape;
  }

  /** @internal */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    refuseWrongWebgl('classScale');
    const logits = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
    return tf.tidy(() => tf.mul(logits, this.#scale!.read()));
  }
}

/**
 * Learnable weight scaling: a layer with one factor a class, behind the dense layer of a trained classifier.
 *
 * $`s_c (w_c . x + b_c)`$ with $`s`$ trained and $`w`$, $`b`$ frozen; $`s`$ begins at 1. The whole logit is scaled, the bias with
 * it, as in the code of the paper (whose text has no bias). Freeze what stands before it by training its weight alone.
 *
 * @param config `name`.
 * @returns A tf.layers layer from logits `[B, C]` to logits `[B, C]`, float32.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { classScale } from 'tfjs-longtail/heads';
 * const scale = classScale();
 * const logits = scale.apply(tf.tensor2d([[1, -2, 3]])) as tf.Tensor;
 * scale.setWeights([tf.tensor1d([1, 2, 0.5])]);
 * const scaled = scale.apply(logits) as tf.Tensor;
 * console.log(await scaled.data()); // Float32Array(3) [ 1, -4, 1.5 ]
 * ```
 * @see Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, section 4.2.
 */
export function classScale(config: ClassScaleConfig = {}): ClassScale {
  return new ClassScale(config);
}

tf.serialization.registerClass(ClassScale);
