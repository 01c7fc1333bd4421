import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError } from '../core/index.js';
import type { ClassTable } from '../heads/index.js';
import { sampledSoftmaxCrossEntropy, type SampledLossOptions } from '../losses/index.js';
import { samplingWeights, type NegativeDraw, type NegativeSampler, type Weighting } from '../sampling/index.js';
import type { Classifier } from '../models/index.js';
import type { Batch, Objective } from './objective.js';

/** A loss on sampled negatives in the form of this package, with its own options bound. */
export type BoundSampledLoss = (
  positiveLogits: tf.Tensor1D,
  negativeLogits: tf.Tensor2D,
  options: SampledLossOptions,
) => tf.Tensor;

/** Options of {@link sampledObjective}. */
export interface SampledObjectiveOptions {
  /** Weights of all classes, trained with the classifier's features; stays the caller's. */
  readonly table: ClassTable;
  /** Draws the negatives of each step; of as many classes as the table. */
  readonly sampler: NegativeSampler;
  /** Negatives a step, or an example where the sampler draws for each one; at least 1. */
  readonly count: number;
  /** What the negatives weigh, see `samplingWeights`. Default `'importance'`. */
  readonly weighting?: Weighting;
  /**
   * Gives the sampler the scores of all classes as they are before each step, for a `modelBasedSampler` without fixed ones: O(B C),
   * so for few classes. Default `false`.
   */
  readonly modelScores?: boolean;
  /** The loss of scores and weights. Default `sampledSoftmaxCrossEntropy`. */
  readonly loss?: BoundSampledLoss;
}

/**
 * Training with very many classes: the mean of a sampled loss over the labelled stream, the classes' weights in a table.
 *
 * Each step draws negatives for the labels of the batch, scores labels and negatives by rows of the table, and changes these rows
 * alone. The features are the classifier's; its own layers from the features to logits take no part. The draw comes from the random
 * stream of the step, so a resumed run draws the same negatives.
 *
 * @param options `table`, `sampler`, `count`, `weighting`, `modelScores`, `loss`.
 * @returns An objective over the stream `labelled`, whose batches must carry `labels`; it holds nothing to dispose.
 * @throws InvalidArgumentError If table and sampler differ in their number of classes, or `count` is not an integer of at least 1;
 *   in a step, if a batch has no labels on the host.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classTable } from 'tfjs-longtail/heads';
 * import { rowAdagrad } from 'tfjs-longtail/optimizers';
 * import { uniformSampler } from 'tfjs-longtail/sampling';
 * import { sampledObjective } from 'tfjs-longtail/train';
 * const table = classTable({ classes: 50_000, dimension: 16, optimizer: rowAdagrad(), random: randomStream(1) });
 * const objective = sampledObjective({ table, sampler: uniformSampler({ numClasses: 50_000 }), count: 100 });
 * console.log(objective.streams, Object.keys(objective.tables ?? {})); // [ 'labelled' ] [ 'classes' ]
 * ```
 * @see Rawat et al., "Disentangling sampling and labeling bias for learning in large-output spaces", ICML 2021.
 */
export function sampledObjective(options: SampledObjectiveOptions): Objective {
  const { table, sampler, count, weighting = 'importance', modelScores = false } = options;
  const { loss = sampledSoftmaxCrossEntropy } = options;
  checkNumber(where, 'count', count, { min: 1, integer: true });
  if (sampler.numClasses !== table.classes) {
    throw new InvalidArgumentError(where, `a sampler of the ${table.classes} classes of the table`, sampler.numClasses);
  }
  let scores: Float32Array | undefined;
  return {
    streams: ['labelled'],
    tables: { classes: table },
    async prepare(classifier, { labelled }) {
      scores = modelScores ? await scoresOf(table, classifier, labelled!.inputs) : undefined;
    },
    loss(classifier, { labelled }, { random }) {
      const labels = labelsOf(labelled!);
      const draw = sampler.draw({ labels, count, random: random.child('negatives'), ...(scores && { scores }) });
      const features = classifier.features(labelled!.inputs, { training: true }) as tf.Tensor2D;
      const positives = table.scorePairs(features, labels);
      const negatives = table.score(features, draw.ids, { perExample: !isShared(draw) });
      return loss(positives, negatives, {
        logWeights: weightsOf(draw, labels, weighting),
        accidentalHits: draw.accidentalHits,
      }) as tf.Scalar;
    },
  };
}

const where = 'sampledObjective';

/** Scores `[B, C]` of all classes, features made as for inference. */
async function scoresOf(table: ClassTable, classifier: Classifier, inputs: tf.Tensor): Promise<Float32Array> {
  const all = Int32Array.from({ length: table.classes }, (_, id) => id);
  const scores = tf.tidy(() => table.score(classifier.features(inputs) as tf.Tensor2D, all));
  try {
    return await scores.data<'float32'>();
  } finally {
    scores.dispose();
  }
}

/** Whether all examples have the same negatives; a batch of one counts as having its own. */
function isShared({ ids, accidentalHits }: NegativeDraw): boolean {
  return ids.length < accidentalHits.length;
}

/** Log weights `[B, S]`, or `[S]` where no label enters into them: those of any one example are then those of all. */
function weightsOf(draw: NegativeDraw, labels: Int32Array, weighting: Weighting): Float64Array {
  const alike = weighting === 'importance' || weighting === 'constant';
  if (!alike || !isShared(draw)) return samplingWeights(draw, labels, weighting);
  const first = {
    ...draw,
    logExpectedCountOfLabels: draw.logExpectedCountOfLabels.subarray(0, 1),
    accidentalHits: draw.accidentalHits.subarray(0, draw.ids.length),
  };
  return samplingWeights(first, labels.subarray(0, 1), weighting);
}

function labelsOf({ labels }: Batch): Int32Array {
  if (labels !== undefined) return labels;
  const hint = 'Let `batch` of the source give the class ids as an Int32Array beside the targets';
  throw new InvalidArgumentError(where, 'batches with labels', 'none', hint);
}
