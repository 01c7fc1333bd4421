import * as tf from '@tensorflow/tfjs-core';
import { sliceLast } from '../core/index.js';
import { closedForm, isTraining } from './kernelizedSoftmaxGradient.js';

/**
 * Powers of the cosine that are made; higher ones are products with the last of them. So memory does not grow with the
 * degree, and what every power has to go through, the sums of the series and of its gradient, are matrix products.
 */
const BLOCK = 5;
/** Blocks that one matrix product takes. */
const BLOCKS_AT_ONCE = 2;

/**
 * `sum_{m=1..M} a_m t^m` for every entry of `t`, with coefficients `[M]` that are shared by all entries.
 *
 * `dt = dy sum_m m a_m t^(m-1)`, `da_m = sum dy t^m`.
 *
 * @param learnt Whether a gradient by the coefficients is wanted.
 */
export function powerSeries<T extends tf.Tensor>(t: T, coefficients: tf.Tensor1D, learnt: boolean): T {
  const degree = coefficients.size;
  return closedForm<T>(learnt ? [t, coefficients] : [t], () => {
    const powers = powersOf(t, Math.min(degree, BLOCK));
    const [value, slope] = evaluate(powers, coefficients, t.shape, isTraining()) as [T, tf.Tensor?];
    if (slope === undefined) return { value, kept: [], gradients: () => [] };
    return {
      value,
      kept: learnt ? [slope, powers] : [slope],
      gradients: (dy, [dkappa, kept]) => {
        const dt = tf.mul(dy, dkappa!);
        return learnt ? [dt, moments(dy, kept as tf.Tensor2D, degree)] : [dt];
      },
    };
  });
}

/** `t^1..t^count` as rows `[count, N]`. */
function powersOf(t: tf.Tensor, count: number): tf.Tensor2D {
  const powers = [tf.reshape(t, [t.size])];
  for (let m = 2; m <= count; m++) {
    powers.push(m % 2 === 0 ? tf.square(powers[m / 2 - 1]!) : tf.mul(powers[m - 2]!, powers[0]!));
  }
  return count === 1 ? tf.reshape(powers[0]!, [1, t.size]) : (tf.stack(powers) as tf.Tensor2D);
}

/** The series and, if wanted, its slope: Horner's scheme over blocks, each a linear combination of the powers. */
function evaluate(powers: tf.Tensor2D, coefficients: tf.Tensor1D, shape: number[], withSlope: boolean): tf.Tensor[] {
  const width = powers.shape[0];
  const series = withSlope ? 2 : 1;
  const rows = blockRows(coefficients, width, withSlope);
  const giant = rowsBetween(powers, width - 1, width);
  let sum: tf.Tensor2D | undefined;
  for (let end = rows.shape[0]; end > 0; end -= BLOCKS_AT_ONCE * series) {
    const start = Math.max(0, end - BLOCKS_AT_ONCE * series);
    const combined = tf.matMul<tf.Tensor2D>(rowsBetween(rows, start, end), powers);
    for (let at = end - start - series; at >= 0; at -= series) {
      const block = rowsBetween(combined, at, at + series);
      sum = sum === undefined ? block : tf.add(tf.mul(sum, giant), block);
    }
  }
  const [value, slope] = [0, 1].slice(0, series).map((i) => tf.reshape(rowsBetween(sum!, i, i + 1), shape));
  return withSlope ? [value!, tf.add(slope!, sliceLast(coefficients, 0, 1))] : [value!];
}

function rowsBetween(matrix: tf.Tensor2D, start: number, end: number): tf.Tensor2D {
  const [rows, columns] = matrix.shape;
  return end - start === rows ? matrix : tf.slice(matrix, [start, 0], [end - start, columns]);
}

/**
 * What each block takes of the powers: for block g the factors `a_(g width + i)` of `t^i`, i from 1, and with the slope, as
 * a second row, `(g width + i + 1) a_(g width + i + 1)`; the constant `a_1` of the slope is left out.
 */
function blockRows(coefficients: tf.Tensor1D, width: number, withSlope: boolean): tf.Tensor2D {
  const degree = coefficients.size;
  const series = withSlope ? 2 : 1;
  const rows = Math.ceil(degree / width) * series;
  const spread = new Float32Array(degree * rows * width);
  for (let m = 1; m <= degree; m++) {
    const place = (power: number, which: number): number =>
      ((m - 1) * rows + Math.floor((power - 1) / width) * series + which) * width + ((power - 1) % width);
    spread[place(m, 0)] = 1;
    if (withSlope && m > 1) spread[place(m - 1, 1)] = m;
  }
  const flat = tf.matMul(tf.reshape(coefficients, [1, degree]), tf.tensor2d(spread, [degree, rows * width]));
  return tf.reshape(flat, [rows, width]);
}

/** `sum dy t^m` for m = 1..degree: products of `dy`, `dy t^width`, ... with the powers. */
function moments(dy: tf.Tensor, powers: tf.Tensor2D, degree: number): tf.Tensor1D {
  const [width, size] = powers.shape;
  const giant = tf.reshape(rowsBetween(powers, width - 1, width), [size]);
  const sums: tf.Tensor[] = [];
  let weighted = tf.reshape(dy, [size]);
  for (let block = 0; block * width < degree; block += BLOCKS_AT_ONCE) {
    const blocks = Math.min(BLOCKS_AT_ONCE, Math.ceil(degree / width) - block);
    const rows = [weighted];
    for (let i = 1; i < blocks; i++) rows.push(tf.mul(rows[i - 1]!, giant));
    const stacked = tf.reshape(blocks === 1 ? weighted : tf.stack(rows), [blocks, size]);
    sums.push(tf.reshape(tf.matMul(stacked as tf.Tensor2D, powers, false, true), [blocks * width]));
    if ((block + blocks) * width < degree) weighted = tf.mul(rows[blocks - 1]!, giant);
  }
  return sliceLast((sums.length === 1 ? sums[0]! : tf.concat(sums)) as tf.Tensor1D, 0, degree);
}
