import type { SubsetObjective } from './objective.js';

/** A set that was found as a whole, in the order in which greedy would take it; ties go to the lowest index. */
export function orderedByGain(
  objective: SubsetObjective,
  chosen: Iterable<number>,
): { items: Int32Array; gains: Float64Array; value: number } {
  const left = [...chosen].sort((a, b) => a - b);
  const items = new Int32Array(left.length);
  const gains = new Float64Array(left.length);
  const state = objective.start();
  for (let place = 0; place < items.length; place++) {
    let best = 0;
    for (let at = 0; at < left.length; at++) {
      const gain = state.gain(left[at]!);
      if (at > 0 && gain <= gains[place]!) continue;
      [best, gains[place]] = [at, gain];
    }
    items[place] = left[best]!;
    state.add(left[best]!);
    left.splice(best, 1);
  }
  return { items, gains, value: state.value };
}
