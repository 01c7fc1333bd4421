import * as tf from '@tensorflow/tfjs-core';
import { checkShape } from './checks.js';
import { InvalidArgumentError } from './errors.js';

/** Class ids of a batch, `[B]`; -1 marks a row to ignore. */
export type LabelsLike = tf.Tensor1D | ArrayLike<number>;

/** Scores of a batch, `[B, C]`: a tensor, rows, or all numbers row by row. */
export type ScoresLike = tf.Tensor2D | ArrayLike<ArrayLike<number>> | ArrayLike<number>;

/** A batch on the host, every value checked. */
export interface ScoredRows {
  /** Class ids in `-1..C-1`, length B. */
  readonly labels: ArrayLike<number>;
  /** Finite scores, row-major, length B C. */
  readonly scores: ArrayLike<number>;
}

/** Reads labels and scores, for what reads values anyway: a label out of range or a score that is not finite throws. */
export async function readScoredRows(
  where: string,
  targets: LabelsLike,
  logits: ScoresLike,
  numClasses: number,
): Promise<ScoredRows> {
  if (targets instanceof tf.Tensor) checkShape(where, 'targets', targets, [null]);
  const rows = targets instanceof tf.Tensor ? targets.size : targets.length;
  if (logits instanceof tf.Tensor) checkShape(where, 'logits', logits, [rows, numClasses]);
  const [labels, scores] = await Promise.all([
    targets instanceof tf.Tensor ? targets.data() : targets,
    logits instanceof tf.Tensor ? logits.data() : flatten(where, logits, rows, numClasses),
  ]);
  checkLabels(where, labels, numClasses);
  checkFinite(where, scores, numClasses);
  return { labels, scores };
}

function flatten(
  where: string,
  logits: ArrayLike<ArrayLike<number>> | ArrayLike<number>,
  rows: number,
  numClasses: number,
): ArrayLike<number> {
  if (isFlat(logits)) {
    if (logits.length === rows * numClasses) return logits;
    const expected = `${rows * numClasses} logits (${rows} rows of ${numClasses})`;
    throw new InvalidArgumentError(where, expected, logits.length);
  }
  if (logits.length !== rows) throw new InvalidArgumentError(where, `${rows} rows of logits`, logits.length);
  const flat = new Float64Array(rows * numClasses);
  Array.from(logits).forEach((row, index) => {
    if (row.length !== numClasses) {
      throw new InvalidArgumentError(where, `${numClasses} logits in row ${index}`, row.length);
    }
    flat.set(row, index * numClasses);
  });
  return flat;
}

function isFlat(logits: ArrayLike<ArrayLike<number>> | ArrayLike<number>): logits is ArrayLike<number> {
  return logits.length === 0 || typeof logits[0] === 'number';
}

function checkLabels(where: string, labels: ArrayLike<number>, numClasses: number): void {
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (Number.isInteger(label) && label >= -1 && label < numClasses) continue;
    throw new InvalidArgumentError(where, `targets[${row}] to be in 0..${numClasses - 1}, or -1 (ignored)`, label);
  }
}

function checkFinite(where: string, scores: ArrayLike<number>, numClasses: number): void {
  for (let i = 0; i < scores.length; i++) {
    if (Number.isFinite(scores[i])) continue;
    const place = `${scores[i]} in row ${Math.floor(i / numClasses)}, class ${i % numClasses}`;
    throw new InvalidArgumentError(where, 'finite logits', place);
  }
}
