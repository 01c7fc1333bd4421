import type { RandomStream } from '../core/index.js';

/** `count` distinct integers of `0..size-1`, every set as likely, in time and memory O(count): Floyd's algorithm. */
export function distinctIntegers(random: RandomStream, count: number, size: number): Int32Array {
  const chosen = new Set<number>();
  for (let last = size - count; last < size; last++) {
    const candidate = random.integer(last + 1);
    chosen.add(chosen.has(candidate) ? last : candidate);
  }
  return Int32Array.from(chosen);
}
