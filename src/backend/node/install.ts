import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BackendError } from '../../core/index.js';
import type { tryAddon } from './addon.js';
import { buildInstallation, countSteps } from './build.js';
import { lockFolder, nativeRoot } from './cache.js';
import { checkDisk, explainFileError } from './disk.js';
import { readManifest, verifyFolder } from './manifest.js';
import { planFor } from './pins.js';
import type { NativePlan } from './pins.js';
import { Steps } from './progress.js';
import type { InstallOptions } from './progress.js';
import { checkTools } from './tools.js';

/** What {@link installNativeBackend} did. */
export interface InstallResult {
  /** Folder of the installation. */
  readonly folder: string;
  /** False where it was installed, intact, before. */
  readonly installed: boolean;
  /** Version of libtensorflow. */
  readonly libtensorflow: string;
}

/** What tests put in the place of the machine. */
export interface InstallSeams {
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly tryAddon?: typeof tryAddon;
}

const WHERE = 'installNativeBackend';

/**
 * Installs the native backend into the user's cache folder: TensorFlow's C++ libraries from its Python wheel
 * (downloaded with pip) and tfjs-node's addon (sources from npm), compiled on the spot.
 *
 * Takes half a minute to two and 640 MB; 1.5 GB while it runs. Every download is pinned by its checksum, and the
 * folder appears only when it is complete. A second call does nothing; of two at once the second waits for the first.
 *
 * @param options What to install, where, and whom to tell.
 * @returns The folder, and whether this call installed it.
 * @throws BackendError If the platform, a tool, the network or disk space is missing, or a checksum is wrong.
 * @throws The reason of `options.signal` once that is aborted.
 * @example
 * ```ts
 * import { installNativeBackend, nativeBackendStatus } from 'tfjs-longtail/backend/node';
 *
 * const { installed } = await nativeBackendStatus();
 * if (!installed && process.argv.includes('--install')) {
 *   await installNativeBackend({ onProgress: ({ step, steps, message }) => console.error(`${step}/${steps} ${message}`) });
 * }
 * console.log(typeof installed); // boolean
 * ```
 */
export async function installNativeBackend(options: InstallOptions = {}): Promise<InstallResult> {
  const { gpu = false, force = false } = options;
  return installPlan(planFor(WHERE, { gpu, force }), options);
}

/** {@link installNativeBackend} for a given plan. */
export async function installPlan(
  plan: NativePlan,
  options: InstallOptions = {},
  seams: InstallSeams = {},
): Promise<InstallResult> {
  const { force = false, signal, cacheDir } = options;
  const folder = path.join(nativeRoot(cacheDir), plan.id);
  const result = { folder, libtensorflow: plan.tensorflow.version };
  const steps = new Steps(countSteps(plan), options.onProgress);
  const isDone = async (): Promise<boolean> => !force && (await isIntact(folder));
  try {
    if (await isDone()) return { ...result, installed: false };
    const onWait = (): void => steps.note('waiting for another installation to finish');
    return await lockFolder(WHERE, folder, { signal, onWait }, async (lockSignal) => {
      if (await isDone()) return { ...result, installed: false };
      await buildAside(plan, folder, { steps, seams, signal: lockSignal });
      return { ...result, installed: true };
    });
  } catch (error) {
    throw explainFileError(WHERE, folder, error);
  }
}

async function isIntact(folder: string): Promise<boolean> {
  try {
    const manifest = await readManifest(WHERE, folder);
    if (manifest === undefined) return false;
    await verifyFolder(WHERE, folder, manifest, { thorough: true });
    return true;
  } catch (error) {
    if (error instanceof BackendError) return false;
    throw error;
  }
}

interface Context {
  readonly steps: Steps;
  readonly seams: InstallSeams;
  readonly signal: AbortSignal;
}

/** Builds in a folder of its own beside `folder` and renames it when it is complete. */
async function buildAside(plan: NativePlan, folder: string, { steps, seams, signal }: Context): Promise<void> {
  steps.next('checking tools and disk space');
  await removeLeftovers(folder);
  const compiler = await checkTools(WHERE, signal);
  await checkDisk(WHERE, path.dirname(folder), plan.diskBytes, seams.freeBytes);
  const work = `${folder}.tmp-${process.pid}-${Date.now()}`;
  const finished = path.join(work, 'installation');
  try {
    await mkdir(work, { recursive: true });
    await buildInstallation(plan, finished, { where: WHERE, compiler, steps, signal, tryAddon: seams.tryAddon });
    signal.throwIfAborted();
    await replace(folder, finished, path.join(work, 'replaced'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What an interrupted run left; whoever holds the lock may remove it. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  const prefix = `${path.basename(folder)}.tmp-`;
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/** Puts the finished folder in place; an older one is moved away first, since no folder can be renamed over another. */
async function replace(folder: string, finished: string, aside: string): Promise<void> {
  await rename(folder, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(finished, folder);
}
