import { checkNumber, InvalidArgumentError, type RandomStream } from '../core/index.js';
import { choosePartners, type PartnerOptions } from './partners.js';
import type { PointPlan } from './plan.js';
import { drawShares, type ShareOptions } from './shares.js';

/** Options of {@link drawMixingPlan}. */
export interface MixingPlanOptions extends ShareOptions, PartnerOptions {
  /** Number of examples B in the batch. */
  readonly batchSize: number;
  /** Number of mixed points K, in `1..B`. Default 2, which is mixup; 1 mixes nothing. */
  readonly points?: number;
  /** Where the randomness comes from. */
  readonly random: RandomStream;
}

/**
 * Draws a plan for a batch: mixture b is $`sum_k l_bk x_{pi_k(b)}`$ with $`pi_1`$ the identity and the shares $`l_b`$ from a symmetric
 * Dirichlet distribution, which for two points is Beta.
 *
 * @param options Batch size, points, shares, partners, random stream.
 * @returns The plan: `partners [K, B]`, and `weights [K]` or, with `perExample`, `[K, B]`.
 * @throws InvalidArgumentError If K exceeds the batch, a number is out of its range, labels are missing or do not fit, or
 *   options exclude each other.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { drawMixingPlan } from 'tfjs-longtail/mixup';
 * const plan = drawMixingPlan({ batchSize: 4, points: 3, partners: 'shift', random: randomStream(1) });
 * console.log(plan.partners.join(' ')); // 0 1 2 3 1 2 3 0 2 3 0 1
 * ```
 * @see Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018, for K = 2.
 * @see Chaudhry et al., "When does mixup promote local linearity in learned representations?", 2022, for more points.
 */
export function drawMixingPlan(options: MixingPlanOptions): PointPlan {
  const where = 'drawMixingPlan';
  const { batchSize, points = 2, random } = options;
  checkNumber(where, 'batchSize', batchSize, { min: 1, integer: true });
  checkNumber(where, 'points', points, { min: 1, integer: true });
  if (points > batchSize) {
    const expected = `points of at most batchSize, ${batchSize}`;
    throw new InvalidArgumentError(where, expected, points, 'Mix fewer points, or leave out a last, smaller batch');
  }
  return {
    kind: 'points',
    batchSize,
    points,
    weights: drawShares(where, random, points, batchSize, options),
    partners: choosePartners(where, random, points, batchSize, options),
  };
}
