import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, InvalidArgumentError, refuseWrongWebgl } from '../core/index.js';
import { gatherSum } from './gatherSum.js';
import { checkBatch, termsOf, type BoxPlan, type MixingPlan } from './plan.js';

/**
 * Mixes the rows of anything by a plan: $`x~_b = sum_k l_bk x_{pi_k(b)}`$, in K gathers and sums.
 *
 * Images, hidden activations (manifold mixup), outputs of a teacher: what counts is the first axis. A CutMix plan pastes
 * boxes instead and takes images of the size that it was drawn for only. Differentiable, more than once; a plan whose mixtures
 * are their own examples gives $`x`$ back, bit for bit.
 *
 * @param x `[B, ...]` float32; `[B, H, W, C]` for a CutMix plan.
 * @param plan From {@link drawMixingPlan}, {@link matchMixingPlan} or {@link drawCutMixPlan}.
 * @returns The mixtures, in the shape of $`x`$.
 * @throws InvalidArgumentError If the batch is not that of the plan, $`x`$ is not float32, or a CutMix plan does not fit it.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { mixInputs } from 'tfjs-longtail/mixup';
 * const partners = Int32Array.of(0, 1, 1, 0);
 * const plan = { kind: 'points', batchSize: 2, points: 2, partners, weights: Float32Array.of(0.75, 0.25) } as const;
 * const mixed = mixInputs(tf.tensor2d([[0], [8]]), plan);
 * console.log(Array.from(await mixed.data())); // [ 2, 6 ]
 * ```
 */
export function mixInputs<T extends tf.Tensor>(x: T, plan: MixingPlan): T {
  const where = 'mixInputs';
  refuseWrongWebgl(where);
  checkBatch(where, 'x', x.shape[0], plan);
  checkDtype(where, 'x', x, 'float32');
  const terms = termsOf(where, plan);
  if (plan.kind === 'points') return tf.tidy(() => gatherSum(x, terms));
  checkImages(where, x, plan);
  const partners = plan.partners.subarray(plan.batchSize);
  return tf.tidy(() => {
    const pasted = gatherSum(x, [{ partners, weights: Float32Array.of(1) }]);
    return tf.where<T>(insideBoxes(plan), pasted, x);
  });
}

function checkImages(where: string, x: tf.Tensor, { height, width, batchSize, boxes }: BoxPlan): void {
  const [, rows, columns] = x.shape;
  if (x.rank !== 4 || rows !== height || columns !== width) {
    const expected = `x of shape [${batchSize}, ${height}, ${width}, any] for this CutMix plan`;
    throw new InvalidArgumentError(where, expected, `[${x.shape.join(', ')}]`);
  }
  if (boxes.length !== 4 && boxes.length !== 4 * batchSize) {
    throw new InvalidArgumentError(where, `plan.boxes of length 4 or ${batchSize} x 4`, boxes.length);
  }
  for (let at = 0; at < boxes.length; at += 4) {
    const [top, left, bottom, right] = boxAt(boxes, at);
    if (0 <= top && top <= bottom && bottom <= height && 0 <= left && left <= right && right <= width) continue;
    const expected = `plan.boxes as top, left, bottom, right inside ${height} x ${width}`;
    throw new InvalidArgumentError(where, expected, `${top}, ${left}, ${bottom}, ${right}`);
  }
}

function boxAt(boxes: Int32Array, at: number): [top: number, left: number, bottom: number, right: number] {
  return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
}

/** True for the pixels inside the boxes, `[1 or B, H, W, 1]`. */
function insideBoxes({ boxes, height, width }: BoxPlan): tf.Tensor4D {
  const count = boxes.length / 4;
  const mask = new Uint8Array(count * height * width);
  for (let b = 0; b < count; b++) {
    const [top, left, bottom, right] = boxAt(boxes, 4 * b);
    for (let row = top; row < bottom; row++) {
      const start = (b * height + row) * width;
      mask.fill(1, start + left, start + right);
    }
  }
  return tf.tensor4d(mask, [count, height, width, 1], 'bool');
}
