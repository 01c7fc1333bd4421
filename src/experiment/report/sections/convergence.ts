import { convergence as converged, convergenceOfRuns, type ConvergenceOfRuns } from '../../../metrics/index.js';
import { evaluated } from '../charts/curves.js';
import { count, percent, withSpread } from '../format.js';
import type { RecordedRun } from '../records.js';
import type { Cell, Section } from '../section.js';
import type { Spread } from '../statistics.js';
import type { Method, Study } from '../study.js';

/** Evaluations of a run below which the step that reached an accuracy says little. */
const FEWEST = 10;

/** Shares of the best final accuracy whose reaching is told. */
const SHARES = [0.9, 0.95, 0.98];

/** How fast methods became how good, where runs were evaluated often. */
export function convergence(study: Study): Section | null {
  const methods = study.methods.map((method) => ({ method, curves: method.runs.map(accuracies) }));
  const watched = methods.filter(({ curves }) => curves.every(({ length }) => length >= FEWEST));
  if (watched.length < 2) return null;
  const best = Math.max(...watched.map(({ curves }) => withThresholds(curves, []).final.mean));
  const thresholds = SHARES.map((share) => Math.round(100 * share * best) / 100);
  const rows = watched.map(({ method, curves }) => row(method, withThresholds(curves, thresholds)));
  return {
    title: 'Convergence',
    blocks: [
      {
        type: 'table',
        caption: 'Balanced accuracy during training: mean and standard deviation over runs',
        columns: [
          'Method',
          'In the end, %',
          'Area under the curve, %',
          ...thresholds.map((at) => `Steps to ${percent(at)} %`),
        ],
        rows,
      },
      {
        type: 'note',
        text:
          'The area is the mean accuracy over the steps from the first evaluation to the last. The steps are those of the first ' +
          'evaluation at or above the accuracy, over the runs that reached it; where not all did, their number is there. Training losses of ' +
          'mixtures are not comparable: their floor is the entropy of the mixed targets.',
      },
    ],
  };
}

/** `[step, balanced accuracy]` of every evaluation of a run. */
function accuracies({ epochs }: RecordedRun): (readonly [number, number])[] {
  return epochs.flatMap((record) => {
    const accuracy = evaluated(record, 'BalancedAccuracy');
    return accuracy === null ? [] : [[record.step, accuracy] as const];
  });
}

function withThresholds(
  curves: readonly (readonly [number, number])[][],
  thresholds: readonly number[],
): ConvergenceOfRuns {
  return convergenceOfRuns(curves.map((curve) => converged(curve, { thresholds })));
}

function row({ label }: Method, { runs, final, area, stepsTo }: ConvergenceOfRuns): Cell[] {
  const cell = (value: Omit<Spread, 'n'>, format: (value: number) => string): Cell => {
    return { text: withSpread({ n: runs, ...value }, format), value: value.mean };
  };
  const steps = stepsTo.map(({ reached, step }): Cell => {
    if (step === null) return { text: 'never', value: null };
    const some = reached < runs ? ` (${reached} of ${runs})` : '';
    return { text: withSpread({ n: reached, ...step }, count) + some, value: step.mean };
  });
  return [label, cell(final, percent), cell(area, percent), ...steps];
}
