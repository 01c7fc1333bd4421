import type * as tf from '@tensorflow/tfjs-core';
import { InvalidArgumentError } from '../core/index.js';
import { classTable, type ClassTable } from '../heads/index.js';
import { sampledDecoupledLoss, sampledSoftmaxCrossEntropy } from '../losses/index.js';
import type { Classifier } from '../models/index.js';
import { rowAdagrad, rowAdam, rowSgd, type RowOptimizer } from '../optimizers/index.js';
import {
  classPriorSampler,
  logUniformSampler,
  modelBasedSampler,
  uniformSampler,
  withinBatchSampler,
  type NegativeSampler,
  type Weighting,
} from '../sampling/index.js';
import { sampledObjective, type BoundSampledLoss, type Objective } from '../train/index.js';
import type { TrainConfig } from './config.js';
import { denseHead, kernelOf, setDense } from './denseHead.js';
import type { TrainingClasses } from './objective.js';

/**
 * A table that trains in place of the dense layer behind the features: a step then costs the same for any number of classes. The
 * layer takes the weights over whenever the model is to be scored or saved.
 */
export interface SampledHead {
  /** The network without the weights of its head, which the table has. */
  readonly classifier: Classifier;
  /** What to minimise. */
  readonly objective: Objective;
  /** Gives the table the weights of the layer; its optimizer keeps its state. */
  fromLayer(): Promise<void>;
  /** Gives the layer the weights of the table. */
  toLayer(): void;
  /** Frees the table. */
  dispose(): void;
}

/** The head of a run whose loss samples; the weights of the layer are the first ones. */
export async function sampledHead(
  config: TrainConfig,
  network: Classifier,
  classes: TrainingClasses,
): Promise<SampledHead> {
  const layer = denseHead(`loss ${config.loss}`, network);
  const [dimension, numClasses] = kernelOf(layer).shape;
  const bias = layer.weights.length > 1;
  const table = classTable({ classes: numClasses, dimension, bias, optimizer: rowOptimizerOf(config) });
  const head: SampledHead = {
    classifier: withoutHead(network),
    objective: {
      ...sampledObjective({
        table,
        sampler: samplerOf(config, classes),
        count: config.negativeCount!,
        weighting: weightingOf(config, classes),
        modelScores: config.negatives === 'model-based',
        loss: lossOf(config),
      }),
      beforeSave: () => head.toLayer(),
    },
    fromLayer: () => adopt(table, layer.weights.map((weight) => weight.read()) as [tf.Tensor2D, tf.Tensor1D?]),
    toLayer: () => setDense(layer, table.toDense()),
    dispose: () => table.dispose(),
  };
  await head.fromLayer();
  return head;
}

function withoutHead(network: Classifier): Classifier {
  const weights = new Set(network.head.flatMap((layer) => layer.weights));
  return Object.defineProperty({ ...network }, 'trainableVariables', {
    enumerable: true,
    get: () =>
      network.model.trainableWeights
        .filter((weight) => !weights.has(weight))
        .map((weight) => weight.read() as tf.Variable),
  });
}

async function adopt(table: ClassTable, [kernel, bias]: [tf.Tensor2D, tf.Tensor1D?]): Promise<void> {
  const state = table.state();
  const width = table.dimension + (bias ? 1 : 0);
  const values = new Float32Array(table.classes * width);
  const [columns, offsets] = [await kernel.data<'float32'>(), await bias?.data<'float32'>()];
  for (let c = 0; c < table.classes; c++) {
    for (let d = 0; d < table.dimension; d++) values[c * width + d] = columns[d * table.classes + c]!;
    if (offsets) values[c * width + table.dimension] = offsets[c]!;
  }
  table.restore({ ...state, weights: { shape: [table.classes, width], values } });
}

function rowOptimizerOf({ rowOptimizer }: TrainConfig): RowOptimizer {
  return { adagrad: rowAdagrad, adam: rowAdam, sgd: rowSgd }[rowOptimizer!]();
}

function samplerOf({ negatives }: TrainConfig, { classCounts }: TrainingClasses): NegativeSampler {
  const numClasses = classCounts.length;
  switch (negatives!) {
    case 'uniform':
      return uniformSampler({ numClasses });
    case 'within-batch':
      return withinBatchSampler({ classCounts });
    case 'class-prior':
      return classPriorSampler({ classCounts });
    case 'log-uniform':
      checkSorted(classCounts);
      return logUniformSampler({ numClasses });
    case 'model-based':
      return modelBasedSampler({ numClasses });
  }
}

/** That sampler takes the number of a class for its rank. */
function checkSorted(classCounts: ArrayLike<number>): void {
  const counts = Array.from(classCounts);
  const rising = counts.findIndex((count, y) => count > (counts[y - 1] ?? Infinity));
  if (rising < 0) return;
  const got = `class ${rising} with ${counts[rising]} examples after one with ${counts[rising - 1]}`;
  const hint = 'Use class-prior, which knows how frequent each class is';
  throw new InvalidArgumentError('negatives log-uniform', 'classes sorted by falling frequency', got, hint);
}

function weightingOf({ weighting, tau }: TrainConfig, { classPrior }: TrainingClasses): Weighting {
  return weighting === 'logit-adjusted' ? { target: 'logit-adjusted', tau: tau!, classPrior } : weighting!;
}

function lossOf({ loss, decoupledKind }: TrainConfig): BoundSampledLoss {
  if (loss === 'sampled-softmax') return sampledSoftmaxCrossEntropy;
  return (own, negatives, options) => sampledDecoupledLoss(own, negatives, { ...options, kind: decoupledKind! });
}
