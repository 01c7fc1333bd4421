import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { ScoresLike } from '../core/index.js';
import type { ClassGroups } from './groups.js';
import { columnOf, readMultiLabelRows } from './multiLabelRows.js';
import type { MultiLabelRows } from './multiLabelRows.js';
import { averagePrecision, countLabels, f1Of, sumCounts } from './multiLabelScores.js';
import type { LabelCounts } from './multiLabelScores.js';

/** Options of {@link multiLabelMetrics}. */
export interface MultiLabelMetricsOptions {
  /** Number of classes C. */
  readonly numClasses: number;
  /** Threshold of each class on the logits, length C, such as `tuneThresholds` gives. Default: 0, a probability of one half. */
  readonly thresholds?: ArrayLike<number>;
  /** Classes to score by group; see `groupClasses`. Default: none, every group is `null`. */
  readonly groups?: ClassGroups;
}

/** Scores of several labels together. */
export interface MultiLabelScore {
  /** Number of those labels that some test item carries. */
  readonly classes: number;
  /** Number of label occurrences of those classes. */
  readonly support: number;
  /** F1 of all decisions pooled, 0..1; frequent labels dominate it. */
  readonly microF1: number;
  /** Mean F1 of the labels that occur, 0..1. */
  readonly macroF1: number;
  /** Mean average precision of the labels that occur, 0..1; no threshold plays a part in it. */
  readonly meanAveragePrecision: number;
}

/** What `multiLabelMetrics` reports: plain JSON. */
export interface MultiLabelResult extends MultiLabelScore {
  /** Number of test items. */
  readonly examples: number;
  /** F1 of each class, 0..1; `null` without test items. */
  readonly perClassF1: (number | null)[];
  /** Average precision of each class, 0..1; `null` without test items. */
  readonly perClassAveragePrecision: (number | null)[];
  /** Number of classes that no mean includes because no test item carries them. */
  readonly classesWithoutItems: number;
  /** Scores of head, torso and tail classes; `null` where none of them occurs. */
  readonly groups: Readonly<Record<keyof ClassGroups, MultiLabelScore | null>>;
}

/** Collects batches; made by {@link multiLabelMetrics}. */
export interface MultiLabelMetrics {
  /**
   * Adds a batch; nothing of it is added when it is refused.
   *
   * @param targets Label rows, `[B, C]`: 1, 0, or -1 for a label that is not known.
   * @param logits Scores, `[B, C]`: a tensor, rows, or all numbers row by row.
   * @throws InvalidArgumentError If a shape does not fit, a label is not 0, 1 or -1, or a logit is not finite.
   */
  update(targets: ScoresLike, logits: ScoresLike): Promise<void>;
  /**
   * Scores of all batches so far.
   *
   * @throws InvalidArgumentError If no test item carries any label.
   */
  result(): MultiLabelResult;
}

/**
 * Metrics for examples that may carry several labels: micro and macro F1 and mean average precision, by head, torso and tail.
 *
 * Classes that no test item carries are left out of the means and counted; their false positives still count in `microF1`.
 * All scores are kept, 5 bytes each, because average precision needs their order.
 *
 * @param options `numClasses`, `thresholds`, `groups`.
 * @returns An object to feed with `await update(targets, logits)` and to read with `result()`.
 * @throws InvalidArgumentError If `numClasses` is below 1, or thresholds or groups do not fit it.
 * @example
 * ```ts
 * import { multiLabelMetrics } from 'tfjs-longtail/metrics';
 * const metrics = multiLabelMetrics({ numClasses: 2 });
 * await metrics.update([[1, 0], [1, 1], [0, 0]], [[2, -1], [-1, 3], [0.5, -2]]);
 * const { microF1, macroF1, meanAveragePrecision } = metrics.result();
 * console.log(microF1.toFixed(3), macroF1, meanAveragePrecision.toFixed(3)); // 0.667 0.75 0.917
 * ```
 */
export function multiLabelMetrics(options: MultiLabelMetricsOptions): MultiLabelMetrics {
  const where = 'multiLabelMetrics';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 1, integer: true });
  const thresholds = checkedThresholds(where, options.thresholds, numClasses);
  const groups = options.groups ?? { head: [], torso: [], tail: [] };
  for (const y of [...groups.head, ...groups.torso, ...groups.tail]) {
    checkNumber(where, 'class of a group', y, { min: 0, max: numClasses - 1, integer: true });
  }
  const batches: MultiLabelRows[] = [];
  return {
    async update(targets, logits) {
      batches.push(await readMultiLabelRows(`${where}.update`, targets, logits, numClasses));
    },
    result() {
      const columns = Array.from({ length: numClasses }, (_, y) => columnOf(batches, y, numClasses));
      const labels = columns.map((column, y) =>
        labelScores(countLabels(column, thresholds[y]!), averagePrecision(column)),
      );
      const scores = scoreOf(labels);
      if (scores === null) throw new InvalidArgumentError(`${where}.result`, 'at least one item with a label', 'none');
      const group = (classes: readonly number[]): MultiLabelScore | null => scoreOf(classes.map((y) => labels[y]!));
      return {
        ...scores,
        examples: batches.reduce((sum, batch) => sum + batch.labels.length / numClasses, 0),
        perClassF1: labels.map(({ f1 }) => f1),
        perClassAveragePrecision: labels.map(({ precision }) => precision),
        classesWithoutItems: numClasses - scores.classes,
        groups: { head: group(groups.head), torso: group(groups.torso), tail: group(groups.tail) },
      };
    },
  };
}

function checkedThresholds(where: string, thresholds: ArrayLike<number> | undefined, numClasses: number): number[] {
  if (thresholds === undefined) return new Array<number>(numClasses).fill(0);
  if (thresholds.length !== numClasses) {
    throw new InvalidArgumentError(where, `thresholds of length ${numClasses}`, thresholds.length);
  }
  return Array.from(thresholds, (threshold, y) => checkNumber(where, `thresholds[${y}]`, threshold));
}

interface LabelScores {
  readonly counts: LabelCounts;
  /** `null` for a label that does not occur, as in `precision`. */
  readonly f1: number | null;
  readonly precision: number | null;
}

function labelScores(counts: LabelCounts, precision: number | null): LabelScores {
  return { counts, f1: precision === null ? null : f1Of(counts), precision };
}

function scoreOf(labels: readonly LabelScores[]): MultiLabelScore | null {
  const present = labels.filter(({ precision }) => precision !== null);
  if (present.length === 0) return null;
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    classes: present.length,
    support: present.reduce((sum, { counts }) => sum + counts.truePositives + counts.falseNegatives, 0),
    microF1: f1Of(sumCounts(labels.map(({ counts }) => counts))),
    macroF1: mean(present.map(({ f1 }) => f1!)),
    meanAveragePrecision: mean(present.map(({ precision }) => precision!)),
  };
}
