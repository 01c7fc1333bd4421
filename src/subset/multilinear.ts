import type { RandomStream } from '../core/index.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';

/** Expected gain of each item, `E f(R + i) - f(R)` for a random set R that holds item j with probability `x[j]`. */
export type ExpectedGains = (x: Float64Array) => Float64Array;

/** Pools up to this size are enumerated: 2^12 values. */
export const enumerated = 12;

/** Expected gains from a table of all `2^n` values. */
export function exactGains(objective: SubsetObjective): ExpectedGains {
  const { size } = objective;
  const values = new Float64Array(2 ** size);
  const visit = (state: ObjectiveState, mask: number, from: number): void => {
    values[mask] = state.value;
    for (let item = from; item < size; item++) {
      const next = state.clone();
      next.add(item);
      visit(next, mask | (1 << item), item + 1);
    }
  };
  visit(objective.start(), 0, 0);
  return (x) => {
    const odds = oddsOfSets(x);
    const gains = new Float64Array(size);
    for (let mask = 0; mask < values.length; mask++) {
      if (odds[mask] === 0) continue;
      for (let item = 0; item < size; item++)
        gains[item]! += odds[mask]! * (values[mask | (1 << item)]! - values[mask]!);
    }
    return gains;
  };
}

/** Expected gains as means over `samples` random sets. */
export function sampledGains(objective: SubsetObjective, samples: number, random: RandomStream): ExpectedGains {
  return (x) => {
    const gains = new Float64Array(objective.size);
    for (let sample = 0; sample < samples; sample++) {
      const state = objective.start();
      for (let item = 0; item < x.length; item++) {
        if (x[item]! > 0 && random.uniform() < x[item]!) state.add(item);
      }
      for (let item = 0; item < x.length; item++) gains[item]! += state.gain(item) / samples;
    }
    return gains;
  };
}

/** Probability of each set, by its mask. */
function oddsOfSets(x: Float64Array): Float64Array {
  const odds = new Float64Array(2 ** x.length);
  odds[0] = 1;
  for (let item = 0; item < x.length; item++) {
    for (let mask = 0; mask < 1 << item; mask++) {
      odds[mask | (1 << item)] = odds[mask]! * x[item]!;
      odds[mask]! *= 1 - x[item]!;
    }
  }
  return odds;
}
