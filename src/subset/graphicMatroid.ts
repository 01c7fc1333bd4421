import { checkNumber } from '../core/index.js';
import { refusedItem } from './checkItems.js';
import type { BindingCap, ConstraintKind, ConstraintState, SubsetConstraint } from './constraint.js';

/** Options of {@link graphicMatroid}. */
export interface GraphicMatroidOptions {
  /** Ends of each edge, `[n]` pairs of vertices; the items are the edges. */
  readonly edges: readonly (readonly [number, number])[];
  /** Number of vertices. */
  readonly vertices: number;
}

/**
 * The sets of edges without a cycle: forests.
 *
 * $`I = { S : (vertices, S) is acyclic }`$
 *
 * @param options See {@link GraphicMatroidOptions}.
 * @returns A matroid whose items are the edges.
 * @throws InvalidArgumentError If an edge names a vertex that there is not.
 * @example
 * ```ts
 * import { graphicMatroid } from 'tfjs-longtail/subset';
 * const state = graphicMatroid({ edges: [[0, 1], [1, 2], [2, 0]], vertices: 3 }).start();
 * state.add(0);
 * state.add(1);
 * console.log(state.canAdd(2)); // false: it would close the triangle
 * ```
 * @see Whitney, "On the Abstract Properties of Linear Dependence", 1935.
 */
export function graphicMatroid({ edges, vertices }: GraphicMatroidOptions): SubsetConstraint {
  const where = 'graphicMatroid';
  checkNumber(where, 'vertices', vertices, { min: 0, integer: true });
  const ends = new Int32Array(2 * edges.length);
  edges.forEach((edge, index) => {
    for (const side of [0, 1] as const) {
      const range = { min: 0, max: vertices - 1, integer: true };
      ends[2 * index + side] = checkNumber(where, `edges[${index}][${side}]`, edge[side], range);
    }
  });
  return new GraphicMatroid(ends, vertices);
}

class GraphicMatroid implements SubsetConstraint {
  readonly name = 'graphic matroid';
  readonly structure: ConstraintKind = { kind: 'matroid' };

  constructor(
    readonly ends: Int32Array,
    readonly vertices: number,
  ) {}

  get size(): number {
    return this.ends.length / 2;
  }

  get matroids(): readonly SubsetConstraint[] {
    return [this];
  }

  start(): ConstraintState {
    return this.startForest();
  }

  startForest(): ForestState {
    const alone = Int32Array.from({ length: this.vertices }, (_, vertex) => vertex);
    return new ForestState(this, alone, new Uint8Array(this.vertices), 0);
  }

  /** The trees that an edge left would close a cycle in. */
  binding(items: ArrayLike<number>): readonly BindingCap[] {
    const state = this.startForest();
    for (let at = 0; at < items.length; at++) state.add(items[at]!);
    const inside = new Int32Array(this.vertices);
    for (let edge = 0; edge < this.size; edge++) {
      const root = state.root(this.ends[2 * edge]!);
      if (root === state.root(this.ends[2 * edge + 1]!)) inside[root]!++;
    }
    const width = new Int32Array(this.vertices);
    const lowest = new Int32Array(this.vertices).fill(-1);
    for (let vertex = 0; vertex < this.vertices; vertex++) {
      const root = state.root(vertex);
      width[root]!++;
      if (lowest[root] === -1) lowest[root] = vertex;
    }
    const full = [...inside.keys()].filter((root) => width[root]! > 0 && inside[root]! >= width[root]!);
    return full
      .sort((a, b) => lowest[a]! - lowest[b]!)
      .map((root) => ({ name: `tree of vertex ${lowest[root]}`, capacity: width[root]! - 1, items: inside[root]! }));
  }
}

/** Trees by union-find; a selected edge lies within its tree, so that it is refused like any edge that closes a cycle. */
class ForestState implements ConstraintState {
  constructor(
    private readonly matroid: GraphicMatroid,
    private readonly above: Int32Array,
    private readonly rank: Uint8Array,
    public count: number,
  ) {}

  canAdd(item: number): boolean {
    const { ends, size } = this.matroid;
    return item >= 0 && item < size && this.root(ends[2 * item]!) !== this.root(ends[2 * item + 1]!);
  }

  add(item: number): void {
    if (!this.canAdd(item)) throw refusedItem(this.matroid.name, item);
    const [a, b] = [this.root(this.matroid.ends[2 * item]!), this.root(this.matroid.ends[2 * item + 1]!)];
    const [low, high] = this.rank[a]! < this.rank[b]! ? [a, b] : [b, a];
    this.above[low] = high;
    if (this.rank[low] === this.rank[high]) this.rank[high]!++;
    this.count++;
  }

  clone(): ConstraintState {
    return new ForestState(this.matroid, this.above.slice(), this.rank.slice(), this.count);
  }

  /** The vertex that stands for a tree; paths are halved on the way. */
  root(vertex: number): number {
    let at = vertex;
    while (this.above[at] !== at) {
      this.above[at] = this.above[this.above[at]!]!;
      at = this.above[at]!;
    }
    return at;
  }
}
