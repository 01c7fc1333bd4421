import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { checkNumber, type RandomStream } from '../../core/index.js';
import { workerArguments } from '../../core/node/index.js';
import type { SubsetConstraint } from '../constraint.js';
import { toPlain } from '../plainConstraint.js';
import type { SelectionProgress, SelectionResult } from '../result.js';
import { mergeShards } from '../shards.js';
import { inSharedMemory, objectiveFrom, type GraphObjective } from './graphObjective.js';
import type { ShardAnswer, ShardTask } from './shardWorker.js';

/** Options of {@link workerPartitionedGreedy}. */
export interface WorkerPartitionedGreedyOptions extends Pick<SelectionProgress, 'signal'> {
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Shards that the pool is cut into, at least 1; the answer depends on it. */
  readonly shards: number;
  /** Sends each item to a shard at random; consecutive items stay together where it is left out. It is not advanced. */
  readonly random?: RandomStream;
  /** Worker threads, at least 1 (default: one a core, no more than shards); the answer does not depend on it. */
  readonly workers?: number;
  /** Called after each shard. */
  readonly onProgress?: (shardsDone: number, shards: number) => void;
}

/**
 * `partitionedGreedy` with the shards in worker threads, which share the memory of the graph: the same answer, whatever their number.
 *
 * @param objective What to maximise, as plain data; see {@link GraphObjective}.
 * @param constraint A budget, a partition or laminar matroid, or an intersection of these.
 * @param options See {@link WorkerPartitionedGreedyOptions}.
 * @returns The selection.
 * @throws InvalidArgumentError If an option is out of range, the constraint is of another kind, or as `greedy`.
 * @example
 * ```ts
 * import { graphFromEdges, uniformMatroid } from 'tfjs-longtail/subset';
 * import { workerPartitionedGreedy } from 'tfjs-longtail/subset/node';
 *
 * const graph = graphFromEdges(4, [[0, 2, 0.9], [1, 3, 0.4]]);
 * const objective = { kind: 'pairwise', utility: Float64Array.of(1, 0.5, 0.75, 0.25), graph } as const;
 * const constraint = uniformMatroid({ capacity: 2 });
 * const { items } = await workerPartitionedGreedy(objective, constraint, { budget: 2, shards: 2, workers: 2 });
 * console.log(items); // Int32Array(2) [ 0, 2 ]
 * ```
 * @see Barbosa et al., "The Power of Randomization: Distributed Submodular Maximization on Massive Datasets", 2015.
 */
export async function workerPartitionedGreedy(
  objective: GraphObjective,
  constraint: SubsetConstraint,
  options: WorkerPartitionedGreedyOptions,
): Promise<SelectionResult> {
  const where = 'workerPartitionedGreedy';
  const budget = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const count = checkNumber(where, 'shards', options.shards, { min: 1, integer: true });
  const most = Math.min(count, availableParallelism());
  const workers = checkNumber(where, 'workers', options.workers ?? most, { min: 1, integer: true });
  const plain = toPlain(where, constraint);
  const f = objectiveFrom(objective); // refuses here what workers would refuse
  const task = {
    objective: inSharedMemory(objective),
    constraint: plain,
    budget,
    count,
    random: options.random?.state(),
  };
  const parts = await selectShards(task, Math.min(workers, count), options);
  return mergeShards(f, constraint, parts, { budget, random: options.random !== undefined });
}

/** What every shard selects, in the order of the shards. */
async function selectShards(
  task: Omit<ShardTask, 'indices'>,
  workers: number,
  { onProgress, signal }: WorkerPartitionedGreedyOptions,
): Promise<ShardAnswer[]> {
  signal?.throwIfAborted();
  const answers: ShardAnswer[] = [];
  const threads: Worker[] = [];
  const ended = Array.from({ length: workers }, (_, first) => {
    const indices = Array.from({ length: task.count }, (_, index) => index).filter(
      (index) => index % workers === first,
    );
    const worker = startWorker({ ...task, indices });
    threads.push(worker);
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (answer: ShardAnswer) => {
        answers.push(answer);
        onProgress?.(answers.length, task.count);
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        if (indices.every((index) => answers.some((answer) => answer.index === index))) resolve();
        else reject(new Error('a worker of workerPartitionedGreedy ended before its shards were done'));
      });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  });
  try {
    await Promise.all(ended);
  } finally {
    await Promise.all(threads.map((worker) => worker.terminate()));
  }
  return answers.sort((a, b) => a.index - b.index);
}

function startWorker(workerData: ShardTask): Worker {
  const file = fileURLToPath(new URL('./shardWorker.js', import.meta.url));
  return new Worker(file, { workerData, execArgv: workerArguments() });
}
