import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { ConstraintState, SubsetConstraint } from './constraint.js';
import { distancesOf, type Distances, type Points } from './distances.js';
import { GainHeap } from './gainHeap.js';
import { guaranteeOf } from './guarantee.js';
import type { SelectionProgress, SelectionResult, StopReason } from './result.js';
import { uniformMatroid } from './uniformMatroid.js';

/** Options of {@link kCenter}. */
export interface KCenterOptions extends SelectionProgress {
  /** Where distances come from. */
  readonly points: Points;
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Item to start from; the first that the constraint allows where it is left out. */
  readonly start?: number;
  /** Which sets are feasible; all where it is left out. */
  readonly constraint?: SubsetConstraint;
}

/**
 * Farthest point first: the item farthest from its nearest selected one, again and again; of items that tie, the lowest index.
 *
 * The covering radius $`max_i min_{s in S} d(i, s)`$ is at most twice the smallest that k items have, where distances are a metric. Time is
 * `O(n k d)` at most; a distance is given up once it exceeds what the item has.
 *
 * @param options See {@link KCenterOptions}.
 * @returns The selection; gains are distances to what was selected before (of the first, the distance of the item farthest from it), the
 * value is the covering radius: here less is better.
 * @throws InvalidArgumentError If the points are none or not finite, an option is out of range, or the start is not feasible.
 * @example
 * ```ts
 * import { kCenter } from 'tfjs-longtail/subset';
 * const embeddings = { values: Float32Array.of(0, 1, 2, 6, 7, 10), dimension: 1 };
 * const { items, value } = kCenter({ points: { embeddings }, budget: 3 });
 * console.log(items, value); // Int32Array(3) [ 0, 5, 3 ] 2: 0, 5 and 3; 2: item 2 is that far from item 0
 * ```
 * @see Gonzalez, "Clustering to Minimize the Maximum Intercluster Distance", 1985; Sener and Savarese, "Active Learning for Convolutional
 * Neural Networks: A Core-Set Approach", 2018.
 */
export function kCenter(options: KCenterOptions): SelectionResult {
  const where = 'kCenter';
  const { constraint, onProgress } = options;
  const budget = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const distances = distancesOf(where, options.points);
  const { size } = distances;
  const allowed = constraint ?? uniformMatroid({ capacity: budget });
  if (allowed.size !== null && allowed.size !== size) {
    throw new InvalidArgumentError(where, `a constraint on ${size} items, as there are points`, allowed.size);
  }
  const picked = farthestFirst(distances, allowed.start(), { ...options, budget, where });
  const count = picked.items.length;
  const stopped: StopReason = count === budget ? 'budget' : count === size ? 'items' : 'constraint';
  onProgress?.(count, budget);
  const known = { monotone: true, submodular: false };
  const guarantee = guaranteeOf({ kind: 'k-center', metric: distances.metric }, known, allowed.structure);
  return { ...picked, stopped, guarantee };
}

/** Items as far as possible from those before, with their distances and the covering radius of all. */
export function farthestFirst(
  distances: Distances,
  allowed: ConstraintState,
  options: SelectionProgress & { readonly where: string; readonly budget: number; readonly start?: number },
): Pick<SelectionResult, 'items' | 'gains' | 'value'> {
  const { size } = distances;
  const limit = Math.min(options.budget, size);
  const items = new Int32Array(limit);
  const gains = new Float64Array(limit);
  const nearest = new Float64Array(size).fill(Infinity);
  const next = farthestOf(nearest, allowed);
  const interval = Math.max(1, Math.floor(limit / 100));
  let count = 0;
  while (count < limit) {
    options.signal?.throwIfAborted();
    const isStart = count === 0 && options.start !== undefined;
    const item = isStart ? checkedStart(options.where, options.start, size, allowed) : next();
    if (item < 0) break;
    gains[count] = nearest[item]!;
    items[count++] = item;
    allowed.add(item);
    distances.lowerTo(item, nearest);
    if (count === 1) gains[0] = largestOf(nearest);
    if (count % interval === 0 && count < limit) options.onProgress?.(count, options.budget);
  }
  return { items: items.slice(0, count), gains: gains.slice(0, count), value: largestOf(nearest) };
}

/** Finds the feasible item farthest from what is selected: distances only fall, so that old ones in a heap are upper bounds. */
function farthestOf(nearest: Float64Array, allowed: ConstraintState): () => number {
  const keys = nearest.slice();
  const heap = new GainHeap(Int32Array.from(keys.keys()), keys);
  return () => {
    for (let item = heap.top; item >= 0; item = heap.top) {
      if (!allowed.canAdd(item)) heap.drop();
      else if (nearest[item]! < keys[item]!) heap.lower(nearest[item]!);
      else return item;
    }
    return -1;
  };
}

function checkedStart(where: string, start: number, size: number, allowed: ConstraintState): number {
  checkNumber(where, 'start', start, { min: 0, max: size - 1, integer: true });
  if (allowed.canAdd(start)) return start;
  throw new InvalidArgumentError(where, 'a start that the constraint allows', `item ${start}`);
}

function largestOf(values: Float64Array): number {
  let largest = -Infinity;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}
