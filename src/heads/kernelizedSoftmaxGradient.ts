import * as tf from '@tensorflow/tfjs-core';
import { refuseSecondDerivative } from '../core/index.js';

const firstOnly = 'It has first derivatives only: take its gradient outside any other gradient';

/** A value, and how its gradients by the inputs are made of what is kept. */
export interface ClosedForm<T extends tf.Tensor> {
  readonly value: T;
  readonly kept: readonly tf.Tensor[];
  /** One gradient for each input, in order. */
  gradients(dy: T, kept: readonly tf.Tensor[]): tf.Tensor[];
}

/**
 * A function of `inputs` whose gradient is given instead of recorded; whatever else `compute` reads is a constant.
 *
 * To a second tape such a gradient is a constant too, which tfjs would differentiate to nothing without a word.
 */
export function closedForm<T extends tf.Tensor>(inputs: readonly tf.Tensor[], compute: () => ClosedForm<T>): T {
  const f = tf.customGrad((...args) => {
    const { value, kept, gradients } = compute();
    (args.at(-1) as tf.GradSaveFunc)([...kept]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      refuseSecondDerivative('kernelizedSoftmax', firstOnly);
      return tf.tidy(() => gradients(dy as T, saved));
    };
    return { value, gradFunc };
  });
  return f(...inputs);
}

/** Whether a gradient is being recorded; a forward pass alone need not prepare for one. */
export function isTraining(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
