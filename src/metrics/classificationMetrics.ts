import { checkNumber, InvalidArgumentError, readScoredRows } from '../core/index.js';
import type { LabelsLike, ScoresLike } from '../core/index.js';
import type { ClassGroups } from './groups.js';
import { CalibrationSums } from './calibration.js';
import { groupScore, predictionScores } from './scores.js';
import type { ClassificationResult, GroupScore } from './scores.js';

/** Options of {@link classificationMetrics}. */
export interface ClassificationMetricsOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
  /** Classes to score by group; see {@link groupClasses}. Default: none, every group is `null`. */
  readonly groups?: ClassGroups;
  /** Whether to keep the confusion matrix, $`C^2`$ numbers. Default: for at most 512 classes. */
  readonly confusion?: boolean;
}

/** Classes up to which a confusion matrix is kept unless asked otherwise. */
const MOST_CONFUSED = 512;

/** Collects batches; made by {@link classificationMetrics}. */
export interface ClassificationMetrics {
  /**
   * Adds a batch; nothing of it is added when it is refused.
   *
   * @param targets Class ids, `[B]`; -1 is ignored.
   * @param logits Raw or adjusted scores, `[B, C]`: a tensor, rows, or a typed array row by row.
   * @throws InvalidArgumentError If a shape does not fit, a label is out of range or a logit is not finite.
   */
  update(targets: LabelsLike, logits: ScoresLike): Promise<void>;
  /**
   * Scores of all batches so far, as plain JSON.
   *
   * @throws InvalidArgumentError If no example has been added.
   */
  result(): ClassificationResult;
}

/**
 * Streaming metrics of a classifier on a test set, in float64: accuracy, balanced accuracy (the mean of the per-class
 * recalls), calibration, and both by head, torso and tail.
 *
 * Predictions are the argmax of the logits, ties to the lowest class. Classes without test items are left out of every
 * mean and counted in `classesWithoutItems`.
 *
 * @param options `numClasses`, `groups` from {@link groupClasses}, and whether to keep the `confusion` matrix.
 * @returns An object to feed with `await update(targets, logits)` and to read with `result()`.
 * @throws InvalidArgumentError If `numClasses` is below 2 or a group names a class out of range.
 * @example
 * ```ts
 * import { classificationMetrics, groupClasses } from 'tfjs-longtail/metrics';
 * const metrics = classificationMetrics({ numClasses: 3, groups: groupClasses([500, 60, 5]) });
 * await metrics.update([0, 0, 1, 2], [[2, 0, 0], [0, 1, 0], [0, 3, 1], [1, 0, 0]]);
 * const { balancedAccuracy, perClassRecall } = metrics.result();
 * console.log(balancedAccuracy, perClassRecall); // 0.5 [ 0.5, 1, 0 ]
 * ```
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021 (balanced error).
 * @see Guo et al., "On Calibration of Modern Neural Networks", ICML 2017 (expected calibration error).
 */
export function classificationMetrics(options: ClassificationMetricsOptions): ClassificationMetrics {
  const where = 'classificationMetrics';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 2, integer: true });
  const groups = options.groups ?? { head: [], torso: [], tail: [] };
  checkGroups(where, groups, numClasses);
  const zeros = (): number[] => new Array<number>(numClasses).fill(0);
  const [support, hits] = [zeros(), zeros()];
  const keepsConfusion = options.confusion ?? numClasses <= MOST_CONFUSED;
  const confusion = keepsConfusion ? Array.from({ length: numClasses }, zeros) : null;
  const all = new CalibrationSums();
  const byGroup = { head: new CalibrationSums(), torso: new CalibrationSums(), tail: new CalibrationSums() };
  const sumsOf: CalibrationSums[][] = Array.from({ length: numClasses }, () => [all]);
  for (const name of groupNames) for (const y of groups[name]) sumsOf[y]!.push(byGroup[name]);
  return {
    async update(targets, logits) {
      const { labels, scores } = await readScoredRows(`${where}.update`, targets, logits, numClasses);
      for (let row = 0; row < labels.length; row++) {
        const label = labels[row]!;
        if (label === -1) continue;
        const scored = scoreRow(scores, row * numClasses, numClasses, label);
        const isRight = scored.predicted === label;
        support[label]! += 1;
        if (isRight) hits[label]! += 1;
        if (confusion) confusion[label]![scored.predicted]! += 1;
        for (const sums of sumsOf[label]!) sums.add(scored, isRight);
      }
    },
    result() {
      const scores = predictionScores(support, hits);
      if (scores.examples === 0) throw new InvalidArgumentError(`${where}.result`, 'at least one example', 0);
      const group = (name: keyof ClassGroups): GroupScore | null =>
        groupScore(scores, groups[name], byGroup[name].scores());
      return {
        ...scores,
        confusion: confusion && confusion.map((row) => [...row]),
        groups: { head: group('head'), torso: group('torso'), tail: group('tail') },
        ...all.scores(),
        reliability: all.bins(),
      };
    },
  };
}

const groupNames = ['head', 'torso', 'tail'] as const;

function checkGroups(where: string, groups: ClassGroups, numClasses: number): void {
  for (const name of groupNames) {
    for (const y of groups[name]) {
      checkNumber(where, `class of groups.${name}`, y, { min: 0, max: numClasses - 1, integer: true });
    }
  }
}

/** What one example contributes, from its softmax in float64. */
function scoreRow(
  scores: ArrayLike<number>,
  start: number,
  numClasses: number,
  label: number,
): { readonly predicted: number; readonly confidence: number; readonly nll: number; readonly brier: number } {
  let predicted = 0;
  for (let y = 1; y < numClasses; y++) if (scores[start + y]! > scores[start + predicted]!) predicted = y;
  const largest = scores[start + predicted]!;
  let total = 0;
  for (let y = 0; y < numClasses; y++) total += Math.exp(scores[start + y]! - largest);
  let brier = 0;
  for (let y = 0; y < numClasses; y++) {
    const probability = Math.exp(scores[start + y]! - largest) / total;
    brier += (probability - (y === label ? 1 : 0)) ** 2;
  }
  return { predicted, confidence: 1 / total, nll: Math.log(total) - (scores[start + label]! - largest), brier };
}
