import { checkNumber, type RandomStream } from '../core/index.js';
import type { SubsetConstraint } from './constraint.js';
import type { SubsetObjective } from './objective.js';
import type { SelectionResult } from './result.js';
import { mergeShards, selectShard } from './shards.js';

/** Options of {@link partitionedGreedy}. */
export interface PartitionedGreedyOptions {
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Shards that the pool is cut into, at least 1; the answer depends on it. */
  readonly shards: number;
  /** Sends each item to a shard at random; consecutive items stay together where it is left out. It is not advanced. */
  readonly random?: RandomStream;
}

/**
 * Greedy in two rounds: on each shard of the pool, then on what the shards selected; the better of that and the best shard is returned.
 *
 * This is the selection that {@link selectShard} and {@link mergeShards} make over several machines, in one call; `workerPartitionedGreedy`
 * of `tfjs-longtail/subset/node` makes it in worker threads. All three give the same answer for the same shards.
 *
 * @param objective What to maximise.
 * @param constraint Which sets are feasible.
 * @param options See {@link PartitionedGreedyOptions}.
 * @returns The selection; its factor is half of greedy's, in expectation, where items are sent at random.
 * @throws InvalidArgumentError If an option is out of range, or as {@link greedy}.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { graphFromEdges, pairwiseObjective, partitionedGreedy, uniformMatroid } from 'tfjs-longtail/subset';
 * const objective = pairwiseObjective({ utility: [1, 0.5, 0.75, 0.25], graph: graphFromEdges(4, [[0, 2, 0.9]]) });
 * const budget = 2;
 * const options = { budget, shards: 3, random: randomStream(1) };
 * const { items, guarantee } = partitionedGreedy(objective, uniformMatroid({ capacity: budget }), options);
 * console.log(items, guarantee.factor); // Int32Array(2) [ 0, 2 ] 0.31606027941427883
 * ```
 * @see Barbosa et al., "The Power of Randomization: Distributed Submodular Maximization on Massive Datasets", 2015.
 */
export function partitionedGreedy(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  { budget, shards, random }: PartitionedGreedyOptions,
): SelectionResult {
  const count = checkNumber('partitionedGreedy', 'shards', shards, { min: 1, integer: true });
  const parts = Array.from({ length: count }, (_, index) =>
    selectShard(objective, constraint, { budget, shard: { index, count, ...(random && { random }) } }),
  );
  return mergeShards(objective, constraint, parts, { budget, random: random !== undefined });
}
