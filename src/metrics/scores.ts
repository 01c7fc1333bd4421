import type { ReliabilityBin } from './reliability.js';

/** Whether the probabilities of a model, the softmax of its logits, mean what they say. */
export interface CalibrationScores {
  /** Mean of $`-log softmax(logits)_y`$, in nats. */
  readonly nll: number;
  /** Mean of $`sum_k (softmax(logits)_k - 1[k = y])^2`$, 0..2. */
  readonly brier: number;
  /** Expected calibration error of the top-1 confidence over 15 bins of equal width, 0..1. */
  readonly ece: number;
}

/** Balanced accuracy over the classes of one group, and calibration on the test items of those classes. */
export interface GroupScore extends CalibrationScores {
  /** Number of classes of the group that have test items. */
  readonly classes: number;
  /** Number of test items of those classes. */
  readonly support: number;
  /** Mean recall of those classes, 0..1. */
  readonly balancedAccuracy: number;
}

/** Scores by group; `null` where no class of the group has test items. */
export interface GroupScores {
  /** Frequent classes. */
  readonly head: GroupScore | null;
  /** Classes in between. */
  readonly torso: GroupScore | null;
  /** Rare classes. */
  readonly tail: GroupScore | null;
}

/** What the predicted classes alone say. */
export interface PredictionScores {
  /** Number of test items scored; ignored ones do not count. */
  readonly examples: number;
  /** Share of test items predicted right, 0..1. */
  readonly accuracy: number;
  /** Mean of the per-class recalls, 0..1. */
  readonly balancedAccuracy: number;
  /** `1 - balancedAccuracy`. */
  readonly balancedError: number;
  /** Recall of each class, 0..1; `null` without test items. */
  readonly perClassRecall: (number | null)[];
  /** Number of test items of each class. */
  readonly support: number[];
  /** Number of classes that no mean includes because they have no test items. */
  readonly classesWithoutItems: number;
}

/** What `classificationMetrics` reports: plain JSON. */
export interface ClassificationResult extends PredictionScores, CalibrationScores {
  /** Counts, row: true class, column: predicted class; `null` where it was not kept. */
  readonly confusion: number[][] | null;
  /** Scores of head, torso and tail classes. */
  readonly groups: GroupScores;
  /** The bins behind `ece`. */
  readonly reliability: ReliabilityBin[];
}

/** Scores from the number of test items of each class and how many of them were predicted right. */
export function predictionScores(support: readonly number[], hits: readonly number[]): PredictionScores {
  const recall = support.map((items, y) => (items === 0 ? null : hits[y]! / items));
  const withItems = recall.filter((value) => value !== null);
  const examples = sum(support);
  const balancedAccuracy = sum(withItems) / withItems.length;
  return {
    examples,
    accuracy: sum(hits) / examples,
    balancedAccuracy,
    balancedError: 1 - balancedAccuracy,
    perClassRecall: recall,
    support: [...support],
    classesWithoutItems: support.length - withItems.length,
  };
}

/** Scores of the classes of one group; `null` where none of them has test items. */
export function groupScore(
  { perClassRecall, support }: PredictionScores,
  members: readonly number[],
  calibration: CalibrationScores,
): GroupScore | null {
  const classes = members.filter((y) => support[y]! > 0);
  if (classes.length === 0) return null;
  return {
    classes: classes.length,
    support: sum(classes.map((y) => support[y]!)),
    balancedAccuracy: sum(classes.map((y) => perClassRecall[y]!)) / classes.length,
    ...calibration,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
