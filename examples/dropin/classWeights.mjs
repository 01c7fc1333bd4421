// Class weights, in the loss or given to fit: the same training, whichever is at hand.
//
//   node examples/dropin/classWeights.mjs
import * as tf from '@tensorflow/tfjs';
import { effectiveNumberWeights, forCompile, softmaxCrossEntropy, weightedCrossEntropy } from 'tfjs-longtail/losses';
import { classificationMetrics } from 'tfjs-longtail/metrics';
import { points } from './points.mjs';

const classCounts = [1000, 200, 40];
const train = points(classCounts, 1);
const test = points([300, 300, 300], 2);

// Each class weighs the inverse of its effective number of examples, (1 - beta^n) / (1 - beta).
const classWeights = effectiveNumberWeights(classCounts, { beta: 0.999 });

/** Trains a linear classifier; everything but the loss and the weights given to fit is alike. */
async function trained(loss, classWeight) {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer })] });
  model.compile({ optimizer: tf.train.adam(0.02), loss });
  await model.fit(train.x, train.y, { epochs: 10, batchSize: 32, shuffle: false, verbose: 0, classWeight });
  return model;
}

async function recall(model) {
  const metrics = classificationMetrics({ numClasses: classCounts.length });
  await metrics.update(test.labels, model.predict(test.x));
  return metrics.result().perClassRecall;
}

const plain = await trained(forCompile(softmaxCrossEntropy, {}));
const weightedLoss = await trained(forCompile(weightedCrossEntropy, { classWeights }));
// tfjs multiplies the loss of each example: forCompile leaves the losses per example, a mean would be weighted wrongly.
const weightedFit = await trained(forCompile(softmaxCrossEntropy, {}), { ...classWeights });

/** Recall of each class on the balanced test set, most frequent class first. */
export const perClassRecall = { plain: await recall(plain), weighted: await recall(weightedLoss) };
const [kernel, otherKernel] = [weightedLoss, weightedFit].map((model) => model.getWeights()[0]);
/** The largest difference between the weights that the two ways gave. */
export const [difference] = await tf.max(tf.abs(tf.sub(kernel, otherKernel))).data();

console.log(`class weights         ${Array.from(classWeights, (weight) => weight.toFixed(2)).join('  ')}`);
for (const [name, values] of Object.entries(perClassRecall)) {
  console.log(`recall, ${name.padEnd(8)}      ${values.map((value) => value.toFixed(2)).join('  ')}`);
}
console.log(`in the loss or in fit: the weights of the models differ by ${difference}`);
