// A kernelized head in place of the last dense layer, in a model that is saved and loaded again.
//
//   node examples/dropin/kernelHead.mjs
import * as tf from '@tensorflow/tfjs';
import { randomStream } from 'tfjs-longtail';
import { kernelizedSoftmax } from 'tfjs-longtail/heads';
import { forCompile, logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
import { classificationMetrics } from 'tfjs-longtail/metrics';
import 'tfjs-longtail/register'; // a program that only loads models needs this line and nothing else of the package

// Class k lies in two opposite directions of the plane: no linear classifier of these features can tell them apart.
const classCounts = [500, 100, 20];

function opposites(counts, seed) {
  const random = randomStream(seed);
  const sorted = counts.flatMap((count, k) => Array(count).fill(k));
  const labels = Array.from(random.permutation(sorted.length), (at) => sorted[at]);
  const rows = labels.map((k) => {
    const angle = (Math.PI * k) / counts.length + 0.15 * random.normal() + Math.PI * random.integer(2);
    return [Math.cos(angle), Math.sin(angle)];
  });
  return { x: tf.tensor2d(rows), y: tf.oneHot(tf.tensor1d(labels, 'int32'), counts.length), labels };
}

const train = opposites(classCounts, 1);
const test = opposites([100, 100, 100], 2);

async function trained(head) {
  const model = tf.sequential({ layers: [head] });
  const loss = forCompile(logitAdjustedCrossEntropy, { classCounts });
  model.compile({ optimizer: tf.train.adam(0.02), loss });
  await model.fit(train.x, train.y, { epochs: 30, batchSize: 32, shuffle: false, verbose: 0 });
  return model;
}

async function balancedAccuracy(model) {
  const metrics = classificationMetrics({ numClasses: classCounts.length });
  await metrics.update(test.labels, model.predict(test.x));
  return metrics.result().balancedAccuracy;
}

const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
const dense = await trained(tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer }));
const kernelized = await trained(kernelizedSoftmax({ units: 3, inputShape: [2], random: randomStream(1) }));

// In a browser 'indexeddb://my-model' or 'downloads://my-model' in place of this, with tfjs-node 'file://./my-model'.
let saved;
await kernelized.save(
  tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  }),
);
const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));

/** Balanced accuracy on the test set. */
export const accuracy = { dense: await balancedAccuracy(dense), kernelized: await balancedAccuracy(kernelized) };
/** The largest difference between the scores before and after. */
export const [difference] = await tf.max(tf.abs(tf.sub(kernelized.predict(test.x), loaded.predict(test.x)))).data();
/** What the head learnt: the weight of each power of the cosine. */
export const { powers } = await loaded.layers[0].coefficients();

console.log(`balanced accuracy: dense ${accuracy.dense.toFixed(2)}, kernelized ${accuracy.kernelized.toFixed(2)}`);
console.log(`powers of the cosine: ${Array.from(powers, (alpha) => alpha.toFixed(2)).join(' ')}`);
console.log(`largest difference of the loaded model's scores: ${difference}`);
