import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { lockFolder, nativeRoot } from './cache.js';

/** Options of {@link uninstallNativeBackend}. */
export interface UninstallOptions {
  /** Cache folder. Default: `LONGTAIL_CACHE`, else the user's cache folder of the system. */
  readonly cacheDir?: string;
  /** Stops waiting for an installation that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * Removes every native backend from the cache, older versions and what interrupted installations left included.
 *
 * @param options Which cache.
 * @returns The folders removed.
 * @example
 * ```ts
 * import { uninstallNativeBackend } from 'tfjs-longtail/backend/node';
 *
 * const { removed } = await uninstallNativeBackend({ cacheDir: 'no-such-folder' });
 * console.log(removed.length); // 0
 * ```
 */
export async function uninstallNativeBackend({ cacheDir, signal }: UninstallOptions = {}): Promise<{
  /** Paths of the folders. */
  readonly removed: readonly string[];
}> {
  const root = nativeRoot(cacheDir);
  const names = await readdir(root).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter((entry) => !/\.(lock|tmp-.*)$/.test(entry))) {
    const folder = path.join(root, name);
    await lockFolder('uninstallNativeBackend', folder, { signal }, () => removeAtOnce(folder));
    removed.push(folder);
  }
  const leftovers = (await readdir(root).catch(() => [])).filter((name) => name.includes('.tmp-'));
  for (const name of leftovers) await removeLeftover(root, name, signal);
  return { removed };
}

/** Renamed first: whoever loads it meanwhile finds all of it or nothing. */
async function removeAtOnce(folder: string): Promise<void> {
  const aside = `${folder}.tmp-removed-${process.pid}`;
  await rename(folder, aside);
  await rm(aside, { recursive: true, force: true });
}

async function removeLeftover(root: string, name: string, signal: AbortSignal | undefined): Promise<void> {
  const owner = path.join(root, name.slice(0, name.indexOf('.tmp-')));
  await lockFolder('uninstallNativeBackend', owner, { signal }, () =>
    rm(path.join(root, name), { recursive: true, force: true }),
  );
}
