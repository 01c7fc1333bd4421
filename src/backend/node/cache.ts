import path from 'node:path';
import envPaths from 'env-paths';

/** Folder that holds what this package downloads or builds for the user; `LONGTAIL_CACHE` moves it. */
function cacheFolder(cacheDir?: string): string {
  const chosen = cacheDir ?? process.env['LONGTAIL_CACHE'];
  return chosen ? path.resolve(chosen) : envPaths('tfjs-longtail', { suffix: '' }).cache;
}

/** Folder of the native backends, one subfolder per version and platform. */
export function nativeRoot(cacheDir?: string): string {
  return path.join(cacheFolder(cacheDir), 'native');
}
