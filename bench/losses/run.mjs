// Forward and backward of a loss on class ids against tf.losses.softmaxCrossEntropy on one-hot rows, alternating.
//
//   npm run build && node bench/losses/run.mjs [--backend tensorflow] [--batch 128] [--classes 1000] [--rounds 40]
//     [--repeats 20] [--only logit-adjusted,...] [--json]
//
// Contenders take turns of --repeats calls; the ratio is taken within each round, so that what else the machine does hits
// both alike. A call computes the loss and its gradient with respect to the logits and reads the loss.
import * as tf from '@tensorflow/tfjs';
import { parseArgs } from 'node:util';
import { prepareBackend } from '../../dist/backend/node/index.js';
import { classPriorFrom } from '../../dist/index.js';
import * as losses from '../../dist/losses/index.js';
import { alternate, chosen, print } from '../alternating.mjs';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'tensorflow' },
    batch: { type: 'string', default: '128' },
    classes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '40' },
    repeats: { type: 'string', default: '20' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [batch, classes] = [Number(options.batch), Number(options.classes)];
const [rounds, repeats] = [Number(options.rounds), Number(options.repeats)];

await prepareBackend(options.backend);
await tf.setBackend(options.backend);

const logits = tf.randomNormal([batch, classes], 0, 1, 'float32', 3);
const ids = tf.tensor1d(Int32Array.from({ length: batch }, (_, i) => (i * 37) % classes));
const oneHot = tf.tidy(() => tf.cast(tf.oneHot(ids, classes), 'float32'));
const classCounts = Array.from({ length: classes }, (_, y) => 1 + Math.floor(1000 / (y + 1)));
const classPrior = classPriorFrom(classCounts);
const classWeights = tf.tensor1d(Float32Array.from(losses.effectiveNumberWeights(classCounts, { beta: 0.9999 })));

const all = {
  'tf.losses': (x) => tf.losses.softmaxCrossEntropy(oneHot, x),
  'logit-adjusted': (x) => losses.logitAdjustedCrossEntropy(ids, x, { classPrior }),
  plain: (x) => losses.softmaxCrossEntropy(ids, x),
  'plain, one-hot': (x) => losses.softmaxCrossEntropy(oneHot, x),
  weighted: (x) => losses.weightedCrossEntropy(ids, x, { classWeights }),
  ldam: (x) => losses.ldamCrossEntropy(ids, x, { classPrior }),
  'ldam, one-hot': (x) => losses.ldamCrossEntropy(oneHot, x, { classPrior }),
  equalized: (x) => losses.equalizedCrossEntropy(ids, x, { classPrior }),
  'vector-scaling': (x) => losses.vectorScalingCrossEntropy(ids, x, { classPrior, gamma: 0.3 }),
  focal: (x) => losses.focalCrossEntropy(ids, x),
  sigmoid: (x) => losses.sigmoidCrossEntropy(ids, x),
};
const contenders = Object.fromEntries(
  chosen(all, 'tf.losses', options.only).map((name) => {
    const valueAndGradient = tf.valueAndGrad(all[name]);
    return [
      name,
      async () => {
        const result = valueAndGradient(logits);
        await result.value.data();
        tf.dispose(result);
      },
    ];
  }),
);
print(await alternate(contenders, { baseline: 'tf.losses', rounds, repeats }), {
  json: options.json,
  title: `[${batch}, ${classes}] on ${options.backend}`,
  column: 'loss',
  baseline: 'tf.losses',
  settings: { backend: options.backend, batch, classes, rounds, repeats },
});
