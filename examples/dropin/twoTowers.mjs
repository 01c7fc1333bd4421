// Two towers for retrieval, one for users and one for items, trained by sampled softmax on the items of the batch.
//
//   node examples/dropin/twoTowers.mjs
import * as tf from '@tensorflow/tfjs';
import { randomStream } from 'tfjs-longtail';
import { sampledSoftmaxCrossEntropy } from 'tfjs-longtail/losses';
import { groupClasses, rankingMetrics, topClasses } from 'tfjs-longtail/metrics';
import { samplingWeights, withinBatchSampler } from 'tfjs-longtail/sampling';

// --- The data: who took what. An item is taken for its fit to the user's taste, and because everybody takes it. ---

const [numItems, taste, width, k] = [200, 4, 16, 10];
const random = randomStream(1);
const normals = (count) => Array.from({ length: count }, () => random.normal());
const itemTastes = Array.from({ length: numItems }, () => normals(taste));
const popularity = Array.from({ length: numItems }, (_, item) => 1 / (item + 1)); // Zipf's law

function interactions(count) {
  const users = Array.from({ length: count }, () => normals(taste));
  return { users, items: users.map(take) };
}

/** Draws an item with a chance proportional to `popularity * exp(fit)`. */
function take(user) {
  const fit = (own) => own.reduce((sum, value, d) => sum + value * user[d], 0);
  const chances = itemTastes.map((own, item) => popularity[item] * Math.exp(fit(own)));
  let left = random.uniform() * chances.reduce((sum, chance) => sum + chance);
  return chances.findIndex((chance) => (left -= chance) < 0);
}

const train = interactions(20000);
const test = interactions(4000);
const itemCounts = Array(numItems).fill(1); // one more than seen: a prior of 0 has no logarithm
for (const item of train.items) itemCounts[item]++;

// --- The model: two networks whose dot product is the score; an item is known by its taste and how often it was taken. ---

const itemFeatures = tf.tensor2d(itemTastes.map((own, item) => [...own, Math.log(itemCounts[item])]));

function tower(features, seed) {
  const dense = (units, more) =>
    tf.layers.dense({ units, kernelInitializer: tf.initializers.glorotUniform({ seed: seed + units }), ...more });
  return tf.sequential({ layers: [dense(32, { inputShape: [features], activation: 'relu' }), dense(width)] });
}

const towers = () => ({ user: tower(taste, 1), item: tower(taste + 1, 2) });

/** One epoch of batches, in the order that the seed gives, so that every weighting sees the same. */
function trainWith(weighting) {
  const { user, item } = towers();
  const sampler = withinBatchSampler({ classCounts: itemCounts });
  const optimizer = tf.train.adam(0.01);
  const [order, batchSize] = [randomStream(2).permutation(train.items.length), 128];
  for (let from = 0; from + batchSize <= order.length; from += batchSize) {
    const batch = Array.from(order.subarray(from, from + batchSize));
    const labels = batch.map((row) => train.items[row]);
    const draw = sampler.draw({ labels, count: batchSize, random });
    const logWeights = samplingWeights(draw, labels, weighting);
    optimizer.minimize(() => {
      const users = user.apply(tf.tensor2d(batch.map((row) => train.users[row])));
      const items = item.apply(tf.gather(itemFeatures, labels));
      const positives = tf.sum(tf.mul(users, items), 1);
      const negatives = tf.matMul(users, items, false, true); // of each user with the items of all
      return sampledSoftmaxCrossEntropy(positives, negatives, { logWeights, accidentalHits: draw.accidentalHits });
    });
  }
  return { user, item };
}

/** Recall@k of what the test users took: of all of it, and as the mean over the items, where rare ones count alike. */
async function evaluate({ user, item }) {
  const kernel = tf.transpose(item.predict(itemFeatures)); // a column an item, as a dense layer has them
  const metrics = rankingMetrics({ numClasses: numItems, cutoffs: [k], groups: groupClasses(itemCounts, 'thirds') });
  const top = await topClasses(user.predict(tf.tensor2d(test.users)), kernel, { k });
  const taken = test.items.map((item) => [item]);
  metrics.update(taken, top);
  const { at, groups } = metrics.result();
  return { all: at[0].recall, balanced: at[0].balancedRecall, tail: groups.tail.at[0].recall };
}

const weightings = {
  // Every negative counts as it comes: frequent items are pushed down as often as they are in the batch.
  'as they come': 'constant',
  // The logQ correction: an estimate of the softmax over all items, so popular items rank high, as they are taken often.
  'logQ corrected': 'importance',
  // All items count alike.
  'logit adjusted': { target: 'logit-adjusted', classCounts: itemCounts },
};

/** Recall@10 by weighting. */
export const recall = { untrained: await evaluate(towers()) };
for (const [name, weighting] of Object.entries(weightings)) recall[name] = await evaluate(trainWith(weighting));

console.log(`recall@${k}         all    balanced  tail`);
for (const [name, { all, balanced, tail }] of Object.entries(recall)) {
  console.log(`${name.padEnd(16)}  ${all.toFixed(3)}  ${balanced.toFixed(3)}     ${tail.toFixed(3)}`);
}
