import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DataFormatError, DownloadError } from '../../src/core/index.js';
import { downloadFile, loadDataset } from '../../src/data/node/index.js';
import type { DownloadOptions, DownloadProgress } from '../../src/data/node/index.js';
import { findFiles } from '../../src/data/node/findFiles.js';
import { readSplits } from '../../src/data/node/loadDataset.js';
import { sources } from '../../src/data/node/sources.js';
import { cifar10File, folderWith, rejectionOf, tarOf } from './support.js';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
const md5 = (bytes: Uint8Array): `md5:${string}` => `md5:${createHash('md5').update(bytes).digest('hex')}`;
const quick = { checksum: md5(content), backoffMs: 1 } satisfies DownloadOptions;

type Reply = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers the i-th request with the i-th reply, later ones with the last; and the ranges it was asked for. */
async function serve(...replies: Reply[]): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    replies[Math.min(ranges.length, replies.length) - 1]!(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, ranges };
}

/** The content, or the rest of it where a range is asked for. */
const whole =
  (bytes: Uint8Array = content): Reply =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= bytes.length) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, ...(from > 0 && range) });
    response.end(bytes.subarray(from));
  };

/** The content from the beginning, whatever range is asked for. */
const withoutRanges: Reply = (_, response) =>
  response.writeHead(200, { 'content-length': content.length }).end(content);

/**
 * Replies that promise the whole rest, send a piece of it and hang up, and the progress callback that makes them do so:
 * only when the piece is on the client's disk, so that how much arrives does not depend on timing.
 */
function hangingUp(): { after: (sent: number) => Reply; onProgress: (progress: DownloadProgress) => void } {
  const cuts = new Map<number, ServerResponse>();
  const after =
    (sent: number): Reply =>
    (request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from, ...(from > 0 && range) });
      if (sent === 0) return void response.destroy();
      cuts.set(from + sent, response);
      response.write(content.subarray(from, from + sent));
    };
  return { after, onProgress: ({ receivedBytes }) => void cuts.get(receivedBytes)?.destroy() };
}

const status =
  (code: number): Reply =>
  (_, response) =>
    response.writeHead(code).end('sorry');

const silence: Reply = () => {};

async function freshTarget(part?: Uint8Array): Promise<string> {
  return join(await folderWith(part === undefined ? {} : { 'file.part': part }), 'file');
}

/** The target has the content, and nothing else is left in its folder. */
async function expectComplete(target: string): Promise<void> {
  expect((await readFile(target)).equals(content)).toBe(true);
  expect(await readdir(join(target, '..'))).toEqual(['file']);
}

describe('downloadFile', () => {
  it('fetches, checks and moves into place, in folders it makes', async () => {
    const { url, ranges } = await serve(whole());
    const target = join(await folderWith(), 'a', 'b', 'file');
    await downloadFile([url], target, quick);
    await expectComplete(target);
    expect(ranges).toEqual([undefined]);
  });

  it('takes sha256 sums', async () => {
    const { url } = await serve(whole());
    const target = await freshTarget();
    await downloadFile([url], target, {
      ...quick,
      checksum: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    });
    await expectComplete(target);
  });

  it('leaves a target that exists as it is', async () => {
    const target = await freshTarget();
    await writeFile(target, 'mine');
    const { url, ranges } = await serve(whole());
    await downloadFile([url], target, quick);
    expect(await readFile(target, 'utf8')).toBe('mine');
    expect(ranges).toEqual([]);
  });

  it('resumes what an earlier call left', async () => {
    const { url, ranges } = await serve(whole());
    const target = await freshTarget(content.subarray(0, 100_000));
    await downloadFile([url], target, quick);
    await expectComplete(target);
    expect(ranges).toEqual(['bytes=100000-']);
  });

  it('takes a part that is complete already', async () => {
    const { url, ranges } = await serve(whole());
    const target = await freshTarget(content);
    await downloadFile([url], target, quick);
    await expectComplete(target);
    expect(ranges).toEqual([`bytes=${content.length}-`]);
  });

  it('starts again when the part does not belong to the file', async () => {
    const { url, ranges } = await serve(whole());
    const target = await freshTarget(Buffer.alloc(1000, 7));
    await downloadFile([url], target, quick);
    await expectComplete(target);
    expect(ranges).toEqual(['bytes=1000-', undefined]);
  });

  it('goes on where the connection was cut, as often as it gets further', async () => {
    const { after, onProgress } = hangingUp();
    const { url, ranges } = await serve(after(50_000), after(50_000), after(50_000), whole());
    const target = await freshTarget();
    await downloadFile([url], target, { ...quick, retries: 1, onProgress });
    await expectComplete(target);
    expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=100000-', 'bytes=150000-']);
  });

  it('works with a server that has no ranges', async () => {
    const { after, onProgress } = hangingUp();
    const { url, ranges } = await serve(after(50_000), withoutRanges);
    const target = await freshTarget();
    await downloadFile([url], target, { ...quick, onProgress });
    await expectComplete(target);
    expect(ranges).toEqual([undefined, 'bytes=50000-']);
  });

  it('tries again after an error that may pass', async () => {
    const { url, ranges } = await serve(status(503), status(429), whole());
    const target = await freshTarget();
    await downloadFile([url], target, quick);
    await expectComplete(target);
    expect(ranges).toHaveLength(3);
  });

  it('gives up when nothing new arrives, and keeps the part', async () => {
    const { after, onProgress } = hangingUp();
    const { url, ranges } = await serve(after(50_000), after(0));
    const target = await freshTarget();
    const error = await rejectionOf(downloadFile([url], target, { ...quick, retries: 2, onProgress }));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toMatch(
      /^http:.*: expected the file, got .+\. Check the connection, or name a folder that holds the files with --data-dir or LONGTAIL_DATA$/,
    );
    expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=50000-']);
    expect(await readdir(join(target, '..'))).toEqual(['file.part']);
  });

  it('gives up at once when the file is not there', async () => {
    const { url, ranges } = await serve(status(404));
    const target = await freshTarget();
    const error = await rejectionOf(downloadFile([url], target, quick));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toBe(
      `${url}: expected the file, got HTTP 404 Not Found. ` +
        'Name a folder that holds the files with --data-dir or LONGTAIL_DATA',
    );
    expect(ranges).toHaveLength(1);
    expect(await readdir(join(target, '..'))).toEqual([]);
  });

  it('refuses a wrong checksum and keeps nothing', async () => {
    const wrong = Buffer.from('something else');
    const { url } = await serve(whole(wrong));
    const target = await freshTarget();
    const error = await rejectionOf(downloadFile([url], target, quick));
    expect(error).toBeInstanceOf(DataFormatError);
    expect(error.message).toBe(
      `${url}: expected content with ${quick.checksum}, got ${md5(wrong)}. The server has another or a damaged file`,
    );
    expect(await readdir(join(target, '..'))).toEqual([]);
  });

  it('goes through the mirrors, and lists what each did', async () => {
    const missing = await serve(status(404));
    const wrong = await serve(whole(Buffer.from('something else')));
    const right = await serve(whole());
    const target = await freshTarget();
    const error = await rejectionOf(downloadFile([missing.url, wrong.url], target, quick));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain(
      `${target}: expected one of 2 mirrors to deliver the file, got \n  ${missing.url}: `,
    );
    expect(error.message).toContain(`\n  ${wrong.url}: expected content with ${quick.checksum}`);
    await downloadFile([missing.url, wrong.url, right.url], target, quick);
    await expectComplete(target);
  });

  it('says what to do without a connection', async () => {
    const { url } = await serve(whole());
    servers.splice(0).forEach((server) => server.close());
    const target = await freshTarget();
    const error = await rejectionOf(downloadFile([url], target, { ...quick, retries: 1 }));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toBe(
      `${url}: expected the file, got ECONNREFUSED. Check the connection, or name a folder that holds the files with ` +
        '--data-dir or LONGTAIL_DATA',
    );
  });

  it('gives up on a silent server', async () => {
    const { url } = await serve(silence);
    const target = await freshTarget();
    const error = await rejectionOf(downloadFile([url], target, { ...quick, retries: 0, stallMs: 30 }));
    expect(error.message).toContain('expected the file, got no data for 0.03 s. Check the connection');
  });

  it('reports progress, the resumed part included', async () => {
    const { url } = await serve(whole());
    const target = await freshTarget(content.subarray(0, 100_000));
    const seen: DownloadProgress[] = [];
    await downloadFile([url], target, { ...quick, onProgress: (progress) => seen.push(progress) });
    const received = seen.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(received[0]).toBeGreaterThan(100_000);
    expect(seen.at(-1)).toEqual({ url, receivedBytes: content.length, totalBytes: content.length });
  });

  it('stops with the reason of its signal and keeps the part for the next call', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 60_000)); // and no more
    }, whole());
    const target = await freshTarget();
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ receivedBytes }: DownloadProgress): void => {
      if (receivedBytes === 60_000) controller.abort(reason);
    };
    const aborted = downloadFile([url], target, { ...quick, signal: controller.signal, onProgress });
    expect(await rejectionOf(aborted)).toBe(reason);
    expect(await readdir(join(target, '..'))).toEqual(['file.part']);
    await downloadFile([url], target, quick);
    await expectComplete(target);
  });

  it('lets one of several callers work and the others wait', async () => {
    const slowly: Reply = (request, response) => setTimeout(() => whole()(request, response), 200);
    const { url, ranges } = await serve(slowly);
    const target = await freshTarget();
    await Promise.all([1, 2, 3].map(() => downloadFile([url], target, quick)));
    await expectComplete(target);
    expect(ranges).toHaveLength(1);
  });

  it('names the place it cannot write to', async () => {
    const { url } = await serve(whole());
    const folder = await folderWith({ file: 'in the way' });
    const error = await rejectionOf(downloadFile([url], join(folder, 'file', 'inner'), quick));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toBe(
      `${folder}/file/inner: expected a place to write to, got EEXIST. ` +
        'Check space and permission, or choose another folder with LONGTAIL_CACHE',
    );
  });

  it('names the place it cannot lock', async () => {
    const target = join(await folderWith(), 'f'.repeat(252)); // the name of the lock is longer than a name may be
    const error = await rejectionOf(downloadFile(['http://x'], target, quick));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toContain(`${target}: expected a place to write to, got ENAMETOOLONG. Check space`);
  });

  it.skipIf(!existsSync('/dev/full'))('stops at a full disk, without another attempt', async () => {
    const { url, ranges } = await serve(whole());
    const target = await freshTarget();
    await symlink('/dev/full', `${target}.part`);
    const error = await rejectionOf(downloadFile([url, url], target, quick));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error.message).toBe(
      `${target}.part: expected a place to write to, got ENOSPC. ` +
        'Check space and permission, or choose another folder with LONGTAIL_CACHE',
    );
    expect(ranges).toHaveLength(1);
  });

  it.each([
    [[], {}, 'urls.length to be an integer of at least 1, got 0'],
    [['http://x'], { retries: -1 }, 'retries to be an integer of at least 0, got -1'],
    [['http://x'], { stallMs: 0 }, 'stallMs to be a finite number in 1..2147483647, got 0'],
    [['http://x'], { checksum: 'md5:1' as const }, 'checksum like md5:HEX or sha256:HEX, lower case, got md5:1'],
  ])('refuses %o %o', async (urls, wrong, message) => {
    const request = downloadFile(urls, await freshTarget(), { ...quick, ...wrong });
    await expect(request).rejects.toThrow(`downloadFile: expected ${message}`);
  });
});

describe('loadDataset with a download', () => {
  it('downloads once, into the cache, and reads from there', async () => {
    const archive = await tarOf({ 'b/data_batch_1.bin': cifar10File([1, 2]), 'b/test_batch.bin': cifar10File([3]) });
    const { url, ranges } = await serve(whole(archive));
    const remote = [{ name: 'cifar-10-binary.tar', urls: [url], checksum: md5(archive) }];
    const source = { ...sources.cifar10, remote };
    const cacheDir = await folderWith();
    for (let call = 0; call < 2; call++) {
      const files = await findFiles('cifar10', source, { cacheDir });
      expect(files).toBe(join(cacheDir, 'datasets', 'cifar-10-batches-bin', 'cifar-10-binary.tar'));
      const { train, test } = await readSplits('cifar10', source, files);
      expect([Array.from(train.labels), Array.from(test.labels)]).toEqual([[1, 2], [3]]);
    }
    expect(ranges).toHaveLength(1);
  });

  it('refuses a mirror whose file is not the published one', async () => {
    const { url } = await serve(whole(cifar10File([1])), status(404));
    const source = { ...sources.cifar10, remote: sources.cifar10.remote.map((file) => ({ ...file, urls: [] })) };
    const mirrors = [url];
    const cacheDir = await folderWith();
    const error = await rejectionOf(findFiles('cifar10', source, { cacheDir, mirrors }));
    expect(error).toBeInstanceOf(DataFormatError);
    expect(error.message).toContain('expected content with md5:c32a1d4ab5d03f1284b67883e8d13530, got md5:');
    const again = loadDataset('cifar10', { cacheDir, download: false });
    await expect(again).rejects.toThrow('loadDataset: expected cifar10 at hand');
  });
});
