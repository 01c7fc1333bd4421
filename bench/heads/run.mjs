// Forward and backward of a classifier head by features and weights, against a plain dense layer, alternating.
//
//   npm run build && node bench/heads/run.mjs [--backend tensorflow] [--batch 128] [--features 512] [--classes 1000]
//     [--degree 10] [--rounds 40] [--repeats 5] [--only learnt,...] [--json]
//
// Contenders take turns of --repeats calls; the ratio is taken within each round, so that what else the machine does hits
// both alike. A call makes the logits and the gradients of sum(upstream * logits) by features and all weights, and reads
// one of them. `naive` is the learnt head made of plain tfjs operations, with the gradients that tfjs records.
import * as tf from '@tensorflow/tfjs';
import { parseArgs } from 'node:util';
import { prepareBackend } from '../../dist/backend/node/index.js';
import { kernelizedSoftmax, sphereKernels } from '../../dist/heads/index.js';
import { randomStream } from '../../dist/index.js';
import { alternate, chosen, print } from '../alternating.mjs';
import { naiveCosine, naiveLearnt } from './naive.mjs';

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'tensorflow' },
    batch: { type: 'string', default: '128' },
    features: { type: 'string', default: '512' },
    classes: { type: 'string', default: '1000' },
    degree: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '40' },
    repeats: { type: 'string', default: '5' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [batch, dimension, units, degree, rounds, repeats] = [
  options.batch,
  options.features,
  options.classes,
  options.degree,
  options.rounds,
  options.repeats,
].map(Number);

await prepareBackend(options.backend);
await tf.setBackend(options.backend);

const random = randomStream(1);
const features = tf.randomNormal([batch, dimension], 0, 1, 'float32', random.seedFor('features'));
const upstream = tf.randomNormal([batch, units], 0, 1 / batch, 'float32', random.seedFor('upstream'));

function layerHead(layer) {
  layer.apply(features).dispose();
  return { apply: (x) => layer.apply(x), variables: layer.trainableWeights.map((weight) => weight.read()) };
}

const kernelized = (kernel, more) => () => layerHead(kernelizedSoftmax({ units, degree, kernel, random, ...more }));
const all = {
  dense: () => layerHead(tf.layers.dense({ units })),
  cosine: kernelized('linear'),
  learnt: kernelized('learned'),
  gaussian: kernelized(sphereKernels.gaussian({ gamma: 0.5 })),
  'learnt gaussian': kernelized(sphereKernels.gaussian({ gamma: 0.5 }), { learnKernel: true }),
  'naive cosine': () => naiveCosine(dimension, units),
  naive: () => naiveLearnt(dimension, units, degree),
};
const contenders = Object.fromEntries(
  chosen(all, 'dense', options.only).map((name) => {
    const { apply, variables } = all[name]();
    // By variables as by any other tensor.
    const gradients = () => tf.engine().gradients(() => apply(features), [features, ...variables], upstream);
    const entryOf = () => tf.tidy(() => gradients().grads[1].slice([0, 0], [1, 1]));
    return [
      name,
      async () => {
        const entry = entryOf();
        await entry.data();
        entry.dispose();
      },
    ];
  }),
);
print(await alternate(contenders, { baseline: 'dense', rounds, repeats }), {
  json: options.json,
  title: `[${batch}, ${dimension}] x ${units}, degree ${degree}, on ${options.backend}`,
  column: 'head',
  baseline: 'dense',
  settings: { backend: options.backend, batch, features: dimension, classes: units, degree, rounds, repeats },
});
