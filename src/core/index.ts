export { checkDtype, checkNumber, checkOneOf, checkShape, didYouMean, nearMisses } from './checks.js';
export { checkPriorSum, ClassPrior, classPriorFrom, logPriorTensor, resolveClassPrior } from './classPrior.js';
export type { ClassPriorOptions, ClassStatistics } from './classPrior.js';
export {
  BackendError,
  CheckpointError,
  ConfigError,
  DataFormatError,
  DivergenceError,
  DownloadError,
  InvalidArgumentError,
  LongtailError,
  ReplicaError,
  RunFolderError,
} from './errors.js';
export { refuseSecondDerivative } from './firstDerivative.js';
export { logitAdjustment } from './logitAdjustment.js';
export type { LogitAdjustmentOptions } from './logitAdjustment.js';
export { macrotask } from './macrotask.js';
export { offTape } from './offTape.js';
export { hasPackedWebgl, refuseHalfWebgl, refuseWrongWebgl } from './wrongWebgl.js';
export { randomStream, restoreRandomStream } from './random.js';
export type { RandomState, RandomStream } from './random.js';
export { sliceLast } from './sliceLast.js';
export { readScoredRows } from './scoredRows.js';
export type { LabelsLike, ScoredRows, ScoresLike } from './scoredRows.js';
export { checkLabels, positionsByClass } from './labels.js';
