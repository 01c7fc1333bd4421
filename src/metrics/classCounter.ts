import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkShape, InvalidArgumentError } from '../core/index.js';
import type { LabelsLike, ScoresLike } from '../core/index.js';
import { readRows } from './multiLabelRows.js';

/** Options of {@link classCounter}. */
export interface ClassCounterOptions {
  /** Number of classes C. */
  readonly numClasses: number;
}

/** Counts classes batch by batch; made by {@link classCounter}. */
export interface ClassCounter {
  /**
   * Adds a batch; nothing of it is added when it is refused.
   *
   * @param targets Class ids, `[B]`, -1 ignored; or rows `[B, C]` whose entries are added up, -1 being a label not known.
   * @throws InvalidArgumentError If a shape does not fit, a class id lies outside -1..C-1, or an entry is not in 0..1 or -1.
   */
  update(targets: LabelsLike | ScoresLike): Promise<void>;
  /** Examples of each class so far, length C: what the losses take as `classCounts`. */
  counts(): Float64Array;
  /** Share of the examples that carry each class, length C: `labelPrior` of `sigmoidCrossEntropy`. 0 before any example. */
  shares(): Float64Array;
}

/**
 * A streaming class counter, for data that do not fit in memory or come from a `tf.data` pipeline.
 *
 * @param options `numClasses`.
 * @returns An object to feed with `await update(targets)` and to read with `counts()`.
 * @throws InvalidArgumentError If `numClasses` is not a positive integer.
 * @example
 * ```ts
 * import { classCounter } from 'tfjs-longtail/metrics';
 * const counter = classCounter({ numClasses: 3 });
 * await counter.update([0, 0, 2]);
 * await counter.update([0, -1, 1]);
 * console.log(Array.from(counter.counts())); // [ 3, 1, 1 ]
 * ```
 */
export function classCounter(options: ClassCounterOptions): ClassCounter {
  const where = 'classCounter.update';
  const numClasses = checkNumber('classCounter', 'numClasses', options.numClasses, { min: 1, integer: true });
  const counts = new Float64Array(numClasses);
  const knownInRows = new Float64Array(numClasses);
  let ids = 0;
  return {
    async update(targets) {
      if (isRows(targets)) {
        addRows(await readEntries(where, targets, numClasses), counts, knownInRows);
      } else {
        ids += addIds(await readIds(where, targets, numClasses), counts);
      }
    },
    counts: () => counts.slice(),
    shares: () => counts.map((count, y) => count / Math.max(knownInRows[y]! + ids, 1)),
  };
}

function isRows(targets: LabelsLike | ScoresLike): targets is tf.Tensor2D | ArrayLike<ArrayLike<number>> {
  return targets instanceof tf.Tensor ? targets.rank === 2 : typeof targets[0] === 'object';
}

async function readIds(
  where: string,
  targets: LabelsLike | ScoresLike,
  numClasses: number,
): Promise<ArrayLike<number>> {
  if (targets instanceof tf.Tensor) checkShape(where, 'targets', targets, [null]);
  const ids = targets instanceof tf.Tensor ? await targets.data() : (targets as ArrayLike<number>);
  for (let i = 0; i < ids.length; i++) {
    if (Number.isInteger(ids[i]) && ids[i]! >= -1 && ids[i]! < numClasses) continue;
    throw new InvalidArgumentError(where, `targets[${i}] to be in 0..${numClasses - 1}, or -1 (ignored)`, ids[i]);
  }
  return ids;
}

async function readEntries(where: string, targets: ScoresLike, numClasses: number): Promise<ArrayLike<number>> {
  const entries = await readRows(where, 'targets', targets, numClasses);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    if ((entry >= 0 && entry <= 1) || entry === -1) continue;
    const got = `${entry} in row ${Math.floor(i / numClasses)}, class ${i % numClasses}`;
    throw new InvalidArgumentError(where, 'targets in 0..1, or -1 (not known)', got);
  }
  return entries;
}

/** Adds checked class ids; how many there were. */
function addIds(ids: ArrayLike<number>, counts: Float64Array): number {
  let added = 0;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === -1) continue;
    counts[ids[i]!]! += 1;
    added += 1;
  }
  return added;
}

function addRows(entries: ArrayLike<number>, counts: Float64Array, known: Float64Array): void {
  for (let i = 0; i < entries.length; i++) {
    if (entries[i] === -1) continue;
    counts[i % counts.length]! += entries[i]!;
    known[i % counts.length]! += 1;
  }
}
