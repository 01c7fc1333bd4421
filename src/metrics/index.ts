/**
 * Streaming classification metrics for long-tailed test sets: balanced, by group, and calibration.
 *
 * @packageDocumentation
 */
export type { LabelsLike, ScoresLike } from '../core/index.js';
export { classCounter } from './classCounter.js';
export type { ClassCounter, ClassCounterOptions } from './classCounter.js';
export { classificationMetrics } from './classificationMetrics.js';
export type { ClassificationMetrics, ClassificationMetricsOptions } from './classificationMetrics.js';
export { convergence, convergenceOfRuns } from './convergence.js';
export type {
  AccuracyRecord,
  Convergence,
  ConvergenceOfRuns,
  ConvergenceOptions,
  MeanOfRuns,
  StepsToThreshold,
  StepToThreshold,
} from './convergence.js';
export { groupClasses } from './groups.js';
export type { ClassGroups, GroupScheme, GroupThresholds } from './groups.js';
export { multiLabelMetrics } from './multiLabelMetrics.js';
export type {
  MultiLabelMetrics,
  MultiLabelMetricsOptions,
  MultiLabelResult,
  MultiLabelScore,
} from './multiLabelMetrics.js';
export { tuneThresholds } from './multiLabelThresholds.js';
export type { ThresholdResult, TuneThresholdsOptions } from './multiLabelThresholds.js';
export { propensities } from './propensities.js';
export type { PropensityOptions } from './propensities.js';
export { rankingMetrics } from './rankingMetrics.js';
export type { RankingMetrics, RankingMetricsOptions } from './rankingMetrics.js';
export type { GroupRanking, RankingAtK, RankingAtKOfAll, RankingResult } from './rankingScores.js';
export type { ReliabilityBin } from './reliability.js';
export type { CalibrationScores, ClassificationResult, GroupScore, GroupScores, PredictionScores } from './scores.js';
export { topClasses, topClassesByBlock, topScores } from './topClasses.js';
export type { TopClasses, TopClassesByBlockOptions, TopClassesOptions } from './topClasses.js';
