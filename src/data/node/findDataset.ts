import { dirname } from 'node:path';
import { checkOneOf, DownloadError, InvalidArgumentError } from '../../core/index.js';
import { findFiles, type LoadDatasetOptions } from './findFiles.js';
import { datasetNames, type DatasetName } from './loadDataset.js';
import { sources } from './sources.js';

/**
 * Where the files of a data set lie, without reading or downloading them.
 *
 * @param name One of {@link datasetNames}.
 * @param options Where to look, as for {@link loadDataset}.
 * @returns The folder, or `null` if the files are not at hand.
 * @throws InvalidArgumentError If the name is unknown.
 * @example
 * ```ts
 * import { findDataset } from 'tfjs-longtail/data/node';
 * console.log(await findDataset('cifar10', { cacheDir: 'no-such-folder', dataDir: '.' })); // null
 * ```
 */
export async function findDataset(name: DatasetName, options: LoadDatasetOptions = {}): Promise<string | null> {
  checkOneOf('findDataset', 'name', name, datasetNames);
  try {
    const files = await findFiles(name, sources[name], { ...options, download: false });
    return typeof files === 'string' ? files : dirname(files.train[0]!);
  } catch (error) {
    if (error instanceof DownloadError || error instanceof InvalidArgumentError) return null;
    throw error;
  }
}
