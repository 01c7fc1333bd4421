import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { samplerOf, type DrawPlan, type NegativeSampler } from './negativeSampler.js';

/** A part of {@link mixtureSampler}. */
export interface MixturePart {
  /** The sampler. */
  readonly sampler: NegativeSampler;
  /** Its share of the entries relative to the other parts, above 0. */
  readonly share: number;
}

/**
 * A fixed number of negatives from each of several samplers, such as half within the batch and half uniform.
 *
 * The entries are split by share, rounded so that they sum to `count`, and stand part after part. A class is expected as often
 * as in all parts together, whichever part an entry came from: $`sum_j m_j q_{j y'}`$. An importance weight is then at most that
 * of the part in which the class is likeliest, so a uniform part bounds the weights of a within-batch draw. Draws are `[S]`
 * where those of all parts are, else `[B, S]`.
 *
 * @param parts Samplers over the same classes, with their shares.
 * @returns The sampler; scores of a draw go to every part.
 * @throws InvalidArgumentError If there is no part, a share is not positive, or the parts differ in their classes; when drawing,
 *   if `count` leaves a part without an entry, or a part refuses.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { mixtureSampler, uniformSampler, withinBatchSampler } from 'tfjs-longtail/sampling';
 * const sampler = mixtureSampler([
 *   { sampler: withinBatchSampler({ classCounts: [500, 300, 150, 50] }), share: 1 },
 *   { sampler: uniformSampler({ numClasses: 4 }), share: 3 },
 * ]);
 * const { ids, logExpectedCountOfLabels } = sampler.draw({ labels: [0, 3], count: 8, random: randomStream(1) });
 * console.log(ids.length, Array.from(logExpectedCountOfLabels, Math.exp)[1]?.toFixed(2)); // 8 1.55
 * ```
 * @see Veach and Guibas, "Optimally combining sampling techniques for Monte Carlo rendering", 1995, equation 8 (balance
 *   heuristic).
 */
export function mixtureSampler(parts: readonly MixturePart[]): NegativeSampler {
  const where = 'mixtureSampler';
  checkNumber(where, 'parts.length', parts.length, { min: 1 });
  const { numClasses } = parts[0]!.sampler;
  parts.forEach(({ sampler, share }, at) => {
    if (!(share > 0 && share < Infinity)) {
      throw new InvalidArgumentError(where, `parts[${at}].share to be positive and finite`, share);
    }
    if (sampler.numClasses === numClasses) return;
    throw new InvalidArgumentError(where, `parts[${at}].sampler over ${numClasses} classes`, sampler.numClasses);
  });
  return samplerOf(where, numClasses, (request) => {
    const counts = split(where, request.count, parts);
    const plans = parts.map(({ sampler }, at) => sampler.plan({ ...request, count: counts[at]! }));
    return together(plans, counts, request.labels.length);
  });
}

/** `count` by share: rounded down, then one more each for the largest remainders. */
function split(where: string, count: number, parts: readonly MixturePart[]): number[] {
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  const exact = parts.map(({ share }) => (count * share) / total);
  const counts = exact.map(Math.floor);
  const missing = count - counts.reduce((sum, part) => sum + part, 0);
  const byRemainder = [...parts.keys()].sort((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!) || a - b);
  for (const at of byRemainder.slice(0, missing)) counts[at]!++;
  const empty = counts.indexOf(0);
  if (empty === -1) return counts;
  const expected = `count large enough to give parts[${empty}] an entry`;
  throw new InvalidArgumentError(where, expected, count, 'Draw more, or raise its share');
}

function together(plans: readonly DrawPlan[], counts: readonly number[], batch: number): DrawPlan {
  const shared = plans.every((plan) => plan.shared);
  const rows = shared ? 1 : batch;
  const count = counts.reduce((sum, part) => sum + part, 0);
  return {
    shared,
    ids: (random) => {
      const ids = new Int32Array(rows * count);
      let start = 0;
      plans.forEach((plan, at) => {
        const part = plan.ids(random);
        const width = counts[at]!;
        for (let row = 0; row < rows; row++) {
          const from = plan.shared ? 0 : row * width;
          ids.set(part.subarray(from, from + width), row * count + start);
        }
        start += width;
      });
      return ids;
    },
    logExpectedCount: (id, row) =>
      Math.log(plans.reduce((sum, plan) => sum + Math.exp(plan.logExpectedCount(id, row)), 0)),
  };
}
