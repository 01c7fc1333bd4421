import type { ClassStatistics } from '../core/index.js';
import { namedPrior } from './namedPrior.js';
import type { NegativeSampler } from './negativeSampler.js';
import { priorSampler } from './priorSampler.js';
import type { SamplerOptions } from './rowPlan.js';

/** Options of {@link classPriorSampler}: one of `classCounts` and `classPrior` is required. */
export interface ClassPriorSamplerOptions extends SamplerOptions, ClassStatistics {}

/**
 * Negatives as frequent as their class: `q = pi`, or any other distribution given as `classPrior`.
 *
 * It draws what {@link withinBatchSampler} draws, without being bound to the batch; plain draws take constant time (alias
 * method), the others O(log C) each. A conditional draw has $`q_{y'} = pi_{y'} / (1 - pi_y)`$.
 *
 * @param options `classCounts` or `classPrior`, `conditional`, `replacement`.
 * @returns The sampler.
 * @throws InvalidArgumentError If a prior is not positive or does not sum to 1; when drawing, if a label is not a class id,
 *   `count` is not an integer of at least 1, or there are fewer classes than `count` without replacement.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { classPriorSampler } from 'tfjs-longtail/sampling';
 * const sampler = classPriorSampler({ classCounts: [500, 300, 150, 50], replacement: false });
 * const { logExpectedCountOfLabels } = sampler.draw({ labels: [0, 1, 2, 3], count: 2, random: randomStream(1) });
 * console.log(Array.from(logExpectedCountOfLabels, (log) => Math.exp(log).toFixed(2)).join(' ')); // 1.00 0.60 0.30 0.10
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021.
 */
export function classPriorSampler(options: ClassPriorSamplerOptions): NegativeSampler {
  const where = 'classPriorSampler';
  return priorSampler(where, namedPrior(where, options).logProbabilities, options);
}
