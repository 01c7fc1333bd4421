import { resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * The folder for what this package downloads or builds: `cacheDir`, else `LONGTAIL_CACHE`, else the platform's cache
 * folder for `tfjs-longtail`.
 *
 * @param cacheDir A folder that was asked for.
 * @returns An absolute path; it may not exist yet.
 * @example
 * ```ts
 * import { cacheDirectory } from 'tfjs-longtail/data/node';
 * console.log(cacheDirectory().length > 0); // true
 * ```
 */
export function cacheDirectory(cacheDir?: string): string {
  return resolve(cacheDir || process.env['LONGTAIL_CACHE'] || envPaths('tfjs-longtail', { suffix: '' }).cache);
}
