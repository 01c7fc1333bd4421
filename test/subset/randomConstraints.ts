import type { RandomStream } from '../../src/core/index.js';
import { graphicMatroid } from '../../src/subset/graphicMatroid.js';
import { intersection } from '../../src/subset/intersection.js';
import { knapsack } from '../../src/subset/knapsack.js';
import { laminarMatroid } from '../../src/subset/laminarMatroid.js';
import { partitionMatroid } from '../../src/subset/partitionMatroid.js';
import { transversalMatroid } from '../../src/subset/transversalMatroid.js';
import { truncation } from '../../src/subset/truncation.js';
import { uniformMatroid } from '../../src/subset/uniformMatroid.js';
import type { SubsetConstraint } from '../../src/subset/index.js';
import { itemsOf, range, sizeOf } from './support.js';

/** A constraint and its definition, read off a mask. */
export interface Case {
  readonly constraint: SubsetConstraint;
  readonly size: number;
  readonly feasible: (mask: number) => boolean;
}

/** Number of items of every random constraint. */
export const size = 7;
const draw = (random: RandomStream, bound: number): number[] => range(size).map(() => random.integer(bound));
const count = (items: readonly number[], mask: number): number => items.filter((item) => mask & (1 << item)).length;

/** Matroids at random. */
export const matroidMakers: Record<string, (random: RandomStream) => Case> = {
  uniform: (random) => {
    const capacity = random.integer(size + 2);
    return { constraint: uniformMatroid({ capacity }), size, feasible: (mask) => sizeOf(mask) <= capacity };
  },
  partition: (random) => {
    const parts = draw(random, 4).map((part) => part - 1); // -1: no part
    const capacities = range(3).map(() => random.integer(4));
    const feasible = (mask: number): boolean =>
      capacities.every((cap, part) => itemsOf(mask).filter((item) => parts[item] === part).length <= cap);
    return { constraint: partitionMatroid({ parts, capacities }), size, feasible };
  },
  laminar: (random) => {
    const order = [...random.permutation(size)];
    const cut = 1 + random.integer(size - 2);
    const halves = [order, order.slice(0, cut), order.slice(cut), order.slice(0, 1 + random.integer(cut))];
    const sets = halves.map((items) => ({ items, capacity: random.integer(5) }));
    const feasible = (mask: number): boolean => sets.every(({ items, capacity }) => count(items, mask) <= capacity);
    return { constraint: laminarMatroid(sets, { size }), size, feasible };
  },
  transversal: (random) => {
    const sets = range(4).map(() => range(size).filter(() => random.uniform() < 0.4));
    const place = (items: readonly number[], left: readonly (readonly number[])[]): boolean =>
      items.length === 0 ||
      left.some((set, at) => set.includes(items[0]!) && place(items.slice(1), left.toSpliced(at, 1)));
    return { constraint: transversalMatroid({ sets, size }), size, feasible: (mask) => place(itemsOf(mask), sets) };
  },
  graphic: (random) => {
    const edges = range(size).map(() => [random.integer(5), random.integer(5)] as const);
    // A forest has one tree fewer for each of its edges.
    const feasible = (mask: number): boolean => {
      const tree = range(5);
      for (const [a, b] of itemsOf(mask).map((item) => edges[item]!)) {
        if (tree[a] === tree[b]) return false;
        const [from, to] = [tree[a]!, tree[b]!];
        tree.forEach((name, vertex) => name === from && (tree[vertex] = to));
      }
      return true;
    };
    return { constraint: graphicMatroid({ edges, vertices: 5 }), size, feasible };
  },
  'truncated partition': (random) => truncated(matroidMakers['partition']!(random), random.integer(5)),
  'truncated transversal': (random) => truncated(matroidMakers['transversal']!(random), random.integer(4)),
};

/** What is no matroid. */
export const otherMakers: Record<string, (random: RandomStream) => Case> = {
  'intersection of three': (random) => {
    const cases = ['partition', 'transversal', 'graphic'].map((kind) => matroidMakers[kind]!(random));
    const constraint = intersection(...cases.map((each) => each.constraint));
    return { constraint, size, feasible: (mask) => cases.every((each) => each.feasible(mask)) };
  },
  knapsack: (random) => {
    const costs = draw(random, 6);
    const budget = random.integer(15);
    const feasible = (mask: number): boolean => itemsOf(mask).reduce((sum, item) => sum + costs[item]!, 0) <= budget;
    return { constraint: knapsack({ costs, budget }), size, feasible };
  },
};

function truncated(inner: Case, capacity: number): Case {
  const feasible = (mask: number): boolean => sizeOf(mask) <= capacity && inner.feasible(mask);
  return { constraint: truncation(inner.constraint, capacity), size: inner.size, feasible };
}
