import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { topUtility } from './baselines.js';
import { distancesOf, type Distances, type Points } from './distances.js';
import { guaranteeOf, type Guarantee } from './guarantee.js';
import { farthestFirst } from './kCenter.js';
import type { SelectionProgress, SelectionResult, StopReason } from './result.js';
import { uniformMatroid } from './uniformMatroid.js';

/** Options of {@link weightedKCenter}. */
export interface WeightedKCenterOptions extends SelectionProgress {
  /** Where distances come from. */
  readonly points: Points;
  /** Utility of each item, `[n]`, at most 1, such as {@link marginUtility}. */
  readonly utility: ArrayLike<number>;
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Weight w of the covering radius, in `[0, 1]`; the margins have `1 - w` (default 0.5). */
  readonly weight?: number;
  /** How fine guesses of the radius lie, above 0 (default 0.25): the factor is `3 (1 + epsilon)`. */
  readonly epsilon?: number;
}

/**
 * A weighted sum of what k-center and margin selection make small:
 * $`min w max_i min_{s in S} d(i, s) + (1 - w) / |S| sum_{s in S} (1 - u_s)`$ over sets of k items.
 *
 * For each guess r of the optimum's radius: as long as an item is not covered, take the item of largest utility within r of it, and count
 * all within `2 r` of it as covered; then fill up with the items of largest utility. Items that started a ball are more than `2 r` apart, so
 * that each ball holds a different item of the optimum, worth no more than what was taken: the margins are no worse than the
 * optimum's, the radius is at most `3 r`. Guesses are powers of `1 + epsilon` from half the radius of {@link kCenter} to the diameter; the best
 * set is returned, k-center's and margin's included. `onProgress` counts guesses.
 *
 * @param options See {@link WeightedKCenterOptions}.
 * @returns The selection; gains are utilities, the value is the weighted sum: here less is better.
 * @throws InvalidArgumentError If the points are none or not finite, utilities are not one a point or above 1, or an option is out of range.
 * @example
 * ```ts
 * import { weightedKCenter } from 'tfjs-longtail/subset';
 * const embeddings = { values: Float32Array.of(0, 1, 2, 6, 7, 10), dimension: 1 };
 * const utility = [0.1, 0.9, 0.2, 0.3, 0.8, 0.1];
 * const { items, value } = weightedKCenter({ points: { embeddings }, utility, budget: 2 });
 * console.log(items, value); // Int32Array(2) [ 1, 4 ] 1.575: 1 and 4; (3 + 0.15) / 2
 * ```
 * @see Ramalingam, Awasthi and Kumar, "A Weighted K-Center Algorithm for Data Subset Selection", 2023, for the objective and the factor.
 */
export function weightedKCenter(options: WeightedKCenterOptions): SelectionResult {
  const where = 'weightedKCenter';
  const weight = checkNumber(where, 'weight', options.weight ?? 0.5, { min: 0, max: 1 });
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 0.25, { min: 1e-3 });
  const distances = distancesOf(where, options.points);
  const asked = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const budget = Math.min(asked, distances.size);
  const utility = checkedUtility(where, options.utility, distances.size);
  const centers = farthestFirst(distances, uniformMatroid({ capacity: budget }).start(), { where, budget });
  const byUtility = topUtility({ utility, budget: distances.size }).items;

  let best = scored(distances, utility, weight, centers.items);
  const guesses = budget === 0 ? [] : guessesOf(centers, epsilon);
  const candidates = [byUtility.slice(0, budget), ...guesses.map((radius) => ({ radius }))];
  for (const [at, candidate] of candidates.entries()) {
    options.signal?.throwIfAborted();
    const items =
      'radius' in candidate ? coverOf({ distances, utility, byUtility }, candidate.radius, budget) : candidate;
    if (items !== null) {
      const next = scored(distances, utility, weight, items);
      if (next.value < best.value) best = next;
    }
    options.onProgress?.(at + 1, candidates.length);
  }
  const stopped: StopReason = budget === asked ? 'budget' : 'items';
  return { ...best, stopped, guarantee: guaranteeWithin(distances.metric, centers.value, epsilon) };
}

interface Scored {
  readonly items: Int32Array;
  readonly gains: Float64Array;
  readonly value: number;
}

function scored(distances: Distances, utility: Float64Array, weight: number, items: Int32Array): Scored {
  const nearest = new Float64Array(distances.size).fill(Infinity);
  let lost = 0;
  for (const item of items) {
    distances.lowerTo(item, nearest);
    lost += 1 - utility[item]!;
  }
  const radius = nearest.reduce((largest, distance) => Math.max(largest, distance), 0);
  const value = items.length === 0 ? Infinity : weight * radius + ((1 - weight) * lost) / items.length;
  return { items, gains: Float64Array.from(items, (item) => utility[item]!), value };
}

/** Radii from half of what k-center reaches, below which no set comes, up to the diameter; 0 where every point is a center. */
function guessesOf(
  { gains, value }: { readonly gains: Float64Array; readonly value: number },
  epsilon: number,
): number[] {
  const diameter = 2 * gains[0]!; // no two items are farther apart than both are from the first
  const guesses = value === 0 ? [0] : [];
  const lowest = value > 0 ? value / 2 : diameter / 1000;
  if (lowest > 0)
    for (let radius = lowest; radius < diameter * (1 + epsilon); radius *= 1 + epsilon) guesses.push(radius);
  return guesses;
}

interface Pool {
  readonly distances: Distances;
  readonly utility: Float64Array;
  /** Items, highest utility first. */
  readonly byUtility: Int32Array;
}

/** Balls around items not covered so far, filled up to the budget; `null` where the budget is too small for the radius. */
function coverOf({ distances, utility, byUtility }: Pool, radius: number, budget: number): Int32Array | null {
  const selected = new Uint8Array(distances.size);
  const covered = new Uint8Array(distances.size);
  const ball = new Uint8Array(distances.size);
  const items: number[] = [];
  for (const around of byUtility) {
    if (covered[around] === 1 || selected[around] === 1) continue;
    if (items.length === budget) return null;
    ball.fill(0);
    distances.markWithin(around, radius, true, ball);
    let best = around;
    for (let item = 0; item < ball.length; item++) {
      if (ball[item] === 1 && selected[item] === 0 && utility[item]! > utility[best]!) best = item;
    }
    distances.markWithin(around, 2 * radius, true, covered);
    covered[around] = 1;
    selected[best] = 1;
    items.push(best);
  }
  for (const item of byUtility) {
    if (items.length === budget) break;
    if (selected[item] === 0) items.push(item);
  }
  return Int32Array.from(items);
}

function checkedUtility(where: string, utility: ArrayLike<number>, size: number): Float64Array {
  if (utility.length !== size) throw new InvalidArgumentError(where, `utilities of ${size} points`, utility.length);
  return Float64Array.from(utility, (value, item) => checkNumber(where, `utility[${item}]`, value, { max: 1 }));
}

function guaranteeWithin(metric: boolean, radius: number, epsilon: number): Guarantee {
  const guarantee = guaranteeOf(
    { kind: 'weighted-k-center', metric },
    { monotone: true, submodular: false },
    { kind: 'matroid', uniform: true },
  );
  if (guarantee.factor === null) return guarantee;
  const factor = guarantee.factor / (1 + epsilon);
  if (radius > 0) return { ...guarantee, factor };
  const because =
    'the budget has room for every distinct point, so that radii without bound below would have to be guessed';
  return { factor, holds: false, because };
}
