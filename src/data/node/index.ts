/**
 * Data sets from files: readers of the official formats, verified downloads, and the bundled sample.
 *
 * @packageDocumentation
 */
export { cacheDirectory } from '../../core/node/index.js';
export { findDataset } from './findDataset.js';
export { downloadFile } from './download.js';
export type { Checksum, DownloadOptions } from './download.js';
export type { LoadDatasetOptions } from './findFiles.js';
export { datasetNames, loadDataset } from './loadDataset.js';
export type { DatasetName } from './loadDataset.js';
export type { DownloadProgress, TransferOptions } from './transfer.js';
