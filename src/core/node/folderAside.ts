import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RunFolderError } from '../errors.js';

/**
 * Makes a folder that is whole or not there: it is filled aside and renamed. An empty folder may be in the way; the caller
 * refuses anything else.
 *
 * @throws RunFolderError If it cannot be filled or put in its place; nothing is left behind then.
 */
export async function writeFolderAside(target: string, fill: (aside: string) => Promise<void>): Promise<void> {
  const aside = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(aside);
    await fill(aside);
    await rmdir(target).catch(() => undefined); // not every system renames over an empty folder
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    const { code, message } = error as NodeJS.ErrnoException;
    throw new RunFolderError(target, 'a folder that can be written', code ?? message, message, { cause: error });
  }
}
