/**
 * Labelled images and vectors, long-tail profiles and class-wise splits; files and downloads are in `data/node`.
 *
 * @packageDocumentation
 */
export { classCountsOf, imageDataset, takeExamples } from './dataset.js';
export type {
  Dataset,
  DatasetSplits,
  ImageDataset,
  ImageStream,
  LabelledExamples,
  VectorDataset,
  VectorStream,
} from './dataset.js';
export type { DuplicateReport, Duplicates } from './duplicates.js';
export { bytesOf, heldExamples } from './hold.js';
export { stratifiedHoldout } from './holdout.js';
export type { HoldoutOptions, HoldoutSplit } from './holdout.js';
export { longTail } from './longTail.js';
export type { LongTailOptions } from './longTail.js';
export { multiLabelDataset } from './multiLabelDataset.js';
export type { LabelRows, MultiLabelDataset, SparseRows } from './multiLabelDataset.js';
export { denseFeatures, labelCountsOf, labelLists, takeMultiLabel } from './multiLabelRows.js';
export type { NpyDtype } from './npyHeader.js';
export { exponentialProfile, stepProfile } from './profiles.js';
export type { ProfileName, ProfileOptions } from './profiles.js';
export { zipfDataset, zipfProfile } from './zipf.js';
export type { ZipfOptions, ZipfProfileOptions, ZipfSplits } from './zipf.js';
