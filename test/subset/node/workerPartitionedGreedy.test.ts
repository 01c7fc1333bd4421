import { describe, expect, it } from 'vitest';
import { randomStream } from 'tfjs-longtail';
import {
  facilityLocation,
  graphFromEdges,
  graphicMatroid,
  intersection,
  laminarMatroid,
  pairwiseObjective,
  partitionedGreedy,
  partitionMatroid,
  uniformMatroid,
  type SubsetConstraint,
} from 'tfjs-longtail/subset';
import {
  workerPartitionedGreedy,
  type GraphObjective,
  type WorkerPartitionedGreedyOptions,
} from 'tfjs-longtail/subset/node';
import { refusal } from '../../support/errors.js';

// Workers run what is built: so does this test.

const size = 200;
const random = randomStream(11);
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const graph = graphFromEdges(
  size,
  range(size).flatMap((i) =>
    [1, 3, 7].filter((step) => i >= step).map((step) => [i - step, i, random.uniform()] as const),
  ),
);
const utility = Float64Array.from({ length: size }, () => random.uniform());
const pairwise = { kind: 'pairwise', utility, graph, beta: 0.2, shift: true } as const;
const parts = range(size).map((item) => item % 5);
const others = range(size).map((item) => item % 7);
const twenty = uniformMatroid({ capacity: 20 });
const constraints: Record<string, SubsetConstraint> = {
  'a budget': twenty,
  'a partition matroid': partitionMatroid({ parts, capacities: 3 }),
  'a laminar matroid': laminarMatroid([{ items: range(50), capacity: 4 }, { items: range(20), capacity: 2 }], { size }), // prettier-ignore
  'two matroids': intersection(
    partitionMatroid({ parts, capacities: 3 }),
    partitionMatroid({ parts: others, capacities: 2 }),
  ),
};

describe('workerPartitionedGreedy', () => {
  it.each(Object.entries(constraints))(
    'selects what one thread does under %s, whatever the number of workers',
    async (_, constraint) => {
      const options = { budget: 18, shards: 4, random: randomStream(5) };
      const expected = partitionedGreedy(pairwiseObjective(pairwise), constraint, options);
      for (const workers of [1, 3]) {
        expect(await workerPartitionedGreedy(pairwise, constraint, { ...options, workers })).toEqual(expected);
      }
    },
  );

  it('does facility location, and reports each shard', async () => {
    const objective = { kind: 'facility-location', graph, selfSimilarity: 0.5 } as const;
    const seen: (readonly number[])[] = [];
    const options = { budget: 18, shards: 3 };
    const onProgress = (...at: readonly number[]): void => void seen.push(at);
    const result = await workerPartitionedGreedy(objective, twenty, { ...options, onProgress });
    expect(result).toEqual(partitionedGreedy(facilityLocation(objective), twenty, options));
    expect(seen).toEqual([[1, 3], [2, 3], [3, 3]]); // prettier-ignore
  });

  it('ends its workers when it is told to', async () => {
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('enough'));
    const options = { budget: 18, shards: 40, workers: 1, onProgress, signal: abort.signal };
    await expect(workerPartitionedGreedy(pairwise, twenty, options)).rejects.toThrow('enough');
    const late = { budget: 1, shards: 1, signal: abort.signal };
    await expect(workerPartitionedGreedy(pairwise, twenty, late)).rejects.toThrow('enough');
  });

  it.each<[string, Partial<WorkerPartitionedGreedyOptions>, (SubsetConstraint | undefined)?, GraphObjective?]>([
    ['workerPartitionedGreedy: expected budget to be an integer of at least 0, got -1', { budget: -1 }],
    ['workerPartitionedGreedy: expected shards to be an integer of at least 1, got 0', { shards: 0 }],
    ['workerPartitionedGreedy: expected workers to be an integer of at least 1, got 0', { workers: 0 }],
    [
      'workerPartitionedGreedy: expected a budget, a partition or laminar matroid, or an intersection of these, got graphic matroid. Others cannot be sent to a thread: use partitionedGreedy',
      {},
      graphicMatroid({ edges: range(size).map(() => [0, 1]), vertices: 2 }),
    ],
    [
      "pairwiseObjective: expected utilities of the graph's 200 items, got 1",
      {},
      undefined,
      { kind: 'pairwise', utility: Float64Array.of(1), graph },
    ],
  ])('refuses: %s', async (message, changes, constraint = twenty, objective = pairwise) => {
    const call = workerPartitionedGreedy(objective, constraint, { budget: 5, shards: 2, ...changes });
    await expect(call).rejects.toThrow(refusal('InvalidArgumentError', message));
  });
});
