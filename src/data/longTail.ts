import { checkLabels, checkOneOf, InvalidArgumentError, positionsByClass } from '../core/index.js';
import type { RandomStream } from '../core/index.js';
import { takeExamples } from './dataset.js';
import type { Dataset, LabelledExamples } from './dataset.js';
import { checkedCounts, profileCounts, profileNames } from './profiles.js';
import type { ProfileName, ProfileOptions } from './profiles.js';

/** Options of {@link longTail}. */
export interface LongTailOptions {
  /** Imbalance ratio `rho`, largest over smallest class, at least 1. */
  readonly imbalance: number;
  /** How counts fall from the first class to the last. Default `'exponential'`. */
  readonly profile?: ProfileName;
  /** Examples to keep of the largest class. Default: all that the data set has of class 0, the head of either profile. */
  readonly maxPerClass?: number;
  /**
   * Draws which examples of a class are kept; equal streams keep equal examples, and those kept at a higher `imbalance`
   * are among those kept at a lower one. Default: the first of each class in data set order.
   */
  readonly random?: RandomStream;
}

/**
 * A long-tailed subset of `dataset`: class `y` keeps as many examples as the profile gives it, in data set order.
 *
 * @param dataset Where to take from, usually balanced training data; not changed.
 * @param options `imbalance`, and `profile`, `maxPerClass`, `random` where the defaults do not fit.
 * @returns The subset.
 * @throws InvalidArgumentError If an option is out of range, or a class has fewer examples than the profile asks.
 * @example
 * ```ts
 * import { classCountsOf, imageDataset, longTail } from 'tfjs-longtail/data';
 * const labels = Int32Array.from({ length: 300 }, (_, i) => i % 3);
 * const balanced = imageDataset({
 *   name: 'toy', images: new Uint8Array(300), labels, imageShape: [1, 1, 1], classNames: ['a', 'b', 'c'],
 * });
 * const tailed = longTail(balanced, { imbalance: 100 });
 * console.log(classCountsOf(tailed.labels, 3).join(' ')); // 100 10 1
 * ```
 * @see Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss", 2019, section 4.
 */
export function longTail<T extends Dataset>(dataset: T, options: LongTailOptions): T {
  const { imbalance, profile = 'exponential', random } = options;
  checkOneOf('longTail', 'profile', profile, profileNames);
  const numClasses = dataset.classNames.length;
  checkLabels('longTail', dataset.labels, numClasses);
  const positions = positionsByClass(dataset.labels, numClasses);
  const { maxPerClass = positions[0]!.length } = options;
  const asked = { numClasses, maxPerClass, imbalance };
  const counts = checkedCounts('longTail', profile, asked);
  checkSupply(dataset, positions, counts, profile, asked);
  const kept = positions.flatMap((ofClass, y) => choose(ofClass, counts[y]!, random?.child(`class ${y}`)));
  return takeExamples(dataset, Int32Array.from(kept).sort());
}

function choose(positions: readonly number[], count: number, random: RandomStream | undefined): number[] {
  if (random === undefined) return positions.slice(0, count);
  return Array.from(random.permutation(positions.length).subarray(0, count), (chosen) => positions[chosen]!);
}

function checkSupply(
  dataset: LabelledExamples,
  positions: readonly number[][],
  counts: Int32Array,
  profile: ProfileName,
  asked: ProfileOptions,
): void {
  const short = counts.findIndex((count, y) => count > positions[y]!.length);
  if (short < 0) return;
  const have = positions.map((ofClass) => ofClass.length);
  const feasible = largestFeasible(have, profile, asked);
  throw new InvalidArgumentError(
    'longTail',
    `${counts[short]} examples of class ${short} (${dataset.classNames[short]})`,
    have[short],
    feasible > 0
      ? `Set maxPerClass to at most ${feasible}, or raise imbalance`
      : 'Raise imbalance, or leave the class out',
  );
}

/** The largest `maxPerClass` whose counts the data can meet without an empty class, or 0; counts grow with `maxPerClass`. */
function largestFeasible(have: readonly number[], profile: ProfileName, asked: ProfileOptions): number {
  const countsFor = (maxPerClass: number): Int32Array => profileCounts(profile, { ...asked, maxPerClass });
  let [feasible, tooMany] = [0, asked.maxPerClass];
  while (tooMany - feasible > 1) {
    const middle = Math.floor((feasible + tooMany) / 2);
    if (countsFor(middle).every((count, y) => count <= have[y]!)) feasible = middle;
    else tooMany = middle;
  }
  return feasible > 0 && countsFor(feasible).every((count) => count > 0) ? feasible : 0;
}
