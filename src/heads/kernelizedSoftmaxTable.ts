import * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';
import type { ClassTable, ScoreIdsOptions } from './classTable.js';
import { unitVectors } from './kernelizedSoftmaxCosine.js';
import { checkFeatures, scoresOfCosines } from './kernelizedSoftmaxScores.js';
import type { KernelizedScoresOptions } from './kernelizedSoftmaxScores.js';

/** How {@link kernelizedTableScores} makes logits, and reads its ids. */
export interface KernelizedTableScoresOptions extends KernelizedScoresOptions, ScoreIdsOptions {}

/**
 * Logits of kernelized softmax for some classes of a table: {@link kernelizedScores} for very many classes.
 *
 * $`z_bs = kappa(<f_b, w_s> / (||f_b|| ||w_s||)) / temperature`$ in place of `table.score`; the gradient of the rows waits in the
 * table for `applyGradients` all the same. A zero row has cosine 0 with everything and learns as if its length were 1.
 *
 * @param table Class weights without a bias.
 * @param features `[B, D]` float32.
 * @param ids Class ids, `[S]`, or `[B, S]` row by row with `perExample`: the labels alone are `[B]` with it.
 * @param options `coefficients` or `kernel`; `temperature`; `perExample`.
 * @returns `[B, S]` float32.
 * @throws InvalidArgumentError If shapes do not fit, an id is out of range, the table has a bias, or the gradient is taken
 *   inside another one.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classTable, kernelizedTableScores } from 'tfjs-longtail/heads';
 * import { rowSgd } from 'tfjs-longtail/optimizers';
 * const table = classTable({ classes: 1000, dimension: 8, optimizer: rowSgd(), random: randomStream(1) });
 * const scores = kernelizedTableScores(table, tf.ones([2, 8]), [3, 14, 159], { coefficients: tf.tensor1d([0.2, 0.8]) });
 * console.log(scores.shape); // [ 2, 3 ]
 * table.dispose();
 * ```
 * @see Jayasumana et al., "Kernelized classification in deep networks", arXiv 2012.09607.
 */
export function kernelizedTableScores(
  table: ClassTable,
  features: tf.Tensor2D,
  ids: ArrayLike<number>,
  options: KernelizedTableScoresOptions = {},
): tf.Tensor2D {
  const { perExample = false, ...scores } = options;
  checkFeatures('kernelizedTableScores', features, table.dimension);
  return tf.tidy(() => {
    const products = table.score(unitVectors(features), ids, { perExample });
    const norms = rowNorms(table, ids);
    return scoresOfCosines(tf.div(products, perExample ? tf.reshape(norms, products.shape) : norms), scores);
  });
}

/** `||w_s||` of each id, 1 for a zero row. It is `<w_s, w_s / ||w_s||>`: scored so, its gradient reaches the table as well. */
function rowNorms(table: ClassTable, ids: ArrayLike<number>): tf.Tensor1D {
  const { values, shape } = table.state()['weights']!;
  const { dimension } = table;
  if (shape[1] !== dimension) {
    throw new InvalidArgumentError('kernelizedTableScores', 'a table without a bias', 'one with a bias');
  }
  const directions = new Float32Array(ids.length * dimension);
  const zero = new Float32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const start = ids[i]! * dimension;
    const norm = Math.hypot(...values.subarray(start, start + dimension));
    if (norm === 0) zero[i] = 1;
    else for (let d = 0; d < dimension; d++) directions[i * dimension + d] = values[start + d]! / norm;
  }
  const norms = table.scorePairs(tf.tensor2d(directions, [ids.length, dimension]), ids);
  return tf.add(norms, tf.tensor1d(zero));
}
