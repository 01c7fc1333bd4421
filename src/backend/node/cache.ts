import path from 'node:path';
import { BackendError } from '../../core/index.js';
import { cacheDirectory, withLock } from '../../core/node/index.js';

/** Folder of the native backends, one subfolder per version and platform. */
export function nativeRoot(cacheDir?: string): string {
  return path.join(cacheDirectory(cacheDir), 'native');
}

/** How {@link lockFolder} waits. */
export interface FolderLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  readonly onWait?: (() => void) | undefined;
}

/** Runs `body` while no other process installs or removes `folder`. */
export function lockFolder<T>(
  where: string,
  folder: string,
  options: FolderLockOptions,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = (cause: Error): Error =>
    new BackendError(where, `to keep the lock on ${folder}`, cause.message, 'Try again', { cause });
  return withLock(folder, { ...options, lost }, body);
}
