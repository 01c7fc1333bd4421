import * as tf from '@tensorflow/tfjs-core';
import { DivergenceError, type ClassPrior } from '../core/index.js';
import { adjustLogits, tuneTau, type TuneTauResult } from '../heads/index.js';
import { classificationMetrics, groupClasses, type ClassificationResult } from '../metrics/index.js';
import type { Classifier } from '../models/index.js';
import { forEachScored, scoreExamples, type ExampleSource } from '../train/index.js';
import type { TrainConfig } from './config.js';

/** Metrics of the logits as they are, and after post-hoc adjustment. */
export interface Scores {
  /** Of the raw logits. */
  readonly raw: ClassificationResult;
  /** Of `logits - tau log(classPrior)`; equals `raw` for tau = 0. */
  readonly posthoc: ClassificationResult & { readonly tau: number };
}

/** What scoring needs to know of a run. */
export interface ScoringOptions {
  /** Training examples per class, for the head/torso/tail groups. */
  readonly classCounts: ArrayLike<number>;
  /** Prior of the training examples, for the adjustment. */
  readonly classPrior: ClassPrior;
  /** Strength of the adjustment. */
  readonly tau: number;
  /** Stops between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scores a source, raw and post hoc, in one pass.
 *
 * @throws DivergenceError If a logit is not finite.
 */
export async function score(
  classifier: Classifier,
  source: ExampleSource,
  { classCounts, classPrior, tau, signal }: ScoringOptions,
): Promise<Scores> {
  const options = { numClasses: classCounts.length, groups: groupClasses(classCounts, 'thresholds') };
  const raw = classificationMetrics(options);
  const posthoc = classificationMetrics(options);
  await forEachScored(
    classifier,
    source,
    async ({ targets, logits }) => {
      if (!(await logits.data()).every(Number.isFinite)) {
        const hint = 'Training has diverged: lower the learning rate, lengthen the warm-up or set clipNorm';
        throw new DivergenceError('evaluation', 'finite logits', 'NaN or Infinity', hint);
      }
      const adjusted = adjustLogits(logits, { classPrior, tau });
      try {
        const labels = await targets.data();
        await raw.update(labels, logits);
        await posthoc.update(labels, adjusted);
      } finally {
        adjusted.dispose();
      }
    },
    { signal },
  );
  return { raw: raw.result(), posthoc: { tau, ...posthoc.result() } };
}

/**
 * Whether a run is adjusted after training: only plain cross-entropy on batches that have the training prior.
 * Every other loss has the prior in it already, and class-balanced batches have none: adjusting would count it twice.
 */
export function adjustsPosthoc({ loss, sampler }: Pick<TrainConfig, 'loss' | 'sampler'>): boolean {
  return loss === 'ce' && sampler === 'shuffled';
}

/** The tau with the least class-balanced loss on held-out examples. */
export async function tuneTauOn(
  classifier: Classifier,
  source: ExampleSource,
  classPrior: ClassPrior,
): Promise<TuneTauResult> {
  const { logits, labels, numClasses } = await scoreExamples(classifier, source);
  const tensors = [tf.tensor1d(labels, 'int32'), tf.tensor2d(logits, [labels.length, numClasses])] as const;
  try {
    return await tuneTau(...tensors, { classPrior });
  } finally {
    tf.dispose([...tensors]);
  }
}
