import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { ClassGroups } from './groups.js';
import { RankingCounts } from './rankingCounts.js';
import type { RankingScale } from './rankingCounts.js';
import { rankingScores } from './rankingScores.js';
import type { RankingResult } from './rankingScores.js';
import type { TopClasses } from './topClasses.js';

/** Options of {@link rankingMetrics}. */
export interface RankingMetricsOptions {
  /** Number of classes C. */
  readonly numClasses: number;
  /** Lengths k of the rankings to score, ascending positive integers. Default 1, 3, 5, those at most C. */
  readonly cutoffs?: readonly number[];
  /** Propensity of each class, in 0..1, length C; see {@link propensities}. Default: none, and no score that needs them. */
  readonly propensities?: ArrayLike<number>;
  /** Classes to score by group; see {@link groupClasses}. Default: none, every group is `null`. */
  readonly groups?: ClassGroups;
}

/** Collects batches; made by {@link rankingMetrics}. */
export interface RankingMetrics {
  /**
   * Adds a batch; nothing of it is added when it is refused.
   *
   * @param labels For each example the class ids that it carries, none twice; one without labels is counted and left out.
   * @param top The best classes of each example, best first, at least as many as the last cutoff; see {@link topClasses}.
   * @throws InvalidArgumentError If the numbers of rows differ, a ranking is too short, or an id is out of range or twice in its row.
   */
  update(labels: ArrayLike<ArrayLike<number>>, top: Pick<TopClasses, 'ids' | 'k'>): void;
  /**
   * Scores of all batches so far.
   *
   * @throws InvalidArgumentError If no example carries any label.
   */
  result(): RankingResult;
}

/**
 * Metrics of rankings for examples that may carry several of very many labels: precision, recall, nDCG and
 * propensity-scored precision at k, by head, torso and tail.
 *
 * With $`Y_i`$ the labels of example $`i`$ of $`N`$, $`T_i`$ its best k classes, and $`p`$ the propensities:
 *
 * - precision $`sum_i |T_i ∩ Y_i| / (k N)`$; of a group: the share of all places that are hits in the group, so groups add up.
 * - recall $`sum_i |T_i ∩ Y_i| / sum_i |Y_i|`$, every label occurrence counting alike; of a group: the same of its labels alone.
 * - balanced recall: the mean over classes of the recall of each; of a group: over its classes.
 * - nDCG $`1/N sum_i DCG_i / (best DCG_i)`$, with $`1 / log2(1 + rank)`$ for a hit; only of all classes.
 * - propensity-scored precision $`sum_i sum_{T_i ∩ Y_i} 1/p_y / sum_i max sum 1/p_y`$, the best k labels of each example below the
 *   line; of a group: with the labels of the group, above and below.
 *
 * Only counts are kept, some numbers a class.
 *
 * @param options `numClasses`, and `cutoffs`, `propensities`, `groups` where they are needed.
 * @returns An object to feed with `update(labels, top)` and to read with `result()`.
 * @throws InvalidArgumentError If an option does not fit `numClasses`, or a class is in two groups.
 * @example
 * ```ts
 * import { rankingMetrics, topScores } from 'tfjs-longtail/metrics';
 * const metrics = rankingMetrics({ numClasses: 4, cutoffs: [1, 2] });
 * const scores = [[0.9, 0.1, 0.3, 0.2], [0.1, 0.8, 0.2, 0.7]];
 * metrics.update([[0, 3], [3]], await topScores(scores, { numClasses: 4, k: 2 }));
 * const { k, precision, recall } = metrics.result().at[1]!;
 * console.log(k, precision, recall.toFixed(3)); // 2 0.5 0.667
 * ```
 * @see Jain et al., "Extreme Multi-label Loss Functions for Recommendation, Tagging, Ranking & Other Missing Label
 *   Applications", KDD 2016, section 3; normalised as in the tables of the Extreme Classification Repository.
 */
export function rankingMetrics(options: RankingMetricsOptions): RankingMetrics {
  const where = 'rankingMetrics';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 1, integer: true });
  const groups = options.groups ?? { head: [], torso: [], tail: [] };
  const scale: RankingScale = {
    numClasses,
    cutoffs: checkedCutoffs(where, options.cutoffs, numClasses),
    worth: checkedWorth(where, options.propensities, numClasses),
    groupOf: groupOfClass(where, groups, numClasses),
  };
  const counts = new RankingCounts(scale);
  return {
    update(labels, top) {
      counts.add(`${where}.update`, labels, top);
    },
    result() {
      if (counts.examples === 0) throw new InvalidArgumentError(`${where}.result`, 'an example with a label', 'none');
      return rankingScores(counts, groups, options.propensities !== undefined);
    },
  };
}

function checkedCutoffs(where: string, cutoffs: readonly number[] | undefined, numClasses: number): readonly number[] {
  if (cutoffs === undefined) return [1, 3, 5].filter((k) => k <= numClasses);
  if (cutoffs.length === 0) throw new InvalidArgumentError(where, 'at least 1 of cutoffs', 'none');
  cutoffs.forEach((k, i) => {
    const min = i === 0 ? 1 : cutoffs[i - 1]! + 1;
    checkNumber(where, `cutoffs[${i}]`, k, { min, max: numClasses, integer: true });
  });
  return [...cutoffs];
}

/** What a hit counts for: `1 / p_y`, or 1. */
function checkedWorth(where: string, given: ArrayLike<number> | undefined, numClasses: number): Float64Array {
  if (given === undefined) return new Float64Array(numClasses).fill(1);
  if (given.length !== numClasses) {
    throw new InvalidArgumentError(where, `propensities of length ${numClasses}`, given.length);
  }
  return Float64Array.from(given, (p, y) => {
    if (p > 0 && p <= 1) return 1 / p;
    throw new InvalidArgumentError(where, `propensities[${y}] above 0 and at most 1`, p);
  });
}

/** Number of the group of each class: 1 head, 2 torso, 3 tail, 0 none. */
function groupOfClass(where: string, { head, torso, tail }: ClassGroups, numClasses: number): Uint8Array {
  const groupOf = new Uint8Array(numClasses);
  [head, torso, tail].forEach((members, group) => {
    for (const y of members) {
      checkNumber(where, 'class of a group', y, { min: 0, max: numClasses - 1, integer: true });
      if (groupOf[y] !== 0) throw new InvalidArgumentError(where, 'each class in one group at most', `${y} twice`);
      groupOf[y] = group + 1;
    }
  });
  return groupOf;
}
