import { availableParallelism } from 'node:os';
import { ConfigError } from '../core/index.js';
import type { Replicas } from '../train/index.js';
import { workerReplicas } from '../train/node/index.js';
import type { TrainConfig } from './config.js';

/** Examples of a batch below which a share is not worth a thread. */
const SMALLEST_SHARE = 16;

/** The configuration with a number of replicas that this machine has the cores for; a resumed run keeps its own. */
export function withReplicas(config: TrainConfig, resume = false): TrainConfig & { readonly replicas: number } {
  const { replicas, batchSize } = config;
  const cores = availableParallelism();
  if (replicas === 'auto') return { ...config, replicas: fittingReplicas(batchSize, cores) };
  const refuse = (expected: string, hint: string): never => {
    throw new ConfigError('configuration', expected, String(replicas), hint);
  };
  if (replicas > cores) {
    const hint = resume ? 'Resume the run where it has as many cores as it began with' : 'Use auto for as many as fit';
    refuse(`replicas of at most ${cores}, the number of cores`, hint);
  }
  if (batchSize % replicas !== 0) {
    refuse(`replicas that share a batchSize of ${batchSize} equally`, 'Change one of them, or use auto');
  }
  return { ...config, replicas };
}

function fittingReplicas(batchSize: number, cores: number): number {
  for (let count = Math.min(cores, Math.floor(batchSize / SMALLEST_SHARE)); count > 1; count--) {
    if (batchSize % count === 0) return count;
  }
  return 1;
}

/** Threads of the native backend: those asked for, or one replica's share of the cores. */
export function threadsOf({ threads, replicas }: TrainConfig): { threads?: number } {
  if (threads !== null) return { threads };
  if (replicas === 'auto' || replicas === 1) return {};
  return { threads: Math.max(1, Math.floor(availableParallelism() / replicas)) };
}

/** The other replicas of a run: workers that make the same data and model from its configuration. */
export function replicasOf(config: TrainConfig & { readonly replicas: number }): { replicas?: Replicas } {
  if (config.replicas === 1) return {};
  const module = new URL('./replicaParts.js', import.meta.url);
  return { replicas: workerReplicas({ count: config.replicas, module, settings: config }) };
}
