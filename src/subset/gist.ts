import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import { distancesOf, type Distances, type Points } from './distances.js';
import { greedy } from './greedy.js';
import { guaranteeOf } from './guarantee.js';
import { intersection } from './intersection.js';
import type { SubsetObjective } from './objective.js';
import { packing } from './packing.js';
import type { SelectionProgress, SelectionResult } from './result.js';
import { uniformMatroid } from './uniformMatroid.js';

/** Options of {@link gist}. */
export interface GistOptions extends SelectionProgress {
  /** Where distances come from. */
  readonly points: Points;
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Weight of the smallest distance, lambda, at least 0. */
  readonly lambda: number;
  /** How fine thresholds lie, and what the factor loses, in `(0, 1)` (default 0.05). */
  readonly epsilon?: number;
  /** Which sets are feasible; all where it is left out. */
  readonly constraint?: SubsetConstraint;
}

/** What {@link gist} selected. */
export interface GistResult extends SelectionResult {
  /** `g(S)`, the sum of the gains. */
  readonly utility: number;
  /** Smallest distance of two selected items; of fewer than two, the diameter of the pool. */
  readonly diversity: number;
  /** Distance that selected items had to keep, the first threshold that led to the selection; `null` where greedy or the two ends of the diameter did. */
  readonly threshold: number | null;
}

/**
 * Utility plus diversity: `max g(S) + lambda div(S)`, with `div(S)` the smallest distance of two items of S.
 *
 * For each threshold $`(1 + epsilon)^i epsilon d_max / 2`$ up to the diameter `d_max`, greedy takes the item of largest gain that keeps the
 * threshold from all before; plain greedy and the two ends of the diameter compete too, and the best set is returned. The factor is
 * `2/3 - epsilon` for a modular utility and `1/2 - epsilon` for a submodular one, both monotone, where distances are a metric.
 *
 * Each of the $`O(log(1 / epsilon) / epsilon)`$ thresholds costs a greedy selection; on embeddings, also up to `n k` distances: use a graph for
 * large pools. `onProgress` counts thresholds.
 *
 * @param objective Utility g, such as {@link modularObjective} or {@link pairwiseObjective}.
 * @param options See {@link GistOptions}.
 * @returns The selection; its value is utility plus `lambda` times diversity, its gains are those of the utility.
 * @throws InvalidArgumentError If the points are none, not finite or not as many as the objective's items, or an option is out of range.
 * @example
 * ```ts
 * import { gist, modularObjective } from 'tfjs-longtail/subset';
 * const embeddings = { values: Float32Array.of(0, 1, 2, 6, 7, 10), dimension: 1 };
 * const objective = modularObjective({ utility: [1, 0.9, 0.8, 0.5, 0.95, 0.3] });
 * const { items, value } = gist(objective, { points: { embeddings }, budget: 3, lambda: 0.2 });
 * console.log(items, value); // Int32Array(2) [ 0, 4 ] 3.35: 0 and 4; 1.95 + 0.2 * 7 = 3.35
 * ```
 * @see Fahrbach et al., "GIST: Greedy Independent Set Thresholding for Max-Min Diversification with Submodular Utility", 2025.
 */
export function gist(objective: SubsetObjective, options: GistOptions): GistResult {
  const where = 'gist';
  const budget = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const lambda = checkNumber(where, 'lambda', options.lambda, { min: 0 });
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 0.05, { min: 1e-4, max: 1 });
  const distances = distancesOf(where, options.points);
  if (distances.size !== objective.size) {
    throw new InvalidArgumentError(where, `${objective.size} points, as the objective has items`, distances.size);
  }
  const constraint = options.constraint ?? uniformMatroid({ capacity: budget });
  const { first, second, distance: diameter } = distances.diameter();
  const search = new Search(distances, diameter, lambda);

  search.offer(greedy(objective, constraint, { budget }), null);
  const ends = greedy(objective, constraint, { budget, candidates: first === second ? [first] : [first, second] });
  search.offer({ ...ends, stopped: ends.items.length === budget ? 'budget' : 'constraint' }, null);
  const thresholds = gistThresholds(diameter, epsilon);
  for (const [at, threshold] of thresholds.entries()) {
    options.signal?.throwIfAborted();
    search.offer(greedy(objective, intersection(constraint, packing(distances, threshold)), { budget }), threshold);
    options.onProgress?.(at + 1, thresholds.length);
  }
  const algorithm = { kind: 'gist', epsilon, metric: distances.metric } as const;
  return { ...search.best!, guarantee: guaranteeOf(algorithm, objective.properties, constraint.structure) };
}

/** `(1 + epsilon)^i epsilon d_max / 2` for i = 0, 1, ..., up to `d_max`; none where all points are the same. */
export function gistThresholds(diameter: number, epsilon: number): Float64Array {
  const thresholds: number[] = [];
  const threshold = (at: number): number => ((1 + epsilon) ** at * epsilon * diameter) / 2;
  if (diameter > 0) for (let at = 0; threshold(at) <= diameter; at++) thresholds.push(threshold(at));
  return Float64Array.from(thresholds);
}

/** The best selection so far; of those that tie, the first. */
class Search {
  best: GistResult | null = null;
  private last: { readonly items: Int32Array; readonly diversity: number } | null = null;

  constructor(
    private readonly distances: Distances,
    private readonly diameter: number,
    private readonly lambda: number,
  ) {}

  offer(selection: SelectionResult, threshold: number | null): void {
    const { value: utility } = selection;
    if (this.best !== null && utility + this.lambda * this.diameter <= this.best.value) return;
    const diversity = this.diversityOf(selection.items);
    const value = utility + this.lambda * diversity;
    if (this.best === null || value > this.best.value) {
      this.best = { ...selection, value, utility, diversity, threshold };
    }
  }

  private diversityOf(items: Int32Array): number {
    // Small thresholds hold nothing back, so that one selection comes many times.
    if (this.last !== null && sameItems(this.last.items, items)) return this.last.diversity;
    const diversity = items.length < 2 ? this.diameter : this.distances.smallest(items);
    this.last = { items, diversity };
    return diversity;
  }
}

function sameItems(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
