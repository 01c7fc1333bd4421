import { checkNumber, checkOneOf, InvalidArgumentError, type ClassStatistics } from '../core/index.js';
import { namedPrior } from './namedPrior.js';
import type { NegativeDraw } from './negativeSampler.js';

/** The balanced error as the target: $`rho = (pi_{y'} / pi_y)^tau`$; one of `classCounts` and `classPrior` is required. */
export interface LogitAdjustedTarget extends ClassStatistics {
  /** Names the target. */
  readonly target: 'logit-adjusted';
  /** Exponent of the prior, at least 0; 0 gives importance weights. Default 1. */
  readonly tau?: number;
}

/** Any pairwise-margin loss as the target. */
export interface CustomTarget {
  /** Names the target. */
  readonly target: 'custom';
  /** The margin $`log rho_{y y'}`$ of a label y and another class y', in nats; `-Infinity` takes y' out of the negatives. */
  readonly logRho: (label: number, id: number) => number;
}

/** How the entries of a draw are weighted; see {@link samplingWeights}. */
export type Weighting = 'importance' | 'constant' | 'relative' | LogitAdjustedTarget | CustomTarget;

/** Log weight of entry `at` of the ids for the example of a row. */
type LogWeight = (row: number, at: number) => number;

/**
 * Log weights of the negatives, which decide the loss that a sampled loss optimises.
 *
 * With $`n_{y'}`$ the expected count of a class ($`m q_{y'}`$ with replacement) a weight $`w_{y y'}`$ makes the sampled loss an estimate of
 * the pairwise-margin loss $`log[1 + sum_{y' != y} rho_{y y'} exp(f_{y'} - f_y)]`$ with $`rho_{y y'} = n_{y'} w_{y y'}`$:
 *
 * - `'importance'`: $`w = 1 / n_{y'}`$, `rho = 1`: the full cross-entropy, which favours the head.
 * - `'constant'`: `w = 1`, $`rho = n_{y'}`$: with `q = pi` rare classes are hardly pushed down, which favours the tail.
 * - `'relative'`: $`w = n_y / n_{y'}`$, $`rho = n_y`$: with `q = pi` rare labels hardly push, which favours the head. It is what subtracting
 *   $`log q`$ from all logits, that of the label included, amounts to.
 * - `{ target: 'logit-adjusted', tau, classPrior }`: $`w = (pi_{y'} / pi_y)^tau / n_{y'}`$, the loss of
 *   `logitAdjustedCrossEntropy`, consistent for the balanced error at `tau = 1`.
 * - `{ target: 'custom', logRho }`: $`w = rho_{y y'} / n_{y'}`$.
 *
 * The decoupled loss is an estimate without bias for every m, the softmax loss one from below whose bias falls like $`1 / m`$.
 *
 * @param draw What a sampler drew for these labels.
 * @param labels Class ids of the batch, `[B]`, those of the draw.
 * @param weighting Which weights.
 * @returns $`log w`$, `[B, S]` row by row, in nats, for the `logWeights` of a sampled loss. Accidental hits have weights like the
 *   other entries: the loss drops them.
 * @throws InvalidArgumentError If the labels are not those of the draw, the weighting is unknown, its prior does not cover the
 *   classes, `logRho` gives NaN or `Infinity`, or a class that should count has an expected count of 0.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { samplingWeights, withinBatchSampler } from 'tfjs-longtail/sampling';
 * const classCounts = [500, 300, 150, 50];
 * const labels = [0, 0, 1, 3];
 * const draw = withinBatchSampler({ classCounts }).draw({ labels, count: 4, random: randomStream(1) });
 * const weights = samplingWeights(draw, labels, { target: 'logit-adjusted', classCounts });
 * // Within the batch the weight depends on the label alone: 1 / (3 pi_y).
 * console.log(Array.from(weights.subarray(12), (log) => Math.exp(log).toFixed(3)).join(' ')); // 6.667 6.667 6.667 6.667
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021.
 */
export function samplingWeights(draw: NegativeDraw, labels: ArrayLike<number>, weighting: Weighting): Float64Array {
  const where = 'samplingWeights';
  const { ids, accidentalHits } = draw;
  const rows = labels.length;
  if (rows !== draw.logExpectedCountOfLabels.length) {
    throw new InvalidArgumentError(where, `the ${draw.logExpectedCountOfLabels.length} labels of the draw`, rows);
  }
  const columns = accidentalHits.length / rows;
  const logWeight = logWeightOf(where, draw, labels, weighting);
  const weights = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) {
      const place = row * columns + j;
      const at = place % ids.length;
      const value = logWeight(row, at);
      if (value < Infinity) weights[place] = value;
      // A batch of one expects nothing but itself.
      else if (accidentalHits[place] === 1) weights[place] = 0;
      else throw unsupported(where, ids[at]!, labels[row]!);
    }
  }
  return weights;
}

function logWeightOf(where: string, draw: NegativeDraw, labels: ArrayLike<number>, weighting: Weighting): LogWeight {
  const { ids, logExpectedCount: logCount, logExpectedCountOfLabels } = draw;
  if (typeof weighting !== 'string') {
    const logRho = logRhoOf(where, draw, labels, weighting);
    return (row, at) => logRho(labels[row]!, ids[at]!) - logCount[at]!;
  }
  const name = checkOneOf(where, 'weighting', weighting, ['importance', 'constant', 'relative']);
  if (name === 'importance') return (_, at) => -logCount[at]!;
  if (name === 'constant') return () => 0;
  return (row, at) => logExpectedCountOfLabels[row]! - logCount[at]!;
}

/** `log rho_{y y'}` of a target; the diagonal, which only accidental hits ask for, is 0. */
function logRhoOf(
  where: string,
  { ids }: NegativeDraw,
  labels: ArrayLike<number>,
  weighting: LogitAdjustedTarget | CustomTarget,
): CustomTarget['logRho'] {
  checkOneOf(where, 'weighting.target', weighting.target, ['logit-adjusted', 'custom']);
  if (weighting.target === 'custom') {
    const { logRho } = weighting;
    return (label, id) => (label === id ? 0 : checkLogRho(where, label, id, logRho(label, id)));
  }
  const tau = checkNumber(where, 'weighting.tau', weighting.tau ?? 1, { min: 0 });
  const { logProbabilities, numClasses } = namedPrior(where, weighting);
  const largest = Math.max(largestOf(labels), largestOf(ids));
  if (largest >= numClasses) {
    throw new InvalidArgumentError(where, `a prior of at least ${largest + 1} classes`, numClasses);
  }
  return (label, id) => tau * (logProbabilities[id]! - logProbabilities[label]!);
}

function largestOf(ids: ArrayLike<number>): number {
  let largest = 0;
  for (let at = 0; at < ids.length; at++) largest = Math.max(largest, ids[at]!);
  return largest;
}

function checkLogRho(where: string, label: number, id: number, value: number): number {
  if (value < Infinity) return value;
  throw new InvalidArgumentError(where, `logRho(${label}, ${id}) to be finite or -Infinity`, value);
}

function unsupported(where: string, id: number, label: number): InvalidArgumentError {
  const expected = `a positive expected count of class ${id}, which counts against label ${label}`;
  return new InvalidArgumentError(where, expected, 0, 'The sampler must be able to draw every class that is to count');
}
