import { availableParallelism } from 'node:os';
import type { TrainConfig } from '../config.js';

/** What the machine has. */
export interface Machine {
  readonly cores: number;
  /** Bytes that new processes can have. */
  readonly memory: number;
}

/** This machine, as far as this process may use it. */
function thisMachine(): Machine {
  return { cores: availableParallelism(), memory: process.availableMemory() };
}

/** Bytes of a process with its backend and data set, before the first step. */
const BASE_BYTES = 0.65e9;

/** Bytes a training step adds per example of the batch, from peaks of whole runs on the native backend. */
const BYTES_PER_EXAMPLE: Readonly<Record<string, number>> = {
  linear: 0.2e6,
  mlp: 0.2e6,
  resnet8: 1.5e6,
  resnet20: 3e6,
  resnet32: 5e6,
  resnet56: 8e6,
};
const MOST_PER_EXAMPLE = 9e6;

/**
 * How many of these runs go side by side: one a core where they have one thread each, fewer where memory is short, at
 * least one.
 */
export function defaultJobs(configs: readonly TrainConfig[], machine: Machine = thisMachine()): number {
  const needs = configs.map((config) => needOf(config, machine.cores));
  const cores = Math.max(1, ...needs.map((need) => need.cores));
  const memory = Math.max(BASE_BYTES, ...needs.map((need) => need.memory));
  return Math.max(1, Math.min(Math.floor(machine.cores / cores), Math.floor(machine.memory / memory), configs.length));
}

/** What one run keeps busy at its peak; a model that was not measured counts as the largest that was. */
export function needOf({ threads, backend, replicas, model, batchSize }: TrainConfig, cores: number): Machine {
  const copies = replicas === 'auto' ? cores : replicas;
  const each = backend === 'wasm' || backend === 'cpu' ? 1 : threads;
  return {
    cores: each === null ? cores : each * copies,
    memory: copies * BASE_BYTES + batchSize * (BYTES_PER_EXAMPLE[model] ?? MOST_PER_EXAMPLE),
  };
}
