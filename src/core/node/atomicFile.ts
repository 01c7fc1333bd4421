import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a file aside, flushes it to the disk and renames it into place: readers see the old content or the new one.
 *
 * @param path File to replace or create; its folder must exist.
 * @param content Bytes or text.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(aside, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
}
