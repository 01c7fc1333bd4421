import { existsSync } from 'node:fs';
import { ConfigError } from '../core/index.js';
import { classCountsOf, longTail, type ProfileName } from '../data/index.js';
import { datasetNames, findDataset, findDelicious, loadDataset, type DatasetName } from '../data/node/index.js';
import type { Invocation } from './command.js';
import { downloadLines } from './downloadLines.js';
import { inspect } from './inspect.js';
import { printResult, table } from './output.js';

/** `longtail data list | download NAME | profile NAME | inspect PATH`. */
export async function runData(invocation: Invocation): Promise<void> {
  const [action, name] = invocation.args;
  if (action === 'list') return list(invocation);
  if (action === 'inspect') {
    if (name === undefined) throw new ConfigError('data', 'a folder or file after inspect', 'none');
    return inspect(name, invocation);
  }
  if (name === undefined) throw new ConfigError('data', `the name of a data set after ${action}`, 'none', names());
  return action === 'download' ? download(name as DatasetName, invocation) : profile(name as DatasetName, invocation);
}

async function list({ options }: Invocation): Promise<void> {
  const folder = dataDir(options);
  if (folder !== undefined && !existsSync(folder)) throw new ConfigError('data list', '--data-dir of a folder', folder);
  const images = datasetNames.map(async (name) => ({
    name,
    at: await findDataset(name, name === 'sample' ? {} : { dataDir: dataDir(options) }),
    otherwise: `no: longtail data download ${name}`,
  }));
  const multiLabel = findDelicious({ dataDir: folder }).then((at) => ({
    name: 'delicious',
    at,
    otherwise: 'no: it is not downloaded, name its folder with --data-dir',
  }));
  const rows = await Promise.all([...images, multiLabel]);
  const datasets = rows.map(({ name, at }) => ({ name, at }));
  printResult(options['json'] === true, { datasets }, () =>
    table(
      ['data set', 'at hand'],
      [...rows.map(({ name, at, otherwise }) => [name, at ?? otherwise]), ['zipf', 'made up when it is asked for']],
      'left',
    ),
  );
}

async function download(name: DatasetName, { options, signal }: Invocation): Promise<void> {
  if (dataDir(options) !== undefined) {
    const hint = 'LONGTAIL_CACHE moves the cache that downloads go to';
    throw new ConfigError('data download', 'no --data-dir', dataDir(options), hint);
  }
  const { train, test } = await loadDataset(name, { signal, onProgress: downloadLines() });
  const result = { name, at: await findDataset(name), train: train.size, test: test.size };
  printResult(options['json'] === true, result, () => `${name}: ${train.size} training and ${test.size} test images`);
}

async function profile(name: DatasetName, { options, signal }: Invocation): Promise<void> {
  const { train } = await loadDataset(name, {
    signal,
    dataDir: dataDir(options),
    onProgress: downloadLines(),
  });
  const { profile = 'exponential', imbalance = 100, maxPerClass } = options;
  const cut =
    profile === 'none'
      ? train
      : longTail(train, {
          profile: profile as ProfileName,
          imbalance: imbalance as number,
          ...(maxPerClass === undefined ? {} : { maxPerClass: maxPerClass as number }),
        });
  const counts = [...classCountsOf(cut.labels, cut.classNames.length)];
  const result = { name, profile, imbalance: profile === 'none' ? null : imbalance, total: cut.size, counts };
  printResult(
    options['json'] === true,
    result,
    () =>
      `${table(
        ['class', 'training images'],
        counts.map((count, y) => [cut.classNames[y]!, String(count)]),
      )}\ntotal ${cut.size}`,
  );
}

function dataDir(options: Invocation['options']): string | undefined {
  return options['dataDir'] as string | undefined;
}

function names(): string {
  return `The data sets are ${datasetNames.join(', ')}`;
}
