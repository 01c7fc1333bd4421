import { checkNumber, InvalidArgumentError } from '../core/index.js';

/**
 * The first half of a Gaussian: $`exp(-5 (1 - t/T)^2)`$ for `t < T`, then 1. Starts the weight of a consistency loss near 0.
 *
 * @param t How far training has come, at least 0, in the unit of `length`.
 * @param length T: when the ramp ends, above 0.
 * @returns A factor, in $`exp(-5)..1`$.
 * @throws InvalidArgumentError If a number is out of its range.
 * @example
 * ```ts
 * import { sigmoidRamp } from 'tfjs-longtail/mixup';
 * console.log([0, 50, 100, 300].map((epoch) => sigmoidRamp(epoch, 100).toFixed(3)).join(' ')); // 0.007 0.287 1.000 1.000
 * ```
 */
export function sigmoidRamp(t: number, length: number): number {
  return Math.exp(-5 * (1 - linearRampOf('sigmoidRamp', t, length)) ** 2);
}

/**
 * A straight line from 0 to 1: $`min(t / T, 1)`$.
 *
 * @param t How far training has come, at least 0, in the unit of `length`.
 * @param length T: when the ramp ends, above 0.
 * @returns A factor, in 0..1.
 * @throws InvalidArgumentError If a number is out of its range.
 * @example
 * ```ts
 * import { linearRamp } from 'tfjs-longtail/mixup';
 * console.log(linearRamp(2 ** 18, 2 ** 20)); // 0.25
 * ```
 */
export function linearRamp(t: number, length: number): number {
  return linearRampOf('linearRamp', t, length);
}

function linearRampOf(where: string, t: number, length: number): number {
  checkNumber(where, 't', t, { min: 0 });
  if (length > 0) return Math.min(t / length, 1);
  throw new InvalidArgumentError(where, 'length to be positive', length);
}

/**
 * The factor of an averaging teacher $`theta' <- m theta' + (1 - m) theta`$: $`m = min(1 - 1/(t + 1), limit)`$, a plain mean at first.
 *
 * @param step How many steps were averaged before, an integer of at least 0.
 * @param limit The factor in the end, in 0..1. Default 0.999.
 * @returns m, in 0..1.
 * @throws InvalidArgumentError If a number is out of its range.
 * @example
 * ```ts
 * import { emaFactor } from 'tfjs-longtail/mixup';
 * console.log(emaFactor(0), emaFactor(9), emaFactor(100000)); // 0 0.9 0.999
 * ```
 */
export function emaFactor(step: number, limit = 0.999): number {
  checkNumber('emaFactor', 'step', step, { min: 0, integer: true });
  checkNumber('emaFactor', 'limit', limit, { min: 0, max: 1 });
  return Math.min(1 - 1 / (step + 1), limit);
}
