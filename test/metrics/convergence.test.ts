import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convergence, convergenceOfRuns, type AccuracyRecord } from '../../src/metrics/index.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

const accuracies = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 12 });
/** Records at steps of unequal distance. */
const recordsOf = (percent: readonly number[]): AccuracyRecord[] => percent.map((value, i) => [i * i + i, value / 100]);

describe('convergence', () => {
  it('is the first step of each threshold, the mean height and the end', () => {
    const records: AccuracyRecord[] = [[10, 0.2], [20, 0.6], [40, 0.5], [50, 0.9]]; // prettier-ignore
    expect(convergence(records, { thresholds: [0, 0.55, 0.6, 0.9, 0.91] })).toEqual({
      final: 0.9,
      area: expect.closeTo((10 * 0.4 + 20 * 0.55 + 10 * 0.7) / 40, 12) as number,
      stepsTo: [
        { threshold: 0, step: 10 },
        { threshold: 0.55, step: 20 },
        { threshold: 0.6, step: 20 },
        { threshold: 0.9, step: 50 },
        { threshold: 0.91, step: null },
      ],
    });
    expect(convergence([[7, 0.4]])).toEqual({ final: 0.4, area: 0.4, stepsTo: [] });
  });

  it('has an area that neither another unit of steps nor a point on the line changes, between the extremes', () => {
    fc.assert(
      fc.property(accuracies, fc.integer({ min: 2, max: 1000 }), (percent, scale) => {
        const records = recordsOf(percent);
        const { area } = convergence(records);
        expect(convergence(records.map(([step, value]) => [scale * step + 3, value])).area).toBeCloseTo(area, 10);
        const [a, b] = records as [AccuracyRecord, AccuracyRecord];
        const between: AccuracyRecord = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        expect(convergence([a, between, ...records.slice(1)]).area).toBeCloseTo(area, 10);
        const values = records.map(([, value]) => value);
        expect(area).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(area).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
      }),
    );
  });

  it('reaches a higher threshold never earlier', () => {
    fc.assert(
      fc.property(accuracies, (percent) => {
        const thresholds = [0.1, 0.3, 0.5, 0.7, 0.9];
        const steps = convergence(recordsOf(percent), { thresholds }).stepsTo.map(({ step }) => step ?? Infinity);
        expect(steps).toEqual(steps.toSorted((one, other) => one - other));
      }),
    );
  });

  it.each<[string, () => unknown, string]>([
    ['no record', () => convergence([]), 'convergence: expected at least one record, got 0'],
    ['a step twice', () => convergence([[1, 0], [1, 0]]), 'convergence: expected step of record 1 above 1, got 1'], // prettier-ignore
    [
      'percent',
      () => convergence([[1, 93]]),
      'convergence: expected accuracy of record 0 to be a finite number in 0..1, got 93',
    ],
    [
      'a threshold above 1',
      () => convergence([[1, 0]], { thresholds: [0.5, 90] }),
      'convergence: expected thresholds[1] to be a finite number in 0..1, got 90',
    ],
    ['no run', () => convergenceOfRuns([]), 'convergenceOfRuns: expected at least one run, got 0'],
    [
      'other thresholds',
      () => convergenceOfRuns([[0.5, 0.6], []].map((thresholds) => convergence([[1, 0]], { thresholds }))),
      'convergenceOfRuns: expected the same thresholds in every run, 0.5, 0.6, got none',
    ],
  ])('refuses %s', (_, work, message) => {
    expect(work).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('convergenceOfRuns', () => {
  it('gives means over seeds, and the number of those that got there', () => {
    const thresholds = [0.5, 0.8, 0.99];
    const runs = [0.6, 0.9, 0.9].map((end, i) => convergence([[0, 0], [10 + 10 * i, end]], { thresholds })); // prettier-ignore
    const close = (value: number): number => expect.closeTo(value, 12) as number;
    expect(convergenceOfRuns(runs)).toEqual({
      runs: 3,
      final: { mean: close(0.8), deviation: close(Math.sqrt(0.03)) },
      area: { mean: close(0.4), deviation: close(Math.sqrt(0.03) / 2) },
      stepsTo: [
        { threshold: 0.5, reached: 3, step: { mean: 20, deviation: 10 } },
        { threshold: 0.8, reached: 2, step: { mean: 25, deviation: close(Math.sqrt(50)) } },
        { threshold: 0.99, reached: 0, step: null },
      ],
    });
    expect(convergenceOfRuns(runs.slice(0, 1)).final).toEqual({ mean: 0.6, deviation: null });
  });
});
