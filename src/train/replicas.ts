import type { TrainState } from './state.js';

/** Which share of every batch a replica takes. */
export interface Replica {
  /** From 0; replica 0 is the thread that called `train`. */
  readonly index: number;
  /** Replicas of the run, at least 1. */
  readonly count: number;
}

/** The mean of a vector over all replicas. */
export interface Exchange {
  /**
   * Waits for every replica and returns the mean of what they brought, the same bits to each.
   *
   * @param values This replica's vector; all bring the same length.
   * @param digest Checksum of this replica's weights, now and then; they must agree.
   * @throws ReplicaError If a replica is gone or the checksums differ.
   */
  average(values: Float32Array, digest?: number): Promise<Float32Array>;
}

/** What the other replicas need to join a run. */
export interface ReplicaJob {
  /** Weights, optimizer and objective that all begin with, and the position that they begin at. */
  readonly state: TrainState;
  /** Numbers that a replica brings to each exchange. */
  readonly length: number;
  /** Examples per step of each stream, over all replicas. */
  readonly batchSize: number;
  /** Largest global norm of the averaged gradients. */
  readonly clipNorm: number | undefined;
}

/** The exchange with replicas that run. */
export interface ReplicaTeam extends Exchange {
  /** Ends the other replicas. */
  close(): Promise<void>;
}

/** Other threads that take a share of every batch; `workerReplicas` of `tfjs-longtail/train/node` makes them. */
export interface Replicas {
  /** Replicas of the run, the calling thread included. */
  readonly count: number;
  /** Starts the others; resolves once they stand where the state says. */
  start(job: ReplicaJob): Promise<ReplicaTeam>;
}
