import { checkNumber } from '../core/index.js';
import type { ScoresLike } from '../core/index.js';
import { columnOf, readMultiLabelRows } from './multiLabelRows.js';
import type { ClassColumn } from './multiLabelRows.js';
import { cutsOf } from './multiLabelScores.js';

/** Options of {@link tuneThresholds}. */
export interface TuneThresholdsOptions {
  /** Number of classes C. */
  readonly numClasses: number;
}

/** What {@link tuneThresholds} found. */
export interface ThresholdResult {
  /** Threshold of each class, on the logits: an example at or above it carries the label. */
  readonly thresholds: number[];
  /** F1 of each class on the examples given, 0..1; `null` for a class without one, whose threshold is 0. */
  readonly f1: (number | null)[];
}

/**
 * For each class the threshold with the best F1 on held-out examples.
 *
 * A label at 1 % of the examples hardly ever has a probability above one half: the threshold 0 on the logits misses it. The best
 * cut lies half-way between two scores, or at the lowest one; of equal ones the highest is taken. Rare classes need enough
 * held-out examples: with five of them the best cut is mostly chance.
 *
 * @param targets Label rows, `[B, C]`: 1, 0, or -1 for a label that is not known.
 * @param logits Scores, `[B, C]`: a tensor, rows, or all numbers row by row.
 * @param options `numClasses`.
 * @returns Thresholds and the F1 that they reach there.
 * @throws InvalidArgumentError If a shape does not fit, a label is not 0, 1 or -1, or a logit is not finite.
 * @example
 * ```ts
 * import { tuneThresholds } from 'tfjs-longtail/metrics';
 * const labels = [[1, 0], [1, 0], [0, 1], [0, 0]];
 * const logits = [[2, -3], [1, -4], [-1, -1], [0, -2]];
 * const { thresholds } = await tuneThresholds(labels, logits, { numClasses: 2 });
 * console.log(thresholds); // [ 0.5, -1.5 ]
 * ```
 * @see Lipton et al., "Optimal thresholding of classifiers to maximize F1 measure", ECML PKDD 2014.
 */
export async function tuneThresholds(
  targets: ScoresLike,
  logits: ScoresLike,
  options: TuneThresholdsOptions,
): Promise<ThresholdResult> {
  const where = 'tuneThresholds';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 1, integer: true });
  const rows = await readMultiLabelRows(where, targets, logits, numClasses);
  const best = Array.from({ length: numClasses }, (_, y) => bestCut(columnOf([rows], y, numClasses)));
  return { thresholds: best.map(({ threshold }) => threshold), f1: best.map(({ f1 }) => f1) };
}

function bestCut(column: ClassColumn): { readonly threshold: number; readonly f1: number | null } {
  const all = column.positive.filter(Boolean).length;
  if (all === 0) return { threshold: 0, f1: null };
  let threshold = 0;
  let best = -1;
  for (const { predicted, truePositives, score, next } of cutsOf(column)) {
    const f1 = (2 * truePositives) / (predicted + all);
    if (f1 <= best) continue;
    best = f1;
    threshold = next === undefined ? score : (score + next) / 2;
  }
  return { threshold, f1: best };
}
