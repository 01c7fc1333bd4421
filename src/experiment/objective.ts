import * as tf from '@tensorflow/tfjs-core';
import type { ClassPrior } from '../core/index.js';
import {
  balancedSoftmaxCrossEntropy,
  effectiveNumberWeights,
  equalizedCrossEntropy,
  focalCrossEntropy,
  inverseFrequencyWeights,
  ldamCrossEntropy,
  logitAdjustedCrossEntropy,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  vectorScalingCrossEntropy,
  weightedCrossEntropy,
} from '../losses/index.js';
import { deferred, supervised, type BoundLoss, type Objective } from '../train/index.js';
import type { TrainConfig } from './config.js';
import { isComputed } from './secondStage.js';

/** What the losses need to know of the training set. */
export interface TrainingClasses {
  /** Examples of each class. */
  readonly classCounts: ArrayLike<number>;
  /** The same as a prior. */
  readonly classPrior: ClassPrior;
}

/** What a configuration minimises: its loss, from `drwEpoch` on with class weights where the run defers them. */
export function makeObjective(config: TrainConfig, classes: TrainingClasses): Objective {
  if (isComputed(config.classifier)) return supervised(softmaxCrossEntropy); // minimises nothing
  const weighted = makeLoss(config, classes, classWeights(config, classes));
  if (config.drwEpoch === null) return supervised(weighted);
  return deferred({ before: makeLoss(config, classes, null), after: weighted, fromEpoch: config.drwEpoch });
}

/** The loss of a configuration with its options bound, with class weights or without. */
export function makeLoss(
  config: TrainConfig,
  { classPrior }: TrainingClasses,
  weights: Float64Array | null,
): BoundLoss {
  const { loss, labelSmoothing } = config;
  // A configuration is complete once it is resolved: `null` is left only where the loss does not take the option.
  const [tau, gamma] = [config.tau ?? 1, config.gamma ?? 0];
  switch (loss) {
    case 'ce':
      return (targets, logits) => softmaxCrossEntropy(targets, logits, { labelSmoothing });
    case 'logit-adjusted':
      return (targets, logits) => logitAdjustedCrossEntropy(targets, logits, { classPrior, tau, labelSmoothing });
    case 'balanced-softmax':
      return (targets, logits) => balancedSoftmaxCrossEntropy(targets, logits, { classPrior, labelSmoothing });
    case 'weighted-ce':
    case 'class-balanced':
      if (weights === null) return (targets, logits) => softmaxCrossEntropy(targets, logits, { labelSmoothing });
      return (targets, logits) => weightedCrossEntropy(targets, logits, { classWeights: weights, labelSmoothing });
    case 'ldam':
      return ldam(config, classPrior, weights);
    case 'equalized': {
      const strength = config.threshold === null ? { tau } : { threshold: config.threshold };
      return (targets, logits) => equalizedCrossEntropy(targets, logits, { classPrior, ...strength, labelSmoothing });
    }
    case 'vector-scaling':
      return (targets, logits) =>
        vectorScalingCrossEntropy(targets, logits, { classPrior, gamma, tau, labelSmoothing });
    case 'focal':
      return (targets, logits) => focalCrossEntropy(targets, logits, { gamma, labelSmoothing });
    case 'sigmoid':
      return (targets, logits) => sigmoidCrossEntropy(rowsOf(targets, logits.shape[1]), logits);
    case 'sampled-softmax':
    case 'sampled-decoupled':
      throw new Error(`${loss} is an objective of its own`);
  }
}

function ldam(config: TrainConfig, classPrior: ClassPrior, weights: Float64Array | null): BoundLoss {
  const { labelSmoothing, maxMargin, scale } = config;
  const options = {
    classPrior,
    labelSmoothing,
    ...(maxMargin === null ? {} : { maxMargin }),
    ...(scale === null ? {} : { scale }),
    ...(weights === null ? {} : { classWeights: weights }),
  };
  return (targets, logits) => ldamCrossEntropy(targets, logits, options);
}

/** Targets of one label as rows of 0 and 1; those of several are that already. */
function rowsOf(targets: tf.Tensor, numClasses: number): tf.Tensor2D {
  return (targets.rank === 1 ? tf.oneHot(tf.cast(targets, 'int32'), numClasses) : targets) as tf.Tensor2D;
}

/** Class weights of the losses that have them; `null` for the others. */
function classWeights({ loss, beta }: TrainConfig, { classCounts }: TrainingClasses): Float64Array | null {
  // Scaled to a mean of 1 over the training examples, so that one learning rate suits it and plain cross-entropy.
  if (loss === 'weighted-ce') return inverseFrequencyWeights(classCounts).map((weight) => weight / classCounts.length);
  return beta === null ? null : effectiveNumberWeights(classCounts, { beta });
}
