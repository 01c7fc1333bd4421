import { checkNumber } from '../core/index.js';
import { UNIT } from './interpolatedSeries.js';
import { finiteProfile } from './powerCoefficients.js';
import { BRACKET_TOLERANCE } from './powerSeriesKernel.js';
import type { SphereKernel } from './sphereKernel.js';

/** Options of {@link monotonicity}. */
export interface MonotonicityOptions {
  /** Smallest cosine that occurs, in `-1..1`; 0 where features and class weights are non-negative. Default -1. */
  readonly from?: number;
  /** Largest cosine that occurs, in `from..1`. Default 1. */
  readonly to?: number;
}

/** What {@link monotonicity} found. */
export interface Monotonicity {
  /** Whether the profile rises over the range and falls nowhere in it. */
  readonly increasing: boolean;
  /** A cosine at which the profile is below an earlier value, to the resolution of the scan; `null` if there is none. */
  readonly fallsAt: number | null;
}

/** Intervals of a scan. */
const INTERVALS = 2048;

/**
 * Whether a kernel can change decisions at all.
 *
 * A profile that increases over the cosines that occur, and is shared by all classes, keeps their order:
 * $`argmax_j kappa(t_j) = argmax_j t_j`$, the decisions of a cosine classifier. Such a kernel changes the loss surface only.
 * Known from the theory for the fixed kernels over all cosines, else read from 2,048 intervals: a dip narrower than those
 * goes unseen, and a flat stretch passes for a slow rise. Bracket terms do not count, as they act at single points.
 *
 * @param kernel The kernel.
 * @param options `from` and `to`, the range of the cosines.
 * @returns Whether it is increasing, and a cosine where it falls.
 * @throws InvalidArgumentError If the range is not within `-1..1` or a value of the profile is not finite.
 * @example
 * ```ts
 * import { monotonicity, sphereKernels } from 'tfjs-longtail/heads';
 * const kernel = sphereKernels.powerSeries([0.2, 0.3, 0.5]);
 * console.log(monotonicity(kernel).increasing, monotonicity(kernel, { from: 0 }).increasing); // false true
 * ```
 * @see Jayasumana et al., "Kernelized classification in deep networks", arXiv 2012.09607.
 */
export function monotonicity(kernel: SphereKernel, options: MonotonicityOptions = {}): Monotonicity {
  const where = 'monotonicity';
  const from = checkNumber(where, 'from', options.from ?? -1, { min: -1, max: 1 });
  const to = checkNumber(where, 'to', options.to ?? 1, { min: from, max: 1 });
  if (kernel.theory.increasing) return { increasing: true, fallsAt: null };
  const cosines = scan(from, to);
  const values = cosines.map(finiteProfile(where, kernel));
  const rounding = 8 * UNIT * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let highest = -Infinity;
  for (const [i, value] of values.entries()) {
    if (value < highest - rounding) return { increasing: false, fallsAt: cosines[i]! };
    highest = Math.max(highest, value);
  }
  return { increasing: values.at(-1)! > values[0]!, fallsAt: null };
}

/** Evenly spaced cosines, inside the ends, where a bracket term would show. */
function scan(from: number, to: number): number[] {
  const end = 1 - 2 * BRACKET_TOLERANCE;
  const [low, high] = [Math.max(from, -end), Math.min(to, end)];
  return Array.from({ length: INTERVALS + 1 }, (_, i) => low + ((high - low) * i) / INTERVALS);
}
