import * as tf from '@tensorflow/tfjs-core';
import { sliceLast } from '../core/index.js';
import { classPowerSeries } from './kernelizedSoftmaxClassSeries.js';
import { closedForm } from './kernelizedSoftmaxGradient.js';
import { powerSeries } from './kernelizedSoftmaxSeries.js';
import { BRACKET_TOLERANCE } from './powerSeriesKernel.js';

/** What a series has besides its powers. */
export interface SeriesParts {
  /** A constant, before the powers. */
  readonly constantTerm: boolean;
  /** The terms `[t = 1] - [t = -1]` and `[t = 1] + [t = -1]`, after them. */
  readonly brackets: boolean;
}

/**
 * A whole series of the cosines: constant, powers and bracket terms, as far as there are any.
 *
 * @param coefficients `[n]`, shared by all entries of `t`; or `[C, n]` for each class, or `[B, C, n]` for each entry.
 * @param learnt Whether a gradient by the coefficients is wanted.
 */
export function seriesWithEnds<T extends tf.Tensor>(
  t: T,
  coefficients: tf.Tensor,
  { constantTerm, brackets }: SeriesParts,
  learnt: boolean,
): T {
  const count = coefficients.shape.at(-1)!;
  const first = constantTerm ? 1 : 0;
  const end = brackets ? count - 2 : count;
  const terms = [end > first ? powers(t, sliced(coefficients, first, end), learnt) : tf.zerosLike(t)];
  if (constantTerm) terms.push(single(coefficients, 0));
  if (brackets) terms.push(bracketTerms(t, single(coefficients, end), single(coefficients, end + 1)));
  return terms.reduce((sum, term) => tf.add(sum, term)) as T;
}

function powers(t: tf.Tensor, coefficients: tf.Tensor, learnt: boolean): tf.Tensor {
  if (coefficients.rank === 1) return powerSeries(t, coefficients as tf.Tensor1D, learnt);
  const { rank } = coefficients;
  const rows = tf.transpose(coefficients, [rank - 1, ...Array.from({ length: rank - 1 }, (_, axis) => axis)]);
  return classPowerSeries(t, rows, learnt);
}

/** Entries of the last axis. */
function sliced(x: tf.Tensor, start: number, end: number): tf.Tensor {
  return start === 0 && end === x.shape.at(-1)! ? x : sliceLast(x, start, end - start);
}

/** One entry of the last axis, which goes. */
function single(x: tf.Tensor, i: number): tf.Tensor {
  return tf.reshape(sliced(x, i, i + 1), x.shape.slice(0, -1));
}

/** `odd ([t = 1] - [t = -1]) + even ([t = 1] + [t = -1])`, whose slope is 0. */
function bracketTerms(t: tf.Tensor, odd: tf.Tensor, even: tf.Tensor): tf.Tensor {
  return closedForm([odd, even], () => {
    const bound = 1 - BRACKET_TOLERANCE;
    const upper = tf.cast(tf.greater(t, bound), 'float32');
    const lower = tf.cast(tf.greater(tf.neg(t), bound), 'float32');
    const [difference, sum] = [tf.sub(upper, lower), tf.add(upper, lower)];
    return {
      value: tf.add(tf.mul(difference, odd), tf.mul(sum, even)),
      kept: [difference, sum],
      gradients: (dy, kept) => kept.map((bracket) => summedTo(tf.mul(dy, bracket), odd.rank)),
    };
  });
}

/** Sums over leading axes until `rank` are left. */
function summedTo(x: tf.Tensor, rank: number): tf.Tensor {
  return x.rank === rank
    ? x
    : tf.sum(
        x,
        Array.from({ length: x.rank - rank }, (_, axis) => axis),
      );
}
