import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from '../models/index.js';
import { forEachScored, type ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';
import type { RunData } from './data.js';

/** What a run trains on: the examples and the network, or their features and its head. */
export interface TrainingInputs {
  /** What is trained. */
  readonly classifier: Classifier;
  /** Batches of training examples. */
  readonly source: ExampleSource;
}

/**
 * The inputs of a run; with a frozen backbone and no augmentation the features of every example, made once, `N D` floats.
 * Batches, their order and the weights that train are the same either way.
 */
export async function trainingInputs(
  { freeze, cropPadding, flip }: Pick<TrainConfig, 'freeze' | 'cropPadding' | 'flip'>,
  data: Pick<RunData, 'train' | 'trainAsIs'>,
  classifier: Classifier,
  signal?: AbortSignal,
): Promise<TrainingInputs> {
  if (freeze === 'none' || cropPadding > 0 || flip) return { classifier, source: data.train };
  return { classifier: headOf(classifier), source: await featureSource(classifier, data, signal) };
}

/** A classifier whose inputs are features. */
function headOf(classifier: Classifier): Classifier {
  const { model, numClasses, head } = classifier;
  return {
    model,
    numClasses,
    head,
    get trainableVariables() {
      return classifier.trainableVariables;
    },
    features: (x) => tf.clone(x),
    logits: (features, options) => classifier.logits(features, options),
    dispose: () => classifier.dispose(),
  };
}

async function featureSource(
  classifier: Classifier,
  { train, trainAsIs }: Pick<RunData, 'train' | 'trainAsIs'>,
  signal: AbortSignal | undefined,
): Promise<ExampleSource> {
  const parts: Float32Array[] = [];
  const labels: number[] = [];
  let shape: number[] = [];
  await forEachFeatures(classifier, trainAsIs, signal, async (targets, features) => {
    shape = features.shape.slice(1);
    parts.push(Float32Array.from(await features.data()));
    labels.push(...(await targets.data()));
  });
  const length = tf.util.sizeFromShape(shape);
  const perPart = parts[0]!.length / length;
  const rowOf = (index: number): Float32Array => {
    const start = (index % perPart) * length;
    return parts[Math.floor(index / perPart)]!.subarray(start, start + length);
  };
  return {
    size: train.size,
    order: train.order,
    batch(indices) {
      const rows = new Float32Array(indices.length * length);
      indices.forEach((index, row) => rows.set(rowOf(index), row * length));
      return {
        inputs: tf.tensor(rows, [indices.length, ...shape]),
        targets: tf.tensor1d(
          indices.map((index) => labels[index]!),
          'int32',
        ),
      };
    },
  };
}

/** Hands the features of a source, in its order and in inference mode, to `visit`, which must not keep the tensors. */
export function forEachFeatures(
  classifier: Classifier,
  source: ExampleSource,
  signal: AbortSignal | undefined,
  visit: (targets: tf.Tensor, features: tf.Tensor) => Promise<void>,
): Promise<void> {
  const { model, numClasses, head } = classifier;
  const backbone: Classifier = {
    model,
    numClasses,
    head,
    trainableVariables: [],
    features: (x) => classifier.features(x),
    logits: (features) => tf.clone(features) as tf.Tensor2D,
    dispose: () => classifier.dispose(),
  };
  return forEachScored(backbone, source, ({ targets, logits }) => visit(targets, logits), { signal });
}
