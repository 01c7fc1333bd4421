/**
 * Subset selection in Node.js: neighbour graphs of pools too large for an exact search, greedy in worker threads.
 *
 * @packageDocumentation
 */
export { approximateNeighborGraph } from './approximateNeighborGraph.js';
export type { ApproximateNeighborOptions } from './approximateNeighborGraph.js';
export type { GraphObjective } from './graphObjective.js';
export { workerPartitionedGreedy } from './workerPartitionedGreedy.js';
export type { WorkerPartitionedGreedyOptions } from './workerPartitionedGreedy.js';
