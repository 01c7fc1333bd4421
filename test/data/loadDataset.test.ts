import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DownloadError, InvalidArgumentError } from '../../src/core/index.js';
import { bundledFiles } from '../../src/data/node/findFiles.js';
import { cacheDirectory, datasetNames, findDataset, loadDataset } from '../../src/data/node/index.js';
import type { DatasetName } from '../../src/data/node/index.js';
import { sources } from '../../src/data/node/sources.js';
import { cifar10File, folderWith, rejectionOf } from './support.js';

const files = { 'data_batch_1.bin': cifar10File([1, 2]), 'test_batch.bin': cifar10File([3]) };
const labelsOf = async (dataDir?: string) =>
  Array.from((await loadDataset('cifar10', { dataDir, download: false })).train.labels);

beforeEach(async () => {
  vi.stubEnv('LONGTAIL_DATA', '');
  vi.stubEnv('LONGTAIL_CACHE', await folderWith());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('loadDataset', () => {
  it('takes the folder itself, or one that holds it by its usual name', async () => {
    expect(await labelsOf(await folderWith(files))).toEqual([1, 2]);
    const nested = Object.fromEntries(
      Object.entries(files).map(([n, content]) => [`cifar-10-batches-bin/${n}`, content]),
    );
    // Files of another data set beside the folder do not disturb.
    expect(await labelsOf(await folderWith({ ...nested, 'train.bin': 'x', 'test.bin': 'x' }))).toEqual([1, 2]);
  });

  it('prefers dataDir to LONGTAIL_DATA, and that to the cache', async () => {
    const cached = { 'datasets/cifar-10-batches-bin/cifar-10-binary.tar.gz': 'damaged' };
    vi.stubEnv('LONGTAIL_CACHE', await folderWith(cached));
    expect((await rejectionOf(labelsOf())).message).toContain('a whole gzip stream');
    vi.stubEnv('LONGTAIL_DATA', await folderWith({ ...files, 'data_batch_1.bin': cifar10File([7]) }));
    expect(await labelsOf()).toEqual([7]);
    expect(await labelsOf(await folderWith(files))).toEqual([1, 2]);
  });

  it('looks on when LONGTAIL_DATA holds other data sets only', async () => {
    vi.stubEnv('LONGTAIL_DATA', await folderWith({ 'cifar-100-binary/train.bin': '' }));
    const cache = cacheDirectory();
    expect(await rejectionOf(labelsOf())).toMatchObject({
      name: 'DownloadError',
      message:
        `loadDataset: expected cifar10 at hand, got no ${cache}/datasets/cifar-10-batches-bin/cifar-10-binary.tar.gz. ` +
        'Allow the download, or name a folder that holds the files with --data-dir or LONGTAIL_DATA',
    });
  });

  it('says what it looked for when dataDir does not hold the data set', async () => {
    const dataDir = await folderWith({ 'data_batch_1.bin': files['data_batch_1.bin'] });
    const error = await rejectionOf(labelsOf(dataDir));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toBe(
      'loadDataset: expected the files of cifar10 (train* or data_batch*, and test* or t10k-*, ending in .bin or ' +
        `.bin.gz, or cifar-10-binary.tar.gz, or cifar-10-binary.tar), got none in ${dataDir}. ` +
        'They may also lie in a folder cifar-10-batches-bin in there',
    );
  });

  it('names a folder that is not there', async () => {
    const missing = join(await folderWith(), 'missing');
    const message = `loadDataset: expected a folder to read, got ${missing} (ENOENT). Check --data-dir and LONGTAIL_DATA`;
    await expect(labelsOf(missing)).rejects.toThrow(message);
    vi.stubEnv('LONGTAIL_DATA', missing);
    await expect(labelsOf()).rejects.toThrow(message);
  });

  it('refuses a file beside its own gzip', async () => {
    const dataDir = await folderWith({ ...files, 'data_batch_1.bin.gz': gzipSync(files['data_batch_1.bin']) });
    await expect(labelsOf(dataDir)).rejects.toThrow(
      `${dataDir}/data_batch_1.bin: expected the file either plain or as .gz, got both. ` +
        'Remove one: both would be read',
    );
  });

  it('passes over folders and dangling links, follows links to files', async () => {
    const dataDir = await folderWith({ 'test_batch.bin': files['test_batch.bin'], elsewhere: cifar10File([8]) });
    await mkdir(join(dataDir, 'data_batch_0.bin'));
    await symlink(join(dataDir, 'nothing'), join(dataDir, 'data_batch_1.bin'));
    await symlink(join(dataDir, 'elsewhere'), join(dataDir, 'data_batch_2.bin'));
    expect(await labelsOf(dataDir)).toEqual([8]);
  });

  it('lists near misses of an unknown name', async () => {
    await expect(loadDataset('cifar-10' as DatasetName)).rejects.toThrow(
      'loadDataset: expected name to be one of sample, cifar10, cifar100, mnist, got cifar-10. ' +
        'Did you mean "cifar10" or "cifar100"?',
    );
    expect(datasetNames).toEqual(['sample', 'cifar10', 'cifar100', 'mnist']);
  });

  it('stops with the reason of its signal', async () => {
    const dataDir = await folderWith(files);
    const reason = new Error('enough');
    const aborted = loadDataset('cifar10', { dataDir, signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(aborted)).toBe(reason);
    const archived = await folderWith({ 'cifar-10-binary.tar.gz': gzipSync(Buffer.alloc(1024)) });
    const alsoAborted = loadDataset('cifar10', { dataDir: archived, signal: AbortSignal.abort(reason) });
    expect(await rejectionOf(alsoAborted)).toBe(reason);
  });

  it('asks mirrors before the official home, and says how to do without', async () => {
    const reason = new Error('no network in tests');
    const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(reason);
    const error = await rejectionOf(loadDataset('cifar10', { mirrors: ['http://mirror.test/data'], retries: 0 }));
    const urls = asked.mock.calls.map(([url]) => url);
    asked.mockRestore();
    expect(urls).toEqual([
      'http://mirror.test/data/cifar-10-binary.tar.gz',
      'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    ]);
    expect(error).toBeInstanceOf(DownloadError);
    const hint = 'Check the connection, or name a folder that holds the files with --data-dir or LONGTAIL_DATA';
    expect(error.message).toBe(
      `${cacheDirectory()}/datasets/cifar-10-batches-bin/cifar-10-binary.tar.gz: expected one of 2 mirrors to ` +
        'deliver the file, got \n' +
        `  http://mirror.test/data/cifar-10-binary.tar.gz: expected the file, got no network in tests. ${hint}\n` +
        `  https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz: expected the file, got no network in tests. ${hint}`,
    );
  });
});

describe('the bundled sample', () => {
  it('takes no dataDir', async () => {
    await expect(loadDataset('sample', { dataDir: '/elsewhere' })).rejects.toThrow(
      'loadDataset: expected no dataDir for the bundled sample, got /elsewhere. Load cifar10 from that folder: ' +
        'the layout is the same',
    );
  });

  it('says what to do when the package came without it', async () => {
    const root = await folderWith();
    await expect(bundledFiles(sources.sample, undefined, root)).rejects.toThrow(
      `loadDataset: expected the bundled sample at ${root}/cifar-10-lt-sample, got no such folder. ` +
        'The npm package leaves it out: clone the repository, or load cifar10',
    );
  });
});

describe('findDataset', () => {
  it('names the folder or the archive, and reads nothing', async () => {
    const dataDir = await folderWith({ 'cifar-10-batches-bin/train.bin': '', 'cifar-10-batches-bin/test.bin': '' });
    expect(await findDataset('cifar10', { dataDir })).toBe(join(dataDir, 'cifar-10-batches-bin'));
    const archive = 'datasets/cifar-100-binary/cifar-100-binary.tar.gz';
    vi.stubEnv('LONGTAIL_CACHE', await folderWith({ [archive]: 'unread' }));
    expect(await findDataset('cifar100')).toBe(join(cacheDirectory(), archive));
    expect(await findDataset('sample')).toMatch(/cifar-10-lt-sample$/);
  });

  it('gives null for what is not at hand, without a download', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    expect(await findDataset('cifar10')).toBeNull();
    expect(await findDataset('mnist', { dataDir: await folderWith() })).toBeNull();
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });
});

describe('cacheDirectory', () => {
  it('is LONGTAIL_CACHE, made absolute, or a folder of the user', () => {
    vi.stubEnv('LONGTAIL_CACHE', 'some/cache');
    expect(cacheDirectory()).toBe(join(process.cwd(), 'some/cache'));
    vi.stubEnv('LONGTAIL_CACHE', '');
    expect(cacheDirectory()).toMatch(/tfjs-longtail/);
  });
});
