import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BackendError } from '../../core/index.js';
import { digestOf } from '../../core/node/index.js';

/** One file of an installation as it was when the installation was finished. */
interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly sha256: string;
}

/** The contents of an installation; written last, so that a folder without it is not one. */
export interface Manifest {
  readonly id: string;
  readonly libtensorflow: string;
  readonly tfjsNode: string;
  readonly gpu: boolean;
  readonly files: readonly ManifestFile[];
}

const NAME = 'manifest.json';
/** What to do about an installation that does not load. */
export const REPAIR = 'Repair it with: longtail backend install --force';

/** Lists and digests every file below `folder` and writes the manifest beside them. */
export async function sealFolder(folder: string, about: Omit<Manifest, 'files'>, signal?: AbortSignal): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: ManifestFile[] = [];
  for (const entry of entries.filter((found) => found.isFile())) {
    const full = path.join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(full);
    const sha256 = await digestOf(full, 'sha256', 'hex', signal);
    files.push({ path: path.relative(folder, full), size, modifiedMs: mtimeMs, sha256 });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  await writeFile(path.join(folder, NAME), JSON.stringify({ ...about, files }, null, 1));
}

/** Reads the manifest of `folder`; `undefined` where nothing is installed, throws where it cannot be read. */
export async function readManifest(where: string, folder: string): Promise<Manifest | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, NAME), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BackendError(where, `a readable ${path.join(folder, NAME)}`, error, REPAIR, { cause: error });
  }
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.id === path.basename(folder) && Array.isArray(manifest.files)) return manifest;
  } catch {
    // Falls through: a manifest that is not JSON is as damaged as one of another folder.
  }
  throw new BackendError(where, `the manifest of this installation in ${folder}`, 'another text', REPAIR);
}

/**
 * Throws unless every file is as the manifest says. Size and time of change are compared always, the digest where
 * the time differs or `thorough` asks for it: an untouched installation costs a few hundred `stat` calls.
 */
export async function verifyFolder(
  where: string,
  folder: string,
  manifest: Manifest,
  { thorough = false, signal }: { thorough?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  for (const file of manifest.files) {
    const full = path.join(folder, file.path);
    const found = await stat(full).catch(() => undefined);
    if (found?.size !== file.size) throw damaged(where, full, `${file.size} bytes`, found?.size ?? 'no file');
    if (!thorough && found.mtimeMs === file.modifiedMs) continue;
    const sha256 = await digestOf(full, 'sha256', 'hex', signal);
    if (sha256 !== file.sha256) throw damaged(where, full, `sha256 ${file.sha256}`, sha256);
  }
}

function damaged(where: string, file: string, expected: string, got: string | number): BackendError {
  return new BackendError(where, `${file} with ${expected}`, got, REPAIR);
}
