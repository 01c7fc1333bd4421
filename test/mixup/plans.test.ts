import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  drawMixingPlan,
  equalStrengthAlpha,
  ictPreset,
  mixingStrength,
  mixMatchPreset,
  zetaWeights,
  type MixingPlanOptions,
} from '../../src/mixup/index.js';
import { seedProperties } from '../support/properties.js';
import { expectPrinted } from '../support/reference.js';

seedProperties();

const row = (plan: { partners: Int32Array; batchSize: number }, k: number): number[] =>
  Array.from(plan.partners.subarray(k * plan.batchSize, (k + 1) * plan.batchSize));
const isPermutation = (map: readonly number[]): boolean => new Set(map).size === map.length;
const draw = (options: Partial<MixingPlanOptions>): ReturnType<typeof drawMixingPlan> =>
  drawMixingPlan({ batchSize: 6, random: randomStream(1), ...options });

const plans = fc
  .record({
    labels: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 24 }),
    points: fc.integer({ min: 1, max: 5 }),
    alpha: fc.double({ min: 0.01, max: 20, noNaN: true }),
    perExample: fc.boolean(),
    largestFirst: fc.boolean(),
    partners: fc.constantFrom('permutation' as const, 'shift' as const),
    within: fc.constantFrom('any' as const, 'class' as const, 'across' as const),
    seed: fc.integer(),
  })
  .filter(({ labels, points, within }) => {
    return points <= labels.length && (within !== 'across' || new Set(labels).size > 1);
  });

describe('a drawn plan', () => {
  it('is what the stream makes it, and a later one differs', () => {
    fc.assert(
      fc.property(plans, ({ seed, labels, ...options }) => {
        const make = () => drawMixingPlan({ ...options, labels, batchSize: labels.length, random: randomStream(seed) });
        expect(make()).toEqual(make());
      }),
    );
    const random = randomStream(5);
    expect(draw({ random, batchSize: 32 })).not.toEqual(draw({ random, batchSize: 32 }));
  });

  it('keeps each example as its first point and has shares that sum to 1', () => {
    fc.assert(
      fc.property(plans, ({ seed, labels, ...options }) => {
        const batchSize = labels.length;
        const plan = drawMixingPlan({ ...options, labels, batchSize, random: randomStream(seed) });
        expect(row(plan, 0)).toEqual([...labels.keys()]);
        const columns = plan.weights.length / plan.points;
        expect(columns).toBe(options.perExample && plan.points > 1 ? batchSize : 1);
        for (let b = 0; b < columns; b++) {
          const shares = Array.from({ length: plan.points }, (_, k) => plan.weights[k * columns + b]!);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
          if (options.largestFirst) expect(shares).toEqual([...shares].sort((a, c) => c - a));
        }
      }),
    );
  });

  it('takes partners from where it should, each example as often as it can', () => {
    fc.assert(
      fc.property(plans, ({ seed, labels, ...options }) => {
        const batchSize = labels.length;
        const plan = drawMixingPlan({ ...options, labels, batchSize, random: randomStream(seed) });
        const largest = Math.max(...labels.map((label) => labels.filter((other) => other === label).length));
        for (let k = 1; k < plan.points; k++) {
          const map = row(plan, k);
          if (options.within === 'class') for (const b of map.keys()) expect(labels[map[b]!]).toBe(labels[b]);
          if (options.within === 'across') for (const b of map.keys()) expect(labels[map[b]!]).not.toBe(labels[b]);
          if (options.within !== 'across' || 2 * largest <= batchSize) expect(isPermutation(map)).toBe(true);
          else expect(new Set(map).size).toBeGreaterThanOrEqual(batchSize - largest);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes every partner across classes with the same chance where each class has as many', () => {
    const random = randomStream(9);
    const counts = new Map<number, number>();
    const labels = [0, 0, 1, 1, 2, 2];
    const n = 6000;
    for (let i = 0; i < n; i++) {
      const partner = row(draw({ random, labels, within: 'across' }), 1)[0]!;
      counts.set(partner, (counts.get(partner) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
    // A share 4.5 standard errors away is chance once in 150,000 seeds.
    for (const count of counts.values()) expect(Math.abs(count - n / 4)).toBeLessThan(4.5 * Math.sqrt((n * 3) / 16));
  });
});

describe('A12', () => {
  it('a random permutation leaves an example with itself once in B', () => {
    const random = randomStream(3);
    const [n, batchSize] = [4000, 8];
    let own = 0;
    for (let i = 0; i < n; i++) own += Number(row(draw({ random, batchSize }), 1)[3] === 3);
    expect(Math.abs(own - n / batchSize)).toBeLessThan(4.5 * Math.sqrt((n / batchSize) * (1 - 1 / batchSize)));
  });

  it('shifts never do, and give each example K different points', () => {
    for (let points = 2; points <= 6; points++) {
      const plan = draw({ points, partners: 'shift' });
      for (let b = 0; b < 6; b++) {
        expect(new Set(Array.from({ length: points }, (_, k) => row(plan, k)[b])).size).toBe(points);
      }
    }
  });
});

describe('shifts', () => {
  it('go round the classes', () => {
    const labels = [0, 1, 0, 1, 0, 2];
    expect(row(draw({ labels, partners: 'shift', within: 'class' }), 1)).toEqual([2, 3, 4, 1, 0, 5]);
    // In class order 0 2 4 1 3 5, each three places on.
    expect(row(draw({ labels, partners: 'shift', within: 'across' }), 1)).toEqual([1, 0, 3, 2, 5, 4]);
  });
});

describe('the strength of mixing (A7, A11)', () => {
  it('is 1 - E sum l^2', () => {
    const remainder = (points: number, alpha: number): number => 1 - mixingStrength({ points, alpha });
    expectPrinted(
      [2, 3, 4].map((points) => remainder(points, 0.2)),
      '.857143, .75, .666667',
    );
    expectPrinted(
      [2, 3, 4].map((points) => remainder(points, 2)),
      '.6, .428571, .333333',
    );
    expect(mixingStrength({ points: 1, alpha: 3 })).toBe(0);
  });

  it('is that of mixup at alpha 1, 1/3, 1/5, 1/7', () => {
    [1, 1 / 3, 1 / 5, 1 / 7].forEach((alpha, i) => {
      const points = i + 2;
      expect(equalStrengthAlpha({ points, alphaOfPair: 1 })).toBeCloseTo(alpha, 14);
      expect(equalStrengthAlpha({ points, strength: 1 / 3 })).toBeCloseTo(alpha, 14);
      expect(1 - mixingStrength({ points, alpha })).toBeCloseTo(2 / 3, 14);
    });
  });

  it('is undone by equalStrengthAlpha', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (points, alpha) => {
        const strength = mixingStrength({ points, alpha });
        expect(equalStrengthAlpha({ points, strength }) / alpha).toBeCloseTo(1, 9);
      }),
    );
  });

  it('can be asked of a plan', () => {
    const strong = draw({ points: 4, strength: 1 / 3, random: randomStream(2) });
    expect(strong).toEqual(draw({ points: 4, alpha: 0.2, random: randomStream(2) }));
  });
});

describe('zeta shares (A10)', () => {
  it('are those of the dossier', () => {
    expectPrinted(zetaWeights(3, 2.8), '.840530, .120689, .038781');
    expectPrinted(zetaWeights(32, 2.8).subarray(0, 4), '.802583, .115241, .037030, .016547');
    expectPrinted([zetaWeights(128, 2.8)[0]!], '.801962');
    expectPrinted([zetaWeights(128, 1.73)[0]!], '.510727');
    expectPrinted([zetaWeights(32, 2.4)[0]!], '.725751');
  });

  it('exceed all others above zeta(gamma) = 2', () => {
    // The rest of the sum after n terms, by Euler and Maclaurin.
    const [n, gamma] = [1000, 1.728647239];
    const rest = n ** (1 - gamma) / (gamma - 1) - n ** -gamma / 2;
    expect(1 / zetaWeights(n, gamma)[0]! + rest).toBeCloseTo(2, 8);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (points) => {
        expect(zetaWeights(points, 1.7287)[0]!).toBeGreaterThan(0.5);
      }),
    );
  });

  it('make a plan that is not drawn but for its partners', () => {
    const plan = draw({ points: 6, partners: 'shift', weights: { zeta: 2.8 }, perExample: true });
    expect(plan.weights).toEqual(Float32Array.from(zetaWeights(6, 2.8)));
  });
});

describe('presets', () => {
  it('draw the plans of the papers', () => {
    expect(draw(ictPreset.plan).weights).toHaveLength(2);
    const { weights } = draw(mixMatchPreset.plan);
    expect(weights).toHaveLength(12);
    expect(weights.subarray(0, 6).every((share) => share >= 0.5)).toBe(true);
  });
});
