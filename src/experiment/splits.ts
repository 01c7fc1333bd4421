import { DataFormatError, randomStream, type RandomStream } from '../core/index.js';
import { classCountsOf, stratifiedHoldout, takeExamples, zipfDataset, type Dataset } from '../data/index.js';
import { loadDataset, openDataset, type DatasetName, type LoadDatasetOptions } from '../data/node/index.js';
import type { TrainConfig } from './config.js';
import { isOwnData } from './dataOptions.js';

/** All training and test examples of the data that a configuration names. */
export interface Splits {
  /** Name for reports. */
  readonly name: string;
  /** Where the test examples come from, for reports; `null` where the data come with them. */
  readonly testFrom: string | null;
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Loads a data set by name, makes it of `random`, or opens one by path. */
export async function loadSplits(
  config: TrainConfig,
  random: RandomStream,
  options: LoadDatasetOptions,
): Promise<Splits> {
  const { data, dataDir } = config;
  if (data === 'zipf') {
    const { classes, exponent } = config;
    const made = zipfDataset({ random: random.child('zipf'), classes: classes!, exponent: exponent! });
    return { ...made, name: `zipf (${classes} classes, exponent ${exponent})`, testFrom: null };
  }
  if (isOwnData(data)) return openSplits(config, options.signal);
  const directory = dataDir === null ? {} : { dataDir };
  const { train, test } = await loadDataset(data as DatasetName, { ...options, ...directory });
  return { name: data, testFrom: null, train, test };
}

async function openSplits(config: TrainConfig, signal: AbortSignal | undefined): Promise<Splits> {
  const { data, labels, root, labelColumn, imageSize, testData, testLabels, testShare } = config;
  const { name, train, test } = await openDataset(data, {
    labels: labels ?? undefined,
    root: root ?? undefined,
    labelColumn,
    imageSize: imageSize ?? undefined,
    test: testData ?? undefined,
    testLabels: testLabels ?? undefined,
    signal,
  });
  if (test !== null) {
    checkClassSizes(data, train, 1);
    return { name, testFrom: null, train, test };
  }
  checkClassSizes(data, train, 2);
  // Not of the run's seed: runs that differ in it are scored on the same examples.
  const random = randomStream(0).child('test share');
  const split = stratifiedHoldout(train.labels, { fraction: testShare, numClasses: train.classNames.length, random });
  return {
    name,
    testFrom: `${Number((100 * testShare).toFixed(4))}% of each class for testing`,
    train: takeExamples(train, split.train),
    test: takeExamples(train, split.holdout),
  };
}

/** Every class needs an example to train on, and another one to test on where there are no test data apart. */
function checkClassSizes(path: string, { labels, classNames }: Dataset, least: 1 | 2): void {
  const counts = classCountsOf(labels, classNames.length);
  const small = counts.findIndex((count) => count < least);
  if (small < 0) return;
  const expected = `at least ${least} training example${least === 1 ? '' : 's'} of class ${small} (${classNames[small]})`;
  const hint =
    counts[small] === 0
      ? 'Leave the class out: number the others from 0 without gaps'
      : 'One is for testing: give test data apart (testData), or leave the class out';
  throw new DataFormatError(path, expected, counts[small], hint);
}
