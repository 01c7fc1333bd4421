import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { isTraining, overrideCall, withBias } from './layers.js';
import type { LayerWeight } from './layers.js';

/** What we use of tf.layers' own layer. */
interface Dense {
  readonly kernel: LayerWeight;
  readonly bias: LayerWeight | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor };
  invokeCallHook(inputs: tf.Tensor, kwargs: Readonly<Record<string, unknown>>): void;
}

/** Training of tf.layers' dense layer without the gradient of an input that needs none; as {@link accelerateConvolution}. */
export function accelerateDense(): void {
  overrideCall<Dense>(tfl.layers.dense({ name: 'example', units: 1 }), 'BiasAdd', (layer, x, kwargs) => {
    if (!isTraining() || x.rank !== 2) return undefined;
    layer.invokeCallHook(x, kwargs);
    const y = tf.matMul(x, layer.kernel.read());
    return layer.activation.apply(withBias(y, layer.bias));
  });
}
