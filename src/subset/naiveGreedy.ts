import type { Picker, Selection } from './selection.js';

/** Asks every gain at every step: greedy by its definition, for any objective. */
export function naivePicker({ value, allowed, candidates, stopAtNegative }: Selection): Picker {
  const left = candidates.slice();
  let length = left.length;
  return {
    next() {
      let best = -1;
      let most = -Infinity;
      let kept = 0;
      for (let at = 0; at < length; at++) {
        const item = left[at]!;
        if (!allowed.canAdd(item)) continue; // and never again: the family is closed downward
        left[kept++] = item;
        const gain = value.gain(item);
        if (best >= 0 && !(gain > most)) continue;
        best = item;
        most = gain;
      }
      length = kept;
      return stopAtNegative && best >= 0 && most < 0 ? -2 : best;
    },
    selected: () => undefined,
  };
}
