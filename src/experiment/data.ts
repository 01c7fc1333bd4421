import { ConfigError, type RandomStream } from '../core/index.js';
import {
  classCountsOf,
  longTail,
  stratifiedHoldout,
  takeExamples,
  type DatasetSplits,
  type ImageDataset,
} from '../data/index.js';
import { loadDataset, type LoadDatasetOptions } from '../data/node/index.js';
import { classBalancedOrder, shuffledOrder } from '../sampling/index.js';
import { centredNormalization, channelNormalization, imageSource, type ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';

/** The examples of a run, as sources of batches. */
export interface RunData {
  /** Name for reports, such as `cifar10-lt (exponential, ratio 100)`. */
  readonly name: string;
  /** Names of the classes. */
  readonly classNames: readonly string[];
  /** Height, width, channels. */
  readonly imageShape: readonly [number, number, number];
  /** Training examples per class, the hold-out taken off: what the prior comes from. */
  readonly classCounts: Int32Array;
  /** Augmented training batches. */
  readonly train: ExampleSource;
  /** The training examples as they are, to score them. */
  readonly trainAsIs: ExampleSource;
  /** The part of the training data that chooses checkpoint and tau; `null` without a hold-out. */
  readonly holdout: ExampleSource | null;
  /** Test examples: they choose nothing. */
  readonly test: ExampleSource;
}

/** Loads, cuts and splits the data that a configuration names. */
export async function loadRunData(
  config: TrainConfig,
  random: RandomStream,
  options: LoadDatasetOptions = {},
): Promise<RunData> {
  const directory = config.dataDir === null ? {} : { dataDir: config.dataDir };
  const splits = await loadDataset(config.data, { ...options, ...directory });
  const numClasses = splits.train.classNames.length;
  const cut = cutTail(config, splits, random);
  const { train, holdout } = splitHoldout(config, cut, random);
  const channels = train.imageShape[2];
  const normalization =
    config.normalization === 'centred' ? centredNormalization(channels) : channelNormalization(train);
  const asIs = (dataset: ImageDataset): ExampleSource => imageSource(dataset, { normalization });
  if (train.size < config.batchSize) {
    const got = `${config.batchSize} with ${train.size} training examples`;
    throw new ConfigError('configuration', 'batchSize of at most the number of training examples', got);
  }
  return {
    name: config.profile === 'none' ? config.data : `${config.data} (${config.profile}, ratio ${config.imbalance})`,
    classNames: train.classNames,
    imageShape: train.imageShape,
    classCounts: classCountsOf(train.labels, numClasses),
    train: imageSource(train, {
      normalization,
      augmentation: { cropPadding: config.cropPadding, flip: config.flip },
      order:
        config.sampler === 'class-balanced' ? classBalancedOrder(train.labels, numClasses) : shuffledOrder(train.size),
    }),
    trainAsIs: asIs(train),
    holdout: holdout && asIs(holdout),
    test: asIs(splits.test),
  };
}

function cutTail(config: TrainConfig, { train }: DatasetSplits, random: RandomStream): ImageDataset {
  const { profile, imbalance, maxPerClass, subset } = config;
  if (profile === 'none') return train;
  return longTail(train, {
    profile,
    imbalance,
    ...(maxPerClass === null ? {} : { maxPerClass }),
    ...(subset === 'random' ? { random: random.child('subset') } : {}),
  });
}

function splitHoldout(
  { holdout: fraction }: TrainConfig,
  dataset: ImageDataset,
  random: RandomStream,
): { train: ImageDataset; holdout: ImageDataset | null } {
  if (fraction === 0) return { train: dataset, holdout: null };
  const numClasses = dataset.classNames.length;
  const split = stratifiedHoldout(dataset.labels, { fraction, numClasses, random: random.child('holdout') });
  return { train: takeExamples(dataset, split.train), holdout: takeExamples(dataset, split.holdout) };
}
