import { ConfigError, type RandomStream } from '../core/index.js';
import {
  bytesOf,
  heldExamples,
  takeExamples,
  type Dataset,
  type ImageDataset,
  type ImageStream,
  type LabelledExamples,
  type VectorDataset,
  type VectorStream,
} from '../data/index.js';
import { classBalancedOrder, deferredOrder, shuffledOrder, type BatchOrder } from '../sampling/index.js';
import {
  centredNormalization,
  channelNormalization,
  imageSource,
  vectorNormalization,
  vectorSource,
  type ExampleSource,
} from '../train/index.js';
import type { TrainConfig } from './config.js';
import { choices } from './options.js';

/** Examples beyond this stay on the disk and are read batch by batch: 1 GiB. A constant, so that runs repeat elsewhere. */
export const HELD_BYTES = 2 ** 30;

/** Examples of a stream that its statistics come from. */
const SAMPLE_SIZE = 10_000;

/** The parts of a run's data. */
export interface Parts<T> {
  readonly train: T;
  readonly holdout: T | null;
  readonly test: T;
}

/** All parts in memory where they fit into `heldBytes` together, else as they are. */
export async function heldParts(
  parts: Parts<Dataset>,
  heldBytes: number,
  signal: AbortSignal | undefined,
  onNote: (message: string) => void,
): Promise<Parts<Dataset>> {
  const { train, holdout, test } = parts;
  const all = [train, test, ...(holdout ? [holdout] : [])];
  if (!all.some((dataset) => 'read' in dataset)) return parts;
  const bytes = all.reduce((sum, dataset) => sum + bytesOf(dataset), 0);
  const size = all.reduce((sum, dataset) => sum + dataset.size, 0);
  const amount = `${size} examples of ${(bytes / 2 ** 20).toFixed(1)} MiB in all`;
  if (bytes > heldBytes) {
    onNote(`${amount} stay on the disk and are read batch by batch`);
    return parts;
  }
  onNote(`${amount} are read into memory`);
  return {
    train: await heldExamples(train, signal),
    holdout: holdout && (await heldExamples(holdout, signal)),
    test: await heldExamples(test, signal),
  };
}

/** Sources of batches: of training ones, cropped, mirrored and in the order of the sampler, or of examples as they are. */
export type SourceMaker = (dataset: Dataset, purpose: 'training' | 'scoring') => ExampleSource;

/** How examples become inputs: `(byte / 255 - mean) / deviation` a channel, or `(value - mean) / deviation` a feature. */
export interface Normalization {
  /** Mean of each channel or feature. */
  readonly mean: ArrayLike<number>;
  /** Deviation of each channel or feature, > 0. */
  readonly deviation: ArrayLike<number>;
}

/** How the examples of a run become batches; the normalisation comes from the training examples. */
export async function sourceMaker(
  config: TrainConfig,
  train: Dataset,
  random: RandomStream,
): Promise<{ readonly normalization: Normalization; readonly sourceOf: SourceMaker }> {
  if ('dimension' in train) {
    checkVectorOptions(config);
    const normalization = vectorNormalization(await heldExamples(sampleOf(train, random)));
    const sourceOf: SourceMaker = (dataset, purpose) =>
      vectorSource(dataset as VectorDataset | VectorStream, {
        normalization,
        ...(purpose === 'training' ? { order: orderOf(config, dataset) } : {}),
      });
    return { normalization, sourceOf };
  }
  const normalization =
    config.normalization === 'centred'
      ? centredNormalization(train.imageShape[2])
      : channelNormalization(await heldExamples(sampleOf(train, random)));
  const augmentation = { cropPadding: config.cropPadding, flip: config.flip };
  const sourceOf: SourceMaker = (dataset, purpose) =>
    imageSource(dataset as ImageDataset | ImageStream, {
      normalization,
      ...(purpose === 'training' ? { augmentation, order: orderOf(config, dataset) } : {}),
    });
  return { normalization, sourceOf };
}

/** Order of the training batches. */
export function orderOf(
  { sampler, drsEpoch }: TrainConfig,
  { labels, classNames, size }: LabelledExamples,
): BatchOrder {
  const shuffled = shuffledOrder(size);
  if (sampler === 'shuffled' && drsEpoch === null) return shuffled;
  const balanced = classBalancedOrder(labels, classNames.length);
  return drsEpoch === null ? balanced : deferredOrder({ before: shuffled, after: balanced, fromPass: drsEpoch });
}

/** What statistics come from: all examples where they are in memory, else a seeded sample. */
function sampleOf<T extends Dataset>(dataset: T, random: RandomStream): T {
  if (!('read' in dataset) || dataset.size <= SAMPLE_SIZE) return dataset;
  return takeExamples(dataset, random.child('statistics').permutation(dataset.size).subarray(0, SAMPLE_SIZE).sort());
}

/** Options that mean nothing for feature vectors would be passed over in silence. */
function checkVectorOptions({ normalization, cropPadding, flip, model, mixing }: TrainConfig): void {
  if (mixing === 'cutmix') throw new ConfigError('configuration', 'images for the mixing cutmix', 'feature vectors');
  const refuse = (expected: string, got: string, hint?: string): never => {
    throw new ConfigError('configuration', `${expected} with feature vectors`, got, hint);
  };
  if (normalization === 'centred') refuse('normalization standardized', normalization);
  if (cropPadding > 0) refuse('cropPadding 0', String(cropPadding), 'Vectors are not cropped');
  if (flip) refuse('no flip', 'flip', 'Vectors are not mirrored');
  const forImages = (choices.model as readonly string[]).includes(model) && !['linear', 'mlp'].includes(model);
  if (forImages) refuse('the model linear or mlp, or one of your own,', model);
}
