import { expect } from 'vitest';

/** Relative tolerance of values against a float64 reference (float32 arithmetic, design section 3). */
export const VALUE_TOLERANCE = 1e-5;
/** Relative tolerance of closed-form gradients against a float64 reference. */
export const GRADIENT_TOLERANCE = 1e-4;
/** The same for what goes through `acos` or `asin`, of which the shaders of webgl and webgpu have three digits. */
export const ARC_TOLERANCE = 1e-3;
/** Absolute tolerance of a float32 central difference at `h = 1e-2` for inputs of order 1. */
export const FINITE_DIFFERENCE_TOLERANCE = 1e-3;

/** Every `actual` within `tolerance * max(1, |expected|)` of `expected`, lengths equal. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * Math.max(1, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= bound)) expect.fail(`entry ${i}: ${actual[i]} differs from ${expected[i]} by ${difference}`);
  }
}

/** Central differences; `h = 1e-2` is near the float32 optimum for inputs of order 1. */
export async function numericGradient(
  value: (x: Float32Array) => number | Promise<number>,
  x: Float32Array,
  h = 1e-2,
): Promise<number[]> {
  const gradient: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const high = x.slice();
    const low = x.slice();
    high[i]! += h;
    low[i]! -= h;
    gradient.push(((await value(high)) - (await value(low))) / (high[i]! - low[i]!));
  }
  return gradient;
}
