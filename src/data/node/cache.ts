import { resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * The folder for what this package downloads: `LONGTAIL_CACHE`, else the platform's cache folder for `tfjs-longtail`.
 *
 * @returns An absolute path; it may not exist yet.
 * @example
 * ```ts
 * import { cacheDirectory } from 'tfjs-longtail/data/node';
 * console.log(cacheDirectory().length > 0); // true
 * ```
 */
export function cacheDirectory(): string {
  return resolve(process.env['LONGTAIL_CACHE'] || envPaths('tfjs-longtail', { suffix: '' }).cache);
}
