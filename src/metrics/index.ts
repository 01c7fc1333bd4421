/**
 * Streaming classification metrics for long-tailed test sets: balanced, by group, and calibration.
 *
 * @packageDocumentation
 */
export type { LabelsLike, ScoresLike } from '../core/index.js';
export { classificationMetrics } from './classificationMetrics.js';
export type { ClassificationMetrics, ClassificationMetricsOptions } from './classificationMetrics.js';
export { groupClasses } from './groups.js';
export type { ClassGroups, GroupScheme, GroupThresholds } from './groups.js';
export type { ReliabilityBin } from './reliability.js';
export type { ClassificationResult, ConfusionScores, GroupScore, GroupScores } from './scores.js';
