import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { hasKernel, isDifferentiatedOnce } from './gradients.js';

type Inputs = tf.Tensor | tf.Tensor[];
type Call<L> = (this: L, inputs: Inputs, kwargs: Readonly<Record<string, unknown>>) => Inputs;

/** A weight of a layer as tf.layers keeps it. */
export interface LayerWeight {
  read(): tf.Tensor;
  write(value: tf.Tensor): void;
}

/**
 * Lets all layers of the class of `example` compute by `call` what it takes on; the rest is done as before.
 *
 * `call` takes on an input by returning its output, and leaves it with `undefined`.
 */
export function overrideCall<L>(
  example: tfl.layers.Layer,
  kernel: string,
  call: (layer: L, x: tf.Tensor, kwargs: Readonly<Record<string, unknown>>) => tf.Tensor | undefined,
): void {
  const prototype = Object.getPrototypeOf(example) as { call: Call<L> };
  const stock = prototype.call;
  prototype.call = function (inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const fits = x?.dtype === 'float32' && x.size > 0 && isDifferentiatedOnce() && hasKernel(kernel);
    const output = fits ? tf.tidy(() => call(this, x, kwargs) as tf.Tensor) : undefined;
    return output ?? stock.call(this, inputs, kwargs);
  };
}

/** Whether a gradient is being recorded. */
export function isTraining(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** `y` plus the bias, if there is one, whose gradient is one operation. */
export function withBias(y: tf.Tensor, bias: LayerWeight | null): tf.Tensor {
  return bias === null ? y : tf.engine().runKernel('BiasAdd', { x: y, bias: bias.read() });
}
