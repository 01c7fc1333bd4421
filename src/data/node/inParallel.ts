/** More than the threads that read and decode, so that none of them waits for a turn of the event loop. */
const WORKERS = 16;

/** Runs `body` for 0..count-1, several at a time and begun in order; the first failure ends it. */
export async function inParallel(
  count: number,
  body: (index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < count && !failed) {
      signal?.throwIfAborted();
      await body(next++);
    }
  };
  const workers = Array.from({ length: Math.min(WORKERS, count) }, async () => {
    try {
      await worker();
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  // All have ended before the failure is told: none goes on reading behind the caller's back.
  for (const result of await Promise.allSettled(workers)) if (result.status === 'rejected') throw result.reason;
}
