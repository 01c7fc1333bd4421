// Parts of a small training step, made in every replica; `settings.trouble` makes one of them fail.
import * as tf from '@tensorflow/tfjs';
import { isMainThread } from 'node:worker_threads';
import { randomStream } from 'tfjs-longtail';
import { softmaxCrossEntropy } from 'tfjs-longtail/losses';
import { classifierFromModel } from 'tfjs-longtail/models';
import { adamW, constantSchedule, sgd } from 'tfjs-longtail/optimizers';
import { shuffledOrder } from 'tfjs-longtail/sampling';
import { supervised } from 'tfjs-longtail/train';

const size = 96;

export default function makeParts({ optimizer = 'sgd', batchNorm = true, units = 8, trouble, jitter = 0.05 }) {
  const inWorker = (what) => trouble === what && !isMainThread;
  if (inWorker('setup')) throw new RangeError('no such thing here');
  return {
    classifier: classifierFromModel(model(inWorker('shape') ? units + 1 : units, batchNorm)),
    objective: objective(inWorker),
    optimizer:
      optimizer === 'sgd'
        ? sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5e-4 })
        : adamW({ learningRate: 0.01 }),
    schedule: constantSchedule({ baseRate: 0.1, warmupEpochs: 1 }),
    random: randomStream(9),
    data: {
      labelled: { size, order: shuffledOrder(size), batch: (indices, random) => batch(indices, random, jitter) },
    },
  };
}

/** Not seeded: a replica must begin with the weights that it is sent. */
function model(units, batchNorm) {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [2] }),
      ...(batchNorm ? [tf.layers.batchNormalization({ momentum: 0.8 })] : []),
      tf.layers.reLU(),
      tf.layers.dense({ units: 3 }),
    ],
  });
}

function objective(inWorker) {
  const plain = supervised(softmaxCrossEntropy);
  return {
    ...plain,
    loss(classifier, batches, context) {
      if (context.step === 5 && inWorker('frozen')) classifier.model.layers[0].trainable = false;
      if (context.step === 5 && inWorker('step')) throw new RangeError('a step that fails');
      if (context.step === 5 && inWorker('exit')) process.exit(3);
      return plain.loss(classifier, batches, context);
    },
    afterStep(classifier, { step }) {
      // Moves the weights of one replica away from the others'.
      if (step === 5 && inWorker('drift')) {
        const [weight] = classifier.trainableVariables;
        weight.assign(tf.add(weight, 1e-6));
      }
    },
  };
}

/** Three clusters; the draws move every point a little, as augmentation does. */
function batch(indices, random, jitter) {
  const angle = (i) => ((i % 3) * 2 * Math.PI) / 3;
  const points = Array.from(indices, (i) => [
    2 * Math.cos(angle(i)) + Math.sin(i) / 2 + jitter * random.normal(),
    2 * Math.sin(angle(i)) + Math.cos(7 * i) / 2 + jitter * random.normal(),
  ]);
  return {
    inputs: tf.tensor2d(points),
    targets: tf.tensor1d(
      Array.from(indices, (i) => i % 3),
      'int32',
    ),
  };
}
