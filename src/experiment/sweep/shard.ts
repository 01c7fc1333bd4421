import { ConfigError } from '../../core/index.js';
import type { SweepCell } from './cells.js';

/** A part of a sweep: the runs k with `k mod of = index`. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  /** Number of shards. */
  readonly of: number;
}

/**
 * Reads `i/n`.
 *
 * @throws ConfigError Unless `i` and `n` are whole numbers and `i < n`.
 */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index < shard.of) return shard;
  const hint = 'Shards count from 0: --shard 0/2 and --shard 1/2 are the two halves';
  throw new ConfigError('sweep', '--shard i/n with i below n', text, hint);
}

/**
 * The runs of a shard, `k mod of = index`; one that starts from another run of the sweep goes with that run. With the
 * methods outermost, every shard gets some of each of them.
 */
export function shardOf(cells: readonly SweepCell[], { index, of }: Shard): SweepCell[] {
  const rootOf = (k: number): number => {
    const start = cells.findIndex(({ name }) => name === cells[k]!.after);
    return start < 0 ? k : rootOf(start);
  };
  return cells.filter((_, k) => rootOf(k) % of === index);
}
