import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How a lock is waited for, and what its failures become. */
export interface LockOptions {
  /** Stops waiting; `body` is given it too. */
  readonly signal?: AbortSignal | undefined;
  /** Called once when somebody else holds the lock. */
  readonly onWait?: (() => void) | undefined;
  /** The error for a lock that was lost because this process slept for too long. */
  readonly lost: (cause: Error) => Error;
  /** The error for a lock that cannot be made. Default: that of the file system. */
  readonly failed?: (cause: Error) => Error;
}

/** After this long without a sign of life a lock counts as that of a dead process. */
const STALE_MS = 20_000;
const POLL_MS = 200;

/** Runs `body` while no other call does so for the same `path`, in any process; the lock of a dead one is taken over. */
export async function withLock<T>(
  path: string,
  options: LockOptions,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal;
  try {
    const release = await acquire(path, { ...options, signal }, (cause) => lost.abort(options.lost(cause)));
    try {
      return await body(signal);
    } finally {
      await release().catch(() => undefined); // a lost lock cannot be given back
    }
  } catch (error) {
    signal.throwIfAborted(); // streams and timers throw an error of their own for an aborted signal
    throw error;
  }
}

async function acquire(
  path: string,
  { signal, onWait, failed = (cause) => cause }: LockOptions,
  onCompromised: (cause: Error) => void,
): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile'); // installs signal handlers when loaded
  for (let waits = 0; ; waits++) {
    signal?.throwIfAborted();
    try {
      await mkdir(dirname(path), { recursive: true });
      return await lock(path, { realpath: false, stale: STALE_MS, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw failed(error as Error);
    }
    if (waits === 0) onWait?.();
    await delay(POLL_MS, undefined, { signal });
  }
}
