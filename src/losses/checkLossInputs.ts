import type * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError, readScoredRows } from '../core/index.js';
import { checkTargets } from './targets.js';

/**
 * Checks the values that a loss would be given; for debugging, because it waits for the device.
 *
 * A loss reads no values: a class id out of range is ignored there, and a logit that is not a number becomes the loss. Call
 * this on a batch that gives a strange one.
 *
 * @param targets Class ids, `[B]` int32, -1 ignored; or rows, `[B, C]`, whose entries are finite and, for unknown labels of
 *   {@link sigmoidCrossEntropy}, may be negative.
 * @param logits Raw scores, `[B, C]` float32.
 * @throws InvalidArgumentError (the promise rejects) If a shape or dtype does not fit, a class id lies outside -1..C-1, or a
 *   target or logit is not finite; the message names the row and the class.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { checkLossInputs } from 'tfjs-longtail/losses';
 * const logits = tf.tensor2d([[1, Number.NaN]]);
 * await checkLossInputs(tf.tensor1d([0], 'int32'), logits).catch((error) => console.log(error.message));
 * // checkLossInputs: expected finite logits, got NaN in row 0, class 1
 * ```
 */
export async function checkLossInputs(targets: tf.Tensor, logits: tf.Tensor2D): Promise<void> {
  const where = 'checkLossInputs';
  checkTargets(where, targets, logits);
  const [rows, numClasses] = logits.shape;
  const ids = targets.rank === 1 ? (targets as tf.Tensor1D) : new Int32Array(rows);
  await readScoredRows(where, ids, logits, numClasses);
  if (targets.rank === 1) return;
  const values = await targets.data();
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place === -1) return;
  const got = `${values[place]} in row ${Math.floor(place / numClasses)}, class ${place % numClasses}`;
  throw new InvalidArgumentError(where, 'finite targets', got);
}
