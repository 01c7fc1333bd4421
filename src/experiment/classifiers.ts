import * as tf from '@tensorflow/tfjs-core';
import { nearestClassMean, tauNormalize, type DenseWeights } from '../heads/index.js';
import { classificationMetrics } from '../metrics/index.js';
import type { Classifier } from '../models/index.js';
import { scoreExamples, type ScoredExamples } from '../train/index.js';
import type { RunData } from './data.js';
import { denseHead, kernelOf, setDense } from './denseHead.js';
import { forEachFeatures } from './frozenFeatures.js';
import type { ComputedClassifier } from './secondStage.js';

/** The exponent of the norms in a classifier `tau-norm`, and what chose it. */
export interface NormTau {
  /** Exponent. */
  readonly value: number;
  /** The caller or the default, or the highest balanced accuracy on the hold-out. */
  readonly chosenBy: 'fixed' | 'holdout';
}

/** What {@link computeClassifier} takes besides the classifier. */
export interface ComputeOptions {
  /** Examples that the classifier is computed from. */
  readonly data: Pick<RunData, 'trainAsIs' | 'holdout'>;
  /** Exponent of the norms; default: tuned on the hold-out where there is one, else 1. */
  readonly normTau?: number | null | undefined;
  /** Stops between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/** Exponents that are tried on a hold-out, as in the code of Kang et al.: 0, 0.1, ..., 2. */
const normTaus = Array.from({ length: 21 }, (_, i) => i / 10);

/**
 * Replaces the head of a trained classifier by a computed one, in its own weights: the model stays a model like any other.
 *
 * `tau-norm` divides each column of the kernel by its norm to the power tau and drops the bias. `nearest-class-mean` takes
 * the class means of the training features, of unit length, as kernel: its logits are `||x||` times the cosine.
 *
 * @returns The exponent of `tau-norm`; `null` for the other.
 * @throws InvalidArgumentError If the head is not one dense layer.
 */
export async function computeClassifier(
  name: ComputedClassifier,
  classifier: Classifier,
  options: ComputeOptions,
): Promise<NormTau | null> {
  const dense = denseHead(`classifier ${name}`, classifier);
  if (name === 'nearest-class-mean') {
    setDense(dense, await classMeans(classifier, options));
    return null;
  }
  setDense(
    dense,
    tf.tidy(() => ({ kernel: tf.clone(kernelOf(dense)), bias: tf.zeros<tf.Rank.R1>([classifier.numClasses]) })),
  );
  const normTau = await chooseNormTau(classifier, kernelOf(dense), options);
  setDense(dense, { kernel: tauNormalize(kernelOf(dense), { tau: normTau.value }) });
  return normTau;
}

async function classMeans(classifier: Classifier, { data, signal }: ComputeOptions): Promise<DenseWeights> {
  const means = nearestClassMean({ numClasses: classifier.numClasses, metric: 'cosine' });
  await forEachFeatures(classifier, data.trainAsIs, signal, (targets, features) =>
    means.update(targets as tf.Tensor1D, features as tf.Tensor2D),
  );
  return means.toDense();
}

/** The first exponent with the highest balanced accuracy on the hold-out; the head has no bias yet and no norm changed. */
async function chooseNormTau(classifier: Classifier, kernel: tf.Tensor2D, options: ComputeOptions): Promise<NormTau> {
  const { data, normTau, signal } = options;
  if (typeof normTau === 'number') return { value: normTau, chosenBy: 'fixed' };
  if (data.holdout === null) return { value: 1, chosenBy: 'fixed' };
  const scored = await scoreExamples(classifier, data.holdout, { signal });
  const norms = await columnNorms(kernel);
  let best = { value: 0, accuracy: -1 };
  for (const value of normTaus) {
    const accuracy = await balancedAccuracy(
      scored,
      norms.map((norm) => norm ** -value),
    );
    if (accuracy > best.accuracy) best = { value, accuracy };
  }
  return { value: best.value, chosenBy: 'holdout' };
}

/** 1 for a class whose weights are all 0, which no exponent changes. */
async function columnNorms(kernel: tf.Tensor2D): Promise<number[]> {
  const values = await kernel.data();
  const squares = new Array<number>(kernel.shape[1]).fill(0);
  values.forEach((value, i) => (squares[i % squares.length]! += value * value));
  return squares.map((square) => Math.sqrt(square) || 1);
}

/** Of the logits times a factor a class. */
async function balancedAccuracy(
  { logits, labels, numClasses }: ScoredExamples,
  factors: readonly number[],
): Promise<number> {
  const metrics = classificationMetrics({ numClasses });
  await metrics.update(
    labels,
    logits.map((logit, i) => logit * factors[i % numClasses]!),
  );
  return metrics.result().balancedAccuracy;
}
