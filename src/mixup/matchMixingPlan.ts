import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError, type RandomStream, refuseWrongWebgl } from '../core/index.js';
import { optimalAssignment } from './assignment.js';
import type { PointPlan } from './plan.js';
import { drawShares, type ShareOptions } from './shares.js';

/** Options of {@link matchMixingPlan}. */
export interface MatchMixingPlanOptions extends Pick<ShareOptions, 'alpha' | 'perExample'> {
  /** Number of examples k in a block, at least 1; 1 is mixup, and the whole batch would match each example with itself. */
  readonly blockSize: number;
  /** Where the randomness comes from. */
  readonly random: RandomStream;
}

/**
 * Draws a k-mixup plan: pairs as in mixup, chosen near each other.
 *
 * The batch and a random permutation of it are cut into blocks of k, and inside each pair of blocks the examples are
 * matched so that the sum of their Euclidean distances is least. A last block may be smaller. It reads the distances, hence
 * the Promise; `[k, k]` numbers a block.
 *
 * @param x What is to be mixed, or features of it, `[B, ...]` float32.
 * @param options Block size, alpha, random stream.
 * @returns A plan of two points.
 * @throws InvalidArgumentError (the promise rejects) If `x` is a scalar, or a number is out of its range.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { matchMixingPlan } from 'tfjs-longtail/mixup';
 * const x = tf.tensor2d([[0], [10], [1], [11]]);
 * const plan = await matchMixingPlan(x, { blockSize: 2, alpha: 10, random: randomStream(2) });
 * console.log(plan.partners.length); // 8
 * ```
 * @see Greenewald et al., "k-mixup regularization for deep learning via optimal transport", 2021.
 */
export async function matchMixingPlan(x: tf.Tensor, options: MatchMixingPlanOptions): Promise<PointPlan> {
  const where = 'matchMixingPlan';
  refuseWrongWebgl(where);
  const { blockSize, random } = options;
  if (x.rank === 0) throw new InvalidArgumentError(where, 'x with a batch axis', 'a scalar');
  const batchSize = x.shape[0];
  checkNumber(where, 'blockSize', blockSize, { min: 1, max: batchSize, integer: true });
  const weights = drawShares(where, random, 2, batchSize, options);
  const order = random.permutation(batchSize);
  const costs = await blockDistances(x, order, blockSize);
  const partners = Int32Array.from({ length: 2 * batchSize }, (_, b) => b);
  costs.forEach((cost, block) => {
    const start = block * blockSize;
    const columns = optimalAssignment(cost, Math.sqrt(cost.length));
    columns.forEach((column, row) => (partners[batchSize + start + row] = order[start + column]!));
  });
  return { kind: 'points', batchSize, points: 2, partners, weights };
}

/** Euclidean distances between each block and that of the permuted batch, row by row. */
async function blockDistances(x: tf.Tensor, order: Int32Array, blockSize: number): Promise<Float32Array[]> {
  const rows = order.length;
  const sizes = Array.from({ length: Math.ceil(rows / blockSize) }, (_, block) =>
    Math.min(blockSize, rows - block * blockSize),
  );
  const all = tf.tidy(() => {
    const flat = tf.reshape(x, [rows, -1]);
    // Distances do not change, and what cancels in them gets smaller.
    const centred = tf.sub<tf.Tensor2D>(flat, tf.mean(flat, 0, true));
    const matrices = sizes.map((size, block) => {
      const start = block * blockSize;
      const own = tf.slice(centred, [start, 0], [size, -1]);
      const other = tf.gather(centred, tf.tensor1d(order.slice(start, start + size), 'int32'));
      return tf.reshape(distances(own, other), [-1]);
    });
    return tf.concat(matrices);
  });
  try {
    const values = (await all.data()) as Float32Array;
    let start = 0;
    return sizes.map((size) => values.slice(start, (start += size * size)));
  } finally {
    all.dispose();
  }
}

function distances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const squares = (rows: tf.Tensor2D): tf.Tensor => tf.sum(tf.square(rows), 1, true);
  const sums = tf.add(squares(a), tf.transpose(squares(b)));
  return tf.sqrt(tf.relu(tf.sub<tf.Tensor2D>(sums, tf.mul(tf.matMul(a, b, false, true), 2))));
}
