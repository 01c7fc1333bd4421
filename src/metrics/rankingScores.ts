import type { ClassGroups } from './groups.js';
import type { RankingCounts } from './rankingCounts.js';

/** Scores of the best k classes of each example; formulas at `rankingMetrics`. */
export interface RankingAtK {
  /** Length of the ranking. */
  readonly k: number;
  /** Label occurrences among the best k. */
  readonly hits: number;
  /** Share of all places that are hits, 0..1. */
  readonly precision: number;
  /** Share of the label occurrences that are hits, 0..1. */
  readonly recall: number;
  /** Mean recall of the classes that occur, 0..1. */
  readonly balancedRecall: number;
  /** Worth of the hits over the most that it could be, 0..1; `null` without propensities. */
  readonly propensityPrecision: number | null;
}

/** Ranking scores of some classes together. */
export interface GroupRanking {
  /** Number of those classes that some test example carries. */
  readonly classes: number;
  /** Number of label occurrences of those classes. */
  readonly support: number;
  /** Scores at each cutoff, ascending. */
  readonly at: readonly RankingAtK[];
}

/** Scores over all classes, with the gain of the order. */
export interface RankingAtKOfAll extends RankingAtK {
  /** Mean normalised discounted cumulative gain, 0..1. */
  readonly ndcg: number;
}

/** What `rankingMetrics` reports: plain JSON. */
export interface RankingResult extends GroupRanking {
  /** Number of test examples scored. */
  readonly examples: number;
  /** Number of test examples left out because they carry no label. */
  readonly examplesWithoutLabels: number;
  /** Number of classes that no mean includes because no test example carries them. */
  readonly classesWithoutItems: number;
  /** Scores at each cutoff, ascending. */
  readonly at: readonly RankingAtKOfAll[];
  /** Scores of head, torso and tail classes; `null` where none of them occurs. */
  readonly groups: Readonly<Record<keyof ClassGroups, GroupRanking | null>>;
}

/** The scores that the counts of at least one example give. */
export function rankingScores(counts: RankingCounts, groups: ClassGroups, withPropensities: boolean): RankingResult {
  const { examples, withoutLabels, ndcg, scale } = counts;
  const scoresOf = (classes: Iterable<number>, group: number): GroupRanking | null =>
    groupRanking(counts, classes, group, withPropensities);
  const all = scoresOf(scale.worth.keys(), 0)!;
  return {
    examples,
    examplesWithoutLabels: withoutLabels,
    classesWithoutItems: scale.numClasses - all.classes,
    classes: all.classes,
    support: all.support,
    at: all.at.map((scores, c) => ({ ...scores, ndcg: ndcg[c]! / examples })),
    groups: { head: scoresOf(groups.head, 1), torso: scoresOf(groups.torso, 2), tail: scoresOf(groups.tail, 3) },
  };
}

/** Scores of `classes`, whose best worth is counted at `group`; `null` where none of them occurs. */
function groupRanking(
  { scale, examples, positives, hits, bestWorth }: RankingCounts,
  classes: Iterable<number>,
  group: number,
  withPropensities: boolean,
): GroupRanking | null {
  const present = [...classes].filter((y) => positives[y]! > 0);
  if (present.length === 0) return null;
  const sum = (of: (y: number) => number): number => present.reduce((total, y) => total + of(y), 0);
  const support = sum((y) => positives[y]!);
  const at = scale.cutoffs.map((k, c): RankingAtK => {
    const found = hits[c]!;
    const total = sum((y) => found[y]!);
    return {
      k,
      hits: total,
      precision: total / (k * examples),
      recall: total / support,
      balancedRecall: sum((y) => found[y]! / positives[y]!) / present.length,
      propensityPrecision: withPropensities ? sum((y) => found[y]! * scale.worth[y]!) / bestWorth[c]![group]! : null,
    };
  });
  return { classes: present.length, support, at };
}
