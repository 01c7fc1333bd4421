import { checkNumber, InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import { greedy } from './greedy.js';
import { guaranteeOf } from './guarantee.js';
import type { SubsetObjective } from './objective.js';
import type { SelectionResult } from './result.js';

/** One of the shards that a pool is cut into. */
export interface Shard {
  /** Which one, from 0. */
  readonly index: number;
  /** Number of shards, at least 1. */
  readonly count: number;
  /**
   * Sends each item to a shard at random, which greedy's factor over shards asks for; consecutive items stay together where it is left
   * out. Every shard needs the same stream: it is not advanced.
   */
  readonly random?: RandomStream;
}

/** Options of {@link selectShard}. */
export interface SelectShardOptions {
  /** Most items to select, k: the same as for the whole pool. */
  readonly budget: number;
  /** Which items to select from. */
  readonly shard: Shard;
}

/** Options of {@link mergeShards}. */
export interface MergeShardsOptions {
  /** Most items to select, k. */
  readonly budget: number;
  /** Whether items were sent to shards at random (default false). */
  readonly random?: boolean;
}

/**
 * Items of one shard, ascending; every item of the pool is in one of the shards.
 *
 * @param size Items of the pool, n.
 * @param shard See {@link Shard}.
 * @returns Items; those from $`floor(n index / count)`$ to below $`floor(n (index + 1) / count)`$ where no random stream is given.
 * @throws InvalidArgumentError If there is no such shard.
 * @example
 * ```ts
 * import { shardItems } from 'tfjs-longtail/subset';
 * console.log(shardItems(5, { index: 1, count: 2 })); // Int32Array(3) [ 2, 3, 4 ]
 * ```
 */
export function shardItems(size: number, { index, count, random }: Shard): Int32Array {
  checkNumber('shardItems', 'size', size, { min: 0, integer: true });
  checkNumber('shardItems', 'shard.count', count, { min: 1, integer: true });
  checkNumber('shardItems', 'shard.index', index, { min: 0, max: count - 1, integer: true });
  if (random === undefined) {
    const start = Math.floor((size * index) / count);
    return Int32Array.from({ length: Math.floor((size * (index + 1)) / count) - start }, (_, at) => start + at);
  }
  const stream = random.child('shards');
  const shardOf = Int32Array.from({ length: size }, () => stream.integer(count));
  return Int32Array.from(shardOf.keys()).filter((item) => shardOf[item] === index);
}

/**
 * First round of a selection over several machines or threads: greedy on one shard. The objective and the constraint are those of the
 * whole pool; only the items that may be selected are the shard's.
 *
 * @param objective What to maximise.
 * @param constraint Which sets are feasible.
 * @param options See {@link SelectShardOptions}.
 * @returns The shard's selection; its guarantee is about sets within the shard.
 * @throws InvalidArgumentError If there is no such shard, or as {@link greedy}.
 * @example
 * ```ts
 * import { graphFromEdges, mergeShards, pairwiseObjective, selectShard, uniformMatroid } from 'tfjs-longtail/subset';
 * const graph = graphFromEdges(4, [[0, 3, 0.9]]);
 * const objective = pairwiseObjective({ utility: [1, 0.5, 0.5, 1], graph, beta: 0.9 });
 * const constraint = uniformMatroid({ capacity: 2 });
 * const parts = [0, 1].map((index) => selectShard(objective, constraint, { budget: 2, shard: { index, count: 2 } }));
 * console.log(mergeShards(objective, constraint, parts, { budget: 2 }).items); // Int32Array(2) [ 0, 1 ]
 * ```
 * @see Mirzasoleiman et al., "Distributed Submodular Maximization", 2016.
 */
export function selectShard(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  { budget, shard }: SelectShardOptions,
): SelectionResult {
  return greedy(objective, constraint, { budget, candidates: shardItems(objective.size, shard) });
}

/**
 * Second round: greedy on what the shards selected, or the best of their selections where that is worth more.
 *
 * @param objective What to maximise: the same as for the shards.
 * @param constraint Which sets are feasible: the same as for the shards.
 * @param parts Selection of every shard, in the order of the shards; the items are enough.
 * @param options See {@link MergeShardsOptions}.
 * @returns The selection.
 * @throws InvalidArgumentError If a part is not a feasible selection within the budget, or two have an item in common.
 * @example
 * ```ts
 * import { graphFromEdges, mergeShards, pairwiseObjective, uniformMatroid } from 'tfjs-longtail/subset';
 * const objective = pairwiseObjective({ utility: [1, 0.5, 0.75, 1], graph: graphFromEdges(4, []) });
 * const parts = [{ items: [0, 1] }, { items: [3, 2] }];
 * const { items, guarantee } = mergeShards(objective, uniformMatroid({ capacity: 2 }), parts, { budget: 2 });
 * console.log(items, guarantee.factor); // Int32Array(2) [ 0, 3 ] 0.5
 * ```
 * @see Mirzasoleiman et al., "Distributed Submodular Maximization", 2016; Barbosa et al., "The Power of Randomization: Distributed
 * Submodular Maximization on Massive Datasets", 2015.
 */
export function mergeShards(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  parts: readonly { readonly items: ArrayLike<number> }[],
  { budget, random = false }: MergeShardsOptions,
): SelectionResult {
  if (parts.length === 0) throw new InvalidArgumentError('mergeShards', 'the selection of at least one shard', 'none');
  const candidates = unionOf(parts, objective.size);
  let best = greedy(objective, constraint, { budget, candidates });
  for (const [index, { items }] of parts.entries()) {
    checkFeasible(constraint, items, index, budget);
    const part = greedy(objective, constraint, { budget, candidates: items });
    if (part.value > best.value) best = part;
  }
  // All candidates being selected is not all of the pool.
  const stopped = best.stopped === 'items' && best.items.length < objective.size ? 'constraint' : best.stopped;
  const algorithm = { kind: 'partitioned-greedy', shards: parts.length, random } as const;
  return { ...best, stopped, guarantee: guaranteeOf(algorithm, objective.properties, constraint.structure) };
}

function unionOf(parts: readonly { readonly items: ArrayLike<number> }[], size: number): Int32Array {
  const partOf = new Int32Array(size).fill(-1);
  for (const [index, { items }] of parts.entries()) {
    for (let at = 0; at < items.length; at++) {
      const item = checkNumber('mergeShards', `parts[${index}].items[${at}]`, items[at], {
        min: 0,
        max: size - 1,
        integer: true,
      });
      if (partOf[item]! >= 0) {
        const got = `item ${item} in shards ${partOf[item]} and ${index}`;
        throw new InvalidArgumentError(
          'mergeShards',
          'shards without common items',
          got,
          'Is one of them given twice?',
        );
      }
      partOf[item] = index;
    }
  }
  return Int32Array.from(partOf.keys()).filter((item) => partOf[item]! >= 0);
}

function checkFeasible(constraint: SubsetConstraint, items: ArrayLike<number>, index: number, budget: number): void {
  const where = 'mergeShards';
  if (items.length > budget) {
    throw new InvalidArgumentError(where, `at most ${budget} items of shard ${index}`, items.length);
  }
  const state = constraint.start();
  for (let at = 0; at < items.length; at++) {
    if (!state.canAdd(items[at]!)) {
      const got = `item ${items[at]} of shard ${index}, which ${constraint.name} refuses`;
      throw new InvalidArgumentError(where, 'shards selected under the same constraint', got);
    }
    state.add(items[at]!);
  }
}
