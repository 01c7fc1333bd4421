import { parentPort, workerData } from 'node:worker_threads';
import { restoreRandomStream, type RandomState } from '../../core/index.js';
import { fromPlain, type PlainConstraint } from '../plainConstraint.js';
import { selectShard } from '../shards.js';
import { objectiveFrom, type GraphObjective } from './graphObjective.js';

/** What a worker is started with; arrays lie in shared memory. */
export interface ShardTask {
  readonly objective: GraphObjective;
  readonly constraint: PlainConstraint;
  readonly budget: number;
  /** Shards of this worker. */
  readonly indices: readonly number[];
  /** Shards in all. */
  readonly count: number;
  /** Stream that sends items to shards. */
  readonly random: RandomState | undefined;
}

/** What a worker says for each of its shards. */
export interface ShardAnswer {
  readonly index: number;
  readonly items: Int32Array;
}

function work({ objective, constraint, budget, indices, count, random }: ShardTask): void {
  const [f, allowed] = [objectiveFrom(objective), fromPlain(constraint)];
  for (const index of indices) {
    const stream = random && { random: restoreRandomStream(random) };
    const { items } = selectShard(f, allowed, { budget, shard: { index, count, ...stream } });
    parentPort!.postMessage({ index, items } satisfies ShardAnswer);
  }
}

work(workerData as ShardTask);
