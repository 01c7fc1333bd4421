import type { ScoredRows } from '../core/index.js';

/** A function of `tau` and its first two derivatives. */
export interface Likelihood {
  /** Class-balanced negative log-likelihood, in nats. */
  readonly nll: number;
  /** Its derivative. */
  readonly slope: number;
  /** Its second derivative, never negative. */
  readonly curvature: number;
}

/**
 * `sum_i w_{y_i} * -log softmax(f_i - tau l)_{y_i}` in float64, with `w` the class weights and `l` the log prior.
 *
 * With `p = softmax(f - tau l)` a term's derivative is `l_y - E_p[l]` and its second one `Var_p[l]`.
 */
export function balancedLikelihood(
  { labels, scores }: ScoredRows,
  logPrior: Float64Array,
  classWeights: readonly number[],
  tau: number,
): Likelihood {
  const numClasses = logPrior.length;
  const adjusted = new Float64Array(numClasses);
  let nll = 0;
  let slope = 0;
  let curvature = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label === -1) continue;
    for (let y = 0; y < numClasses; y++) adjusted[y] = scores[row * numClasses + y]! - tau * logPrior[y]!;
    const { logTotal, mean, variance } = moments(adjusted, logPrior);
    const weight = classWeights[label]!;
    nll += weight * (logTotal - adjusted[label]!);
    slope += weight * (logPrior[label]! - mean);
    curvature += weight * variance;
  }
  return { nll, slope, curvature };
}

/** Log-sum-exp of `z`, and mean and variance of `values` under `softmax(z)`. */
export function moments(
  z: Float64Array,
  values: Float64Array,
): { readonly logTotal: number; readonly mean: number; readonly variance: number } {
  let largest = -Infinity;
  for (const score of z) largest = Math.max(largest, score);
  let total = 0;
  let first = 0;
  let second = 0;
  for (let y = 0; y < z.length; y++) {
    const exponential = Math.exp(z[y]! - largest);
    total += exponential;
    first += exponential * values[y]!;
    second += exponential * values[y]! ** 2;
  }
  const mean = first / total;
  return { logTotal: largest + Math.log(total), mean, variance: Math.max(0, second / total - mean ** 2) };
}

/**
 * The minimiser on `[0, max]` of a convex function: Newton's method on the slope, inside a bracket that halves whenever
 * a Newton step would leave it or would not halve the previous step.
 */
export function minimiseConvex(at: (x: number) => Likelihood, max: number, tolerance: number): number {
  if (at(0).slope >= 0) return 0;
  if (at(max).slope <= 0) return max;
  let low = 0;
  let high = max;
  let x = max / 2;
  let step = max;
  while (high - low > tolerance) {
    const { slope, curvature } = at(x);
    if (slope > 0) high = x;
    else low = x;
    const newton = x - slope / curvature;
    const trusted = newton >= low && newton <= high && Math.abs(newton - x) <= step / 2;
    const next = trusted ? newton : (low + high) / 2;
    step = Math.abs(next - x);
    x = next;
    if (step <= tolerance) break;
  }
  return x;
}
