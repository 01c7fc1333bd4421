import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { InvalidArgumentError } from '../core/index.js';
import type { DenseWeights } from '../heads/index.js';
import type { Classifier } from '../models/index.js';

/**
 * The only layer behind the features.
 *
 * @throws InvalidArgumentError If the head is not one dense layer without activation.
 */
export function denseHead(where: string, { head }: Pick<Classifier, 'head'>): tfl.layers.Layer {
  if (isDense(head)) return head[0]!;
  const got = head.map((layer) => layer.getClassName()).join(', ');
  throw new InvalidArgumentError(where, 'one dense layer without activation behind the features', got);
}

/** Its kernel, `[D, C]`; the layer's own. */
export function kernelOf(dense: tfl.layers.Layer): tf.Tensor2D {
  return dense.weights[0]!.read() as tf.Tensor2D;
}

/** Writes weights into a dense layer; takes the tensors over. */
export function setDense(dense: tfl.layers.Layer, { kernel, bias }: Partial<DenseWeights>): void {
  const [kernelWeight, biasWeight] = dense.weights;
  if (kernel) kernelWeight!.write(kernel);
  if (bias) biasWeight?.write(bias);
  tf.dispose([kernel, bias].filter((tensor) => tensor !== undefined));
}

/** Whether nothing but one dense layer without activation lies behind the features. */
export function isDense(head: Classifier['head']): boolean {
  const [dense, ...others] = head;
  return others.length === 0 && dense?.getClassName() === 'Dense' && dense.getConfig()['activation'] === 'linear';
}
