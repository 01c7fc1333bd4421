/**
 * Data sets from files: readers of the official formats, verified downloads, and the bundled sample.
 *
 * @packageDocumentation
 */
export { cacheDirectory } from '../../core/node/index.js';
export { findDataset } from './findDataset.js';
export { findDelicious, loadDelicious } from './delicious.js';
export type { LoadDeliciousOptions, MultiLabelSplits } from './delicious.js';
export { downloadFile } from './download.js';
export type { Checksum, DownloadOptions } from './download.js';
export type { LoadDatasetOptions } from './findFiles.js';
export { inspectData } from './inspectData.js';
export type {
  DataInspection,
  InspectedPart,
  InspectOptions,
  SizeCount,
  SuggestedGroups,
  Unusable,
} from './inspectData.js';
export { holdsVectors } from './dataKind.js';
export type { DataKind } from './dataKind.js';
export { datasetNames, loadDataset } from './loadDataset.js';
export type { DatasetName } from './loadDataset.js';
export { isTable, openMatrix } from './matrixFile.js';
export type { MatrixFile, OpenMatrixOptions } from './matrixFile.js';
export { readNpy, writeNpy } from './npy.js';
export type { NpyArray, NpyData, ReadNpyOptions } from './npy.js';
export { readNpyLabels } from './npyExamples.js';
export { openDataset } from './openDataset.js';
export type { OpenDatasetOptions, OpenedDataset } from './openDataset.js';
export type { DownloadProgress, TransferOptions } from './transfer.js';
export { readXcFile } from './xcFile.js';
export type { ReadXcFileOptions } from './xcFile.js';
