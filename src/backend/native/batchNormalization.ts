import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { overrideCall } from './layers.js';
import type { LayerWeight } from './layers.js';
import type { NativeBackend } from './nativeBackend.js';

/** What we use of tf.layers' own layer. */
interface BatchNormalization {
  readonly axis: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly gamma?: LayerWeight;
  readonly beta?: LayerWeight;
  readonly movingMean: LayerWeight;
  readonly movingVariance: LayerWeight;
}

/** Training of tf.layers' batch normalisation over the last axis by one operation forwards and one backwards. */
export function accelerateBatchNormalization(): void {
  const example = tfl.layers.batchNormalization({ name: 'example' });
  overrideCall<BatchNormalization>(example, 'FusedBatchNormV3', (layer, x, kwargs) => {
    const { axis, gamma, beta } = layer;
    const isLast = x.rank > 1 && (axis === -1 || axis === x.rank - 1);
    if (!kwargs['training'] || !isLast || !gamma || !beta) return undefined;
    return normalizeBatch(layer, x, gamma.read(), beta.read());
  });
}

function normalizeBatch(layer: BatchNormalization, x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const { epsilon, momentum } = layer;
  const channels = x.shape.at(-1)!;
  const rows = x.size / channels;
  const x4d = x.rank === 4 ? x : tf.reshape(x, [rows, 1, 1, channels]);
  const outputs = tf.engine().runKernel<tf.Tensor[]>('FusedBatchNormV3', { x: x4d, scale, offset }, { epsilon });
  const decay = tf.scalar(1 - momentum);
  move(layer.movingMean, outputs[1]!, decay);
  move(layer.movingVariance, biasedVariance(outputs, rows), decay);
  return x.rank === 4 ? outputs[0]! : tf.reshape(outputs[0]!, x.shape);
}

/** tf.layers averages the plain variance of the batch: the sum of squares over n, not n - 1. */
function biasedVariance(outputs: readonly tf.Tensor[], rows: number): tf.Tensor {
  // The second reserve is that on the CPU; on a GPU it is its inverse root, but the third output is the unbiased one.
  if (!(tf.backend() as unknown as NativeBackend).isUsingGpuDevice) return outputs[4]!;
  return tf.mul(outputs[2]!, Math.max(1, rows - 1) / rows);
}

function move(weight: LayerWeight, value: tf.Tensor, decay: tf.Tensor): void {
  weight.write(tf.engine().runKernel('MovingAverage', { average: weight.read(), value, decay }));
}
