import * as tf from '@tensorflow/tfjs-core';
import { closedForm, isTraining } from './kernelizedSoftmaxGradient.js';

/**
 * `sum_{m=1..M} a_{m,j} t_{bj}^m` with coefficients of each class, `rows [M, C]`, or of each entry, `[M, B, C]`.
 *
 * Horner's scheme, since no product of matrices gives it; `da_{m,j} = sum_b dy_{bj} t_{bj}^m`.
 *
 * @param learnt Whether a gradient by the coefficients is wanted.
 */
export function classPowerSeries<T extends tf.Tensor>(t: T, rows: tf.Tensor, learnt: boolean): T {
  return closedForm<T>(learnt ? [t, rows] : [t], () => {
    const a = tf.unstack(rows);
    const value = horner(t, a) as T;
    if (!isTraining()) return { value, kept: [], gradients: () => [] };
    return {
      value,
      kept: [t, slopeOf(t, a)],
      gradients: (dy, [cosine, slope]) => {
        const dt = tf.mul(dy, slope!);
        return learnt ? [dt, classMoments(dy, cosine!, rows)] : [dt];
      },
    };
  });
}

function horner(t: tf.Tensor, a: readonly tf.Tensor[]): tf.Tensor {
  return a.slice(0, -1).reduceRight((sum, coefficient) => tf.mul(tf.add(sum, coefficient), t), tf.mul(t, a.at(-1)!));
}

/** `sum_m m a_m t^(m-1)`, in the shape of `t`. */
function slopeOf(t: tf.Tensor, a: readonly tf.Tensor[]): tf.Tensor {
  const scaled = a.map((coefficient, i) => tf.mul(coefficient, i + 1));
  const constant = tf.add(tf.zerosLike(t), scaled[0]!);
  return scaled.length === 1 ? constant : tf.add(horner(t, scaled.slice(1)), scaled[0]!);
}

/** `dy t^m`, summed over the examples where these share coefficients. */
function classMoments(dy: tf.Tensor, t: tf.Tensor, { shape: [degree, ...of] }: tf.Tensor): tf.Tensor {
  const shared = of.length < t.rank;
  const sums: tf.Tensor[] = [];
  let weighted = dy;
  for (let m = 1; m <= degree; m++) {
    weighted = tf.mul(weighted, t);
    sums.push(shared ? tf.sum(weighted, 0) : weighted);
  }
  return tf.stack(sums);
}
