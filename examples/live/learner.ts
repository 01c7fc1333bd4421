import * as tf from '@tensorflow/tfjs';
import { randomStream } from 'tfjs-longtail';
import { forCompile, logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
import { classificationMetrics } from 'tfjs-longtail/metrics';
import { numClasses, type Problem } from './problem.js';

/** A network in training on a problem. */
export interface Learner {
  /** One pass over the training set. */
  epoch(): Promise<void>;
  /** Recall of each class on the test set, 0..1. */
  recall(): Promise<readonly number[]>;
  /** The class that the network gives each of the points `[N, 2]`. */
  classify(points: tf.Tensor2D): Promise<Int32Array>;
  dispose(): void;
}

/** Two hidden layers; learners of the same seed begin alike and see the same batches. `tau` 0 is plain cross-entropy. */
export function learner({ classCounts, train, test }: Problem, tau: number, seed: number): Learner {
  const random = randomStream(seed);
  const model = network(random.seedFor('model'));
  // All of the package that this page is about: the loss knows how frequent the classes are.
  const loss = forCompile(logitAdjustedCrossEntropy, { classCounts, tau });
  const optimizer = tf.train.adam(0.01);
  model.compile({ optimizer, loss });

  const x = tf.tensor2d(train.rows as [number, number][]);
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d([...train.labels], 'int32'), numClasses));
  const testX = tf.tensor2d(test.rows as [number, number][]);
  const batches = random.child('batches');
  return {
    async epoch() {
      // Not the shuffle of fit, which knows no seed.
      const order = tf.tensor1d(batches.permutation(train.labels.length), 'int32');
      const [rows, targets] = [tf.gather(x, order), tf.gather(y, order)];
      await model.fit(rows, targets, { epochs: 1, batchSize: 64, shuffle: false, verbose: 0, yieldEvery: 'never' });
      tf.dispose([order, rows, targets]);
    },
    async recall() {
      const metrics = classificationMetrics({ numClasses });
      const logits = model.predict(testX, { batchSize: test.labels.length }) as tf.Tensor2D;
      await metrics.update(test.labels, logits);
      logits.dispose();
      return metrics.result().perClassRecall.map((value) => value ?? 0);
    },
    async classify(points) {
      const classes = tf.tidy(() => tf.argMax(model.predict(points, { batchSize: points.shape[0] }) as tf.Tensor2D, 1));
      try {
        return (await classes.data()) as Int32Array;
      } finally {
        classes.dispose();
      }
    },
    dispose() {
      tf.dispose([x, y, testX]);
      model.dispose();
      optimizer.dispose();
    },
  };
}

function network(seed: number): tf.Sequential {
  const dense = (units: number, at: number, more: object): tf.layers.Layer =>
    tf.layers.dense({ units, kernelInitializer: tf.initializers.heNormal({ seed: seed + at }), ...more });
  const layers = [
    dense(32, 0, { inputShape: [2], activation: 'relu' }),
    dense(32, 1, { activation: 'relu' }),
    dense(numClasses, 2, {}),
  ];
  return tf.sequential({ layers });
}
