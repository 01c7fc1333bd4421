import { InvalidArgumentError } from '../core/index.js';
import type { Diameter, Distances } from './distances.js';
import { embeddingsFrom, type EmbeddingArray } from './embeddings.js';

/** Euclidean distances in float64 of float32 rows; a distance is given up as soon as it is known to be too large. */
export class EuclideanDistances implements Distances {
  readonly metric = true;
  readonly size: number;
  private readonly rows: Float32Array;
  private readonly dimension: number;

  constructor(where: string, embeddings: EmbeddingArray) {
    const { values, dimension } = embeddings;
    this.size = embeddingsFrom(embeddings).size;
    this.dimension = dimension;
    this.rows = values instanceof Float32Array ? values : Float32Array.from(values);
    const bad = this.rows.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    const got = `${values[bad]} in row ${Math.floor(bad / dimension)}`;
    throw new InvalidArgumentError(where, 'finite embeddings', got);
  }

  between(first: number, second: number): number {
    return Math.sqrt(this.squared(first, second, Infinity));
  }

  smallest(items: Int32Array): number {
    let smallest = Infinity;
    for (let at = 1; at < items.length; at++) {
      for (let before = 0; before < at; before++) {
        smallest = Math.min(smallest, this.squared(items[at]!, items[before]!, smallest));
      }
    }
    return Math.sqrt(smallest);
  }

  lowerTo(item: number, nearest: Float64Array): void {
    for (let other = 0; other < this.size; other++) {
      const limit = nearest[other]! * nearest[other]!;
      const squared = this.squared(item, other, limit);
      if (squared < limit) nearest[other] = Math.sqrt(squared);
    }
  }

  markWithin(item: number, radius: number, inclusive: boolean, marks: Uint8Array): void {
    const limit = radius * radius;
    for (let other = 0; other < this.size; other++) {
      if (marks[other] === 1) continue;
      const squared = this.squared(item, other, limit);
      if (squared < limit || (inclusive && squared === limit)) marks[other] = 1;
    }
  }

  /** Items far from the mean first: two items are no farther apart than both are from it together. */
  diameter(): Diameter {
    const reach = this.distancesFromMean();
    const order = Int32Array.from(reach.keys()).sort((a, b) => reach[b]! - reach[a]!);
    let best = { first: 0, second: 0, distance: 0 };
    for (let at = 1; at < order.length; at++) {
      const item = order[at]!;
      // A little more than the bound: the mean and the distances from it are rounded.
      if ((reach[order[0]!]! + reach[item]!) * (1 + 1e-9) < best.distance) break;
      for (let before = 0; before < at; before++) {
        const other = order[before]!;
        if ((reach[other]! + reach[item]!) * (1 + 1e-9) < best.distance) break;
        const distance = this.between(item, other);
        const [first, second] = item < other ? [item, other] : [other, item];
        const ties =
          distance === best.distance && (first < best.first || (first === best.first && second < best.second));
        if (distance > best.distance || ties) best = { first, second, distance };
      }
    }
    return best;
  }

  private distancesFromMean(): Float64Array {
    const { rows, dimension, size } = this;
    const mean = new Float64Array(dimension);
    for (let at = 0; at < rows.length; at++) mean[at % dimension]! += rows[at]! / size;
    return Float64Array.from({ length: size }, (_, item) => {
      let sum = 0;
      for (let axis = 0; axis < dimension; axis++) sum += (rows[item * dimension + axis]! - mean[axis]!) ** 2;
      return Math.sqrt(sum);
    });
  }

  /** The squared distance where it is below the limit or meets it, else something above. Four sums keep the processor busy. */
  private squared(first: number, second: number, limit: number): number {
    const { rows, dimension } = this;
    let a = first * dimension;
    let b = second * dimension;
    const end = a + dimension;
    let sum = 0;
    for (; a + 16 <= end && sum <= limit;) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (const stop = a + 16; a < stop; a += 4, b += 4) {
        const d0 = rows[a]! - rows[b]!;
        const d1 = rows[a + 1]! - rows[b + 1]!;
        const d2 = rows[a + 2]! - rows[b + 2]!;
        const d3 = rows[a + 3]! - rows[b + 3]!;
        s0 += d0 * d0;
        s1 += d1 * d1;
        s2 += d2 * d2;
        s3 += d3 * d3;
      }
      sum += s0 + s1 + (s2 + s3);
    }
    for (; a < end && sum <= limit; a++, b++) sum += (rows[a]! - rows[b]!) ** 2;
    return sum;
  }
}
