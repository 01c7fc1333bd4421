import { GainHeap } from './gainHeap.js';
import type { Picker, Selection } from './selection.js';

/**
 * Greedy with a heap of gains, some of them old: since gains never rise, an old one is an upper bound, and what is at the top with a gain
 * of today is the best (Minoux 1978). With `listed`, only items that the objective lists as changed count as old; without, all do.
 */
export function lazyPicker({ value, allowed, candidates, size, stopAtNegative }: Selection, listed: boolean): Picker {
  const keys = new Float64Array(size);
  for (const item of candidates) keys[item] = value.gain(item);
  const heap = new GainHeap(candidates.slice(), keys);
  const asked = new Int32Array(size); // step of the key
  const changedAt = new Int32Array(size);
  let allChangedAt = 0;
  let step = 0;
  return {
    next() {
      for (let item = heap.top; item >= 0; item = heap.top) {
        if (!allowed.canAdd(item)) {
          heap.drop(); // for good: the family is closed downward
          continue;
        }
        if (asked[item]! >= allChangedAt && asked[item]! >= changedAt[item]!) {
          return stopAtNegative && keys[item]! < 0 ? -2 : item;
        }
        asked[item] = step;
        const gain = value.gain(item);
        if (gain !== keys[item]) heap.lower(gain);
      }
      return -1;
    },
    selected(_, changed) {
      step++;
      if (!listed || changed === 'all') {
        allChangedAt = step;
        return;
      }
      for (let at = 0; at < changed.length; at++) changedAt[changed[at]!] = step;
    },
  };
}
