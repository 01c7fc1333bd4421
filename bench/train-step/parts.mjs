// The parts of the benchmark's training step, made in each replica: a fixed batch, so that only the step is measured.
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../dist/index.js';
import { softmaxCrossEntropy } from '../../dist/losses/index.js';
import { classifierFromModel } from '../../dist/models/index.js';
import { constantSchedule, sgd } from '../../dist/optimizers/index.js';
import { supervised } from '../../dist/train/index.js';
import { networks } from './networks.mjs';

export default function makeParts({ network }) {
  const batches = new Map();
  const batchOf = (size) => {
    if (!batches.has(size)) {
      const images = tf.randomNormal([size, 32, 32, 3], 0, 1, 'float32', 2);
      const labels = tf.tensor1d(
        Int32Array.from({ length: size }, (_, i) => i % 10),
        'int32',
      );
      batches.set(size, { images, labels });
    }
    return batches.get(size);
  };
  const size = 2 ** 20;
  return {
    classifier: classifierFromModel(networks[network]()),
    objective: supervised(softmaxCrossEntropy),
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    schedule: constantSchedule({ baseRate: 0.1 }),
    random: randomStream(1),
    data: {
      labelled: {
        size,
        order: () => new Int32Array(size),
        batch({ length }) {
          const { images, labels } = batchOf(length);
          return { inputs: tf.clone(images), targets: tf.clone(labels) };
        },
      },
    },
  };
}
