import type { RawLabels, RefuseRow } from '../classIds.js';
import type { NpyFile } from './npy.js';

/** Examples as a file or folder has them, before classes are numbered and images are decoded. */
export interface RawExamples extends RawLabels {
  /** What there is to each label. */
  readonly content: RawContent;
}

/**
 * Image files, with the parent of their class folders where there is one; an array of images or of vectors that can be read row by row; or vectors in
 * memory.
 */
export type RawContent =
  | { readonly kind: 'image-files'; readonly paths: readonly string[]; readonly folder: string | null }
  | { readonly kind: 'image-rows'; readonly file: NpyFile }
  | { readonly kind: 'vector-rows'; readonly file: NpyFile }
  | { readonly kind: 'vectors'; readonly features: Float32Array; readonly dimension: number };

/** Options of the readers. */
export interface ReadOptions {
  /** Labels of a `.npy` file of features or images: another `.npy` file. */
  readonly labels?: string | undefined;
  /** Folder that the paths of a list or table are relative to. Default: that of the list or table. */
  readonly root?: string | undefined;
  /** Name of the column with the labels in CSV and Parquet. Default `label`. */
  readonly labelColumn?: string | undefined;
  /** What happens to a row that cannot be used. Default: it throws. */
  readonly refuse?: RefuseRow | undefined;
  /** Stops reading. */
  readonly signal?: AbortSignal | undefined;
}
