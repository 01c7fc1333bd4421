import type { Shard } from '../shard.js';
import type { SweepCell } from './cells.js';

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
