import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { isTraining, overrideCall, withBias } from './layers.js';
import type { LayerWeight } from './layers.js';

/** What we use of tf.layers' own layer. */
interface Conv2D {
  readonly strides: [number, number];
  readonly padding: 'same' | 'valid' | 'causal';
  readonly dataFormat: 'channelsLast' | 'channelsFirst';
  readonly dilationRate: number | [number, number];
  readonly kernel: LayerWeight;
  readonly bias: LayerWeight | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor };
}

/**
 * Training of tf.layers' convolution without the gradient of an input that needs none, as images do.
 *
 * tf.layers calls the fused convolution, whose gradient always makes both; that of the plain one is made on demand.
 */
export function accelerateConvolution(): void {
  const example = tfl.layers.conv2d({ name: 'example', filters: 1, kernelSize: 1 });
  overrideCall<Conv2D>(example, 'BiasAdd', (layer, x) => {
    const { strides, padding, dataFormat, dilationRate, kernel } = layer;
    if (!isTraining() || x.rank !== 4 || dataFormat !== 'channelsLast' || padding === 'causal') return undefined;
    const filter = kernel.read() as tf.Tensor4D;
    const y = tf.conv2d(x as tf.Tensor4D, filter, strides, padding, 'NHWC', dilationRate);
    return layer.activation.apply(withBias(y, layer.bias));
  });
}
