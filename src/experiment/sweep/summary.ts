import { spread } from '../report/statistics.js';
import { labelOf } from './names.js';
import type { SweepRun } from './readSweep.js';

/** Mean and sample standard deviation over seeds. */
export interface Spread {
  /** `null` without a finished run. */
  readonly mean: number | null;
  /** `null` with fewer than two. */
  readonly deviation: number | null;
}

/** What the seeds of one method, with one choice of the grid's other values, came to. */
export interface SweepSummary {
  /** The method with its values of the grid, seed left out. */
  readonly method: string;
  /** Finished runs. */
  readonly finished: number;
  /** All runs. */
  readonly runs: number;
  /** Balanced accuracy of the raw scores. */
  readonly raw: Spread;
  /** Balanced accuracy after post-hoc adjustment. */
  readonly posthoc: Spread;
  /** Training images per second of one run; `null` where nothing is trained. */
  readonly imagesPerSecond: Spread;
}

/** Groups the runs of a sweep by everything but the seed. */
export function summarizeSweep(runs: readonly SweepRun[]): SweepSummary[] {
  const groups = new Map<string, SweepRun[]>();
  for (const run of runs) {
    const method = groupOf(run);
    groups.set(method, [...(groups.get(method) ?? []), run]);
  }
  return [...groups].map(([method, members]) => {
    const reports = members.flatMap((run) => (run.status === 'finished' ? [run.report] : []));
    return {
      method,
      finished: reports.length,
      runs: members.length,
      raw: spreadOf(reports.map(({ final }) => final.raw.balancedAccuracy)),
      posthoc: spreadOf(reports.map(({ final }) => final.posthoc.balancedAccuracy)),
      imagesPerSecond: spreadOf(reports.flatMap((report) => report.imagesPerSecond ?? [])),
    };
  });
}

function groupOf({ method, values }: SweepRun): string {
  const rest = Object.fromEntries(Object.entries(values).filter(([key]) => key !== 'seed'));
  return labelOf({ method, values: rest }) || 'all';
}

function spreadOf(values: readonly number[]): Spread {
  const { mean = null, deviation = null } = spread(values) ?? {};
  return { mean, deviation };
}
