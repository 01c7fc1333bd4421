import type { MixingPlanOptions } from './drawMixingPlan.js';

/** Constants of interpolation consistency training, from its public code; see {@link ictPreset}. */
export interface IctPreset {
  /** How plans are drawn; on SVHN `alpha` is 0.1. */
  readonly plan: Pick<MixingPlanOptions, 'points' | 'alpha' | 'perExample'>;
  /** What the code mixes; the formula of the paper mixes probabilities. */
  readonly mix: 'logits';
  /** Weight of the consistency loss in the end; it grows by {@link sigmoidRamp}. */
  readonly consistencyWeight: number;
  /** Length of the ramp, in epochs. */
  readonly rampEpochs: number;
  /** Limit of {@link emaFactor}. */
  readonly emaLimit: number;
  /** Labelled images in a step. */
  readonly labelledBatch: number;
  /** Unlabelled images in a step. */
  readonly unlabelledBatch: number;
  /** Learning rate of SGD at the start. */
  readonly learningRate: number;
  /** Momentum of SGD. */
  readonly momentum: number;
  /** Weight decay (L2). */
  readonly weightDecay: number;
  /** Epochs of a run. */
  readonly epochs: number;
  /** Length of the half cosine by which the learning rate falls, in epochs: the run ends before it. */
  readonly cosineEpochs: number;
}

/**
 * Interpolation consistency training on CIFAR-10, 400 labels a class: what its public code does.
 *
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { drawMixingPlan, ictPreset } from 'tfjs-longtail/mixup';
 * const plan = drawMixingPlan({ ...ictPreset.plan, batchSize: ictPreset.unlabelledBatch, random: randomStream(1) });
 * console.log(plan.batchSize, plan.weights.length); // 100 2
 * ```
 * @see Verma et al., "Interpolation consistency training for semi-supervised learning", 2019.
 */
export const ictPreset: IctPreset = {
  plan: { points: 2, alpha: 1, perExample: false },
  mix: 'logits',
  consistencyWeight: 100,
  rampEpochs: 100,
  emaLimit: 0.999,
  labelledBatch: 100,
  unlabelledBatch: 100,
  learningRate: 0.1,
  momentum: 0.9,
  weightDecay: 1e-4,
  epochs: 400,
  cosineEpochs: 450,
};

/** Constants of MixMatch, from its public code; see {@link mixMatchPreset}. */
export interface MixMatchPreset {
  /** How plans are drawn: over the labelled images and both unlabelled views together. */
  readonly plan: Required<Pick<MixingPlanOptions, 'points' | 'alpha' | 'perExample' | 'largestFirst'>>;
  /** What is mixed. */
  readonly mix: 'probabilities';
  /** Temperature of {@link sharpen}, applied to the mean prediction of the views. */
  readonly sharpen: number;
  /** Augmented views of an unlabelled image. */
  readonly augmentations: number;
  /** Weight of the consistency loss in the end (CIFAR-10); it grows by {@link linearRamp}. */
  readonly consistencyWeight: number;
  /** Length of the ramp, in training images seen. */
  readonly rampImages: number;
  /** Factor of the averaged weights that are evaluated. */
  readonly emaLimit: number;
  /** Labelled images in a step, and as many unlabelled ones. */
  readonly batchSize: number;
  /** Learning rate of Adam. */
  readonly learningRate: number;
  /** Weight decay, times the learning rate, straight on the weights. */
  readonly weightDecay: number;
}

/**
 * MixMatch on CIFAR-10: what its public code does.
 *
 * @example
 * ```ts
 * import { randomStream } from 'tfjs-longtail';
 * import { drawMixingPlan, mixMatchPreset } from 'tfjs-longtail/mixup';
 * const plan = drawMixingPlan({ ...mixMatchPreset.plan, batchSize: 192, random: randomStream(1) });
 * console.log(plan.weights.subarray(0, 192).every((share) => share >= 0.5)); // true
 * ```
 * @see Berthelot et al., "MixMatch: a holistic approach to semi-supervised learning", 2019.
 */
export const mixMatchPreset: MixMatchPreset = {
  plan: { points: 2, alpha: 0.75, perExample: true, largestFirst: true },
  mix: 'probabilities',
  sharpen: 0.5,
  augmentations: 2,
  consistencyWeight: 75,
  rampImages: 2 ** 20,
  emaLimit: 0.999,
  batchSize: 64,
  learningRate: 0.002,
  weightDecay: 0.02,
};
