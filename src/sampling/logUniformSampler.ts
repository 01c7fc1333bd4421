import { checkNumber } from '../core/index.js';
import type { NegativeSampler } from './negativeSampler.js';
import { priorSampler } from './priorSampler.js';
import type { SamplerOptions } from './rowPlan.js';

/** Options of {@link logUniformSampler}. */
export interface LogUniformSamplerOptions extends SamplerOptions {
  /** Number of classes C, at least 2; class 0 must be the most frequent one, class C - 1 the rarest. */
  readonly numClasses: number;
}

/**
 * Negatives from the log-uniform (Zipf) distribution, for classes numbered by falling frequency whose counts are not known.
 *
 * $`q_k = log[(k + 2) / (k + 1)] / log(C + 1)`$, about $`1 / (k + 1)`$ up to a constant.
 *
 * @param options `numClasses`, `conditional`, `replacement`.
 * @returns The sampler.
 * @throws InvalidArgumentError If `numClasses` is not an integer of at least 2; when drawing, if a label is not a class id,
 *   `count` is not an integer of at least 1, or there are fewer classes than `count` without replacement.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { logUniformSampler } from 'tfjs-longtail/sampling';
 * const sampler = logUniformSampler({ numClasses: 1000 });
 * const { logExpectedCountOfLabels } = sampler.draw({ labels: [0, 9, 999], count: 100, random: randomStream(1) });
 * console.log(Array.from(logExpectedCountOfLabels, (log) => Math.exp(log).toFixed(3)).join(' ')); // 10.033 1.380 0.014
 * ```
 * @see Jean et al., "On using very large target vocabulary for neural machine translation", ACL 2015, for sampling by
 *   frequency; the distribution is that of TensorFlow's log-uniform candidate sampler.
 */
export function logUniformSampler(options: LogUniformSamplerOptions): NegativeSampler {
  const where = 'logUniformSampler';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 2, integer: true });
  const logTotal = Math.log(Math.log1p(numClasses));
  const logPrior = Float64Array.from({ length: numClasses }, (_, k) => Math.log(Math.log1p(1 / (k + 1))) - logTotal);
  return priorSampler(where, logPrior, options);
}
