import { checkNumber, InvalidArgumentError } from '../core/index.js';

/** A measurement during training: steps or epochs so far, and an accuracy in 0..1. */
export type AccuracyRecord = readonly [step: number, accuracy: number];

/** Options of {@link convergence}. */
export interface ConvergenceOptions {
  /** Accuracies whose first reaching counts, in 0..1. Default: none. */
  readonly thresholds?: readonly number[];
}

/** When a run reached a threshold. */
export interface StepToThreshold {
  /** The accuracy, in 0..1. */
  readonly threshold: number;
  /** First recorded step of at least this accuracy, which may have been lost again afterwards; `null` if there is none. */
  readonly step: number | null;
}

/** How one run converged: plain JSON. */
export interface Convergence {
  /** The last accuracy. */
  readonly final: number;
  /** Area under the accuracy against the step, by trapezoids, over the steps that it spans: a mean accuracy, in 0..1. */
  readonly area: number;
  /** For each threshold. */
  readonly stepsTo: readonly StepToThreshold[];
}

/** Mean over runs, with the standard deviation of a sample; `null` for a single run. */
export interface MeanOfRuns {
  /** Mean. */
  readonly mean: number;
  /** Standard deviation, divisor n - 1. */
  readonly deviation: number | null;
}

/** When runs reached a threshold. */
export interface StepsToThreshold {
  /** The accuracy, in 0..1. */
  readonly threshold: number;
  /** Number of runs that reached it. */
  readonly reached: number;
  /** Over the steps of those alone, to be read with their number; `null` if none did. */
  readonly step: MeanOfRuns | null;
}

/** How several runs converged: plain JSON. */
export interface ConvergenceOfRuns {
  /** Number of runs. */
  readonly runs: number;
  /** Over the last accuracies. */
  readonly final: MeanOfRuns;
  /** Over the areas. */
  readonly area: MeanOfRuns;
  /** For each threshold. */
  readonly stepsTo: readonly StepsToThreshold[];
}

/**
 * How fast a run became how good: the step at which it first reached each threshold, the area under its curve, the end.
 *
 * Steps are those of the records, not interpolated: measure often, and equally often where runs are compared.
 *
 * @param records `[step, accuracy]`, at least one, by increasing step.
 * @param options `thresholds`.
 * @returns The measures.
 * @throws InvalidArgumentError If there is no record, steps do not increase, or an accuracy or threshold is not in 0..1.
 * @example
 * ```ts
 * import { convergence } from 'tfjs-longtail/metrics';
 * const { area, stepsTo } = convergence([[0, 0.1], [100, 0.7], [300, 0.9]], { thresholds: [0.5, 0.95] });
 * console.log(area.toFixed(3), stepsTo.map(({ step }) => step)); // 0.667 [ 100, null ]
 * ```
 */
export function convergence(records: readonly AccuracyRecord[], options: ConvergenceOptions = {}): Convergence {
  const where = 'convergence';
  if (records.length === 0) throw new InvalidArgumentError(where, 'at least one record', 0);
  records.forEach(([step, accuracy], i) => {
    checkNumber(where, `step of record ${i}`, step);
    checkNumber(where, `accuracy of record ${i}`, accuracy, { min: 0, max: 1 });
    const before = i === 0 ? -Infinity : records[i - 1]![0];
    if (step <= before) throw new InvalidArgumentError(where, `step of record ${i} above ${before}`, step);
  });
  const thresholds = (options.thresholds ?? []).map((threshold, i) =>
    checkNumber(where, `thresholds[${i}]`, threshold, { min: 0, max: 1 }),
  );
  return {
    final: records.at(-1)![1],
    area: meanHeight(records),
    stepsTo: thresholds.map((threshold) => {
      return { threshold, step: records.find(([, accuracy]) => accuracy >= threshold)?.[0] ?? null };
    }),
  };
}

/**
 * The mean of {@link convergence} over runs that differ in their seed.
 *
 * @param runs At least one, all with the same thresholds.
 * @returns Means, deviations, and how many runs reached each threshold.
 * @throws InvalidArgumentError If there is no run, or the thresholds differ.
 * @example
 * ```ts
 * import { convergence, convergenceOfRuns } from 'tfjs-longtail/metrics';
 * const ends = [0.9, 0.8];
 * const runs = ends.map((end) => convergence([[0, 0.1], [100, end]], { thresholds: [0.85] }));
 * const { final, stepsTo } = convergenceOfRuns(runs);
 * console.log(final.mean.toFixed(2), `${stepsTo[0]?.reached} of ${runs.length}`); // 0.85 1 of 2
 * ```
 */
export function convergenceOfRuns(runs: readonly Convergence[]): ConvergenceOfRuns {
  const where = 'convergenceOfRuns';
  if (runs.length === 0) throw new InvalidArgumentError(where, 'at least one run', 0);
  const thresholdsOf = ({ stepsTo }: Convergence): string => stepsTo.map(({ threshold }) => threshold).join(', ');
  const wanted = thresholdsOf(runs[0]!);
  const other = runs.find((run) => thresholdsOf(run) !== wanted);
  if (other) {
    throw new InvalidArgumentError(
      where,
      `the same thresholds in every run, ${wanted || 'none'}`,
      thresholdsOf(other) || 'none',
    );
  }
  return {
    runs: runs.length,
    final: meanOf(runs.map(({ final }) => final)),
    area: meanOf(runs.map(({ area }) => area)),
    stepsTo: runs[0]!.stepsTo.map(({ threshold }, i) => {
      const steps = runs.map(({ stepsTo }) => stepsTo[i]!.step).filter((step) => step !== null);
      return { threshold, reached: steps.length, step: steps.length === 0 ? null : meanOf(steps) };
    }),
  };
}

/** The area by trapezoids over its width; the height where there is no width. */
function meanHeight(records: readonly AccuracyRecord[]): number {
  const width = records.at(-1)![0] - records[0]![0];
  if (width === 0) return records[0]![1];
  const area = records.slice(1).reduce((sum, [step, accuracy], i) => {
    const [before, height] = records[i]!;
    return sum + ((step - before) * (height + accuracy)) / 2;
  }, 0);
  return area / width;
}

function meanOf(values: readonly number[]): MeanOfRuns {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
