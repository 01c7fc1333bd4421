// Logit adjustment in a program that trains with compile and fit, or with fitDataset: only the loss changes.
//
//   node examples/dropin/fit.mjs
import * as tf from '@tensorflow/tfjs';
import { forCompile, logitAdjustedCrossEntropy, softmaxCrossEntropy } from 'tfjs-longtail/losses';
import { classificationMetrics } from 'tfjs-longtail/metrics';
import { points } from './points.mjs';

// The rarest class has one example for a hundred of the most frequent one. The test set is balanced.
const classCounts = [1000, 316, 100, 32, 10];
const train = points(classCounts, 1);
const test = points([200, 200, 200, 200, 200], 2);

/** A small network; its output are the raw scores, without a softmax. */
function compiled(loss) {
  const initial = (seed) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 16, activation: 'relu', inputShape: [2], kernelInitializer: initial(1) }),
      tf.layers.dense({ units: classCounts.length, kernelInitializer: initial(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss });
  return model;
}

/** Share of the test examples of each class that are found. The scores are used as they are: the adjustment is in the loss. */
async function recall(model) {
  const metrics = classificationMetrics({ numClasses: classCounts.length });
  await metrics.update(test.labels, model.predict(test.x));
  return metrics.result().perClassRecall;
}

const plain = compiled(forCompile(softmaxCrossEntropy, {}));
await plain.fit(train.x, train.y, { epochs: 15, batchSize: 32, shuffle: false, verbose: 0 });

const adjusted = compiled(forCompile(logitAdjustedCrossEntropy, { classCounts }));
await adjusted.fit(train.x, train.y, { epochs: 15, batchSize: 32, shuffle: false, verbose: 0 });

// The same loss for data that comes as a stream.
const stream = compiled(forCompile(logitAdjustedCrossEntropy, { classCounts }));
const rows = { xs: tf.data.array(await train.x.array()), ys: tf.data.array(await train.y.array()) };
await stream.fitDataset(tf.data.zip(rows).shuffle(1000, 'a seed').batch(32), { epochs: 15, verbose: 0 });

/** Recall of each class on the balanced test set, most frequent class first. */
export const perClassRecall = {
  plain: await recall(plain),
  adjusted: await recall(adjusted),
  stream: await recall(stream),
};

console.log(`training examples      ${classCounts.join('  ')}`);
for (const [name, values] of Object.entries(perClassRecall)) {
  console.log(`recall, ${name.padEnd(8)}       ${values.map((value) => value.toFixed(2)).join('  ')}`);
}
