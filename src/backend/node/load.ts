import path from 'node:path';
import { BackendError, LongtailError } from '../../core/index.js';
import { nativeRoot } from './cache.js';
import { checkThreadsReach, defaultThreads, threadsAreFixed } from './environment.js';
import { findInstallation } from './installations.js';
import { loadCached } from './loadCached.js';
import { findOwnPackages, loadOwn } from './loadOwn.js';
import type { BrokenPackage } from './loadOwn.js';
import { REPAIR, verifyFolder } from './manifest.js';
import { loadTfjs } from './tfjs.js';

/**
 * Where a native backend comes from: a package of the user's own, our installation in the cache, or `'program'` when
 * it was registered before we looked.
 */
export type NativeSource = 'tfjs-node-gpu' | 'tfjs-node' | 'cache' | 'program';

/** The native backend as it was loaded into this thread. */
export interface LoadedNative {
  readonly source: NativeSource;
  /** Folder of tfjs-node's files; `undefined` for `'program'`. */
  readonly tfjsNode: string | undefined;
  readonly threads: number;
}

let loading: Promise<LoadedNative> | undefined;
let broken: readonly BrokenPackage[] = [];

/** The native backend of this thread, once it is loaded. */
export function loadedNative(): Promise<LoadedNative> | undefined {
  return loading;
}

/** Packages of the user's own that were tried first and do not work. */
export function brokenPackages(): readonly BrokenPackage[] {
  return broken;
}

/** Registers the backend `tensorflow`: the user's own package where one works, else the installation in the cache. */
export async function loadNative(where: string, threads?: number): Promise<LoadedNative> {
  loading ??= load(where, threads).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const native = await loading;
  if (threads !== undefined && threads !== native.threads) throw threadsAreFixed(where, threads, native.threads);
  return native;
}

async function load(where: string, threads: number | undefined): Promise<LoadedNative> {
  const tfjs = loadTfjs(where);
  if (tfjs.findBackendFactory('tensorflow') !== null) {
    return { source: 'program', tfjsNode: undefined, threads: defaultThreads() };
  }
  broken = [];
  for (const own of findOwnPackages()) {
    checkThreadsReach(where, threads);
    const reason = loadOwn(own, tfjs, threads);
    if (reason === undefined) {
      return { source: own.source, tfjsNode: own.folder, threads: threads ?? defaultThreads() };
    }
    broken = [...broken, { name: own.name, reason }];
  }
  return loadFromCache(where, threads);
}

async function loadFromCache(where: string, threads: number | undefined): Promise<LoadedNative> {
  const found = await findInstallation(where);
  if (found === undefined) throw notInstalled(where);
  await verifyFolder(where, found.folder, found.manifest);
  const fixed = loadChecked(where, found.folder, threads);
  const tfjsNode = path.join(found.folder, 'node_modules', '@tensorflow', 'tfjs-node');
  return { source: 'cache', tfjsNode, threads: fixed };
}

/** What the system says about a library that it cannot load is not for the user to sort out. */
function loadChecked(where: string, folder: string, threads: number | undefined): number {
  try {
    return loadCached(where, folder, loadTfjs(where), threads);
  } catch (error) {
    if (error instanceof LongtailError) throw error;
    throw new BackendError(where, `the libraries in ${folder} to load`, (error as Error).message, REPAIR, {
      cause: error,
    });
  }
}

function notInstalled(where: string): BackendError {
  const tried = broken.map(({ name, reason }) => `, and ${name} does not work: ${reason}`).join('');
  const hint = 'Install it with: longtail backend install';
  return new BackendError(where, `the native backend in ${nativeRoot()}`, `nothing there${tried}`, hint);
}
