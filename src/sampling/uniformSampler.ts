import { checkNumber } from '../core/index.js';
import { distinctIntegers } from './distinctIntegers.js';
import { samplerOf, type NegativeSampler } from './negativeSampler.js';
import { checkDistinct, planOfRows, repeatedly, type RowPlan, type SamplerOptions } from './rowPlan.js';

/** Options of {@link uniformSampler}. */
export interface UniformSamplerOptions extends SamplerOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
}

/**
 * Negatives from all classes alike: $`q = 1/C`$.
 *
 * A class is expected $`m / C`$ times among m entries, with and without replacement; $`m / (C - 1)`$ when the draw is
 * conditional. Time and memory of a draw do not grow with C.
 *
 * @param options `numClasses`, `conditional`, `replacement`.
 * @returns The sampler.
 * @throws InvalidArgumentError If `numClasses` is not an integer of at least 2; when drawing, if a label is not a class id,
 *   `count` is not an integer of at least 1, or there are fewer classes than `count` without replacement.
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { uniformSampler } from 'tfjs-longtail/sampling';
 * const sampler = uniformSampler({ numClasses: 1_000_000, replacement: false });
 * const { ids, logExpectedCount } = sampler.draw({ labels: [3, 14], count: 100, random: randomStream(1) });
 * console.log(new Set(ids).size, Math.exp(logExpectedCount[0] ?? 0).toFixed(4)); // 100 0.0001
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021.
 */
export function uniformSampler(options: UniformSamplerOptions): NegativeSampler {
  const where = 'uniformSampler';
  const numClasses = checkNumber(where, 'numClasses', options.numClasses, { min: 2, integer: true });
  const { conditional = false, replacement = true } = options;
  const size = conditional ? numClasses - 1 : numClasses;
  return samplerOf(where, numClasses, ({ labels, count }) => {
    if (!replacement) checkDistinct(where, count, size);
    const rowOf = replacement ? repeated : distinct;
    const past = (label: number) => (place: number) => (place < label ? place : place + 1);
    const rows = conditional
      ? Array.from(labels, (label) => rowOf(count, size, past(label)))
      : [rowOf(count, size, (place) => place)];
    return planOfRows(rows, count);
  });
}

type IdAt = (place: number) => number;

function repeated(count: number, size: number, idAt: IdAt): RowPlan {
  return repeatedly(
    count,
    (random) => idAt(random.integer(size)),
    () => -Math.log(size),
  );
}

function distinct(count: number, size: number, idAt: IdAt): RowPlan {
  return {
    ids: (random) => distinctIntegers(random, count, size).map(idAt),
    logExpectedCount: () => Math.log(count / size),
  };
}
