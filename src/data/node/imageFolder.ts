import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { DataFormatError } from '../../core/index.js';
import { throwRow, type RefuseRow } from '../classIds.js';
import { imageEndings } from './imageDecoder.js';
import type { RawExamples, ReadOptions } from './rawExamples.js';

/** The parts of a folder: its training images, and its test images where it has a folder for them. */
export interface FolderParts {
  readonly train: string;
  readonly test: string | null;
}

/** `train/` and `test/` (or else `val/`) of a folder that has them; otherwise the folder is all training. */
export async function folderParts(path: string): Promise<FolderParts> {
  const names = await foldersIn(path);
  const test = ['test', 'val'].find((name) => names.includes(name));
  if (names.includes('train') && test) return { train: join(path, 'train'), test: join(path, test) };
  return { train: names.join() === 'train' ? join(path, 'train') : path, test: null };
}

/**
 * The images of the class folders in a folder, in the order of their names, whichever class they are of: images that
 * are numbered through come in the order of their numbers.
 *
 * @throws DataFormatError If there is no class folder, or one without a file that is named as an image.
 */
export async function readImageFolder(path: string, { refuse = throwRow }: ReadOptions = {}): Promise<RawExamples> {
  const classes = await foldersIn(path);
  if (classes.length === 0) {
    const hint = 'Put the images of each class into a folder with its name';
    throw new DataFormatError(path, 'a folder of class folders', 'no folder in it', hint);
  }
  const images = (await Promise.all(classes.map((name) => imagesIn(path, name, refuse)))).flat();
  images.sort((a, b) => compare(a.key, b.key) || compare(a.label, b.label) || compare(a.path, b.path));
  const paths = images.map((image) => image.path);
  return {
    path,
    labels: images.map(({ label }) => label),
    at: (index) => paths[index]!,
    content: { kind: 'image-files', paths, folder: path },
  };
}

interface NamedImage {
  readonly path: string;
  readonly label: string;
  /** Its name in the class folder, with digits filled up so that 9 comes before 10. */
  readonly key: string;
}

async function imagesIn(root: string, label: string, refuse: RefuseRow): Promise<NamedImage[]> {
  const folder = join(root, label);
  const names = await readdir(folder, { recursive: true });
  const images = names.filter((name) => imageEndings.includes(extname(name).toLowerCase()) && !isHidden(name));
  if (images.length === 0) {
    const got = names.length === 0 ? 'an empty folder' : `${names.length} other files or folders`;
    refuse(folder, `images of a class (${imageEndings.join(', ')})`, got);
  }
  return images.map((name) => ({
    path: join(folder, name),
    label,
    key: name.replaceAll(/\d+/g, (digits) => digits.padStart(16, '0')),
  }));
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataFormatError(path, 'a readable folder', error.code, undefined, { cause: error });
  });
  const isFolder = async (name: string): Promise<boolean> =>
    !isHidden(name) && (await stat(join(path, name)).catch(() => null))?.isDirectory() === true;
  const folders = await Promise.all(entries.map(isFolder)); // `stat` follows links
  return entries.filter((_, i) => folders[i]).sort();
}

function isHidden(name: string): boolean {
  return basename(name).startsWith('.');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
