import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** Class ids by how often the training set shows them; each class is in exactly one group. */
export interface ClassGroups {
  /** Frequent classes. */
  readonly head: readonly number[];
  /** Classes in between. */
  readonly torso: readonly number[];
  /** Rare classes. */
  readonly tail: readonly number[];
}

/** Training counts that bound the groups. */
export interface GroupThresholds {
  /** Classes with more training examples than this are head. Default 100. */
  readonly head: number;
  /** Classes with fewer training examples than this are tail. Default 20. */
  readonly tail: number;
}

/** How {@link groupClasses} groups. */
export type GroupScheme = 'thresholds' | 'thirds' | GroupThresholds;

const defaultThresholds: GroupThresholds = { head: 100, tail: 20 };

/**
 * Head, torso and tail classes from training counts.
 *
 * `'thresholds'`: head has more than 100 training examples, tail fewer than 20. `'thirds'`: classes ranked by count,
 * equal counts by index, cut after $`round(C / 3)`$ and $`round(2 C / 3)`$.
 *
 * @param classCounts Training-set counts, length C, finite and not negative.
 * @param scheme `'thresholds'` (default), `'thirds'`, or thresholds of your own.
 * @returns Class ids of each group, ascending; a group may be empty.
 * @throws InvalidArgumentError If a count is negative or not finite, or the tail threshold is above the head's.
 * @example
 * ```ts
 * import { groupClasses } from 'tfjs-longtail/metrics';
 * console.log(groupClasses([500, 60, 5])); // { head: [ 0 ], torso: [ 1 ], tail: [ 2 ] }
 * ```
 */
export function groupClasses(classCounts: ArrayLike<number>, scheme: GroupScheme = 'thresholds'): ClassGroups {
  const counts = Array.from(classCounts, (count, y) =>
    checkNumber('groupClasses', `classCounts[${y}]`, count, { min: 0 }),
  );
  const groupOf = scheme === 'thirds' ? byRank(counts) : byCount(counts, thresholdsOf(scheme));
  const members = (group: keyof ClassGroups): number[] => [...counts.keys()].filter((y) => groupOf(y) === group);
  return { head: members('head'), torso: members('torso'), tail: members('tail') };
}

type GroupOf = (classId: number) => keyof ClassGroups;

function thresholdsOf(scheme: 'thresholds' | GroupThresholds): GroupThresholds {
  if (scheme === 'thresholds') return defaultThresholds;
  if (typeof scheme !== 'object') {
    throw new InvalidArgumentError('groupClasses', "'thresholds', 'thirds' or { head, tail }", scheme);
  }
  const head = checkNumber('groupClasses', 'head', scheme.head, { min: 0 });
  return { head, tail: checkNumber('groupClasses', 'tail', scheme.tail, { min: 0, max: head }) };
}

function byCount(counts: readonly number[], { head, tail }: GroupThresholds): GroupOf {
  return (y) => (counts[y]! > head ? 'head' : counts[y]! < tail ? 'tail' : 'torso');
}

function byRank(counts: readonly number[]): GroupOf {
  const ranked = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b);
  const rank = new Map(ranked.map((y, position) => [y, position]));
  const headEnd = Math.round(counts.length / 3);
  const torsoEnd = Math.round((2 * counts.length) / 3);
  return (y) => (rank.get(y)! < headEnd ? 'head' : rank.get(y)! < torsoEnd ? 'torso' : 'tail');
}
