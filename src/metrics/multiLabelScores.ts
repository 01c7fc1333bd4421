import type { ClassColumn } from './multiLabelRows.js';

/** How the predictions of a label, or of several, compare with the truth. */
export interface LabelCounts {
  /** Predicted and right. */
  readonly truePositives: number;
  /** Predicted and wrong. */
  readonly falsePositives: number;
  /** Missed. */
  readonly falseNegatives: number;
}

/** Examples at or above the threshold are predicted to carry the label. */
export function countLabels({ positive, scores }: ClassColumn, threshold: number): LabelCounts {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  for (let i = 0; i < scores.length; i++) {
    const predicted = scores[i]! >= threshold;
    if (predicted && positive[i]) truePositives++;
    else if (predicted) falsePositives++;
    else if (positive[i]) falseNegatives++;
  }
  return { truePositives, falsePositives, falseNegatives };
}

/** `2 TP / (2 TP + FP + FN)`; 0 where nothing was predicted right, nothing included. */
export function f1Of({ truePositives, falsePositives, falseNegatives }: LabelCounts): number {
  const all = 2 * truePositives + falsePositives + falseNegatives;
  return all === 0 ? 0 : (2 * truePositives) / all;
}

/** Counts of several labels together. */
export function sumCounts(counts: readonly LabelCounts[]): LabelCounts {
  const sum = (name: keyof LabelCounts): number => counts.reduce((total, count) => total + count[name], 0);
  return {
    truePositives: sum('truePositives'),
    falsePositives: sum('falsePositives'),
    falseNegatives: sum('falseNegatives'),
  };
}

/** One place where a column of scores can be cut: equal scores stay together. */
export interface Cut {
  /** Examples at or above the cut. */
  readonly predicted: number;
  /** Those of them that carry the label. */
  readonly truePositives: number;
  /** The lowest score above the cut. */
  readonly score: number;
  /** The highest score below it; `undefined` after the last. */
  readonly next: number | undefined;
}

/** The cuts of a column from the highest score down. */
export function cutsOf({ positive, scores }: ClassColumn): Cut[] {
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  const cuts: Cut[] = [];
  let truePositives = 0;
  order.forEach((example, rank) => {
    if (positive[example]) truePositives++;
    const score = scores[example]!;
    const following = order[rank + 1];
    const next = following === undefined ? undefined : scores[following];
    if (next !== score) cuts.push({ predicted: rank + 1, truePositives, score, next });
  });
  return cuts;
}

/**
 * Average precision, `sum_k (recall_k - recall_{k-1}) precision_k` over the cuts; `null` without an example of the label.
 */
export function averagePrecision(column: ClassColumn): number | null {
  const cuts = cutsOf(column);
  const all = cuts.at(-1)?.truePositives ?? 0;
  if (all === 0) return null;
  let before = 0;
  let area = 0;
  for (const { predicted, truePositives } of cuts) {
    area += ((truePositives - before) / all) * (truePositives / predicted);
    before = truePositives;
  }
  return area;
}
