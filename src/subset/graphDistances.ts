import { InvalidArgumentError } from '../core/index.js';
import { checkGraph } from './checkGraph.js';
import type { Diameter, Distances } from './distances.js';
import type { NeighborGraph } from './graph.js';

/** Distances `1 - s` of neighbours; all other items are as far apart as the farthest neighbours are. */
export class GraphDistances implements Distances {
  readonly metric = false;
  /** Largest distance of neighbours; 1 without any. */
  private readonly largest: number;

  constructor(
    where: string,
    private readonly graph: NeighborGraph,
  ) {
    checkGraph(where, graph);
    const above = graph.weights.findIndex((weight) => weight > 1 + 1e-6); // products of float32 unit vectors pass 1 a little
    if (above >= 0) {
      const hint = 'Cosine similarities have distances 1 - s';
      throw new InvalidArgumentError(where, 'similarities of at most 1', graph.weights[above], hint);
    }
    let smallest = Infinity;
    for (const weight of graph.weights) smallest = Math.min(smallest, weight);
    this.largest = graph.weights.length === 0 ? 1 : distanceOf(smallest);
  }

  get size(): number {
    return this.graph.size;
  }

  between(first: number, second: number): number {
    const { offsets, neighbors, weights } = this.graph;
    if (first === second) return 0;
    let [low, high] = [offsets[first]!, offsets[first + 1]!];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (neighbors[middle]! < second) low = middle + 1;
      else high = middle;
    }
    const adjacent = low < offsets[first + 1]! && neighbors[low] === second;
    return adjacent ? distanceOf(weights[low]!) : this.largest;
  }

  smallest(items: Int32Array): number {
    const { size, offsets, neighbors, weights } = this.graph;
    const selected = new Uint8Array(size);
    for (const item of items) selected[item] = 1;
    let smallest = this.largest;
    for (const item of items) {
      for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
        if (selected[neighbors[at]!] === 1) smallest = Math.min(smallest, distanceOf(weights[at]!));
      }
    }
    return smallest;
  }

  lowerTo(item: number, nearest: Float64Array): void {
    const { offsets, neighbors, weights } = this.graph;
    const { largest } = this;
    if (nearest[item]! > largest) {
      // Nothing was selected before.
      for (let other = 0; other < nearest.length; other++) nearest[other] = Math.min(nearest[other]!, largest);
    }
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      const distance = distanceOf(weights[at]!);
      if (distance < nearest[neighbors[at]!]!) nearest[neighbors[at]!] = distance;
    }
    nearest[item] = 0;
  }

  markWithin(item: number, radius: number, inclusive: boolean, marks: Uint8Array): void {
    const { offsets, neighbors, weights } = this.graph;
    const isWithin = (distance: number): boolean => distance < radius || (inclusive && distance === radius);
    if (isWithin(0)) marks[item] = 1;
    if (isWithin(this.largest)) {
      marks.fill(1); // neighbours are no farther
      return;
    }
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      if (isWithin(distanceOf(weights[at]!))) marks[neighbors[at]!] = 1;
    }
  }

  diameter(): Diameter {
    const { size, offsets, neighbors, weights } = this.graph;
    for (let first = 0; first < size; first++) {
      // Rows ascend: the first gap above the item is the first item that is not its neighbour.
      let second = first + 1;
      for (let at = offsets[first]!; at < offsets[first + 1]!; at++) {
        if (neighbors[at]! < second) continue;
        if (neighbors[at]! > second || distanceOf(weights[at]!) === this.largest) break;
        second++;
      }
      if (second < size) return { first, second, distance: this.largest };
    }
    return { first: 0, second: 0, distance: 0 };
  }
}

function distanceOf(similarity: number): number {
  return Math.max(0, 1 - similarity);
}
