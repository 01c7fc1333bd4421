import { InvalidArgumentError } from '../core/index.js';

/** What every plan says: who is mixed with whom, and in which shares. */
export interface PlanShares {
  /** Number of examples B in a batch. */
  readonly batchSize: number;
  /** Number of mixed points K. */
  readonly points: number;
  /** $`pi_k(b)`$: which example is the k-th point of mixture b, `[K, B]` row by row; the first row is `0..B-1`. */
  readonly partners: Int32Array;
  /** Shares of the points: `[K]` for the whole batch, or `[K, B]` row by row; those of a mixture sum to 1. */
  readonly weights: Float32Array;
}

/** Weighted means of K examples. */
export interface PointPlan extends PlanShares {
  /** Tells the kinds of plans apart. */
  readonly kind: 'points';
}

/** Images into which a box of their partner is pasted; the shares are those of the area. */
export interface BoxPlan extends PlanShares {
  /** Tells the kinds of plans apart. */
  readonly kind: 'boxes';
  /** Rows of an image. */
  readonly height: number;
  /** Columns of an image. */
  readonly width: number;
  /** Top, left, bottom and right in pixels, the last two not inside; `[4]` for the whole batch, or `[B, 4]` row by row. */
  readonly boxes: Int32Array;
}

/** Who is mixed with whom and how: pure data, so that inputs, targets and activations are mixed alike. */
export type MixingPlan = PointPlan | BoxPlan;

/** A point of every mixture: which example, and its share. */
export interface Term {
  /** Example of each mixture, `[B]`. */
  readonly partners: Int32Array;
  /** Its share, `[1]` or `[B]`. */
  readonly weights: Float32Array;
}

/** The points of a checked plan that have a share at all. */
export function termsOf(where: string, plan: PlanShares): Term[] {
  checkPlan(where, plan);
  const { batchSize, points, partners, weights } = plan;
  const width = weights.length / points;
  return Array.from({ length: points }, (_, k) => ({
    partners: partners.subarray(k * batchSize, (k + 1) * batchSize),
    weights: weights.subarray(k * width, (k + 1) * width),
  })).filter((term) => term.weights.some((weight) => weight !== 0));
}

/** Throws unless `rows`, the size of a batch, is that of the plan. */
export function checkBatch(where: string, name: string, rows: number | undefined, { batchSize }: PlanShares): void {
  if (rows === batchSize) return;
  const expected = `${name} of a batch of ${batchSize}, as in the plan`;
  throw new InvalidArgumentError(where, expected, rows ?? 'a scalar', 'Draw a plan for each batch size');
}

/** Throws unless the arrays of a plan fit each other: plans are data and may come from anywhere. */
function checkPlan(where: string, { batchSize, points, partners, weights }: PlanShares): void {
  const size = points * batchSize;
  if (partners.length !== size) {
    throw new InvalidArgumentError(where, `plan.partners of length ${points} x ${batchSize}`, partners.length);
  }
  if (weights.length !== points && weights.length !== size) {
    const expected = `plan.weights of length ${points} or ${points} x ${batchSize}`;
    throw new InvalidArgumentError(where, expected, weights.length);
  }
  const stray = partners.findIndex((partner) => partner < 0 || partner >= batchSize);
  if (stray !== -1) {
    throw new InvalidArgumentError(where, `plan.partners[${stray}] in 0..${batchSize - 1}`, partners[stray]);
  }
  checkSums(where, points, weights);
}

/** Throws unless the shares of each mixture sum to 1, but for the rounding of plans that went through few digits. */
function checkSums(where: string, points: number, weights: Float32Array): void {
  const columns = weights.length / points;
  for (let b = 0; b < columns; b++) {
    let sum = 0;
    for (let k = 0; k < points; k++) sum += weights[k * columns + b]!;
    if (Math.abs(sum - 1) <= 1e-3) continue;
    const whose = columns === 1 ? 'plan.weights' : `the plan.weights of mixture ${b}`;
    throw new InvalidArgumentError(where, `${whose} to sum to 1`, sum);
  }
}

/** Whether a map of the batch leaves every example where it is. */
export function isIdentity(partners: Int32Array): boolean {
  return partners.every((partner, b) => partner === b);
}

/** The map that undoes `partners`, or `undefined` where two examples have one partner. */
export function inverseOf(partners: Int32Array): Int32Array | undefined {
  const inverse = new Int32Array(partners.length).fill(-1);
  for (let b = 0; b < partners.length; b++) {
    if (inverse[partners[b]!] !== -1) return undefined;
    inverse[partners[b]!] = b;
  }
  return inverse;
}
