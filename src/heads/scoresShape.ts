import * as tf from '@tensorflow/tfjs-core';
import { checkShape, InvalidArgumentError } from '../core/index.js';
import type { LabelsLike, ScoresLike } from '../core/index.js';

/** The number of classes that `logits` have scores for, at least 2; `targets` say the number of rows of flat ones. */
export function classesOf(where: string, targets: LabelsLike, logits: ScoresLike): number {
  if (logits instanceof tf.Tensor) checkShape(where, 'logits', logits, [null, null]);
  const rows = targets instanceof tf.Tensor ? targets.size : targets.length;
  const classes = logits instanceof tf.Tensor ? logits.shape[1] : rowLength(logits, rows);
  if (Number.isInteger(classes) && classes >= 2) return classes;
  if (rows === 0) throw new InvalidArgumentError(where, 'at least one held-out item', 0);
  const got = logits instanceof tf.Tensor ? classes : `${logits.length} logits for ${rows} rows`;
  throw new InvalidArgumentError(where, 'logits of at least 2 classes for every row', got);
}

/** The number of rows of scores of `numClasses` classes. */
export function rowsOf(where: string, scores: ScoresLike, numClasses: number): number {
  if (scores instanceof tf.Tensor) checkShape(where, 'scores', scores, [null, numClasses]);
  if (scores instanceof tf.Tensor) return scores.shape[0];
  const isFlat = scores.length === 0 || typeof scores[0] === 'number';
  return isFlat ? Math.ceil(scores.length / numClasses) : scores.length;
}

function rowLength(logits: ArrayLike<ArrayLike<number>> | ArrayLike<number>, rows: number): number {
  const first = logits[0];
  return typeof first === 'object' ? first.length : logits.length / rows;
}
