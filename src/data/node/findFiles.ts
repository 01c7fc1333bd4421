import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DownloadError, InvalidArgumentError } from '../../core/index.js';
import { cacheDirectory } from '../../core/node/index.js';
import { downloadFile } from './download.js';
import { locate } from './locate.js';
import type { DatasetFiles } from './locate.js';
import type { ImageSource } from './sources.js';
import { exists } from './transfer.js';
import type { TransferOptions } from './transfer.js';

/** Options of {@link loadDataset}. */
export interface LoadDatasetOptions extends TransferOptions {
  /** Folder with the files: the data set's own, or one that holds it by its usual name. Nothing else is tried then. */
  readonly dataDir?: string | undefined;
  /** Folder that keeps downloads. Default {@link cacheDirectory}. */
  readonly cacheDir?: string | undefined;
  /** Whether to download what is not at hand. Default `true`. */
  readonly download?: boolean | undefined;
  /** Base URLs to try before the official ones; the file's name is appended after a `/`. */
  readonly mirrors?: readonly string[] | undefined;
}

/** The repository's `data/`; this file lies equally deep in `src` and in `dist`. */
const bundledFolder = fileURLToPath(new URL('../../../data/', import.meta.url));

/** The files of the data set `name`: in `dataDir`, else where `LONGTAIL_DATA` points, else in the cache, else downloaded. */
export async function findFiles(name: string, source: ImageSource, options: LoadDatasetOptions): Promise<DatasetFiles> {
  const { dataDir, cacheDir = cacheDirectory() } = options;
  if (source.remote.length === 0) return bundledFiles(source, dataDir);
  if (dataDir !== undefined) return (await locate(dataDir, source)) ?? notIn(dataDir, name, source);
  const shared = process.env['LONGTAIL_DATA']; // may serve other data sets only
  const found = shared ? await locate(shared, source) : undefined;
  return found ?? cachedFiles(name, source, join(cacheDir, 'datasets', source.folder), options);
}

/** The sample; `root` is where the repository keeps its data. */
export async function bundledFiles(
  source: ImageSource,
  dataDir: string | undefined,
  root = bundledFolder,
): Promise<DatasetFiles> {
  if (dataDir !== undefined) {
    const hint = 'Load cifar10 from that folder: the layout is the same';
    throw new InvalidArgumentError('loadDataset', 'no dataDir for the bundled sample', dataDir, hint);
  }
  const folder = join(root, source.folder);
  if (await exists(folder)) return (await locate(folder, source)) ?? notIn(folder, 'sample', source);
  const hint = 'The npm package leaves it out: clone the repository, or load cifar10';
  throw new InvalidArgumentError('loadDataset', `the bundled sample at ${folder}`, 'no such folder', hint);
}

async function cachedFiles(
  name: string,
  source: ImageSource,
  folder: string,
  options: LoadDatasetOptions,
): Promise<DatasetFiles> {
  const { download = true, mirrors = [] } = options;
  for (const file of source.remote) {
    const target = join(folder, file.name);
    if (await exists(target)) continue;
    if (!download) {
      const hint = 'Allow the download, or name a folder that holds the files with --data-dir or LONGTAIL_DATA';
      throw new DownloadError('loadDataset', `${name} at hand`, `no ${target}`, hint);
    }
    const urls = [...mirrors.map((base) => `${base}/${file.name}`), ...file.urls];
    await downloadFile(urls, target, { ...options, checksum: file.checksum });
  }
  return (await locate(folder, source)) ?? notIn(folder, name, source);
}

function notIn(folder: string, name: string, { extension, archives, folder: usual }: ImageSource): never {
  const files = `train* or data_batch*, and test* or t10k-*, ending in ${extension} or ${extension}.gz`;
  const packed = archives.map((archive) => `, or ${archive}`).join('');
  const hint = `They may also lie in a folder ${usual} in there`;
  throw new InvalidArgumentError('loadDataset', `the files of ${name} (${files}${packed})`, `none in ${folder}`, hint);
}
