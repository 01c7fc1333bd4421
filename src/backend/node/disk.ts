import { statfs } from 'node:fs/promises';
import { BackendError } from '../../core/index.js';

const HINT = 'Free some, or put the cache on another disk with LONGTAIL_CACHE';

/** Throws unless `needed` bytes are free where `folder` lies. */
export async function checkDisk(where: string, folder: string, needed: number, free = freeBytes): Promise<void> {
  const found = await free(folder);
  if (found >= needed) return;
  throw new BackendError(where, `${gigabytes(needed)} free in ${folder}`, gigabytes(found), HINT);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The disk filled up in the middle. */
export function diskFull(where: string, cause: unknown): BackendError {
  return new BackendError(where, 'enough disk space', 'a full disk', HINT, { cause });
}

const FULL = ['ENOSPC', 'EDQUOT'];
const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** Turns the file system's refusals into errors that say what to do; other errors stay what they are. */
export function explainFileError(where: string, folder: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (FULL.includes(code)) return diskFull(where, error);
  if (!NOT_WRITABLE.includes(code)) return error;
  const hint = 'Choose another cache folder with LONGTAIL_CACHE';
  return new BackendError(where, `to write ${folder}`, (error as Error).message, hint, { cause: error });
}
