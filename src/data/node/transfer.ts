import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DownloadError, LongtailError } from '../../core/index.js';

/** How far a download is. */
export interface DownloadProgress {
  /** What is being fetched. */
  readonly url: string;
  /** Bytes on disk, those of earlier calls included. */
  readonly receivedBytes: number;
  /** Size of the whole file, where the server says it. */
  readonly totalBytes: number | undefined;
}

/** Patience, progress and cancelling of a download. */
export interface TransferOptions {
  /** Called after each piece. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Cancels; what has arrived is kept for the next call. */
  readonly signal?: AbortSignal | undefined;
  /** Attempts after the first one that bring nothing new, per mirror. Default 4. */
  readonly retries?: number | undefined;
  /** Pause before the first new attempt, in milliseconds; it doubles each time. Default 500. */
  readonly backoffMs?: number | undefined;
  /** Longest silence of a server, in milliseconds. Default 30,000. */
  readonly stallMs?: number | undefined;
}

const OFFLINE_HINT = 'Check the connection, or name a folder that holds the files with --data-dir or LONGTAIL_DATA';

/** Brings the file `part` to the full length of what `url` names: continues what is there, and tries again when cut. */
export async function transfer(url: string, part: string, options: TransferOptions): Promise<void> {
  const { retries = 4, backoffMs = 500, signal } = options;
  let longest = await sizeOf(part);
  let failures = 0;
  for (;;) {
    try {
      return await attempt(url, part, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof LongtailError) throw error;
      const size = await sizeOf(part);
      failures = size > longest ? 1 : failures + 1; // an attempt that got further does not count
      longest = Math.max(longest, size);
      const reason = reasonOf(error);
      if (failures > retries || reason === 'ENOTFOUND') {
        throw new DownloadError(url, 'the file', reason, OFFLINE_HINT, { cause: error });
      }
      await sleep(backoffMs * 2 ** (failures - 1), undefined, signal && { signal });
    }
  }
}

async function attempt(url: string, part: string, options: TransferOptions): Promise<void> {
  const start = await sizeOf(part);
  const stall = stallTimer(options.stallMs ?? 30_000);
  const signal = options.signal === undefined ? stall.signal : AbortSignal.any([options.signal, stall.signal]);
  try {
    // A server that wraps the file in a content coding would have it unwrapped here, and the checksum would not fit.
    const headers = { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) };
    const response = await fetch(url, { headers, signal });
    if (!response.ok) await response.body?.cancel();
    if (response.status === 416) return; // nothing after `start`: the checksum tells whether that is the file
    checkStatus(url, response);
    const from = response.status === 206 ? start : 0; // a server without ranges sends the whole file
    const body = { chunks: response.body ?? [], total: totalOf(response, from) };
    const file = await onDisk(part, open(part, from > 0 ? 'a' : 'w'));
    try {
      await append(file, part, from, body, (receivedBytes) => {
        stall.restart();
        options.onProgress?.({ url, receivedBytes, totalBytes: body.total });
      });
    } finally {
      await file.close();
    }
  } finally {
    stall.stop();
  }
}

interface Body {
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly total: number | undefined;
}

async function append(
  file: FileHandle,
  part: string,
  from: number,
  { chunks, total }: Body,
  onReceived: (receivedBytes: number) => void,
): Promise<void> {
  let received = from;
  for await (const chunk of chunks) {
    await onDisk(part, file.appendFile(chunk));
    received += chunk.length;
    onReceived(received);
  }
  await onDisk(part, file.sync());
  if (total !== undefined && received !== total) throw new Error(`${received} of ${total} bytes`);
}

function checkStatus(url: string, { ok, status, statusText }: Response): void {
  if (ok) return;
  const got = `HTTP ${status} ${statusText}`.trim();
  if (status >= 500 || status === 408 || status === 429) throw new Error(got); // may pass: worth another attempt
  throw new DownloadError(url, 'the file', got, 'Name a folder that holds the files with --data-dir or LONGTAIL_DATA');
}

/** Size of the whole file of which `response` is the part from `from` on. */
function totalOf(response: Response, from: number): number | undefined {
  const range = response.headers.get('content-range');
  if (response.status === 206 && !range?.startsWith(`bytes ${from}-`)) throw new Error(`range ${range}`);
  const length = response.headers.get('content-length');
  return length === null ? undefined : from + Number(length);
}

/** A signal that fires when `restart` was not called for so long. */
function stallTimer(stallMs: number): { signal: AbortSignal; restart: () => void; stop: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`no data for ${stallMs / 1000} s`)), stallMs);
  return { signal: controller.signal, restart: () => timer.refresh(), stop: () => clearTimeout(timer) };
}

/** The system's code for a failed connection where there is one, else the innermost message. */
function reasonOf(error: unknown): string {
  const { code, cause, message } = error as NodeJS.ErrnoException;
  return cause === undefined ? (code ?? message) : reasonOf(cause);
}

/** Size of a file; 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Whether something lies at `path`. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Errors of the file system during `work` on `path`, as ours: no right to write, no space left. */
export async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw diskError(path, error as NodeJS.ErrnoException);
  }
}

/** The error for a file that cannot be written. */
export function diskError(path: string, cause: NodeJS.ErrnoException): DownloadError {
  const hint = 'Check space and permission, or choose another folder with LONGTAIL_CACHE';
  return new DownloadError(path, 'a place to write to', cause.code ?? String(cause), hint, { cause });
}
