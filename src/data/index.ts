/**
 * Labelled images as typed arrays, long-tail profiles and class-wise splits; files and downloads are in `data/node`.
 *
 * @packageDocumentation
 */
export { classCountsOf, imageDataset, takeExamples } from './dataset.js';
export type { DatasetSplits, ImageDataset } from './dataset.js';
export { stratifiedHoldout } from './holdout.js';
export type { HoldoutOptions, HoldoutSplit } from './holdout.js';
export { longTail } from './longTail.js';
export type { LongTailOptions } from './longTail.js';
export { exponentialProfile, stepProfile } from './profiles.js';
export type { ProfileName, ProfileOptions } from './profiles.js';
