import * as tf from '@tensorflow/tfjs-core';
import { closedForm } from './kernelizedSoftmaxGradient.js';

/**
 * Cosines `[B, C]` between the rows of `features [B, D]` and the columns of `kernel [D, C]`.
 *
 * The columns are never normalised themselves: dividing the product by their norms costs a pass over `[B, C]` instead of
 * several over `[D, C]`. A zero row or column has cosine 0 with everything and gradient 0.
 */
export function cosines(features: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D {
  return dividedByNorms(tf.matMul(unitVectors(features), kernel), kernel);
}

/** `x / ||x||` along the last axis; `dx = (dy - y <y, dy>) / ||x||`. A zero vector stays one, with gradient 0. */
export function unitVectors<T extends tf.Tensor>(x: T): T {
  return closedForm<T>([x], () => {
    const inverse = inverseNorms(x, x.rank - 1);
    const y = tf.mul<T>(x, inverse);
    return {
      value: y,
      kept: [y, inverse],
      gradients: (dy, [unit, factor]) => {
        const along = tf.sum(tf.mul(unit!, dy), x.rank - 1, true);
        return [tf.mul(tf.sub(dy, tf.mul(unit!, along)), factor!)];
      },
    };
  });
}

/** `products / ||w_j||` for the columns of `kernel`; by the norm alone, `dw_j = -w_j / ||w_j||^2 sum_b dy_bj t_bj`. */
function dividedByNorms(products: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D {
  return closedForm<tf.Tensor2D>([products, kernel], () => {
    const inverse = inverseNorms(kernel, 0);
    const t = tf.mul<tf.Tensor2D>(products, inverse);
    return {
      value: t,
      kept: [t, kernel, inverse],
      gradients: (dy, [cosine, weights, factor]) => {
        const along = tf.sum(tf.mul(dy, cosine!), 0, true);
        const shrink = tf.neg(tf.mul(along, tf.square(factor!)));
        return [tf.mul(dy, factor!), tf.mul(weights!, shrink)];
      },
    };
  });
}

/** `1 / ||x||` along an axis, which is kept with length 1; 0 where the norm is 0. */
function inverseNorms(x: tf.Tensor, axis: number): tf.Tensor {
  const norms = euclideanNorms(x, axis);
  return tf.where(tf.greater(norms, 0), tf.div(1, norms), tf.zerosLike(norms));
}

/** In one operation where the backend has one. */
function euclideanNorms(x: tf.Tensor, axis: number): tf.Tensor {
  if (!tf.getKernel('EuclideanNorm', tf.getBackend())) return tf.sqrt(tf.sum(tf.square(x), axis, true));
  return tf.engine().runKernel('EuclideanNorm', { x }, { axis });
}
