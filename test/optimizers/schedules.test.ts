import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantSchedule, cosineSchedule, stepSchedule } from '../../src/optimizers/index.js';

describe('the schedule of the official code on CIFAR-10-LT', () => {
  const common = { baseRate: 0.1, warmupEpochs: 20, milestones: [604, 926, 1128] };
  const facts: readonly [number, number][] = [
    [0, 0],
    [480, 0.025],
    [1920, 0.1],
    [57_983, 0.1],
    [57_984, 0.01],
    [88_895, 0.01],
    [88_896, 0.001],
    [108_287, 0.001],
    [108_288, 0.0001],
    [119_135, 0.0001],
  ];

  it.each(facts)('step %d of 96 an epoch', (step, rate) => {
    expect(stepSchedule({ ...common, rates: [0.01, 0.001, 0.0001] })(step / 96)).toBe(rate);
    expect(stepSchedule({ ...common, factor: 0.1 })(step / 96)).toBeCloseTo(rate, 15);
  });

  it('CIFAR-100-LT: 84 steps an epoch', () => {
    const rate = stepSchedule({
      baseRate: 0.1,
      warmupEpochs: 22,
      milestones: [691, 1059, 1290],
      rates: [0.01, 0.001, 0.0001],
    });
    const steps = [1847, 1848, 58_043, 58_044, 88_955, 88_956, 108_359, 108_360];
    expect(steps.map((step) => rate(step / 84))).toEqual([
      (0.1 * (1847 / 84)) / 22,
      0.1,
      0.1,
      0.01,
      0.01,
      0.001,
      0.001,
      0.0001,
    ]);
  });
});

describe('schedules', () => {
  const warmup = fc.double({ min: 0.1, max: 20, noNaN: true });

  it('rise linearly from 0 to the base rate, all alike', () => {
    fc.assert(
      fc.property(warmup, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (warmupEpochs, part) => {
        const common = { baseRate: 0.4, warmupEpochs };
        const schedules = [
          constantSchedule(common),
          stepSchedule({ ...common, milestones: [30], factor: 0.1 }),
          cosineSchedule({ ...common, epochs: 40 }),
        ];
        const epoch = part * warmupEpochs;
        fc.pre(epoch < warmupEpochs);
        for (const schedule of schedules) {
          expect(schedule(epoch)).toBeCloseTo(0.4 * part, 12);
          expect(schedule(warmupEpochs)).toBe(0.4);
        }
      }),
      { seed: 4 },
    );
  });

  it('constant: one rate, from the first step where there is no warm-up', () => {
    const rate = constantSchedule({ baseRate: 0.3 });
    expect([0, 1, 1e6].map(rate)).toEqual([0.3, 0.3, 0.3]);
  });

  it('step: rates may rise, milestones may stand together, and without milestones nothing changes', () => {
    expect(stepSchedule({ baseRate: 0.1, milestones: [1, 1, 2], rates: [0.5, 0.2, 0.3] })(1)).toBe(0.2);
    expect(stepSchedule({ baseRate: 0.1, milestones: [], factor: 0.1 })(1e3)).toBe(0.1);
  });

  it('cosine: from the base rate over the middle to the least, where it stays', () => {
    const rate = cosineSchedule({ baseRate: 0.5, warmupEpochs: 10, epochs: 110, minRate: 0.1 });
    expect(rate(10)).toBe(0.5);
    expect(rate(60)).toBeCloseTo(0.3, 15);
    expect(rate(10 + 100 / 3)).toBeCloseTo(0.1 + 0.4 * 0.75, 15);
    expect(rate(110)).toBe(0.1);
    expect(rate(500)).toBe(0.1);
  });

  it('cosine never rises after the warm-up', () => {
    const rate = cosineSchedule({ baseRate: 1, epochs: 50 });
    const epoch = fc.double({ min: 0, max: 60, noNaN: true });
    fc.assert(
      fc.property(epoch, epoch, (a, b) => {
        expect(rate(Math.min(a, b))).toBeGreaterThanOrEqual(rate(Math.max(a, b)));
      }),
      { seed: 5 },
    );
  });

  it.each([
    [
      () => constantSchedule({ baseRate: -1 }),
      'constantSchedule: expected baseRate to be a finite number of at least 0, got -1',
    ],
    [
      () => constantSchedule({ baseRate: 1, warmupEpochs: NaN }),
      'constantSchedule: expected warmupEpochs to be a finite number of at least 0, got NaN',
    ],
    [
      () => stepSchedule({ baseRate: 1, milestones: [5] }),
      'stepSchedule: expected either factor or rates, got neither',
    ],
    [
      () => stepSchedule({ baseRate: 1, milestones: [5], factor: 0.1, rates: [0.1] }),
      'stepSchedule: expected either factor or rates, got both',
    ],
    [
      () => stepSchedule({ baseRate: 1, milestones: [5, 4], factor: 0.1 }),
      'stepSchedule: expected milestones[1] to be a finite number of at least 5, got 4',
    ],
    [
      () => stepSchedule({ baseRate: 1, warmupEpochs: 6, milestones: [5], factor: 0.1 }),
      'stepSchedule: expected milestones[0] to be a finite number of at least 6, got 5',
    ],
    [
      () => stepSchedule({ baseRate: 1, milestones: [5], rates: [] }),
      'stepSchedule: expected rates of length 1, that of milestones, got 0',
    ],
    [
      () => stepSchedule({ baseRate: 1, milestones: [5], rates: [-1] }),
      'stepSchedule: expected rates[0] to be a finite number of at least 0, got -1',
    ],
    [
      () => cosineSchedule({ baseRate: 1, warmupEpochs: 5, epochs: 5 }),
      'cosineSchedule: expected epochs above the 5 of the warm-up, got 5',
    ],
    [
      () => cosineSchedule({ baseRate: 1, epochs: 5, minRate: 2 }),
      'cosineSchedule: expected minRate to be a finite number in 0..1, got 2',
    ],
  ])('say what is wrong: %#', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ name: 'InvalidArgumentError', message }));
  });
});
