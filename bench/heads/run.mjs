// Forward and backward of a classifier head by features and weights, against a plain dense layer, alternating.
//
//   npm run build && node bench/heads/run.mjs [--backend tensorflow] [--batch 128] [--features 512] [--classes 1000]
//     [--degree 10] [--rounds 40] [--repeats 5] [--only learnt,...] [--json]
//
// Contenders take turns of --repeats calls; the ratio is taken within each round, so that what else the machine does hits
// both alike. A call makes the logits and the gradients of sum(upstream * logits) by features and all weights, and reads
// one of them. `naive` is the learnt head made of plain tfjs operations, with the gradients that tfjs records.
import * as tf from '@tensorflow/tfjs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { prepareBackend } from '../../dist/backend/node/index.js';
import { kernelizedSoftmax, sphereKernels } from '../../dist/heads/index.js';
import { randomStream } from '../../dist/index.js';
import { summary } from '../train-step/statistics.mjs';
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
const wanted = options.only === undefined ? Object.keys(all) : ['dense', ...options.only.split(',')];
const contenders = Object.fromEntries(
  wanted.map((name) => {
    if (all[name] === undefined) throw new Error(`no contender "${name}": there are ${Object.keys(all).join(', ')}`);
    const { apply, variables } = all[name]();
    // By variables as by any other tensor.
    const gradients = () => tf.engine().gradients(() => apply(features), [features, ...variables], upstream);
    return [name, () => tf.tidy(() => gradients().grads[1].slice([0, 0], [1, 1]))];
  }),
);

async function time(call) {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const entry = call();
    await entry.data();
    entry.dispose();
  }
  return (performance.now() - start) / repeats;
}

const times = Object.fromEntries(wanted.map((name) => [name, []]));
for (const name of wanted) await time(contenders[name]);
const loadBefore = os.loadavg()[0];
for (let round = 0; round < rounds; round++) {
  for (const name of wanted) times[name].push(await time(contenders[name]));
}

const rows = wanted.map((name) => ({
  name,
  ms: summary(times[name]),
  ratio: summary(times[name].map((ms, round) => ms / times.dense[round])),
}));
const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, loadBefore, loadAfter: os.loadavg()[0] };
const sizes = { batch, features: dimension, classes: units, degree };
if (options.json) {
  console.log(JSON.stringify({ backend: options.backend, ...sizes, rounds, repeats, machine, contenders: rows }));
} else {
  const show = ({ median, low, high }) => `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  console.log(
    `[${batch}, ${dimension}] x ${units}, degree ${degree}, on ${options.backend}, load ${loadBefore.toFixed(1)} to ${machine.loadAfter.toFixed(1)}`,
  );
  console.log('head              ms, median (quartiles)      over dense, median (quartiles)');
  for (const { name, ms, ratio } of rows) console.log(`${name.padEnd(16)}  ${show(ms).padEnd(26)}  ${show(ratio)}`);
}
