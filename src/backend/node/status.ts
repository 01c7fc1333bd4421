import { BackendError } from '../../core/index.js';
import { nativeRoot } from './cache.js';
import { findInstallation } from './installations.js';
import { brokenPackages } from './load.js';
import type { NativeSource } from './load.js';
import { findOwnPackages } from './loadOwn.js';
import { verifyFolder } from './manifest.js';
import { planFor } from './pins.js';

/** Whether the native backend is at hand in this project, and where it comes from. */
export interface NativeBackendStatus {
  /** True where loading it should succeed. */
  readonly installed: boolean;
  /** Where it comes from; a package of the user's own comes before the cache. */
  readonly source?: NativeSource;
  /** Its folder. */
  readonly folder?: string;
  /** Version of tfjs-node's files. */
  readonly tfjsNode?: string;
  /** Version of libtensorflow; known for our installation. */
  readonly libtensorflow?: string;
  /** True for the variant with the CUDA libraries. */
  readonly gpu?: boolean;
  /** Why it is not at hand. */
  readonly reason?: string;
  /** What is wrong with packages of the user's own that come first; known once loading was tried. */
  readonly broken: readonly string[];
}

/** Options of {@link nativeBackendStatus}. */
export interface StatusOptions {
  /** Cache folder. Default: `LONGTAIL_CACHE`, else the user's cache folder of the system. */
  readonly cacheDir?: string;
  /** Compare the checksum of every file, 640 MB, instead of sizes and times of change. Default `false`. */
  readonly thorough?: boolean;
}

const WHERE = 'nativeBackendStatus';

/**
 * Says whether the native backend is at hand, and if not why, without loading it.
 *
 * @param options Where to look and how thoroughly.
 * @returns Source, versions and folder, or the reason.
 * @example
 * ```ts
 * import { nativeBackendStatus } from 'tfjs-longtail/backend/node';
 *
 * const { installed } = await nativeBackendStatus();
 * console.log(typeof installed); // boolean
 * ```
 */
export async function nativeBackendStatus(options: StatusOptions = {}): Promise<NativeBackendStatus> {
  const broken = brokenPackages().map(({ name, reason }) => `${name}: ${reason}`);
  const failed = new Set(brokenPackages().map(({ name }) => name));
  const own = findOwnPackages().find(({ name }) => !failed.has(name));
  if (own !== undefined) {
    const { source, folder, version } = own;
    return { installed: true, source, folder, tfjsNode: version, gpu: source === 'tfjs-node-gpu', broken };
  }
  return { ...(await cacheStatus(options)), broken };
}

async function cacheStatus({
  cacheDir,
  thorough = false,
}: StatusOptions): Promise<Omit<NativeBackendStatus, 'broken'>> {
  try {
    const found = await findInstallation(WHERE, cacheDir);
    if (found === undefined) {
      planFor(WHERE, { force: true });
      return { installed: false, reason: `nothing is installed in ${nativeRoot(cacheDir)}` };
    }
    const { folder, manifest } = found;
    await verifyFolder(WHERE, folder, manifest, { thorough });
    const { tfjsNode, libtensorflow, gpu } = manifest;
    return { installed: true, source: 'cache', folder, tfjsNode, libtensorflow, gpu };
  } catch (error) {
    if (error instanceof BackendError) return { installed: false, reason: error.message };
    throw error;
  }
}
