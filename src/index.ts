/**
 * Random streams, class priors and the errors that every room of the toolkit shares.
 *
 * @module tfjs-longtail
 */
export {
  BackendError,
  CheckpointError,
  ClassPrior,
  classPriorFrom,
  ConfigError,
  DataFormatError,
  DivergenceError,
  DownloadError,
  InvalidArgumentError,
  LongtailError,
  randomStream,
  ReplicaError,
  restoreRandomStream,
  RunFolderError,
} from './core/index.js';
export type { ClassPriorOptions, ClassStatistics, RandomState, RandomStream } from './core/index.js';
export { version } from './version.js';
