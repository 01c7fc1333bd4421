import type { ClassGroups } from './groups.js';
import type { ReliabilityBin } from './reliability.js';

/** Balanced accuracy over the classes of one group. */
export interface GroupScore {
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

/** What a confusion matrix alone says. */
export interface ConfusionScores {
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
  /** Counts, row: true class, column: predicted class. */
  readonly confusion: number[][];
  /** Scores of head, torso and tail classes. */
  readonly groups: GroupScores;
}

/** What `classificationMetrics` reports: plain JSON. */
export interface ClassificationResult extends ConfusionScores {
  /** Mean of `-log softmax(logits)_y`, in nats. */
  readonly nll: number;
  /** Mean of `sum_k (softmax(logits)_k - 1[k = y])^2`, 0..2. */
  readonly brier: number;
  /** Expected calibration error of the top-1 confidence over 15 bins of equal width, 0..1. */
  readonly ece: number;
  /** The bins behind `ece`. */
  readonly reliability: ReliabilityBin[];
}

/** Scores of a confusion matrix; rows are true classes. */
export function confusionScores(confusion: readonly (readonly number[])[], groups: ClassGroups): ConfusionScores {
  const support = confusion.map(sum);
  const recall = confusion.map((row, y) => (support[y] === 0 ? null : row[y]! / support[y]!));
  const scored = (classes: Iterable<number>): number[] => [...classes].filter((y) => support[y]! > 0);
  const meanRecall = (classes: number[]): number => sum(classes.map((y) => recall[y]!)) / classes.length;
  const groupScore = (members: readonly number[]): GroupScore | null => {
    const classes = scored(members);
    if (classes.length === 0) return null;
    const items = sum(classes.map((y) => support[y]!));
    return { classes: classes.length, support: items, balancedAccuracy: meanRecall(classes) };
  };
  const withItems = scored(support.keys());
  const examples = sum(support);
  const balancedAccuracy = meanRecall(withItems);
  return {
    examples,
    accuracy: sum(confusion.map((row, y) => row[y]!)) / examples,
    balancedAccuracy,
    balancedError: 1 - balancedAccuracy,
    perClassRecall: recall,
    support,
    classesWithoutItems: support.length - withItems.length,
    confusion: confusion.map((row) => [...row]),
    groups: { head: groupScore(groups.head), torso: groupScore(groups.torso), tail: groupScore(groups.tail) },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
