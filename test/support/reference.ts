/** Float64 references, written from the definitions and independent of the code under test. */
import { expect } from 'vitest';

/** `log sum exp`. */
export function logSumExp(z: readonly number[]): number {
  const largest = Math.max(...z);
  return largest + Math.log(z.reduce((total, value) => total + Math.exp(value - largest), 0));
}

/** `softmax(z)`. */
export function softmax(z: readonly number[]): number[] {
  const normaliser = logSumExp(z);
  return z.map((value) => Math.exp(value - normaliser));
}

/** `log[1 + sum_{y' != y} (pi_{y'} / pi_y)^tau exp(f_{y'} - f_y)]`: the pairwise form of the logit-adjusted loss. */
export function logitAdjustedLoss(y: number, f: readonly number[], pi: readonly number[], tau: number): number {
  const terms = f.map((value, k) => (k === y ? 0 : tau * Math.log(pi[k]! / pi[y]!) + value - f[y]!));
  return logSumExp(terms);
}

/** How a reference loss treats its batch; the letters are those of the losses' options. */
export interface ReferenceOptions {
  /** Added to the logits, `[C]`. */
  readonly offsets?: readonly number[];
  readonly classMask?: readonly number[];
  readonly labelSmoothing?: number;
  readonly exampleWeights?: readonly number[];
  readonly reduction?: 'mean' | 'sum' | 'none';
}

/** One-hot rows; -1 gives a row of zeros. */
export function oneHotRows(labels: readonly number[], numClasses: number): number[][] {
  return labels.map((label) => Array.from({ length: numClasses }, (_, y) => (y === label ? 1 : 0)));
}

/** Weighted losses of the rows, and the divisor of `'mean'`. */
function softmaxRows(q: number[][], f: number[][], options: ReferenceOptions): { losses: number[]; divisor: number } {
  const { labelSmoothing: epsilon = 0, classMask, offsets } = options;
  const inside = [...f[0]!.keys()].filter((y) => classMask === undefined || classMask[y] !== 0);
  let divisor = 0;
  const losses = f.map((row, i) => {
    const mass = inside.reduce((sum, y) => sum + q[i]![y]!, 0);
    if (mass === 0) return 0;
    divisor += 1;
    const z = inside.map((y) => row[y]! + (offsets?.[y] ?? 0));
    const lossOf = (own: number): number => logSumExp(z.map((value) => value - own));
    const target = inside.map((y) => (1 - epsilon) * q[i]![y]! + (epsilon * mass) / inside.length);
    const loss = target.reduce((sum, share, k) => sum + (share === 0 ? 0 : share * lossOf(z[k]!)), 0);
    return loss * (options.exampleWeights?.[i] ?? 1);
  });
  return { losses, divisor: Math.max(divisor, 1) };
}

/** `sum_y q_y * -log softmax(f + offsets)_y`, reduced; `[B]` or one number. */
export function softmaxLoss(q: number[][], f: number[][], options: ReferenceOptions = {}): number[] {
  const { losses, divisor } = softmaxRows(q, f, options);
  if (options.reduction === 'none') return losses;
  const total = losses.reduce((sum, loss) => sum + loss, 0);
  return [options.reduction === 'sum' ? total : total / divisor];
}

/** Gradient of the summed result of {@link softmaxLoss} with respect to `f`, flat, by central differences in float64. */
export function softmaxLossGradient(q: number[][], f: number[][], options: ReferenceOptions = {}): number[] {
  const total = (rows: number[][]): number => softmaxLoss(q, rows, options).reduce((sum, loss) => sum + loss, 0);
  return f.flatMap((row, i) => row.map((_, y) => centralDifference((step) => total(nudged(f, i, y, step)))));
}

function nudged(f: number[][], row: number, column: number, step: number): number[][] {
  return f.map((values, i) => values.map((value, y) => (i === row && y === column ? value + step : value)));
}

/** The derivative at 0; `h = 1e-5` is near the float64 optimum, error about 1e-10 for values of order 1. */
export function centralDifference(value: (step: number) => number, h = 1e-5): number {
  return (value(h) - value(-h)) / (2 * h);
}

/** Every number equals the printed one to one unit in its last printed place. */
export function expectPrinted(actual: ArrayLike<number>, printed: string): void {
  const texts = printed.split(',').map((text) => text.trim());
  expect(actual.length).toBe(texts.length);
  texts.forEach((text, i) => {
    const unit = 10 ** -(text.split('.')[1] ?? '').length;
    // The printed digits themselves are not exact in binary, hence the thousandth on top.
    if (!(Math.abs(actual[i]! - Number(text)) <= unit * 1.001)) expect.fail(`number ${i}: ${actual[i]} is not ${text}`);
  });
}
