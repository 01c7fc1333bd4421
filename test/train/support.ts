import * as tf from '@tensorflow/tfjs';
import { randomStream, type RandomStream } from '../../src/core/index.js';
import { softmaxCrossEntropy } from '../../src/losses/index.js';
import { classifierFromModel, mlp, type Classifier } from '../../src/models/index.js';
import { adamW, constantSchedule, sgd } from '../../src/optimizers/index.js';
import { shuffledOrder } from '../../src/sampling/index.js';
import {
  supervised,
  train,
  type CheckpointStore,
  type ExampleSource,
  type TrainOptions,
  type TrainResult,
  type TrainState,
} from '../../src/train/index.js';

/** Three Gaussian clusters in the plane, 24 points each, far enough apart for a small network to tell them. */
export function clusters(seed = 1, perClass = 24): { points: Float32Array; labels: Int32Array } {
  const random = randomStream(seed);
  const centres = [
    [2, 0],
    [-1, 1.7],
    [-1, -1.7],
  ] as const;
  const labels = Int32Array.from({ length: 3 * perClass }, (_, i) => i % 3);
  const points = Float32Array.from({ length: 2 * labels.length }, (_, i) => {
    return centres[labels[i >> 1]!]![(i % 2) as 0 | 1] + 0.4 * random.normal();
  });
  return { points, labels };
}

/** The clusters as a source; its batches use their stream, as augmentation does: every point is jittered a little. */
export function clusterSource(seed = 1, jitter = 0.05): ExampleSource {
  const { points, labels } = clusters(seed);
  return {
    size: labels.length,
    order: shuffledOrder(labels.length),
    batch: (indices, random) => ({
      inputs: tf.tensor2d(
        Float32Array.from({ length: 2 * indices.length }, (_, i) => {
          return points[2 * indices[i >> 1]! + (i % 2)]! + jitter * random.normal();
        }),
        [indices.length, 2],
      ),
      targets: tf.tensor1d(
        indices.map((index) => labels[index]!),
        'int32',
      ),
    }),
  };
}

/** 2-8-3 with a rectifier. */
export function smallMlp(random: RandomStream): Classifier {
  return classifierFromModel(mlp({ inputShape: [2], hiddenUnits: [8], numClasses: 3, random }));
}

/** The same with batch normalisation, whose running averages are weights that no gradient changes. */
export function smallBatchNorm(random: RandomStream): Classifier {
  const dense = (name: string, units: number, inputShape?: number[]): tf.layers.Layer => {
    const kernelInitializer = tf.initializers.heNormal({ seed: random.seedFor(name) });
    return tf.layers.dense({ name, units, kernelInitializer, ...(inputShape ? { inputShape } : {}) });
  };
  const layers = [
    dense('hidden', 8, [2]),
    tf.layers.batchNormalization({ name: 'normalized' }),
    tf.layers.activation({ name: 'rectified', activation: 'relu' }),
    dense('logits', 3),
  ];
  return classifierFromModel(tf.sequential({ layers }));
}

export const optimizers = {
  'sgd with momentum': () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  adamW: () => adamW({ learningRate: 0.01, weightDecay: 0.01 }),
};

/** Options of a short run: 3 epochs of 4 steps; every part is new, and the caller disposes classifier and optimizer. */
export function toyRun(changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    classifier: smallMlp(randomStream(5)),
    objective: supervised((targets, logits) => softmaxCrossEntropy(targets, logits)),
    optimizer: optimizers['sgd with momentum'](),
    schedule: constantSchedule({ baseRate: 0.1, warmupEpochs: 1 }),
    data: { labelled: clusterSource() },
    epochs: 3,
    batchSize: 16,
    random: randomStream(9),
    ...changes,
  };
}

/** Values of every weight of a classifier. */
export async function weightsOf(classifier: Classifier): Promise<Float32Array[]> {
  const tensors = classifier.model.weights.map((weight) => weight.read());
  return Promise.all(tensors.map(async (tensor) => (await tensor.data<'float32'>()).slice()));
}

/** Trains, gives the result with the weights, and disposes classifier and optimizer. */
export async function trained(options: TrainOptions): Promise<TrainResult & { weights: Float32Array[] }> {
  try {
    const result = await train(options);
    return { ...result, weights: await weightsOf(options.classifier) };
  } finally {
    options.classifier.dispose();
    options.optimizer.dispose();
  }
}

/** Checkpoints in memory: what a file would hold, without the disk. */
export interface MemoryCheckpoints extends CheckpointStore {
  /** Names in the order in which they were saved. */
  readonly saved: string[];
  /** Forgets every checkpoint. */
  clear(): void;
}

export function memoryCheckpoints(): MemoryCheckpoints {
  const states = new Map<string, TrainState>();
  const saved: string[] = [];
  return {
    saved,
    clear: () => states.clear(),
    load: (name) => Promise.resolve(structuredClone(states.get(name)) ?? null),
    save: (name, state) => {
      saved.push(name);
      states.set(name, structuredClone(state));
      return Promise.resolve();
    },
  };
}
