import { rename, rm } from 'node:fs/promises';
import { checkNumber, DataFormatError, DownloadError, InvalidArgumentError } from '../../core/index.js';
import { digestOf, withLock, type LockOptions } from '../../core/node/index.js';
import { diskError, exists, onDisk, sizeOf, transfer } from './transfer.js';
import type { TransferOptions } from './transfer.js';

/** A published checksum, hexadecimal. */
export type Checksum = `md5:${string}` | `sha256:${string}`;

/** Options of {@link downloadFile}. */
export interface DownloadOptions extends TransferOptions {
  /** What the content must hash to. */
  readonly checksum: Checksum;
}

/**
 * Fetches a file, checks it and moves it into place; `target` exists only when it is complete and right.
 *
 * What has arrived lies beside it as `target.part`; a later call goes on from there. Of several calls for one target, in
 * this process or in others, one works and the others wait for it. A target that exists is left as it is.
 *
 * @param urls Mirrors of the file, tried in turn.
 * @param target Path of the file to make; missing folders are made.
 * @param options `checksum`, and progress, cancelling and patience where the defaults do not fit.
 * @throws DownloadError If no mirror delivers the file, or it cannot be written.
 * @throws DataFormatError If what the mirrors deliver has another checksum.
 * @example
 * ```ts
 * import { createHash } from 'node:crypto';
 * import { mkdtemp, readFile } from 'node:fs/promises';
 * import { createServer } from 'node:http';
 * import type { AddressInfo } from 'node:net';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { downloadFile } from 'tfjs-longtail/data/node';
 *
 * const server = createServer((_, reply) => reply.end('hello')).listen(0, '127.0.0.1');
 * await new Promise((resolve) => server.once('listening', resolve));
 * const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hello.txt`;
 * const target = join(await mkdtemp(join(tmpdir(), 'longtail-')), 'hello.txt');
 * const md5 = createHash('md5').update('hello').digest('hex');
 * await downloadFile([url], target, { checksum: `md5:${md5}` });
 * console.log(await readFile(target, 'utf8')); // hello
 * server.closeAllConnections();
 * server.close();
 * ```
 */
export async function downloadFile(urls: readonly string[], target: string, options: DownloadOptions): Promise<void> {
  checkRequest(urls, options);
  if (await exists(target)) return;
  await withLock(target, lockOptions(target, options.signal), async (signal) => {
    if (await exists(target)) return; // made by another call meanwhile
    await fetchFromAny(urls, target, { ...options, signal });
    await onDisk(target, rename(partOf(target), target));
  });
}

function checkRequest(
  urls: readonly string[],
  { checksum, retries = 0, backoffMs = 0, stallMs = 1 }: DownloadOptions,
): void {
  const where = 'downloadFile';
  checkNumber(where, 'urls.length', urls.length, { min: 1, integer: true });
  checkNumber(where, 'retries', retries, { min: 0, integer: true });
  checkNumber(where, 'backoffMs', backoffMs, { min: 0 });
  checkNumber(where, 'stallMs', stallMs, { min: 1, max: 2 ** 31 - 1 });
  if (/^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$/.test(checksum)) return;
  throw new InvalidArgumentError(where, 'checksum like md5:HEX or sha256:HEX, lower case', checksum);
}

async function fetchFromAny(urls: readonly string[], target: string, options: DownloadOptions): Promise<void> {
  const part = partOf(target);
  const failures: Error[] = [];
  for (const url of urls) {
    try {
      return await fetchVerified(url, part, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof DownloadError || error instanceof DataFormatError) || error.where === part) throw error;
      failures.push(error);
    }
  }
  const last = failures.at(-1)!;
  if (failures.length === 1 || failures.every((failure) => failure instanceof DataFormatError)) throw last;
  const reasons = failures.map((failure) => failure.message).join('\n  ');
  throw new DownloadError(target, `one of ${urls.length} mirrors to deliver the file`, `\n  ${reasons}`, undefined, {
    cause: last,
  });
}

async function fetchVerified(url: string, part: string, options: DownloadOptions): Promise<void> {
  const resumed = (await sizeOf(part)) > 0;
  await transfer(url, part, options);
  const actual = await checksumOf(part, options.checksum);
  if (actual === options.checksum) return;
  await onDisk(part, rm(part));
  // The beginning may have been of another version of the file, so it gets one fresh start.
  if (resumed) return fetchVerified(url, part, options);
  throw new DataFormatError(
    url,
    `content with ${options.checksum}`,
    actual,
    'The server has another or a damaged file',
  );
}

function lockOptions(target: string, signal: AbortSignal | undefined): LockOptions {
  return {
    signal,
    lost: (cause) =>
      new DownloadError(target, 'to keep its lock', cause.message, 'Run it again: it continues', { cause }),
    failed: (cause) => diskError(target, cause),
  };
}

/** Where a file lies while it is not complete. */
function partOf(target: string): string {
  return `${target}.part`;
}

/** The checksum of a file, of the kind that `like` is. */
async function checksumOf(path: string, like: Checksum): Promise<Checksum> {
  const kind = like.startsWith('md5:') ? 'md5' : 'sha256';
  return `${kind}:${await onDisk(path, digestOf(path, kind, 'hex'))}`;
}
