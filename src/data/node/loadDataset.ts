import { checkOneOf } from '../../core/index.js';
import { imageDataset } from '../index.js';
import type { DatasetSplits, ImageDataset } from '../index.js';
import { readArchive } from './archive.js';
import { findFiles } from './findFiles.js';
import type { LoadDatasetOptions } from './findFiles.js';
import { splitOf } from './locate.js';
import type { DatasetFiles, SplitName } from './locate.js';
import { readRecordFile } from './recordFile.js';
import type { RecordFile } from './recordFile.js';
import { sources } from './sources.js';
import type { ImageSource } from './sources.js';

/** A data set that {@link loadDataset} knows. */
export type DatasetName = 'sample' | 'cifar10' | 'cifar100' | 'mnist';

/** Every {@link DatasetName}. */
export const datasetNames = Object.keys(sources) as readonly DatasetName[];

/**
 * Loads a data set by name: `cifar10`, `cifar100`, `mnist`, or `sample`, the CIFAR-10-LT of 1,236 training and 1,000
 * test images that lies in the repository.
 *
 * Files are looked for in `dataDir`, else in the folder that the environment variable `LONGTAIL_DATA` names, else in the
 * cache; else they are downloaded and their published checksums verified. Files at hand are checked for structure and
 * labels only, so they may hold a part of the records. The files of a split are read in name order: `data_batch*` and
 * `train*`, `test*` and `t10k-*`, with the ending of the format (`.bin` or `-ubyte`), plain or `.gz`; or the official archive.
 *
 * @param name One of {@link datasetNames}.
 * @param options Where to look, and how to download.
 * @returns Both splits; images `[N, 32, 32, 3]` for CIFAR, `[N, 28, 28, 1]` for MNIST, 0..255; the 100 fine labels of CIFAR-100.
 * @throws InvalidArgumentError If the name is unknown (near misses are listed) or `dataDir` does not hold the data set.
 * @throws DataFormatError If a file is damaged; the message has file, byte offset and what was expected.
 * @throws DownloadError If the files are not at hand and cannot be fetched.
 * @example
 * ```ts
 * import { loadDataset } from 'tfjs-longtail/data/node';
 * const { train, test } = await loadDataset('sample');
 * console.log(train.size, test.size, train.imageShape.join('x')); // 1236 1000 32x32x3
 * ```
 */
export async function loadDataset(name: DatasetName, options: LoadDatasetOptions = {}): Promise<DatasetSplits> {
  checkOneOf('loadDataset', 'name', name, datasetNames);
  const source = sources[name];
  return readSplits(name, source, await findFiles(name, source, options), options.signal);
}

/** Reads and decodes the files of both splits. */
export async function readSplits(
  name: string,
  source: ImageSource,
  files: DatasetFiles,
  signal?: AbortSignal,
): Promise<DatasetSplits> {
  if (typeof files === 'string') {
    const members = await readArchive(files, (member) => splitOf(member, source), signal);
    return {
      name,
      train: decoded(name, 'train', source, members.train),
      test: decoded(name, 'test', source, members.test),
    };
  }
  const readAll = async (split: SplitName): Promise<ImageDataset> => {
    const contents: RecordFile[] = [];
    for (const path of files[split]) contents.push(await readRecordFile(path, signal)); // one at a time: they are large
    return decoded(name, split, source, contents);
  };
  return { name, train: await readAll('train'), test: await readAll('test') };
}

function decoded(name: string, split: SplitName, source: ImageSource, files: readonly RecordFile[]): ImageDataset {
  const { classNames, imageShape } = source;
  return imageDataset({ name: `${name}/${split}`, ...source.decode(files), imageShape, classNames });
}
