import { repeatedly, type RowPlan } from './rowPlan.js';

/** Scores further below the largest count as this far, so that every class keeps a weight that float64 can hold. */
const FARTHEST = -700;

/** The class ids by falling score, ties by id: the order that {@link RankedWeights.distinct} needs. */
export function fallingOrder(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, id) => id).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** The class ids with `first` moved to the front: in this order it can be left out without cancellation. */
export function orderFrom(first: number, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, place) => (place === 0 ? first : place <= first ? place - 1 : place));
}

/**
 * The distribution `q_k = exp(s_k) / sum_j exp(s_j)` over classes in a given order, from which one class can be left out in
 * constant time.
 *
 * It keeps the sums of the weights from each place to the end. A hole is the place of the class left out: the list without
 * it has the sums `tail - weight of the hole` before it, and those of the next place from it on. With weights that fall, or
 * the hole at the front, that difference cannot cancel: it holds a weight at least as large as the one subtracted.
 */
export class RankedWeights {
  readonly #logWeights: Float64Array;
  readonly #weights: Float64Array;
  readonly #order: Int32Array;
  readonly #rank: Int32Array;
  readonly #tails: Float64Array;

  /**
   * @param scores Finite scores s, length C.
   * @param order The class ids, each once.
   */
  constructor(scores: ArrayLike<number>, order: Int32Array) {
    const size = order.length;
    let largest = -Infinity;
    for (let id = 0; id < size; id++) largest = Math.max(largest, scores[id]!);
    this.#logWeights = Float64Array.from(scores, (score) => Math.max(score - largest, FARTHEST));
    this.#weights = this.#logWeights.map(Math.exp);
    this.#order = order;
    this.#rank = new Int32Array(size);
    order.forEach((id, place) => (this.#rank[id] = place));
    this.#tails = new Float64Array(size + 1);
    // From the far end: of falling weights the small ones are added first.
    for (let place = size - 1; place >= 0; place--) {
      this.#tails[place] = this.#tails[place + 1]! + this.#weights[order[place]!]!;
    }
  }

  /** `count` independent draws from all classes, or from all but `without`. */
  repeated(count: number, without?: number): RowPlan {
    const { size, hole } = this.#listWithout(without);
    const total = this.#tail(0, hole);
    const logTotal = Math.log(total);
    return repeatedly(
      count,
      // 1 - u lies in (0, 1].
      (random) => this.#idAt(this.#placeOf(total * (1 - random.uniform()), size, hole), hole),
      (id) => this.#logWeights[id]! - logTotal,
    );
  }

  /**
   * Systematic sampling with inclusion probabilities `min(1, c q)` that sum to `count`; the order must be that of falling
   * weights.
   *
   * The largest classes, those with `c q > 1`, are certain. The others lie end to end on a line, each as long as its inclusion
   * probability, and the points `u, u + 1, u + 2, ...` with one `u` in `[0, 1)` choose among them: none is longer than 1, so
   * none is chosen twice, and each is chosen with a probability equal to its length.
   */
  distinct(count: number, without?: number): RowPlan {
    const { size, hole } = this.#listWithout(without);
    const certain = this.#certain(count, hole);
    const points = count - certain;
    const rest = this.#tail(certain, hole);
    const logFactor = Math.log(points) - Math.log(rest);
    return {
      logExpectedCount: (id) => Math.min(0, logFactor + this.#logWeights[id]!),
      ids: (random) => {
        const start = random.uniform();
        const ids = Int32Array.from({ length: count }, (_, place) => (place < certain ? this.#idAt(place, hole) : 0));
        let place = certain - 1;
        for (let point = 0; point < points; point++) {
          const found = this.#placeOf((rest * (points - point - start)) / points, size, hole);
          // Rounding must neither choose a class twice nor run out of classes.
          place = Math.min(Math.max(found, place + 1), size - (points - point));
          ids[certain + point] = this.#idAt(place, hole);
        }
        return ids;
      },
    };
  }

  /** How many classes have `c q > 1`; at least one point is left, so that c stays positive. */
  #certain(count: number, hole: number): number {
    let certain = 0;
    while (certain < count - 1) {
      const weight = this.#weights[this.#idAt(certain, hole)]!;
      if ((count - certain) * weight <= this.#tail(certain, hole)) break;
      certain++;
    }
    return certain;
  }

  #listWithout(id: number | undefined): { size: number; hole: number } {
    const size = this.#order.length;
    return id === undefined ? { size, hole: size } : { size: size - 1, hole: this.#rank[id]! };
  }

  /** The last place of the list without the hole whose tail is at least `sum`, which is above 0. */
  #placeOf(sum: number, size: number, hole: number): number {
    let [low, high] = [0, size - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#tail(middle, hole) >= sum) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #tail(place: number, hole: number): number {
    if (place >= hole) return this.#tails[place + 1]!;
    return hole === this.#order.length ? this.#tails[place]! : this.#tails[place]! - this.#weights[this.#order[hole]!]!;
  }

  #idAt(place: number, hole: number): number {
    return this.#order[place < hole ? place : place + 1]!;
  }
}
