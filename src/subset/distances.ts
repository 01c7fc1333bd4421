import type { EmbeddingArray } from './embeddings.js';
import { EuclideanDistances } from './euclideanDistances.js';
import { GraphDistances } from './graphDistances.js';
import type { NeighborGraph } from './graph.js';

/** Where distances between items come from. */
export type Points =
  /** Euclidean distances of embeddings, a metric. */
  | {
      /** `[n, d]`, finite; read as float32. */
      readonly embeddings: EmbeddingArray;
    }
  /** Distance `1 - s` of neighbours, and the largest of these between all others: not a metric, but fast. */
  | {
      /** Similarities in `[0, 1]`. */
      readonly graph: NeighborGraph;
    };

/** Distances between the items of a pool, in the few ways in which covers and packings ask for them. */
export interface Distances {
  /** Number of items n. */
  readonly size: number;
  /** Whether they obey the triangle inequality. */
  readonly metric: boolean;
  /** Distance of two items. */
  between(first: number, second: number): number;
  /** Smallest distance of two of the items, of which there are two at least. */
  smallest(items: Int32Array): number;
  /** Lowers each entry of `nearest` `[n]` to the distance from the item, where that is smaller. */
  lowerTo(item: number, nearest: Float64Array): void;
  /** Sets `marks` `[n]` to 1 for the items within a radius of the item, those at the radius included or not. */
  markWithin(item: number, radius: number, inclusive: boolean, marks: Uint8Array): void;
  /** Two items as far apart as any, the lowest first. */
  diameter(): Diameter;
}

/** Two items that are as far apart as any. */
export interface Diameter {
  /** The lower index. */
  readonly first: number;
  /** The higher index; the same where there is one item only. */
  readonly second: number;
  /** Their distance. */
  readonly distance: number;
}

/** The distances that points have; checks them. */
export function distancesOf(where: string, points: Points): Distances {
  return 'graph' in points ? new GraphDistances(where, points.graph) : new EuclideanDistances(where, points.embeddings);
}
