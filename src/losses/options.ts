import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkOneOf, checkShape } from '../core/index.js';

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
   * 1 (or `true`) for the classes that take part, 0 for those left out of the loss, length C. A row whose target
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

/** Weights of classes as a float32 tensor `[C]`; those given as numbers are checked. */
export function weightVector(
  where: string,
  name: string,
  weights: tf.Tensor1D | ArrayLike<number>,
  numClasses: number,
): tf.Tensor1D {
  if (!(weights instanceof tf.Tensor)) {
    for (let y = 0; y < weights.length; y++) checkNumber(where, `${name}[${y}]`, weights[y], { min: 0 });
  }
  return vector(where, name, weights, numClasses);
}

/**
 * The factor of each row's loss under a reduction, `[B]`; 0 for an ignored row.
 *
 * @param present 1 for a row that is not ignored, else 0, `[B]`.
 */
export function rowScale(where: string, present: tf.Tensor1D, options: LossOptions): tf.Tensor1D {
  const { exampleWeights } = options;
  const weighted =
    exampleWeights === undefined
      ? present
      : tf.mul<tf.Tensor1D>(present, vector(where, 'exampleWeights', exampleWeights, present.size));
  if (resolveReduction(where, options) !== 'mean') return weighted;
  return tf.div(weighted, tf.maximum(tf.sum(present), 1));
}
