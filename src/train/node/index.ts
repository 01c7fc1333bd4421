/**
 * Checkpoints in files and replicas in worker threads.
 *
 * @packageDocumentation
 */
export { fileCheckpoints } from './fileCheckpoints.js';
export { workerReplicas } from './workerReplicas.js';
export type { MakeParts, WorkerReplicasOptions } from './workerReplicas.js';
