import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import type { Picker, Selection } from './selection.js';

/** Items that each step looks at, `ceil((n / k) ln(1 / epsilon))`, between 1 and n. */
export function stochasticSampleSize(size: number, budget: number, epsilon: number): number {
  const wanted = Math.ceil((size / Math.max(1, budget)) * Math.log(1 / epsilon));
  return Math.min(size, Math.max(1, wanted));
}

/** Asks the gains of a random sample at each step; items that the constraint refuses are replaced by others. */
export function stochasticPicker(selection: Selection, epsilon: number, random: RandomStream | undefined): Picker {
  if (random === undefined) {
    throw new InvalidArgumentError('greedy', "random with method 'stochastic'", 'none', 'Pass randomStream(seed)');
  }
  const { value, allowed, candidates, stopAtNegative } = selection;
  const left = candidates.slice();
  const sample = stochasticSampleSize(left.length, selection.budget, epsilon);
  let length = left.length;
  let refusedGain = false;
  return {
    next() {
      let best = -1;
      let most = -Infinity;
      // The sample grows at the front of what is left; what is out for good is filled in from the end.
      for (let drawn = 0; drawn < sample && drawn < length;) {
        const at = drawn + random.integer(length - drawn);
        const item = left[at]!;
        const gain = value.gain(item);
        const negative = stopAtNegative && gain < 0;
        if (negative || !allowed.canAdd(item)) {
          refusedGain ||= negative;
          left[at] = left[--length]!;
          continue;
        }
        left[at] = left[drawn]!;
        left[drawn++] = item;
        if (best >= 0 && (gain < most || (gain === most && item > best))) continue;
        best = item;
        most = gain;
      }
      return best < 0 && refusedGain ? -2 : best;
    },
    selected: () => undefined, // the constraint refuses a selected item, so that the next draw of it takes it out
  };
}
