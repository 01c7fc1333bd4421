import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError } from '../../core/index.js';
import { onDisk } from './transfer.js';

const POLL_MS = 100;

/**
 * Runs `body` while holding the lock beside `path`, waiting for whoever holds it; the lock of a killed process lapses.
 *
 * The signal given to `body` fires with `signal`, and when the lock was lost because this process slept too long.
 */
export async function withFileLock(
  path: string,
  signal: AbortSignal | undefined,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  const release = await acquire(path, signal, () => {
    lost.abort(new DownloadError(path, 'to keep its lock', 'a pause of the process', 'Run it again: it continues'));
  });
  try {
    await body(signal === undefined ? lost.signal : AbortSignal.any([signal, lost.signal]));
  } finally {
    await release().catch(() => {}); // a lost lock cannot be given back
  }
}

async function acquire(
  path: string,
  signal: AbortSignal | undefined,
  onCompromised: () => void,
): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile'); // installs signal handlers when loaded
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await lock(path, { realpath: false, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') return onDisk(path, Promise.reject(error as Error));
      await sleep(POLL_MS);
    }
  }
}
