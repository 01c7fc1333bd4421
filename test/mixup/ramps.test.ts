import { describe, expect, it } from 'vitest';
import { emaFactor, linearRamp, sigmoidRamp } from '../../src/mixup/index.js';
import { expectPrinted } from '../support/reference.js';

describe('ramps and the factor of the teacher (A9)', () => {
  it('the sigmoid ramp', () => {
    expectPrinted(
      [0, 25, 50, 75, 100].map((t) => sigmoidRamp(t, 100)),
      '.006738, .060055, .286505, .731616, 1',
    );
    expect(sigmoidRamp(1e9, 100)).toBe(1);
  });

  it('the linear ramp', () => {
    expect([0, 2 ** 18, 2 ** 20, 2 ** 30].map((step) => linearRamp(step, 2 ** 20))).toEqual([0, 0.25, 1, 1]);
  });

  it('the factor', () => {
    expectPrinted(
      [0, 1, 9, 99, 999].map((t) => emaFactor(t)),
      '0, .5, .9, .99, .999',
    );
    expect(emaFactor(1e6)).toBe(0.999);
    expect(emaFactor(1e6, 1)).toBe(1 - 1 / 1_000_001);
  });
});
