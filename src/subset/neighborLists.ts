import type { NeighborGraph } from './graph.js';
import { graphOfEdges } from './symmetricRows.js';

/** The nearest neighbours found so far of every item, nearest first, lowest index first where they tie. */
export class NeighborLists {
  /** Similarity that an item has to reach to be worth an offer, for each list: 0 until it is full, then that of its last. */
  readonly threshold: Float64Array;
  private readonly counts: Int32Array;
  private readonly items: Int32Array;
  private readonly similarities: Float64Array;

  constructor(
    private readonly size: number,
    readonly capacity: number,
  ) {
    this.threshold = new Float64Array(size);
    this.counts = new Int32Array(size);
    this.items = new Int32Array(size * capacity);
    this.similarities = new Float64Array(size * capacity);
  }

  /** Takes `other` into the list of `item` if it belongs there. Items at a cosine of 0 or less are no neighbours. */
  offer(item: number, other: number, similarity: number): void {
    if (!(similarity > 0)) return;
    const { capacity, items, similarities } = this;
    const start = item * capacity;
    let at = start + this.counts[item]!;
    if (this.counts[item] === capacity) {
      if (!this.before(other, similarity, --at)) return;
    } else {
      this.counts[item]!++;
    }
    for (; at > start && this.before(other, similarity, at - 1); at--) {
      items[at] = items[at - 1]!;
      similarities[at] = similarities[at - 1]!;
    }
    items[at] = other;
    similarities[at] = similarity;
    if (this.counts[item] === capacity) this.threshold[item] = similarities[start + capacity - 1]!;
  }

  /** Whether an item comes before the one at a place. */
  private before(other: number, similarity: number, at: number): boolean {
    const there = this.similarities[at]!;
    return similarity > there || (similarity === there && other < this.items[at]!);
  }

  /** Two items are neighbours in the graph if either is in the list of the other. */
  toGraph(): NeighborGraph {
    const edges = this.countEdges();
    const sources = new Int32Array(edges);
    const targets = new Int32Array(edges);
    const weights = new Float32Array(edges);
    let edge = 0;
    this.forEachEdge((item, other, similarity) => {
      sources[edge] = item;
      targets[edge] = other;
      weights[edge++] = similarity;
    });
    return graphOfEdges(this.size, { sources, targets, weights }, Float32Array);
  }

  private countEdges(): number {
    let edges = 0;
    this.forEachEdge(() => edges++);
    return edges;
  }

  /** Each pair once: from the lower index, or from the only end that lists it. */
  private forEachEdge(visit: (item: number, other: number, similarity: number) => void): void {
    for (let item = 0; item < this.size; item++) {
      const start = item * this.capacity;
      for (let at = start; at < start + this.counts[item]!; at++) {
        const other = this.items[at]!;
        if (item < other || !this.lists(other, item)) visit(item, other, this.similarities[at]!);
      }
    }
  }

  private lists(item: number, other: number): boolean {
    const start = item * this.capacity;
    for (let at = start; at < start + this.counts[item]!; at++) if (this.items[at] === other) return true;
    return false;
  }
}
