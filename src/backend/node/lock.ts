import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { BackendError } from '../../core/index.js';

/** How a lock is waited for. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  readonly onWait?: (() => void) | undefined;
}

const STALE_MS = 20_000;
const POLL_MS = 300;

/** Runs `body` while no other process does so for the same `folder`; a lock whose owner died is taken over. */
export async function withLock<T>(
  where: string,
  folder: string,
  { signal: outer, onWait }: LockOptions,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const signal = outer ? AbortSignal.any([outer, lost.signal]) : lost.signal;
  const onLost = (cause: Error): void =>
    lost.abort(new BackendError(where, `to keep the lock on ${folder}`, cause.message, 'Try again', { cause }));
  try {
    await mkdir(path.dirname(folder), { recursive: true });
    const release = await acquire(folder, { signal, onWait }, onLost);
    try {
      return await body(signal);
    } finally {
      await release().catch(() => undefined);
    }
  } catch (error) {
    // Streams and timers throw an error of their own for an aborted signal.
    signal.throwIfAborted();
    throw error;
  }
}

async function acquire(
  folder: string,
  { signal, onWait }: LockOptions,
  onCompromised: (cause: Error) => void,
): Promise<() => Promise<void>> {
  for (let waits = 0; ; waits++) {
    try {
      return await lock(folder, { realpath: false, stale: STALE_MS, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    if (waits === 0) onWait?.();
    await delay(POLL_MS, undefined, { signal });
  }
}
