import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, macrotask, randomStream, refuseWrongWebgl } from '../core/index.js';
import type { Classifier } from '../models/index.js';
import type { ExampleSource } from './images.js';

/** Scores of one batch of examples, on the device; the consumer must not keep the tensors. */
export interface ScoredBatch {
  /** Targets of the source. */
  readonly targets: tf.Tensor;
  /** Logits `[B, C]`, evaluation mode. */
  readonly logits: tf.Tensor2D;
}

/** Options of {@link forEachScored}. */
export interface ScoreOptions {
  /** Examples per batch. Default 250. */
  readonly batchSize?: number;
  /** Stops between two batches; what it was aborted with is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a classifier in evaluation mode over a source, in its natural order, and hands each batch to `visit`.
 *
 * @param classifier Gives the logits.
 * @param source Examples; its augmentation, if any, would apply: evaluation sources have none.
 * @param visit Called once per batch and awaited; the tensors are disposed afterwards.
 * @param options Batch size.
 * @throws InvalidArgumentError If the batch size is not a positive integer.
 */
export async function forEachScored(
  classifier: Classifier,
  source: ExampleSource,
  visit: (batch: ScoredBatch) => Promise<void>,
  { batchSize = 250, signal }: ScoreOptions = {},
): Promise<void> {
  refuseWrongWebgl('forEachScored');
  checkNumber('forEachScored', 'batchSize', batchSize, { min: 1, integer: true });
  const random = randomStream(0);
  for (let start = 0; start < source.size; start += batchSize) {
    signal?.throwIfAborted();
    const size = Math.min(batchSize, source.size - start);
    const batch = await source.batch(
      Int32Array.from({ length: size }, (_, offset) => start + offset),
      random,
    );
    let logits: tf.Tensor2D | undefined;
    try {
      logits = tf.tidy(() => classifier.logits(classifier.features(batch.inputs)));
      await visit({ targets: batch.targets, logits });
    } finally {
      tf.dispose([batch.inputs, batch.targets, ...(logits ? [logits] : [])]);
    }
    await macrotask();
  }
}

/** Logits of every example of a source, with its class ids. */
export interface ScoredExamples {
  /** Logits, row-major `[N, C]`. */
  readonly logits: Float32Array;
  /** Class ids `[N]`. */
  readonly labels: Int32Array;
  /** Number of classes C. */
  readonly numClasses: number;
}

/** Collects the logits of a whole source in memory, `N * C` floats. */
export async function scoreExamples(
  classifier: Classifier,
  source: ExampleSource,
  options?: ScoreOptions,
): Promise<ScoredExamples> {
  const logits: Float32Array[] = [];
  const labels: Int32Array[] = [];
  let numClasses = 0;
  await forEachScored(
    classifier,
    source,
    async (batch) => {
      numClasses = batch.logits.shape[1];
      logits.push((await batch.logits.data()).slice() as Float32Array);
      labels.push((await batch.targets.data()).slice() as Int32Array);
    },
    options,
  );
  return { logits: concat(Float32Array, logits), labels: concat(Int32Array, labels), numClasses };
}

function concat<T extends Float32Array | Int32Array>(kind: new (length: number) => T, parts: readonly T[]): T {
  const whole = new kind(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
