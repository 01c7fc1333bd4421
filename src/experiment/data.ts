import { ConfigError, positionsByClass, type RandomStream } from '../core/index.js';
import {
  classCountsOf,
  longTail,
  stratifiedHoldout,
  takeExamples,
  type Dataset,
  type MultiLabelDataset,
} from '../data/index.js';
import type { LoadDatasetOptions } from '../data/node/index.js';
import { groupClasses, type ClassGroups } from '../metrics/index.js';
import { repeatedOrder } from '../sampling/index.js';
import type { ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';
import { isMultiLabel } from './dataOptions.js';
import { unlabelledViews } from './mixing.js';
import { loadMultiLabelData } from './multiLabelData.js';
import { HELD_BYTES, heldParts, sourceMaker, type Normalization, type Parts, type SourceMaker } from './sources.js';
import { loadSplits, type Splits } from './splits.js';
import { poolRecord, readSubset } from './subsetFile.js';

/** The examples of a run, as sources of batches. */
export interface RunData {
  /** Name for reports, such as `cifar10-lt (exponential, ratio 100)`. */
  readonly name: string;
  /** Names of the classes. */
  readonly classNames: readonly string[];
  /** Height, width, channels of images; the number of features of vectors. */
  readonly inputShape: readonly number[];
  /** How examples become inputs of the model. */
  readonly normalization: Normalization;
  /** Training examples per class, the hold-out taken off: what the prior comes from. */
  readonly classCounts: Int32Array;
  /** Head, torso and tail by these counts. */
  readonly groups: ClassGroups;
  /** Augmented training batches; with few labels the labelled examples over and over, a pass as long as one over all. */
  readonly train: ExampleSource;
  /** The same of all training examples, whatever they are labelled; `null` unless few are. */
  readonly unlabelled: ExampleSource | null;
  /** The training examples as they are, to score them. */
  readonly trainAsIs: ExampleSource;
  /** The examples that a subset was or may be selected from, as they are: all training examples, the hold-out taken off. */
  readonly pool: Pool | null;
  /** The part of the training data that chooses checkpoint and tau; `null` without a hold-out. */
  readonly holdout: ExampleSource | null;
  /** Test examples: they choose nothing. */
  readonly test: ExampleSource;
  /** The points behind the sources where one may carry several labels; each source then has pairs of a point and a label. */
  readonly multiLabel: Parts<MultiLabelDataset> | null;
}

/** What a subset is selected from. */
export interface Pool {
  /** Its examples in order, neither cropped nor mirrored. */
  readonly source: ExampleSource;
  /** Their class ids. */
  readonly labels: Int32Array;
}

/** Options of {@link loadRunData}. */
export interface RunDataOptions extends LoadDatasetOptions {
  /** Told whether your own data are held in memory. */
  readonly onNote?: (message: string) => void;
  /** Bytes up to which your own data are held in memory. Default {@link HELD_BYTES}. */
  readonly heldBytes?: number;
}

/** The streams that objectives train on, by name. */
export function streamsOf(labelled: ExampleSource, { unlabelled }: RunData): Readonly<Record<string, ExampleSource>> {
  return unlabelled === null ? { labelled } : { labelled, unlabelled };
}

/** Loads, cuts and splits the data that a configuration names. */
export async function loadRunData(
  config: TrainConfig,
  random: RandomStream,
  options: RunDataOptions = {},
): Promise<RunData> {
  if (isMultiLabel(config.data)) return loadMultiLabelData(config, random, options);
  const { heldBytes = HELD_BYTES, onNote = () => undefined, signal } = options;
  const splits = await loadSplits(config, random, options);
  const cut = splitHoldout(config, cutTail(config, splits.train, random), random);
  const name = describe(config, splits);
  const { train: pool, holdout, test } = await heldParts({ ...cut, test: splits.test }, heldBytes, signal, onNote);
  const train = await keepSubset(config, pool, name, random);
  checkBatchSize(config, train);
  const { normalization, sourceOf } = await sourceMaker(config, train, random);
  const labelled = keepLabels(config, train, random);
  const numClasses = train.classNames.length;
  const [head, tail] = config.groupThresholds;
  return {
    name,
    classNames: train.classNames,
    inputShape: 'dimension' in train ? [train.dimension] : train.imageShape,
    normalization,
    classCounts: classCountsOf(labelled.labels, numClasses),
    groups: groupClasses(classCountsOf(pool.labels, numClasses), { head: head!, tail: tail! }),
    ...trainingSources(config, { pool, train, labelled }, sourceOf),
    trainAsIs: sourceOf(labelled, 'scoring'),
    pool: { source: sourceOf(pool, 'scoring'), labels: pool.labels },
    holdout: holdout && sourceOf(holdout, 'scoring'),
    test: sourceOf(test, 'scoring'),
    multiLabel: null,
  };
}

/** The examples of the pool that a configuration trains on; all of them by default. */
async function keepSubset(
  { subset }: TrainConfig,
  pool: Dataset,
  name: string,
  random: RandomStream,
): Promise<Dataset> {
  if (subset === null) return pool;
  if (typeof subset === 'string') return takeExamples(pool, await readSubset(subset, poolRecord(name, pool.labels)));
  const size = Math.max(1, Math.round(subset * pool.size));
  return takeExamples(pool, random.child('subset share').permutation(pool.size).subarray(0, size).sort());
}

/** The training examples that keep their label; all of them by default. */
function keepLabels({ labelsPerClass }: TrainConfig, train: Dataset, random: RandomStream): Dataset {
  if (labelsPerClass === null) return train;
  const byClass = positionsByClass(train.labels, train.classNames.length);
  const kept = byClass.flatMap((positions, y) => {
    const order = random.child('labelled').child(`class ${y}`).permutation(positions.length);
    return Array.from(order.subarray(0, labelsPerClass), (rank) => positions[rank]!);
  });
  return takeExamples(train, Int32Array.from(kept).sort());
}

/** Batches of the examples that train; where fewer are to make as many steps, over and over. */
function trainingSources(
  config: TrainConfig,
  { pool, train, labelled }: { readonly pool: Dataset; readonly train: Dataset; readonly labelled: Dataset },
  sourceOf: SourceMaker,
): Pick<RunData, 'train' | 'unlabelled'> {
  const { size } = config.equalSteps ? pool : train;
  const stretched = (source: ExampleSource): ExampleSource =>
    source.size === size ? source : { ...source, size, order: repeatedOrder(source.order, size) };
  const all = stretched(sourceOf(train, 'training'));
  if (labelled === train) return { train: all, unlabelled: null };
  return { train: stretched(sourceOf(labelled, 'training')), unlabelled: unlabelledViews(config, all) };
}

function describe(config: TrainConfig, { name, testFrom }: Splits): string {
  const { profile, imbalance, maxPerClass, labelsPerClass } = config;
  const most = maxPerClass === null ? 'equal classes' : `at most ${maxPerClass} a class`;
  const cut = profile === 'none' ? [] : [imbalance === 1 ? most : `${profile}, ratio ${imbalance}`];
  const few = labelsPerClass === null ? [] : [`${labelsPerClass} label${labelsPerClass === 1 ? '' : 's'} a class`];
  const details = [...cut, ...few, ...(testFrom === null ? [] : [testFrom])];
  return details.length === 0 ? name : `${name} (${details.join('; ')})`;
}

function checkBatchSize({ batchSize }: TrainConfig, { size }: Dataset): void {
  if (size >= batchSize) return;
  const got = `${batchSize} with ${size} training examples`;
  const hint = 'Set a smaller batchSize (--batch-size)';
  throw new ConfigError('configuration', 'batchSize of at most the number of training examples', got, hint);
}

function cutTail(config: TrainConfig, train: Dataset, random: RandomStream): Dataset {
  const { profile, imbalance, maxPerClass, tailDraw } = config;
  if (profile === 'none') return train;
  return longTail(train, {
    profile,
    imbalance,
    ...(maxPerClass === null ? {} : { maxPerClass }),
    ...(tailDraw === 'random' ? { random: random.child('subset') } : {}),
  });
}

function splitHoldout(
  { holdout: fraction }: TrainConfig,
  dataset: Dataset,
  random: RandomStream,
): { train: Dataset; holdout: Dataset | null } {
  if (fraction === 0) return { train: dataset, holdout: null };
  const numClasses = dataset.classNames.length;
  const split = stratifiedHoldout(dataset.labels, { fraction, numClasses, random: random.child('holdout') });
  return { train: takeExamples(dataset, split.train), holdout: takeExamples(dataset, split.holdout) };
}
