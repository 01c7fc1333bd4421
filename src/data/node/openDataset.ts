import { basename, extname } from 'node:path';
import { DataFormatError, InvalidArgumentError } from '../../core/index.js';
import { classIdsOf, classNamesOf } from '../classIds.js';
import type { Dataset, LabelledExamples } from '../index.js';
import { imageDecoder, type ImageDecoder, type ImageShape } from './imageDecoder.js';
import { commonShape, imageFileStream } from './imageFiles.js';
import { finiteFeatureRows } from './npyExamples.js';
import type { RawContent, RawExamples } from './rawExamples.js';
import { readParts } from './readExamples.js';

/** Options of {@link openDataset}. */
export interface OpenDatasetOptions {
  /** Labels of a `.npy` file of features or images: another `.npy` file, `[N]`, class numbers from 0. */
  readonly labels?: string | undefined;
  /** Folder that the paths of a list or table are relative to. Default: that of the list or table. */
  readonly root?: string | undefined;
  /** Name of the column with the labels in CSV and Parquet. Default `label`. */
  readonly labelColumn?: string | undefined;
  /** Side that image files are scaled to, in pixels. Default: the size that they all have. */
  readonly imageSize?: number | undefined;
  /** Test data, of any kind. Default: `test/`, or else `val/`, of a folder that has `train/` too. */
  readonly test?: string | undefined;
  /** Labels of test data in a `.npy` file. */
  readonly testLabels?: string | undefined;
  /** Stops reading; what it was aborted with is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link openDataset} returns. */
export interface OpenedDataset {
  /** Name of the file or folder, without its ending. */
  readonly name: string;
  /** Training examples. */
  readonly train: Dataset;
  /** Test examples; `null` where there are none apart from the training examples. */
  readonly test: Dataset | null;
}

/**
 * Your own data: what is at a path, as labelled examples.
 *
 * - a folder of class folders with PNG or JPEG files, or one with `train/` and `test/` (or `val/`) of such;
 * - `.txt`: lines of an image's path and a class number;
 * - `.csv`: a header, a column of labels, and a column `path` (or `file`, `filename`, `image`) or else numbers throughout;
 * - `.parquet`: a column of labels, and one column of lists or else numbers throughout;
 * - `.npy` with `labels`: features `[N, D]`, or images `[N, H, W, C]` or `[N, H, W]` of bytes.
 *
 * Labels that are all whole numbers are class ids `0..C-1`; others are names, sorted. Images come in the order of their
 * names, rows in that of their file. Image files and `.npy` rows are streams, tables are in memory.
 *
 * @param path The folder or file.
 * @param options Labels, columns, image size and test data.
 * @returns Training and test examples with the same classes.
 * @throws InvalidArgumentError If there is nothing at the path, or `.npy` features have no labels.
 * @throws DataFormatError If the content is not valid; the message names the file, folder or row.
 * @throws BackendError If a package that reads the format is not installed.
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { openDataset } from 'tfjs-longtail/data/node';
 * const path = join(mkdtempSync(join(tmpdir(), 'own-')), 'iris.csv');
 * writeFileSync(path, 'length,width,label\n5.1,3.5,setosa\n7.0,3.2,versicolor\n4.9,3.0,setosa\n');
 * const { train } = await openDataset(path);
 * console.log(train.classNames.join(' '), train.labels.join(' ')); // setosa versicolor 0 1 0
 * ```
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  const raw = await readParts(path, options);
  const name = basename(path, extname(path));
  const classNames = classNamesOf(raw.train);
  const files = await openFiles(path, [raw.train, ...(raw.test ? [raw.test] : [])], options);
  const open = (part: RawExamples, split: string): Dataset => {
    const labels = classIdsOf(part, classNames);
    return openContent(part.content, { name: `${name}/${split}`, classNames, labels, size: labels.length }, files);
  };
  const train = open(raw.train, 'train');
  const test = raw.test && open(raw.test, 'test');
  if (test !== null && formOf(test) !== formOf(train)) {
    throw new DataFormatError(raw.test!.path, `${formOf(train)} like the training data`, formOf(test));
  }
  return { name, train, test };
}

/** How image files are decoded; `null` where there are none. */
type Files = { readonly decoder: ImageDecoder; readonly shape: ImageShape } | null;

async function openFiles(path: string, parts: readonly RawExamples[], options: OpenDatasetOptions): Promise<Files> {
  const { imageSize, signal } = options;
  if (parts.some(({ content }) => content.kind === 'image-files')) {
    const decoder = await imageDecoder();
    return { decoder, shape: await commonShape(parts, decoder, imageSize, signal) };
  }
  if (imageSize === undefined) return null;
  const hint = 'Leave it out: rows of arrays and tables are not scaled';
  throw new InvalidArgumentError('openDataset', 'imageSize with image files', `${imageSize} for ${path}`, hint);
}

function openContent(content: RawContent, examples: LabelledExamples, files: Files): Dataset {
  switch (content.kind) {
    case 'image-files':
      return imageFileStream(examples, content.paths, files!.decoder, files!.shape);
    case 'image-rows': {
      const [, height, width, channels = 1] = content.file.shape as [number, number, number, number?];
      const read = (indices: Int32Array): Promise<Uint8Array> =>
        content.file.readRows(rangesOf(indices)) as Promise<Uint8Array>;
      return { ...examples, imageShape: [height, width, channels], read };
    }
    case 'vector-rows': {
      const read = (indices: Int32Array): Promise<Float32Array> => finiteFeatureRows(content.file, rangesOf(indices));
      return { ...examples, dimension: content.file.rowLength, read };
    }
    case 'vectors':
      return { ...examples, features: content.features, dimension: content.dimension };
  }
}

/** Indices as ranges: neighbours are read at once. */
function rangesOf(indices: Int32Array): [number, number][] {
  const ranges: [number, number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last?.[1] === index) last[1] += 1;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}

function formOf(dataset: Dataset): string {
  return 'dimension' in dataset ? `${dataset.dimension} features` : `images of ${dataset.imageShape.join(' x ')}`;
}
