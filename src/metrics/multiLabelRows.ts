import * as tf from '@tensorflow/tfjs-core';
import { checkShape, InvalidArgumentError } from '../core/index.js';
import type { ScoresLike } from '../core/index.js';

/** A batch of label rows and their scores on the host, every value checked. */
export interface MultiLabelRows {
  /** Labels, row-major, length B C: 1, 0, or -1 for one that is not known. */
  readonly labels: Int8Array;
  /** Finite scores, row-major, length B C. */
  readonly scores: Float32Array;
}

/** Reads label rows and scores; a label that is not 0, 1 or -1, or a score that is not finite, throws. */
export async function readMultiLabelRows(
  where: string,
  targets: ScoresLike,
  logits: ScoresLike,
  numClasses: number,
): Promise<MultiLabelRows> {
  const [labels, scores] = await Promise.all([
    readRows(where, 'targets', targets, numClasses),
    readRows(where, 'logits', logits, numClasses),
  ]);
  if (labels.length !== scores.length) {
    throw new InvalidArgumentError(where, `${labels.length / numClasses} rows of logits`, scores.length / numClasses);
  }
  check(where, numClasses, labels, 'targets of 0, 1 or -1 (not known)', (label) => [0, 1, -1].includes(label));
  check(where, numClasses, scores, 'finite logits', Number.isFinite);
  return { labels: Int8Array.from(labels), scores: Float32Array.from(scores) };
}

/** The entries of rows `[B, numClasses]`, row by row. */
export async function readRows(
  where: string,
  name: string,
  rows: ScoresLike,
  numClasses: number,
): Promise<ArrayLike<number>> {
  if (rows instanceof tf.Tensor) {
    checkShape(where, name, rows, [null, numClasses]);
    return rows.data();
  }
  if (rows.length === 0 || typeof rows[0] === 'number') {
    if (rows.length % numClasses === 0) return rows as ArrayLike<number>;
    throw new InvalidArgumentError(where, `${name} in rows of ${numClasses}`, `${rows.length} numbers`);
  }
  const flat = new Float64Array(rows.length * numClasses);
  Array.from(rows as ArrayLike<ArrayLike<number>>).forEach((row, index) => {
    if (row.length !== numClasses) {
      throw new InvalidArgumentError(where, `${numClasses} ${name} in row ${index}`, row.length);
    }
    flat.set(row, index * numClasses);
  });
  return flat;
}

function check(
  where: string,
  numClasses: number,
  values: ArrayLike<number>,
  expected: string,
  fits: (value: number) => boolean,
): void {
  for (let i = 0; i < values.length; i++) {
    if (fits(values[i]!)) continue;
    const got = `${values[i]} in row ${Math.floor(i / numClasses)}, class ${i % numClasses}`;
    throw new InvalidArgumentError(where, expected, got);
  }
}

/** The known labels of one class with their scores. */
export interface ClassColumn {
  /** Whether each example carries the label. */
  readonly positive: boolean[];
  /** Score of each example. */
  readonly scores: number[];
}

/** The column of class `y` over several batches. */
export function columnOf(batches: readonly MultiLabelRows[], y: number, numClasses: number): ClassColumn {
  const positive: boolean[] = [];
  const scores: number[] = [];
  for (const batch of batches) {
    for (let i = y; i < batch.labels.length; i += numClasses) {
      if (batch.labels[i] === -1) continue;
      positive.push(batch.labels[i] === 1);
      scores.push(batch.scores[i]!);
    }
  }
  return { positive, scores };
}
