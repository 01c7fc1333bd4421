import path from 'node:path';
import { nativeRoot } from './cache.js';
import { readManifest } from './manifest.js';
import type { Manifest } from './manifest.js';
import { planFor } from './pins.js';

/** An installation in the cache; not verified yet. */
export interface Installation {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Folders in which an installation of this version for this machine may lie, the one for a GPU first. */
function installationFolders(where: string, cacheDir?: string): string[] {
  const platform = `${process.platform}-${process.arch}`;
  const folders: string[] = [];
  for (const gpu of [true, false]) {
    try {
      folders.push(path.join(nativeRoot(cacheDir), planFor(where, { gpu, force: true, platform }).id));
    } catch {
      // No such variant for this platform.
    }
  }
  return folders;
}

/** The installation to load, or `undefined` where none is. */
export async function findInstallation(where: string, cacheDir?: string): Promise<Installation | undefined> {
  for (const folder of installationFolders(where, cacheDir)) {
    const manifest = await readManifest(where, folder);
    if (manifest !== undefined) return { folder, manifest };
  }
  return undefined;
}
