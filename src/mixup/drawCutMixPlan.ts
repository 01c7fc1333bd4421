import { checkNumber, type RandomStream } from '../core/index.js';
import { drawDirichlet } from './dirichlet.js';
import { checkAlpha } from './equalStrength.js';
import { choosePartners, type PartnerOptions } from './partners.js';
import type { BoxPlan } from './plan.js';

/** Options of {@link drawCutMixPlan}. */
export interface CutMixPlanOptions extends PartnerOptions {
  /** Number of images B in the batch. */
  readonly batchSize: number;
  /** Rows of an image. */
  readonly height: number;
  /** Columns of an image. */
  readonly width: number;
  /** Parameter of the Beta distribution of the area that stays, above 0. Default 1. */
  readonly alpha?: number;
  /** Draw a box for each image; default false: one box for the batch. */
  readonly perExample?: boolean;
  /** Where the randomness comes from. */
  readonly random: RandomStream;
}

/**
 * Draws a CutMix plan: a box of the partner is pasted into each image, and the shares of the targets are those of the area.
 *
 * The box has $`sqrt(1 - l)`$ of the height and of the width, $`l`$ from Beta(alpha, alpha), about a uniform centre; what lies outside
 * the image is cut off, and the shares are counted after that, exactly.
 *
 * @param options Batch and image size, alpha, partners, random stream.
 * @returns The plan: `boxes [4]` or, with `perExample`, `[B, 4]`, and the shares of the two images.
 * @throws InvalidArgumentError If a number is out of its range, or labels are missing or do not fit.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { drawCutMixPlan } from 'tfjs-longtail/mixup';
 * const plan = drawCutMixPlan({ batchSize: 2, height: 8, width: 8, random: randomStream(3) });
 * const [top = 0, left = 0, bottom = 0, right = 0] = plan.boxes;
 * console.log(plan.weights[1] === ((bottom - top) * (right - left)) / 64); // true
 * ```
 * @see Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features", ICCV 2019.
 */
export function drawCutMixPlan(options: CutMixPlanOptions): BoxPlan {
  const where = 'drawCutMixPlan';
  const { batchSize, height, width, alpha = 1, perExample = false, random } = options;
  // Both images of a pair are there, so a batch of 1 has nothing to paste but itself.
  checkNumber(where, 'batchSize', batchSize, { min: 2, integer: true });
  checkNumber(where, 'height', height, { min: 1, integer: true });
  checkNumber(where, 'width', width, { min: 1, integer: true });
  checkAlpha(where, 'alpha', alpha);
  const columns = perExample ? batchSize : 1;
  const boxes = new Int32Array(4 * columns);
  const weights = new Float32Array(2 * columns);
  for (let b = 0; b < columns; b++) {
    const [top, bottom, left, right] = drawBox(random, height, width, alpha);
    boxes.set([top, left, bottom, right], 4 * b);
    const inside = (bottom - top) * (right - left);
    weights[b] = (height * width - inside) / (height * width);
    weights[columns + b] = inside / (height * width);
  }
  const partners = choosePartners(where, random, 2, batchSize, options);
  return { kind: 'boxes', batchSize, points: 2, height, width, partners, weights, boxes };
}

function drawBox(random: RandomStream, height: number, width: number, alpha: number): [number, number, number, number] {
  const side = Math.sqrt(drawDirichlet(random, 2, alpha)[1]!);
  return [...drawSpan(random, height, side), ...drawSpan(random, width, side)];
}

/** The first and the last plus 1 of `side * size` pixels about a uniform one, cut off at the borders. */
function drawSpan(random: RandomStream, size: number, side: number): [number, number] {
  const length = Math.floor(size * side);
  const first = random.integer(size) - Math.floor(length / 2);
  return [Math.max(first, 0), Math.min(first + length, size)];
}
