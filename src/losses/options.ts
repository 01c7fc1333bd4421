import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf, checkShape } from '../core/index.js';

/** How a loss turns `[B]` values, one an example, into its result. */
export type Reduction = 'mean' | 'sum' | 'none';

const reductions = ['mean', 'sum', 'none'] as const satisfies readonly Reduction[];

/** Options of every loss. */
export interface LossOptions {
  /**
   * `'mean'` (default) divides the sum by the number of rows that are not ignored, `'sum'` does not divide, `'none'`
   * gives `[B]`. Example weights never change the divisor (in PyTorch class weights do); if every row is ignored, the
   * mean is 0.
   */
  readonly reduction?: Reduction;
  /** Factor of each example's loss, length B. Constants: no gradient flows to them. Default: 1. */
  readonly exampleWeights?: tf.Tensor1D | ArrayLike<number>;
  /**
   * 1 (or `true`) for the classes that take part, 0 for those left out of the softmax, length C. A row whose target
   * lies outside the mask is ignored. Default: all take part.
   */
  readonly classMask?: tf.Tensor1D | ArrayLike<number> | ArrayLike<boolean>;
}

/** The reduction that `options` names, checked. */
export function resolveReduction(where: string, { reduction = 'mean' }: LossOptions): Reduction {
  return checkOneOf(where, 'reduction', reduction, reductions);
}

/** `values` as a float32 tensor of the given length. */
export function vector(
  where: string,
  name: string,
  values: tf.Tensor1D | ArrayLike<number> | ArrayLike<boolean>,
  length: number,
): tf.Tensor1D {
  const tensor = values instanceof tf.Tensor ? values : tf.tensor1d(Float32Array.from(values, Number));
  checkShape(where, name, tensor, [length]);
  return tf.cast(tensor, 'float32');
}

/**
 * The factor of each row's loss under a reduction, `[B, 1]` or a scalar.
 *
 * @param mass Target mass of each row, `[B, 1]`; 0 marks an ignored one.
 */
export function rowScale(where: string, mass: tf.Tensor, options: LossOptions): tf.Tensor {
  const { exampleWeights } = options;
  const rows = mass.shape[0];
  const weights =
    exampleWeights === undefined
      ? tf.scalar(1)
      : tf.reshape(vector(where, 'exampleWeights', exampleWeights, rows), [rows, 1]);
  if (resolveReduction(where, options) !== 'mean') return weights;
  return tf.div(weights, tf.maximum(tf.sum(tf.step(mass)), 1));
}
