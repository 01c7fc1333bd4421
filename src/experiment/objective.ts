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
import { deferred, supervised, type Objective } from '../train/index.js';
import type { TrainConfig } from './config.js';
import { mixed, type ReducibleLoss } from './mixing.js';
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
  const weighted = mixed(config, weightedLoss(config, classes));
  if (config.drwEpoch === null) return weighted;
  return deferred({
    before: mixed(config, makeLoss(config, classes, null)),
    after: weighted,
    fromEpoch: config.drwEpoch,
  });
}

/** The loss of a configuration with its class weights. */
export function weightedLoss(config: TrainConfig, classes: TrainingClasses): ReducibleLoss {
  return makeLoss(config, classes, classWeights(config, classes));
}

/** The loss of a configuration with its options bound, with class weights or without. */
export function makeLoss(
  config: TrainConfig,
  { classPrior }: TrainingClasses,
  weights: Float64Array | null,
): ReducibleLoss {
  const { loss, labelSmoothing } = config;
  // A configuration is complete once it is resolved: `null` is left only where the loss does not take the option.
  const [tau, gamma] = [config.tau ?? 1, config.gamma ?? 0];
  switch (loss) {
    case 'ce':
      return (targets, logits, options) => softmaxCrossEntropy(targets, logits, { labelSmoothing, ...options });
    case 'logit-adjusted':
      return (targets, logits, options) =>
        logitAdjustedCrossEntropy(targets, logits, { classPrior, tau, labelSmoothing, ...options });
    case 'balanced-softmax':
      return (targets, logits, options) =>
        balancedSoftmaxCrossEntropy(targets, logits, { classPrior, labelSmoothing, ...options });
    case 'weighted-ce':
    case 'class-balanced':
      if (weights === null)
        return (targets, logits, options) => softmaxCrossEntropy(targets, logits, { labelSmoothing, ...options });
      return (targets, logits, options) =>
        weightedCrossEntropy(targets, logits, { classWeights: weights, labelSmoothing, ...options });
    case 'ldam':
      return ldam(config, classPrior, weights);
    case 'equalized': {
      const strength = config.threshold === null ? { tau } : { threshold: config.threshold };
      return (targets, logits, options) =>
        equalizedCrossEntropy(targets, logits, { classPrior, ...strength, labelSmoothing, ...options });
    }
    case 'vector-scaling':
      return (targets, logits, options) =>
        vectorScalingCrossEntropy(targets, logits, { classPrior, gamma, tau, labelSmoothing, ...options });
    case 'focal':
      return (targets, logits, options) => focalCrossEntropy(targets, logits, { gamma, labelSmoothing, ...options });
    case 'sigmoid':
      return (targets, logits, options) => sigmoidCrossEntropy(rowsOf(targets, logits.shape[1]), logits, options);
    case 'sampled-softmax':
    case 'sampled-decoupled':
      throw new Error(`${loss} is an objective of its own`);
  }
}

function ldam(config: TrainConfig, classPrior: ClassPrior, weights: Float64Array | null): ReducibleLoss {
  const { labelSmoothing, maxMargin, scale } = config;
  const margins = {
    classPrior,
    labelSmoothing,
    ...(maxMargin === null ? {} : { maxMargin }),
    ...(scale === null ? {} : { scale }),
    ...(weights === null ? {} : { classWeights: weights }),
  };
  return (targets, logits, options) => ldamCrossEntropy(targets, logits, { ...margins, ...options });
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
