import * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from '../models/index.js';
import { flatten, unflatten } from './flat.js';
import type { Exchange } from './replicas.js';

/** The loss of a step and what it asks of the weights. */
export interface StepGradients {
  /** Mean over the whole batch. */
  readonly loss: number;
  /** By variable name; whoever applies them disposes them. */
  readonly gradients: tf.NamedTensorMap;
}

/** Numbers that a replica brings to an exchange at most. */
export function exchangeLength(classifier: Classifier): number {
  return [...classifier.trainableVariables, ...statisticsOf(classifier)].reduce((sum, { size }) => sum + size, 1);
}

/**
 * Averages loss and gradients over the replicas, and with them the running statistics that the forward pass has moved:
 * then every weight is the same in every replica at the end of a step.
 *
 * @param own Loss and gradients of this replica's share; disposed here.
 * @param statistics What the forward pass has moved.
 */
export async function average(
  exchange: Exchange,
  classifier: Classifier,
  { value, grads }: { value: tf.Scalar; grads: tf.NamedTensorMap },
  statistics: readonly tf.Variable[],
  digest: number | undefined,
): Promise<StepGradients> {
  const names = classifier.trainableVariables.map(({ name }) => name).filter((name) => name in grads);
  const parts = [...names.map((name) => grads[name]!), ...statistics];
  const vector = flatten([value, ...parts]);
  try {
    const mean = await exchange.average(await vector.data<'float32'>(), digest);
    const tensors = unflatten(mean.subarray(1), parts);
    const moved = tensors.splice(names.length);
    statistics.forEach((statistic, i) => statistic.assign(moved[i]!));
    tf.dispose(moved);
    return { loss: mean[0]!, gradients: Object.fromEntries(names.map((name, i) => [name, tensors[i]!])) };
  } finally {
    tf.dispose([value, grads, vector]);
  }
}

/** Checksum of all weights; equal bits give equal numbers. */
export async function weightsDigest({ model }: Classifier): Promise<number> {
  const vector = flatten(model.weights.map((weight) => weight.read()).filter(({ dtype }) => dtype === 'float32'));
  const values = await vector.data<'float32'>();
  let hash = 0x811c9dc5;
  for (const bits of new Int32Array(values.buffer, values.byteOffset, values.length)) {
    hash = Math.imul(hash ^ bits, 0x01000193);
  }
  vector.dispose();
  return hash;
}

/** Running statistics from before a forward pass. */
export interface KeptStatistics {
  /** Those that are no longer what they were: none behind a frozen backbone. */
  moved(): tf.Variable[];
  /** Makes all what they were. */
  putBack(): void;
  /** Frees the copies. */
  dispose(): void;
}

/** The running statistics as they are now, to compare with and to return to. */
export function keepStatistics(classifier: Classifier): KeptStatistics {
  const statistics = statisticsOf(classifier);
  const kept = statistics.map((statistic) => tf.clone(statistic));
  return {
    // An assignment gives a variable other memory.
    moved: () => statistics.filter(({ dataId }, i) => dataId !== kept[i]!.dataId),
    putBack: () => statistics.forEach((statistic, i) => statistic.assign(kept[i]!)),
    dispose: () => tf.dispose(kept),
  };
}

/** Weights that no gradient changes, as the running averages of batch normalisation are. */
function statisticsOf(classifier: Classifier): tf.Variable[] {
  const trainable = new Set(classifier.trainableVariables);
  const weights = classifier.model.weights.map((weight) => weight.read() as tf.Variable);
  return weights.filter((weight) => weight.dtype === 'float32' && !trainable.has(weight));
}
