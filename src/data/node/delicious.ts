import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataFormatError, DownloadError, InvalidArgumentError } from '../../core/index.js';
import { cacheDirectory } from '../../core/node/index.js';
import type { MultiLabelDataset } from '../index.js';
import type { PublishedText } from './textLines.js';
import { readXc } from './xcFile.js';

/** Options of {@link loadDelicious}. */
export interface LoadDeliciousOptions {
  /** Folder with the files, or one that holds them in a folder `delicious`. Nothing else is tried then. */
  readonly dataDir?: string | undefined;
  /** Folder whose `datasets/delicious` is tried last. Default {@link cacheDirectory}. */
  readonly cacheDir?: string | undefined;
  /** Stops between two reads; what it was aborted with is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** The training and the test part of a multi-label data set. */
export interface MultiLabelSplits {
  /** Name of the data set, such as `delicious`. */
  readonly name: string;
  /** Training examples. */
  readonly train: MultiLabelDataset;
  /** Test examples. */
  readonly test: MultiLabelDataset;
}

/** The files and their content; the names of classes come one a line. */
const published = {
  'delicious_train.txt': { bytes: 2_349_314, md5: '0456bee25b5e87856d533257feaa9e36' },
  'delicious_test.txt': { bytes: 554_122, md5: '1d98e29c7b9dbf75b564bae34b1804b9' },
} as const satisfies Record<string, PublishedText>;
const namesFile = 'label_names.txt';
const NUM_LABELS = 983;
const home = 'https://mulan.sourceforge.net/datasets-mlc.html';

/**
 * Loads the Delicious tagging data in their original split: 12,920 training and 3,185 test pages, 500 words, 983 tags.
 *
 * The files `delicious_train.txt`, `delicious_test.txt` (sparse text as for {@link readXcFile}, plain or `.gz`) and
 * `label_names.txt` are looked for in `dataDir` or its folder `delicious`, else where the environment variable
 * `LONGTAIL_DATA` points, else in the cache; size and MD5 of both splits are verified. They are not downloaded: the origin
 * offers ARFF files, of which attributes 0 to 499 are the features and 500 to 1482 the labels.
 *
 * @param options Where to look.
 * @returns Both splits; all values are 1; 14 points have no label, and one label has no test point.
 * @throws InvalidArgumentError If `dataDir` does not hold the files.
 * @throws DownloadError If the files are nowhere at hand.
 * @throws DataFormatError If a file is damaged or another version; the message has the file, and the line where it breaks the format.
 * @example
 * ```ts
 * import { findDelicious, loadDelicious } from 'tfjs-longtail/data/node';
 * const folder = await findDelicious();
 * const size = folder === null ? 12920 : (await loadDelicious({ dataDir: folder })).train.size;
 * console.log(size); // 12920
 * ```
 * @see Tsoumakas et al., "Effective and Efficient Multilabel Classification in Domains with Large Number of Labels", 2008.
 */
export async function loadDelicious(options: LoadDeliciousOptions = {}): Promise<MultiLabelSplits> {
  const { dataDir, signal } = options;
  const folder = await findDelicious(options);
  if (folder === null) throw notAtHand(dataDir);
  const classNames = await namesIn(join(folder, namesFile));
  const read = async (split: 'train' | 'test'): Promise<MultiLabelDataset> => {
    const file = `delicious_${split}.txt` as const;
    const path = await present(join(folder, file));
    return readXc(path!, { name: `delicious/${split}`, classNames, published: published[file], signal });
  };
  return { name: 'delicious', train: await read('train'), test: await read('test') };
}

/**
 * Where the files of Delicious lie, without reading them.
 *
 * @param options Where to look, as for {@link loadDelicious}.
 * @returns The folder, or `null` if the files are not at hand.
 * @example
 * ```ts
 * import { findDelicious } from 'tfjs-longtail/data/node';
 * console.log(await findDelicious({ dataDir: 'no-such-folder' })); // null
 * ```
 */
export async function findDelicious(options: LoadDeliciousOptions = {}): Promise<string | null> {
  const { dataDir, cacheDir = cacheDirectory() } = options;
  const shared = process.env['LONGTAIL_DATA'];
  const roots = dataDir !== undefined ? [dataDir] : [...(shared ? [shared] : []), join(cacheDir, 'datasets')];
  for (const root of roots) {
    for (const folder of [join(root, 'delicious'), root]) if (await holdsAll(folder)) return folder;
  }
  return null;
}

async function holdsAll(folder: string): Promise<boolean> {
  const paths = await Promise.all(Object.keys(published).map((name) => present(join(folder, name))));
  return paths.every((path) => path !== null) && (await isFile(join(folder, namesFile)));
}

/** The file itself or its gzip; the content is one, so both may lie there. */
async function present(path: string): Promise<string | null> {
  for (const candidate of [path, `${path}.gz`]) if (await isFile(candidate)) return candidate;
  return null;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function namesIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new DataFormatError(path, 'a readable file', error.code, undefined, { cause: error });
  });
  const names = text.trim().split(/\r?\n/);
  if (names.length === NUM_LABELS) return names;
  throw new DataFormatError(path, `${NUM_LABELS} names of labels, one a line`, names.length);
}

function notAtHand(dataDir: string | undefined): InvalidArgumentError | DownloadError {
  const files = [...Object.keys(published).map((name) => `${name} or ${name}.gz`), namesFile].join(', ');
  const expected = `the files of delicious (${files})`;
  const origin = `They are not downloaded; the data come from ${home}`;
  if (dataDir !== undefined) {
    const hint = `They may also lie in a folder delicious in there. ${origin}`;
    return new InvalidArgumentError('loadDelicious', expected, `not all of them in ${dataDir}`, hint);
  }
  const hint = `Name a folder that holds them with --data-dir or LONGTAIL_DATA. ${origin}`;
  return new DownloadError('loadDelicious', expected, 'no folder that has them', hint);
}
