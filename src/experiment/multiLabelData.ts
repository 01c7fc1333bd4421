import * as tf from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/index.js';
import {
  denseFeatures,
  labelCountsOf,
  labelLists,
  takeMultiLabel,
  type MultiLabelDataset,
  type VectorStream,
} from '../data/index.js';
import { loadDelicious } from '../data/node/index.js';
import { multiHot } from '../losses/index.js';
import { groupClasses } from '../metrics/index.js';
import { shuffledOrder } from '../sampling/index.js';
import { vectorSource, type ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';
import type { RunData, RunDataOptions } from './data.js';
import { orderOf } from './sources.js';

/**
 * Loads multi-label data for a run.
 *
 * Losses over classes train on pairs of a point and one of its labels, so the class prior is that of the labels, and are
 * scored on such pairs; `sigmoid` trains on points with all their labels. The hold-out takes whole points.
 */
export async function loadMultiLabelData(
  config: TrainConfig,
  random: RandomStream,
  { signal }: RunDataOptions,
): Promise<RunData> {
  const { dataDir, loss, holdout: share, groupThresholds } = config;
  const splits = await loadDelicious({ ...(dataDir === null ? {} : { dataDir }), signal });
  const { train, holdout } = splitPoints(splits.train, share, random);
  const classCounts = labelCountsOf(train);
  const normalization = unchanged(train.numFeatures);
  const pairsOf = (dataset: MultiLabelDataset) => vectorSource(pairStream(dataset), { normalization });
  const pairs = pairStream(train);
  const [head, tail] = groupThresholds;
  return {
    name: splits.name,
    classNames: train.classNames,
    inputShape: [train.numFeatures],
    normalization,
    classCounts,
    groups: groupClasses(classCounts, { head: head!, tail: tail! }),
    train:
      loss === 'sigmoid' ? pointSource(train) : vectorSource(pairs, { normalization, order: orderOf(config, pairs) }),
    unlabelled: null,
    pool: null,
    trainAsIs: pairsOf(train),
    holdout: holdout && pairsOf(holdout),
    test: pairsOf(splits.test),
    multiLabel: { train, holdout, test: splits.test },
  };
}

function splitPoints(
  dataset: MultiLabelDataset,
  share: number,
  random: RandomStream,
): { train: MultiLabelDataset; holdout: MultiLabelDataset | null } {
  if (share === 0) return { train: dataset, holdout: null };
  const points = random.child('holdout').permutation(dataset.size);
  const held = Math.max(1, Math.round(share * dataset.size));
  return {
    train: takeMultiLabel(dataset, points.subarray(held).sort()),
    holdout: takeMultiLabel(dataset, points.subarray(0, held).sort()),
  };
}

/** Sparse features are taken as they are: shifted, they would no longer be sparse in anything but memory. */
function unchanged(dimension: number): { mean: Float64Array; deviation: Float64Array } {
  return { mean: new Float64Array(dimension), deviation: new Float64Array(dimension).fill(1) };
}

/** The pairs of a point and one of its labels, as labelled vectors; the dense rows are made when they are asked for. */
function pairStream(dataset: MultiLabelDataset): VectorStream {
  const { name, classNames, numFeatures, labels } = dataset;
  const pointOf = new Int32Array(labels.ids.length);
  for (let point = 0; point < dataset.size; point++) {
    pointOf.fill(point, labels.offsets[point], labels.offsets[point + 1]);
  }
  return {
    name,
    classNames,
    labels: labels.ids,
    size: labels.ids.length,
    dimension: numFeatures,
    read: (pairs) =>
      Promise.resolve(
        denseFeatures(
          dataset,
          pairs.map((pair) => pointOf[pair]!),
        ),
      ),
  };
}

/** Points with all their labels: `[B, D]` features and `[B, C]` rows of 0 and 1. */
export function pointSource(dataset: MultiLabelDataset): ExampleSource {
  const { size, numFeatures, numClasses } = dataset;
  return {
    size,
    order: shuffledOrder(size),
    batch: (points) => ({
      inputs: tf.tensor2d(denseFeatures(dataset, points), [points.length, numFeatures]),
      targets: multiHot(labelLists(dataset, points), numClasses),
    }),
  };
}
