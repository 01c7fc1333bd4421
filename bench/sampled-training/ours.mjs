// Our contender: the loop of tfjs-longtail/train with a class table, steps taken on request.
// Arguments: CLASSES SAMPLER BACKEND. Speaks the lines of bench/train-step/lineProtocol.mjs and adds the peak memory.
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { chooseBackend } from '../../dist/backend/node/index.js';
import { classTable } from '../../dist/heads/index.js';
import { randomStream } from '../../dist/index.js';
import { classifierFromModel } from '../../dist/models/index.js';
import { constantSchedule, rowAdagrad, sgd } from '../../dist/optimizers/index.js';
import { logUniformSampler, uniformSampler } from '../../dist/sampling/index.js';
import { sampledObjective, train } from '../../dist/train/index.js';
import { sizes } from './sizes.mjs';

const [classesText, samplerName, backend] = process.argv.slice(2);
const classes = Number(classesText);
const { batch, dimension, negatives, rate } = sizes;
await chooseBackend(backend);

const table = classTable({ classes, dimension, bias: true, optimizer: rowAdagrad(), random: randomStream(1) });
const samplers = { uniform: uniformSampler, 'log-uniform': logUniformSampler };
const sampler = samplers[samplerName]({ numClasses: classes, replacement: false });
// The loop trains the layer of features; the last layer takes no part.
const model = tf.sequential({
  layers: [tf.layers.dense({ units: dimension, inputShape: [dimension] }), tf.layers.dense({ units: 2 })],
});
const inputs = tf.randomNormal([batch, dimension], 0, 1, 'float32', 2);
const random = randomStream(3);
const size = 2 ** 20;

/** Resolves when the next step may begin; the loop waits for it before each. */
let permit = deferred();
let done = deferred();
function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}
void train({
  classifier: classifierFromModel(model),
  objective: sampledObjective({ table, sampler, count: negatives, weighting: 'importance' }),
  optimizer: sgd({ learningRate: rate }),
  schedule: constantSchedule({ baseRate: rate }),
  data: {
    labelled: {
      size,
      order: () => new Int32Array(size),
      batch() {
        const labels = Int32Array.from({ length: batch }, () => random.integer(classes));
        return { inputs: tf.clone(inputs), targets: tf.tensor1d(labels), labels };
      },
    },
  },
  epochs: 1,
  batchSize: batch,
  random: randomStream(4),
  callbacks: [
    {
      onBatchBegin: () => permit.promise,
      onBatchEnd(_, { loss }) {
        permit = deferred();
        done.resolve(loss);
      },
    },
  ],
}).catch((error) => {
  console.error(error);
  process.exit(1);
});

const peakBytes = () => process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ version: `tfjs ${tf.version_core}, ${tf.getBackend()}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const times = [];
  let loss;
  for (let i = 0; i < Number(line); i++) {
    const start = performance.now();
    done = deferred();
    permit.resolve();
    loss = await done.promise;
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify({ times, loss, peakBytes: peakBytes() }));
}
process.exit(0);
