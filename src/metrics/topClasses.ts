import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkShape, InvalidArgumentError, refuseWrongWebgl, sliceLast } from '../core/index.js';
import type { ScoresLike } from '../core/index.js';
import { readRows } from './multiLabelRows.js';
import { BestOfRows } from './bestOfRows.js';

/** The best classes of each row, best first; equal scores by class id. */
export interface TopClasses {
  /** Number of classes a row, K. */
  readonly k: number;
  /** Class ids `[B, K]`, row-major. */
  readonly ids: Int32Array;
  /** Their scores `[B, K]`, row-major. */
  readonly scores: Float32Array;
}

/** Options of {@link topClassesByBlock}. */
export interface TopClassesByBlockOptions {
  /** Number of classes C. */
  readonly numClasses: number;
  /** Number of classes to keep of each row, at most C. */
  readonly k: number;
  /** Classes that are scored at once, a positive integer. Default 8192. */
  readonly blockSize?: number;
}

/** Options of {@link topClasses}. */
export interface TopClassesOptions extends Omit<TopClassesByBlockOptions, 'numClasses'> {
  /** Added to the scores, `[C]` float32. Default: none. */
  readonly bias?: tf.Tensor1D;
}

/**
 * The classes with the highest scores `features kernel + bias`, without the matrix `[B, C]` of all scores.
 *
 * Classes are scored in blocks, of which only the best `k` leave the device: memory is `B * blockSize`, however large C is.
 *
 * @param features Features, `[B, D]` float32.
 * @param kernel Weights of a dense layer, `[D, C]` float32, one column a class.
 * @param options `k`, and `bias`, `blockSize` where they are needed.
 * @returns The best `k` classes of each row; of equal scores the lowest ids, on every backend.
 * @throws InvalidArgumentError If shapes do not fit, `k` is above C, or a score among the best is not finite.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { topClasses } from 'tfjs-longtail/metrics';
 * const features = tf.tensor2d([[1, 0], [0, 1]]);
 * const kernel = tf.tensor2d([[3, 1, 2, 3], [0, 5, 4, 1]]);
 * const { ids } = await topClasses(features, kernel, { k: 2, blockSize: 3 });
 * console.log(ids.join(' ')); // 0 3 1 2
 * ```
 */
export async function topClasses(
  features: tf.Tensor2D,
  kernel: tf.Tensor2D,
  options: TopClassesOptions,
): Promise<TopClasses> {
  const where = 'topClasses';
  const { bias, ...rest } = options;
  refuseWrongWebgl(where);
  checkShape(where, 'features', features, [null, null]);
  const [rows, dimension] = features.shape;
  checkShape(where, 'kernel', kernel, [dimension, null]);
  const numClasses = kernel.shape[1];
  if (bias) checkShape(where, 'bias', bias, [numClasses]);
  const scoresOf = (start: number, end: number): tf.Tensor2D => {
    const scores: tf.Tensor2D = tf.matMul(features, tf.slice(kernel, [0, start], [dimension, end - start]));
    return bias ? tf.add(scores, sliceLast(bias, start, end - start)) : scores;
  };
  return byBlock(where, rows, scoresOf, { ...rest, numClasses });
}

/**
 * As {@link topClasses} for scores of any make, such as those of a table of classes that no tensor holds.
 *
 * @param scoresOf The scores `[B, end - start]` float32 of the classes from `start` to `end - 1`; called in a `tf.tidy`.
 * @param options `numClasses`, `k`, `blockSize`.
 * @returns The best `k` classes of each row; of equal scores the lowest ids.
 * @throws InvalidArgumentError If an option is out of range, a block has another shape, or a score among the best is not finite.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { topClassesByBlock } from 'tfjs-longtail/metrics';
 * const nearness = (start: number, end: number): tf.Tensor2D =>
 *   tf.reshape(tf.neg(tf.abs(tf.sub(tf.range(start, end), 7))), [1, end - start]);
 * const { ids } = await topClassesByBlock(nearness, { numClasses: 1000, k: 3, blockSize: 5 });
 * console.log(ids.join(' ')); // 7 6 8
 * ```
 */
export async function topClassesByBlock(
  scoresOf: (start: number, end: number) => tf.Tensor2D,
  options: TopClassesByBlockOptions,
): Promise<TopClasses> {
  return byBlock('topClassesByBlock', null, scoresOf, options);
}

/**
 * The classes with the highest of scores that are at hand in full.
 *
 * @param scores Scores, `[B, C]`: a tensor, rows, or all numbers row by row.
 * @param options `numClasses` and `k`, at most `numClasses`.
 * @returns The best `k` classes of each row; of equal scores the lowest ids.
 * @throws InvalidArgumentError If a shape does not fit, `k` is above C, or a score is not finite.
 * @example
 * ```ts
 * import { topScores } from 'tfjs-longtail/metrics';
 * const { ids } = await topScores([[0.1, 0.7, 0.2], [0.5, 0.5, 0]], { numClasses: 3, k: 2 });
 * console.log(ids.join(' ')); // 1 2 0 1
 * ```
 */
export async function topScores(
  scores: ScoresLike,
  options: Omit<TopClassesByBlockOptions, 'blockSize'>,
): Promise<TopClasses> {
  const where = 'topScores';
  const { numClasses, k } = checkedOptions(where, options);
  const all = await readRows(where, 'scores', scores, numClasses);
  const best = new BestOfRows(where, all.length / numClasses, k);
  for (let i = 0; i < all.length; i++) best.offer(Math.floor(i / numClasses), i % numClasses, all[i]!);
  return best.result();
}

async function byBlock(
  where: string,
  rows: number | null,
  scoresOf: (start: number, end: number) => tf.Tensor2D,
  options: TopClassesByBlockOptions,
): Promise<TopClasses> {
  const { numClasses, k, blockSize } = checkedOptions(where, options);
  let best: BestOfRows | undefined;
  for (let start = 0; start < numClasses; start += blockSize) {
    const end = Math.min(start + blockSize, numClasses);
    const top = tf.tidy(() => {
      const scores = scoresOf(start, end);
      checkShape(where, `scores of classes ${start} to ${end - 1}`, scores, [best?.rows ?? rows, end - start]);
      return tf.topk(scores, Math.min(k, end - start));
    });
    best ??= new BestOfRows(where, top.values.shape[0], k);
    try {
      const [values, indices] = await Promise.all([top.values.data(), top.indices.data()]);
      const width = top.values.shape[1];
      for (let i = 0; i < values.length; i++) best.offer(Math.floor(i / width), start + indices[i]!, values[i]!);
    } finally {
      tf.dispose(top);
    }
  }
  return best!.result();
}

function checkedOptions(where: string, options: TopClassesByBlockOptions): Required<TopClassesByBlockOptions> {
  const { numClasses, k, blockSize = 8192 } = options;
  checkNumber(where, 'numClasses', numClasses, { min: 1, integer: true });
  checkNumber(where, 'k', k, { min: 1, integer: true });
  checkNumber(where, 'blockSize', blockSize, { min: 1, integer: true });
  if (k > numClasses) throw new InvalidArgumentError(where, `k of at most ${numClasses}, the number of classes`, k);
  return { numClasses, k, blockSize };
}
