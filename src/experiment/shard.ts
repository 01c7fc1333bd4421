import { ConfigError } from '../core/index.js';

/** A part of the work that machines share. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  /** Number of shards. */
  readonly of: number;
}

/**
 * Reads `i/n`.
 *
 * @param command Command that it is an option of.
 * @throws ConfigError Unless `i` and `n` are whole numbers and `i < n`.
 */
export function parseShard(command: string, text: string): Shard {
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index < shard.of) return shard;
  const hint = 'Shards count from 0: --shard 0/2 and --shard 1/2 are the two halves';
  throw new ConfigError(command, '--shard i/n with i below n', text, hint);
}
