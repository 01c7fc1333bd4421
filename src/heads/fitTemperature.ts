import { checkNumber, InvalidArgumentError, readScoredRows } from '../core/index.js';
import type { LabelsLike, ScoredRows, ScoresLike } from '../core/index.js';
import { minimiseConvex, moments } from './balancedLikelihood.js';
import type { Likelihood } from './balancedLikelihood.js';
import { classesOf } from './scoresShape.js';

/** Options of {@link fitTemperature}. */
export interface FitTemperatureOptions {
  /** Whether every class counts the same, however many items it has. Default `false`: every item does. */
  readonly classBalanced?: boolean;
  /** Smallest temperature considered, above 0; a result equal to it means that the data ask for less. Default 0.01. */
  readonly minTemperature?: number;
  /** Largest temperature considered, at least `minTemperature`. Default 100. */
  readonly maxTemperature?: number;
}

/** What {@link fitTemperature} found. */
export interface FitTemperatureResult {
  /** What the logits are to be divided by: above 1 for an overconfident model. */
  readonly temperature: number;
  /** Negative log-likelihood there, in nats. */
  readonly nll: number;
  /** Negative log-likelihood of the logits as they are, temperature 1, in nats. */
  readonly uncalibratedNll: number;
  /** Held-out items of each class. */
  readonly support: number[];
}

/** The inverse temperature is found to this absolute accuracy. */
const TOLERANCE = 1e-9;

/**
 * The temperature at which a model's probabilities fit held-out data best.
 *
 * Minimises $`L(T) = mean_i -log softmax(f_i / T)_{y_i}`$ over `minTemperature <= T <= maxTemperature`, in float64; with
 * `classBalanced` the mean is one over classes of the means of their items. $`L`$ is convex in `1/T`: its second derivative
 * there is a mean of variances of the logits under the softmax. Predictions do not change. Fit on data held out from
 * training, never on the test set; held-out data have the prior of the training data, and the temperature is one of raw
 * logits: adjust them afterwards, $`f / T - log pi`$.
 *
 * @param targets Class ids, `[B]`; -1 is ignored.
 * @param logits Raw scores of the held-out data, `[B, C]`: a tensor, rows, or a typed array row by row.
 * @param options `classBalanced`, `minTemperature`, `maxTemperature`.
 * @returns The minimiser, the likelihood there and at temperature 1, and how many items of each class it rests on.
 * @throws InvalidArgumentError If there is no item, a label is out of range, or a logit is not finite.
 * @example
 * ```ts
 * import { fitTemperature } from 'tfjs-longtail/heads';
 * const { temperature } = await fitTemperature([0, 0, 1], [[4, 0], [4, 0], [4, 0]]);
 * console.log(temperature.toFixed(4)); // 5.7708
 * ```
 * @see Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.
 */
export async function fitTemperature(
  targets: LabelsLike,
  logits: ScoresLike,
  options: FitTemperatureOptions = {},
): Promise<FitTemperatureResult> {
  const where = 'fitTemperature';
  const { classBalanced = false, minTemperature = 0.01, maxTemperature = 100 } = options;
  checkNumber(where, 'minTemperature', minTemperature, { min: Number.MIN_VALUE });
  checkNumber(where, 'maxTemperature', maxTemperature, { min: minTemperature });
  const numClasses = classesOf(where, targets, logits);
  const rows = await readScoredRows(where, targets, logits, numClasses);
  const support = new Array<number>(numClasses).fill(0);
  for (let row = 0; row < rows.labels.length; row++) if (rows.labels[row] !== -1) support[rows.labels[row]!]! += 1;
  const items = support.reduce((sum, count) => sum + count, 0);
  if (items === 0) throw new InvalidArgumentError(where, 'at least one held-out item', 0);
  const classes = support.filter((count) => count > 0).length;
  const weights = support.map((count) => (classBalanced ? (count === 0 ? 0 : 1 / (count * classes)) : 1 / items));
  const at = (inverse: number): Likelihood => scaledLikelihood(rows, weights, inverse);
  const least = 1 / maxTemperature;
  const inverse = least + minimiseConvex((x) => at(least + x), 1 / minTemperature - least, TOLERANCE);
  return { temperature: 1 / inverse, nll: at(inverse).nll, uncalibratedNll: at(1).nll, support };
}

/**
 * `sum_i w_{y_i} * -log softmax(b f_i)_{y_i}` and its derivatives by the inverse temperature `b`.
 *
 * With `p = softmax(b f)` a term's derivative is `E_p[f] - f_y` and its second one `Var_p[f]`.
 */
function scaledLikelihood({ labels, scores }: ScoredRows, weights: readonly number[], inverse: number): Likelihood {
  const numClasses = weights.length;
  const [row, scaled] = [new Float64Array(numClasses), new Float64Array(numClasses)];
  let [nll, slope, curvature] = [0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === -1) continue;
    let largest = -Infinity;
    for (let y = 0; y < numClasses; y++) largest = Math.max(largest, scores[i * numClasses + y]!);
    // From the largest logit, so that the variance is not a difference of two large squares.
    for (let y = 0; y < numClasses; y++) {
      row[y] = scores[i * numClasses + y]! - largest;
      scaled[y] = inverse * row[y]!;
    }
    const { logTotal, mean, variance } = moments(scaled, row);
    const weight = weights[label]!;
    nll += weight * (logTotal - scaled[label]!);
    slope += weight * (mean - row[label]!);
    curvature += weight * variance;
  }
  return { nll, slope, curvature };
}
