import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { DrawPlan } from './negativeSampler.js';

/** Options of every sampler that draws from a distribution over the classes. */
export interface SamplerOptions {
  /**
   * `false` (default): the draw is from all classes, and entries that hold the label of an example are to be dropped. `true`:
   * a draw for each example from the classes other than its label, `[B, S]`.
   */
  readonly conditional?: boolean;
  /**
   * `true` (default): independent draws, a class is expected `count * q` times. `false`: `count` distinct classes, each with a
   * known probability of being among them: $`count / C`$ where $`q`$ is uniform, else `min(1, c q)` with $`c`$ such that they
   * sum to `count` (systematic sampling).
   */
  readonly replacement?: boolean;
}

/** The draw of one example, or of a whole batch that shares it. */
export interface RowPlan {
  /** Draws `count` class ids. */
  ids(random: RandomStream): ArrayLike<number>;
  /** Log of the number of entries expected to hold a class; of the one left out, what it would be beside the others. */
  logExpectedCount(id: number): number;
}

/** `count` independent draws. */
export function repeatedly(
  count: number,
  draw: (random: RandomStream) => number,
  logProbability: (id: number) => number,
): RowPlan {
  const logCount = Math.log(count);
  return {
    ids: (random) => Int32Array.from({ length: count }, () => draw(random)),
    logExpectedCount: (id) => logCount + logProbability(id),
  };
}

/** One row plan for every example of the batch, or a single one that they share. */
export function planOfRows(rows: readonly RowPlan[], count: number): DrawPlan {
  const shared = rows.length === 1;
  return {
    shared,
    ids: (random) => {
      const ids = new Int32Array(rows.length * count);
      rows.forEach((row, at) => ids.set(row.ids(random), at * count));
      return ids;
    },
    logExpectedCount: (id, row) => rows[shared ? 0 : row]!.logExpectedCount(id),
  };
}

/** Throws if `count` distinct classes are more than there are. */
export function checkDistinct(where: string, count: number, size: number): void {
  if (count <= size) return;
  const expected = `count of at most ${size}, the classes there are to draw without replacement`;
  throw new InvalidArgumentError(where, expected, count, 'Draw fewer, or set replacement to true');
}
