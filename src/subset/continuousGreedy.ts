import { checkNumber, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { checkSameItems } from './checkItems.js';
import type { SubsetConstraint } from './constraint.js';
import { guaranteeOf, oneMinusOneOverE, type Guarantee } from './guarantee.js';
import { enumerated, exactGains, sampledGains } from './multilinear.js';
import type { SubsetObjective } from './objective.js';
import { orderedByGain } from './orderedByGain.js';
import type { SelectionResult } from './result.js';
import { swapRounding } from './swapRounding.js';
import { truncation } from './truncation.js';

/** Options of {@link continuousGreedy}. */
export interface ContinuousGreedyOptions {
  /** Most items to select, k; the matroid alone decides where it is left out. */
  readonly budget?: number;
  /** Steps T of the ascent (default 10 times the rank of the matroid, at least 100); fewer cost factor. */
  readonly steps?: number;
  /** Random sets per step that expected gains are means over (default 100); pools of up to 12 items are enumerated instead. */
  readonly samples?: number;
  /** Where random sets and the rounding's coins come from. */
  readonly random: RandomStream;
}

/**
 * Continuous greedy under one matroid: the factor `1 - 1/e` where plain greedy has `1/2`, at a far higher price.
 *
 * A fractional point rises from 0 in T steps, $`x += 1_I / T`$, where I is the base of largest weight for the expected gains
 * $`w_i = E f(R(x) + i) - f(R(x))`$; swap rounding then draws one base from the T of them. The result says what steps and samples cost of the
 * factor: $`(1 - exp(-(1 - r/T))) (1 - c)`$ in expectation, with rank r and, unless the pool is enumerated, sampling error
 * $`c = r max_i f({i}) / f(I_1) sqrt(ln(n) / (2 samples))`$.
 *
 * It asks for about `T samples n` gains; take it for pools of hundreds, and the better of it and greedy.
 *
 * @param objective What to maximise.
 * @param matroid A constraint that is one matroid.
 * @param options See {@link ContinuousGreedyOptions}.
 * @returns The selection, in the order in which greedy would take its items.
 * @throws InvalidArgumentError If the constraint is not one matroid or is for another number of items, or an option is out of range.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { continuousGreedy, graphFromEdges, pairwiseObjective, partitionMatroid } from 'tfjs-longtail/subset';
 * const objective = pairwiseObjective({
 *   utility: [0.9, 0.8, 0.7],
 *   graph: graphFromEdges(3, [[0, 1, 0.5]]),
 * });
 * const matroid = partitionMatroid({ parts: [0, 1, 1], capacities: 1 });
 * const { items, guarantee } = continuousGreedy(objective, matroid, { random: randomStream(1) });
 * console.log(items, guarantee.factor);
 * ```
 * @see Calinescu, Chekuri, Pal and Vondrak, "Maximizing a Monotone Submodular Function Subject to a Matroid Constraint", 2011; Chekuri,
 * Vondrak and Zenklusen, "Dependent Randomized Rounding via Exchange Properties", 2010, for the rounding.
 */
export function continuousGreedy(
  objective: SubsetObjective,
  matroid: SubsetConstraint,
  options: ContinuousGreedyOptions,
): SelectionResult {
  const { size } = objective;
  const constraint = checked(objective, matroid, options.budget);
  const rank = heaviestBase(new Float64Array(size), constraint).length;
  const steps = checkNumber('continuousGreedy', 'steps', options.steps ?? Math.max(100, 10 * rank), atLeastOne);
  const samples = checkNumber('continuousGreedy', 'samples', options.samples ?? 100, atLeastOne);
  const exact = size <= enumerated;
  const gainsAt = exact ? exactGains(objective) : sampledGains(objective, samples, options.random.child('sets'));

  const bases: number[][] = [];
  const hits = new Int32Array(size);
  for (let step = 0; step < steps; step++) {
    const base = heaviestBase(gainsAt(Float64Array.from(hits, (count) => count / steps)), constraint);
    for (const item of base) hits[item]!++;
    bases.push(base);
  }
  const ordered = orderedByGain(objective, swapRounding(bases, constraint, options.random.child('rounding')));
  const noise = exact ? 0 : samplingError(objective, bases[0]!, samples);
  const stopped = rank === options.budget ? 'budget' : rank === size ? 'items' : 'constraint';
  return { ...ordered, stopped, guarantee: guaranteeAfter(objective, constraint, rank / steps, noise) };
}

const atLeastOne = { min: 1, integer: true };

function checked(objective: SubsetObjective, matroid: SubsetConstraint, budget: number | undefined): SubsetConstraint {
  const where = 'continuousGreedy';
  if (matroid.structure.kind !== 'matroid') {
    throw new InvalidArgumentError(where, 'one matroid', matroid.name, 'Use greedy or localSearch for anything else');
  }
  checkSameItems(where, objective, matroid);
  if (budget === undefined) return matroid;
  return truncation(matroid, checkNumber(where, 'budget', budget, { min: 0, integer: true }));
}

/** A base of largest weight: greedy is optimal for a sum over a matroid. Ties go to the lowest index. */
function heaviestBase(weights: Float64Array, constraint: SubsetConstraint): number[] {
  const order = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
  const state = constraint.start();
  return order.filter((item) => {
    if (!state.canAdd(item)) return false;
    state.add(item);
    return true;
  });
}

/**
 * What the errors of sampled gains cost at most, as a share of the optimum, in expectation: a gain is a mean of numbers in
 * `[0, max_i f({i})]`, the largest of n such errors is bounded by Hoeffding's lemma, and a base adds up r of them. The first base is found
 * without error, and the optimum is worth no less.
 */
function samplingError(objective: SubsetObjective, firstBase: readonly number[], samples: number): number {
  const alone = objective.start();
  let largest = 0;
  for (let item = 0; item < objective.size; item++) largest = Math.max(largest, alone.gain(item));
  const { value } = orderedByGain(objective, firstBase);
  if (value === 0) return 0;
  return ((firstBase.length * largest) / value) * Math.sqrt(Math.log(objective.size) / (2 * samples));
}

/**
 * A step of 1/T raises the expected value by `(1/T) (1 - r/T)` of what is missing: items of a base join R independently, and one of them
 * joins alone with probability at least `(1/T) (1 - r/T)`.
 */
function guaranteeAfter(
  objective: SubsetObjective,
  constraint: SubsetConstraint,
  rankPerStep: number,
  noise: number,
): Guarantee {
  const factor = (1 - Math.exp(-(1 - rankPerStep))) * (1 - noise);
  const loss = oneMinusOneOverE - (rankPerStep < 1 && noise < 1 ? factor : 0);
  return guaranteeOf({ kind: 'continuous-greedy', loss }, objective.properties, constraint.structure);
}
