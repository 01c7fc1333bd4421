// Whether a long run keeps memory: live tensors and resident memory at step 200 and at step 2,000 of a training run.
//
//   npm run build && node bench/memory/run.mjs [--backend tensorflow] [--model resnet8] [--steps 2000]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { chooseBackend } from '../../dist/backend/node/index.js';
import { randomStream } from '../../dist/index.js';
import { loadDataset } from '../../dist/data/node/index.js';
import { logitAdjustedCrossEntropy } from '../../dist/losses/index.js';
import { classifierFromModel, createModel } from '../../dist/models/index.js';
import { constantSchedule, sgd } from '../../dist/optimizers/index.js';
import { centredNormalization, imageSource, supervised, train } from '../../dist/train/index.js';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'auto' },
    model: { type: 'string', default: 'resnet8' },
    steps: { type: 'string', default: '2000' },
    batch: { type: 'string', default: '32' },
  },
});
const steps = Number(options.steps);
const batchSize = Number(options.batch);
const from = Math.min(200, steps >> 1);

const choice = await chooseBackend(options.backend);
const { train: images } = await loadDataset('sample');
const classifier = classifierFromModel(createModel(options.model, { numClasses: 10, random: randomStream(1) }));
const classCounts = [500, 299, 179, 107, 64, 38, 23, 13, 8, 5];
const samples = [];
let step = 0;
const abort = new AbortController();
await train({
  classifier,
  objective: supervised((targets, logits) => logitAdjustedCrossEntropy(targets, logits, { classCounts })),
  optimizer: sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 }),
  schedule: constantSchedule({ baseRate: 0.01 }),
  data: {
    labelled: imageSource(images, {
      normalization: centredNormalization(3),
      augmentation: { cropPadding: 4, flip: true },
    }),
  },
  epochs: 100_000,
  batchSize,
  random: randomStream(1),
  signal: abort.signal,
  callbacks: [
    {
      onBatchEnd() {
        step += 1;
        if (step === from || step === steps) {
          globalThis.gc?.();
          samples.push({ step, tensors: tf.memory().numTensors, rss: process.memoryUsage().rss / 1e6 });
        }
        if (step === steps) abort.abort();
      },
    },
  ],
});
const [first, last] = samples;
console.log(`${choice.name}, ${options.model}, batch ${batchSize}`);
for (const { step, tensors, rss } of samples)
  console.log(`step ${step}: ${tensors} tensors, ${rss.toFixed(0)} MB resident`);
console.log(`growth: ${last.tensors - first.tensors} tensors, ${(last.rss - first.rss).toFixed(1)} MB`);
