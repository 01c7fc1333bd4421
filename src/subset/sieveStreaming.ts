import { checkNumber } from '../core/index.js';
import { checkItems } from './checkItems.js';
import { guaranteeOf } from './guarantee.js';
import type { ObjectiveState, SubsetObjective } from './objective.js';
import type { SelectionResult, StopReason } from './result.js';

/** Options of {@link sieveStreaming}. */
export interface SieveStreamingOptions {
  /** Most items to select, k, an integer of at least 0. */
  readonly budget: number;
  /** Distance between guesses of the optimum, and what the factor loses, in `(0, 0.5)` (default 0.1). */
  readonly epsilon?: number;
  /** Items in the order in which they come, each once; all of the pool by index where they are left out. */
  readonly stream?: ArrayLike<number>;
}

/** A selection for one guess of the optimum. */
interface Sieve {
  readonly state: ObjectiveState;
  readonly items: number[];
  readonly gains: number[];
}

/**
 * Selects in one pass: each item is taken or left when it comes, by a threshold for each of a few guesses of the optimum.
 *
 * A guess v takes an item while $`f(i | S_v) >= (v / 2 - f(S_v)) / (k - |S_v|)`$; the guesses are the powers of `1 + epsilon` between m and
 * `2 k m`, with m the largest value of a single item so far, and the best of their selections is returned. At most
 * $`log(2 k) / log(1 + epsilon)`$ selections are kept at a time, and each item costs a gain in each.
 *
 * @param objective What to maximise, under a budget alone.
 * @param options See {@link SieveStreamingOptions}.
 * @returns The selection, in the order in which its items came; `'gain'` as the reason to stop where thresholds left the budget unmet.
 * @throws InvalidArgumentError If an option is out of range, or an item comes twice.
 * @example
 * ```ts
 * import { graphFromEdges, pairwiseObjective, sieveStreaming } from 'tfjs-longtail/subset';
 * const graph = graphFromEdges(4, [[0, 1, 0.9], [2, 3, 0.4]]);
 * const objective = pairwiseObjective({ utility: [0.9, 0.8, 0.7, 0.6], graph });
 * const { items, guarantee } = sieveStreaming(objective, { budget: 2 });
 * console.log(items, guarantee.factor); // Int32Array(2) [ 0, 1 ] 0.4: factor 0.4
 * ```
 * @see Badanidiyuru, Mirzasoleiman, Karbasi and Krause, "Streaming Submodular Maximization: Massive Data Summarization on the Fly", 2014.
 */
export function sieveStreaming(objective: SubsetObjective, options: SieveStreamingOptions): SelectionResult {
  const where = 'sieveStreaming';
  const budget = checkNumber(where, 'budget', options.budget, { min: 0, integer: true });
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 0.1, { min: Number.MIN_VALUE, max: 0.5 });
  if (options.stream !== undefined) checkItems(where, 'stream', options.stream, objective.size);
  const sieves = new Sieves(objective, budget, epsilon);
  const length = options.stream?.length ?? objective.size;
  if (budget > 0) for (let at = 0; at < length; at++) sieves.offer(options.stream?.[at] ?? at);
  const { items, gains, value } = sieves.best();
  const stopped: StopReason = items.length === budget ? 'budget' : items.length === length ? 'items' : 'gain';
  const guarantee = guaranteeOf({ kind: 'sieve-streaming', epsilon }, objective.properties, {
    kind: 'matroid',
    uniform: true,
  });
  return { items, gains, value, stopped, guarantee };
}

/** The selections for all guesses, `v = (1 + epsilon)^exponent`. */
class Sieves {
  private readonly byExponent = new Map<number, Sieve>();
  private readonly alone: ObjectiveState;
  private largest = 0;

  constructor(
    private readonly objective: SubsetObjective,
    private readonly budget: number,
    private readonly epsilon: number,
  ) {
    this.alone = objective.start();
  }

  offer(item: number): void {
    const value = this.alone.gain(item);
    if (value > this.largest) {
      this.largest = value;
      this.guessAgain();
    }
    for (const [exponent, { state, items, gains }] of this.byExponent) {
      if (items.length >= this.budget) continue;
      const gain = state.gain(item);
      const threshold = ((1 + this.epsilon) ** exponent / 2 - state.value) / (this.budget - items.length);
      if (gain < threshold) continue;
      items.push(item);
      gains.push(gain);
      state.add(item);
    }
  }

  /** The selection of largest value, of those that tie the one of the lowest guess. */
  best(): { items: Int32Array; gains: Float64Array; value: number } {
    let best: Sieve = { state: this.objective.start(), items: [], gains: [] };
    for (const sieve of this.byExponent.values()) if (sieve.state.value > best.state.value) best = sieve;
    return { items: Int32Array.from(best.items), gains: Float64Array.from(best.gains), value: best.state.value };
  }

  /** Drops guesses that the largest single item rules out, and begins those that it allows. */
  private guessAgain(): void {
    const base = Math.log1p(this.epsilon);
    const lowest = Math.ceil(Math.log(this.largest) / base);
    const highest = Math.floor(Math.log(2 * this.budget * this.largest) / base);
    for (const exponent of this.byExponent.keys()) if (exponent < lowest) this.byExponent.delete(exponent);
    for (let exponent = lowest; exponent <= highest; exponent++) {
      if (this.byExponent.has(exponent)) continue;
      this.byExponent.set(exponent, { state: this.objective.start(), items: [], gains: [] });
    }
  }
}
