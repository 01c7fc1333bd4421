/** Float64 references of mixing, written from the definitions. */
import type { BoxPlan, PlanShares, PointPlan } from '../../src/mixup/index.js';

/** A plan from its partners and shares, row by row as nested arrays. */
export function planOf(partners: readonly (readonly number[])[], weights: readonly (number | readonly number[])[]) {
  return {
    kind: 'points',
    batchSize: partners[0]!.length,
    points: partners.length,
    partners: Int32Array.from(partners.flat()),
    weights: Float32Array.from(weights.flat()),
  } satisfies PointPlan;
}

/** `l_bk`. */
export function share({ weights, points, batchSize }: PlanShares, k: number, b: number): number {
  return weights.length === points ? weights[k]! : weights[k * batchSize + b]!;
}

/** `sum_k l_bk x_{pi_k(b)}`. */
export function mixedRows(x: readonly (readonly number[])[], plan: PlanShares): number[][] {
  return x.map((row, b) =>
    row.map((_, column) => {
      let sum = 0;
      for (let k = 0; k < plan.points; k++) {
        sum += share(plan, k, b) * x[plan.partners[k * plan.batchSize + b]!]![column]!;
      }
      return sum;
    }),
  );
}

/** The transposed matrix on `y`: what the gradient of {@link mixedRows} is. */
export function transposedRows(y: readonly (readonly number[])[], plan: PlanShares): number[][] {
  const out = y.map((row) => row.map(() => 0));
  for (let k = 0; k < plan.points; k++) {
    for (let b = 0; b < plan.batchSize; b++) {
      const partner = plan.partners[k * plan.batchSize + b]!;
      y[b]!.forEach((value, column) => (out[partner]![column]! += share(plan, k, b) * value));
    }
  }
  return out;
}

/** Whether a pixel lies in the box of image b. */
export function insideBox({ boxes }: BoxPlan, b: number, row: number, column: number): boolean {
  const [top, left, bottom, right] = boxes.length === 4 ? boxes : boxes.subarray(4 * b, 4 * b + 4);
  return row >= top! && row < bottom! && column >= left! && column < right!;
}
