import type { RandomStream } from '../core/index.js';

/**
 * Draws an index with probability proportional to its weight in constant time: the alias method.
 *
 * Every one of the n columns holds mass 1/n, of its own index up to `threshold` and of `alias` above it.
 *
 * @see Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
 */
export function aliasTable(weights: Float64Array): (random: RandomStream) => number {
  const size = weights.length;
  const perColumn = weights.reduce((sum, weight) => sum + weight, 0) / size;
  const threshold = weights.map((weight) => weight / perColumn);
  const alias = Int32Array.from(weights.keys());
  const small: number[] = [];
  const large: number[] = [];
  threshold.forEach((mass, index) => (mass < 1 ? small : large).push(index));
  while (small.length > 0 && large.length > 0) {
    const taker = small.pop()!;
    const giver = large.at(-1)!;
    alias[taker] = giver;
    // This order of the terms loses no small mass.
    threshold[giver] = threshold[giver]! + threshold[taker]! - 1;
    if (threshold[giver] < 1) small.push(large.pop()!);
  }
  // What is left holds mass 1 but for rounding: a column's alias is itself unless it took.
  for (const index of [...small, ...large]) threshold[index] = 1;
  return (random) => {
    const column = random.integer(size);
    return random.uniform() < threshold[column]! ? column : alias[column]!;
  };
}
