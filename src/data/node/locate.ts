import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataFormatError, InvalidArgumentError } from '../../core/index.js';
import type { ImageSource } from './sources.js';

/** The two parts of a data set. */
export type SplitName = 'train' | 'test';

/** The files of a data set: the paths of each split in name order, or the path of the official archive. */
export type DatasetFiles = Readonly<Record<SplitName, readonly string[]>> | string;

/** Which split the file `name` belongs to, by its name alone. */
export function splitOf(name: string, { extension }: ImageSource): SplitName | undefined {
  if (!name.endsWith(extension) && !name.endsWith(`${extension}.gz`)) return undefined;
  if (/^(data_batch|train)/.test(name)) return 'train';
  return /^(test|t10k-)/.test(name) ? 'test' : undefined;
}

/**
 * The files of `source` in `folder`, which is the data set's own or holds it by its usual name; `undefined` if a split
 * is missing and there is no archive either.
 */
export async function locate(folder: string, source: ImageSource): Promise<DatasetFiles | undefined> {
  const names = await namesIn(folder);
  const inner = names.includes(source.folder) ? join(folder, source.folder) : undefined;
  const found = inner && (await filesIn(inner, await namesIn(inner), source));
  return found ?? filesIn(folder, names, source);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint = 'Check --data-dir and LONGTAIL_DATA';
    throw new InvalidArgumentError('loadDataset', 'a folder to read', `${folder} (${code})`, hint, { cause: error });
  }
}

async function filesIn(
  folder: string,
  names: readonly string[],
  source: ImageSource,
): Promise<DatasetFiles | undefined> {
  const files: Record<SplitName, string[]> = { train: [], test: [] };
  for (const name of names) {
    const split = splitOf(name, source);
    if (split !== undefined && (await isFile(join(folder, name)))) files[split].push(join(folder, name));
  }
  if (files.train.length > 0 && files.test.length > 0) {
    checkTwins([...files.train, ...files.test]);
    return files;
  }
  const archive = names.find((name) => source.archives.includes(name));
  return archive === undefined ? undefined : join(folder, archive);
}

/** Refuses a file beside its own gzip: the records would count twice. */
function checkTwins(paths: readonly string[]): void {
  const twin = paths.find((path) => paths.includes(`${path}.gz`));
  if (twin === undefined) return;
  throw new DataFormatError(twin, 'the file either plain or as .gz', 'both', 'Remove one: both would be read');
}

/** Pipes, folders and dangling links of a fitting name are passed over. */
async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
