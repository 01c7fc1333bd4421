import * as tf from '@tensorflow/tfjs-core';
import { labelLists, type MultiLabelDataset } from '../data/index.js';
import {
  propensities,
  rankingMetrics,
  topClasses,
  topScores,
  type ClassGroups,
  type RankingResult,
  type TopClasses,
} from '../metrics/index.js';
import type { Classifier } from '../models/index.js';
import { forEachFeatures } from './frozenFeatures.js';
import { isDense, kernelOf } from './denseHead.js';
import { pointSource } from './multiLabelData.js';

/** What ranking needs besides the points that are ranked. */
export interface RankingOptions {
  /** The training points: how often they show a label says how easily it is overlooked. */
  readonly train: MultiLabelDataset;
  /** Training points per label. */
  readonly classCounts: ArrayLike<number>;
  /** Head, torso and tail. */
  readonly groups: ClassGroups;
  /** What is subtracted from the logits of each class; `null` for nothing. */
  readonly offsets: Float64Array | null;
  /** Stops between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/** Lengths of the rankings that are scored. */
const CUTOFFS = [1, 3, 5];

/**
 * Ranks the labels of multi-label points.
 *
 * Behind a dense head the classes are scored in blocks, so memory does not grow with their number.
 */
export async function rankPoints(
  classifier: Classifier,
  points: MultiLabelDataset,
  { train, classCounts, groups, offsets, signal }: RankingOptions,
): Promise<RankingResult> {
  const { numClasses } = points;
  const cutoffs = CUTOFFS.filter((k) => k <= numClasses);
  const metrics = rankingMetrics({
    numClasses,
    cutoffs,
    groups,
    propensities: propensities(classCounts, { examples: train.size }),
  });
  const shift = offsets && tf.tensor1d(Float32Array.from(offsets, (offset) => -offset));
  let ranked = 0;
  try {
    await forEachFeatures(classifier, pointSource(points), signal, async (_, features) => {
      const top = await topOf(classifier, features, shift, cutoffs.at(-1)!);
      const rows = features.shape[0];
      metrics.update(
        labelLists(
          points,
          Int32Array.from({ length: rows }, (_, row) => ranked + row),
        ),
        top,
      );
      ranked += rows;
    });
  } finally {
    shift?.dispose();
  }
  return metrics.result();
}

async function topOf(
  classifier: Classifier,
  features: tf.Tensor,
  shift: tf.Tensor1D | null,
  k: number,
): Promise<TopClasses> {
  const { numClasses, head } = classifier;
  if (!isDense(head)) {
    const scores = tf.tidy(() => {
      const logits = classifier.logits(features);
      return shift ? tf.add<tf.Tensor2D>(logits, shift) : logits;
    });
    try {
      return await topScores(scores, { numClasses, k });
    } finally {
      scores.dispose();
    }
  }
  const own = head[0]!.weights[1]?.read() as tf.Tensor1D | undefined;
  const bias = tf.tidy(() => tf.add<tf.Tensor1D>(own ?? tf.zeros([numClasses]), shift ?? tf.zeros([numClasses])));
  try {
    return await topClasses(features as tf.Tensor2D, kernelOf(head[0]!), { k, bias });
  } finally {
    bias.dispose();
  }
}
