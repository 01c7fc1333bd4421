import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labelCountsOf, labelLists } from '../../src/data/index.js';
import type { MultiLabelDataset } from '../../src/data/index.js';
import { findDelicious, loadDelicious } from '../../src/data/node/index.js';
import { groupClasses, propensities, rankingMetrics } from '../../src/metrics/index.js';
import { refusal } from '../support/errors.js';
import { folderWith, without } from './support.js';

const names = Array.from({ length: 983 }, (_, y) => `tag ${y}`).join('\n');
const split = '1 500 983\n0 1:1\n';
const files = {
  'delicious_train.txt.gz': gzipSync(split),
  'delicious_test.txt': split,
  'label_names.txt': names,
};

describe('where Delicious is looked for', () => {
  beforeEach(async () => {
    vi.stubEnv('LONGTAIL_DATA', '');
    vi.stubEnv('LONGTAIL_CACHE', await folderWith());
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const nested = Object.fromEntries(Object.entries(files).map(([name, content]) => [`delicious/${name}`, content]));

  it('in dataDir or its folder, else where LONGTAIL_DATA points, else in the cache', async () => {
    expect(await findDelicious()).toBeNull();
    const cached = Object.fromEntries(Object.entries(nested).map(([name, content]) => [`datasets/${name}`, content]));
    const cacheDir = await folderWith(cached);
    vi.stubEnv('LONGTAIL_CACHE', cacheDir);
    expect(await findDelicious()).toBe(`${cacheDir}/datasets/delicious`);
    const shared = await folderWith(nested);
    vi.stubEnv('LONGTAIL_DATA', shared);
    expect(await findDelicious()).toBe(`${shared}/delicious`);
    const dataDir = await folderWith(files);
    expect(await findDelicious({ dataDir })).toBe(dataDir);
    vi.stubEnv('LONGTAIL_DATA', await folderWith());
    expect(await findDelicious({ cacheDir })).toBe(`${cacheDir}/datasets/delicious`);
  });

  it('not in part, and nowhere else than in dataDir', async () => {
    vi.stubEnv('LONGTAIL_DATA', await folderWith(nested));
    for (const name of Object.keys(files)) {
      expect(await findDelicious({ dataDir: await folderWith(without(files, name)) })).toBeNull();
    }
  });

  it('and says what to do when it is not there', async () => {
    const expected =
      'loadDelicious: expected the files of delicious (delicious_train.txt or delicious_train.txt.gz, ' +
      'delicious_test.txt or delicious_test.txt.gz, label_names.txt), got ';
    const origin = 'They are not downloaded; the data come from https://mulan.sourceforge.net/datasets-mlc.html';
    const dataDir = await folderWith();
    const inFolder = `not all of them in ${dataDir}. They may also lie in a folder delicious in there. ${origin}`;
    await expect(loadDelicious({ dataDir })).rejects.toThrow(refusal('InvalidArgumentError', expected + inFolder));
    const nowhere = `no folder that has them. Name a folder that holds them with --data-dir or LONGTAIL_DATA. ${origin}`;
    await expect(loadDelicious()).rejects.toThrow(refusal('DownloadError', expected + nowhere));
  });

  it('and refuses other content of the same format, or names that do not fit', async () => {
    const dataDir = await folderWith(files);
    const md5 = createHash('md5').update(split).digest('hex');
    await expect(loadDelicious({ dataDir })).rejects.toThrow(
      refusal(
        'DataFormatError',
        `${dataDir}/delicious_train.txt.gz: expected 2349314 bytes with md5 0456bee25b5e87856d533257feaa9e36, ` +
          `got ${split.length} bytes with md5 ${md5}. Fetch the file again; readXcFile reads other data of the same format`,
      ),
    );
    const fewNames = await folderWith({ ...files, 'label_names.txt': 'one\ntwo\n' });
    await expect(loadDelicious({ dataDir: fewNames })).rejects.toThrow(
      refusal('DataFormatError', `${fewNames}/label_names.txt: expected 983 names of labels, one a line, got 2`),
    );
  });
});

const root = fileURLToPath(new URL('../../', import.meta.url));
const dataDir = [process.env['LONGTAIL_DATA'], `${root}../shared/data`].find(
  (folder) => folder && existsSync(`${folder}/delicious`),
);

describe.skipIf(dataDir === undefined)('Delicious at hand', () => {
  const lengths = ({ labels: { offsets }, size }: MultiLabelDataset): number[] =>
    Array.from({ length: size }, (_, i) => offsets[i + 1]! - offsets[i]!);

  it('has its sizes, counts and groups', async () => {
    const { name, train, test } = await loadDelicious({ dataDir });
    expect(name).toBe('delicious');
    expect(train).toMatchObject({ name: 'delicious/train', size: 12_920, numFeatures: 500, numClasses: 983 });
    expect(test).toMatchObject({ name: 'delicious/test', size: 3_185, numFeatures: 500, numClasses: 983 });
    expect(train.classNames).toHaveLength(983);
    expect(train.features.values.every((value) => value === 1)).toBe(true);
    expect([...lengths(train), ...lengths(test)].filter((length) => length === 0)).toHaveLength(14);
    expect((train.labels.ids.length / 12_920).toFixed(2)).toBe('19.05');
    expect((test.labels.ids.length / 3_185).toFixed(2)).toBe('18.91');
    const counts = labelCountsOf(train);
    expect([Math.max(...counts), Math.min(...counts)]).toEqual([5_197, 18]);
    expect(labelCountsOf(test).filter((count) => count === 0)).toHaveLength(1);
    const { head, torso, tail } = groupClasses(counts, { head: 200, tail: 51 });
    expect([head.length, torso.length, tail.length]).toEqual([255, 443, 285]);
  });

  it('scores a ranking by frequency as the counts say', async () => {
    const { train, test } = await loadDelicious({ dataDir });
    const counts = labelCountsOf(train);
    const byFrequency = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!);
    const groups = groupClasses(counts, { head: 200, tail: 51 });
    const options = { numClasses: 983, groups, propensities: propensities(counts, { examples: train.size }) };
    const metrics = rankingMetrics(options);
    const labels = labelLists(test, [...Array(test.size).keys()]);
    metrics.update(labels, { ids: Int32Array.from(labels.flatMap(() => byFrequency.slice(0, 5))), k: 5 });
    const result = metrics.result();
    const labelled = lengths(test).filter((length) => length > 0).length;
    expect(result).toMatchObject({
      examples: labelled,
      examplesWithoutLabels: 3_185 - labelled,
      classes: 982,
      classesWithoutItems: 1,
      support: test.labels.ids.length,
    });
    const inTest = labelCountsOf(test);
    for (const { k, hits, precision } of result.at) {
      expect(hits).toBe(byFrequency.slice(0, k).reduce((sum, y) => sum + inTest[y]!, 0));
      expect(precision).toBeCloseTo(hits / (k * labelled), 12);
    }
    expect(result.groups.head!.at.map(({ hits }) => hits)).toEqual(result.at.map(({ hits }) => hits));
    expect(result.groups.tail!.at.map(({ hits }) => hits)).toEqual([0, 0, 0]);
  });
});
