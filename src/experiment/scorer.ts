import { classPriorFrom, type ClassPrior } from '../core/index.js';
import {
  classificationMetrics,
  type CalibrationScores,
  type ClassGroups,
  type ClassificationResult,
  type RankingResult,
} from '../metrics/index.js';

/** Metrics of one treatment of the logits. */
export interface TreatmentScores extends ClassificationResult {
  /** How the labels of multi-label points are ranked; left out where an example has one label. */
  readonly ranking?: RankingResult;
}

/** Metrics of the logits as they are, and after post-hoc adjustment. */
export interface Scores {
  /** Of the raw logits. */
  readonly raw: TreatmentScores;
  /** Of `logits - tau log(classPrior / targetPrior)`; equals `raw` for tau = 0. */
  readonly posthoc: TreatmentScores & { readonly tau: number };
}

/** Calibration after the logits are divided by a temperature; predictions of the raw logits do not change. */
export interface CalibratedScores {
  /** What the logits are divided by, fitted on the hold-out. */
  readonly temperature: number;
  /** Of `logits / temperature`. */
  readonly raw: CalibrationScores;
  /** Of `logits / temperature - log(classPrior / targetPrior)`; equals `raw` where nothing is adjusted. */
  readonly posthoc: CalibrationScores | null;
}

/** How logits are adjusted after training. */
export interface Adjustment {
  /** The prior that the logits have in them. */
  readonly classPrior: ClassPrior;
  /** Strength of the adjustment. */
  readonly tau: number;
  /** The prior to adjust to. Default: uniform. */
  readonly targetPrior?: ArrayLike<number> | undefined;
}

/** Options of {@link scorer}. */
export interface ScorerOptions {
  /** Number of classes. */
  readonly numClasses: number;
  /** Head, torso and tail. */
  readonly groups?: ClassGroups | undefined;
  /** `null` where the prior is not known: then there are no post-hoc scores. */
  readonly adjustment: Adjustment | null;
  /** Temperature of the calibrated scores; `null`: none. */
  readonly temperature?: number | null;
}

/** Collects scores of batches; made by {@link scorer}. */
export interface Scorer {
  /** Adds class ids `[B]` and logits `[B, C]`, row by row. */
  add(labels: ArrayLike<number>, logits: ArrayLike<number>): Promise<void>;
  /** Of the raw logits. */
  raw(): ClassificationResult;
  /** After adjustment, `null` without one. */
  posthoc(): Scores['posthoc'] | null;
  /** After division by the temperature, `null` without one. */
  calibrated(): CalibratedScores | null;
}

/** Scores the same logits under each rule in one pass, in float64. */
export function scorer({ numClasses, groups, adjustment, temperature = null }: ScorerOptions): Scorer {
  const tau = adjustment?.tau ?? 0;
  const metrics = (rule: Rule) => ruleMetrics(numClasses, groups, rule);
  const raw = metrics({});
  const posthoc = adjustment && metrics({ offsets: offsetsOf(adjustment) });
  const scaled = temperature === null ? null : metrics({ temperature });
  const calibrated =
    adjustment && temperature !== null
      ? metrics({ temperature, offsets: offsetsOf({ ...adjustment, tau: tau === 0 ? 0 : 1 }) })
      : null;
  const all = [raw, posthoc, scaled, calibrated].filter((each) => each !== null);
  return {
    async add(labels, logits) {
      for (const each of all) await each.add(labels, logits);
    },
    raw: () => raw.result(),
    posthoc: () => posthoc && { tau, ...posthoc.result() },
    calibrated: () =>
      scaled && {
        temperature: temperature!,
        raw: calibrationOf(scaled.result()),
        posthoc: calibrated && calibrationOf(calibrated.result()),
      },
  };
}

/** `tau log(pi / nu)` in float64, what adjusting subtracts. */
export function offsetsOf({ classPrior, tau, targetPrior }: Adjustment): Float64Array {
  const target = targetPrior && classPriorFrom(targetPrior).logProbabilities;
  return classPrior.logProbabilities.map((value, y) => tau * (value - (target?.[y] ?? 0)));
}

/** What is done to logits before they are scored: `logits / temperature - offsets`. */
interface Rule {
  readonly temperature?: number;
  readonly offsets?: Float64Array;
}

function ruleMetrics(numClasses: number, groups: ClassGroups | undefined, { temperature = 1, offsets }: Rule) {
  const metrics = classificationMetrics({ numClasses, ...(groups ? { groups } : {}) });
  const isIdentity = temperature === 1 && offsets === undefined;
  const applied = (logit: number, i: number): number => logit / temperature - (offsets?.[i % numClasses] ?? 0);
  return {
    add: (labels: ArrayLike<number>, logits: ArrayLike<number>): Promise<void> =>
      metrics.update(labels, isIdentity ? logits : Float64Array.from(logits, applied)),
    result: () => metrics.result(),
  };
}

function calibrationOf({ nll, brier, ece }: ClassificationResult): CalibrationScores {
  return { nll, brier, ece };
}
