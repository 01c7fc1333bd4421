// Which heads can tell the quadrants of a circle apart, opposite ones alike: the XOR that no linear classifier without bias solves.
// 2,000 training and 2,000 test points, full batches, Adam, temperature learnt from 1/10.
// Usage: node scripts/circleXor.mjs [--seeds 1,2,3,4,5] [--steps 600] [--backend auto] [--json]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../dist/index.js';
import { chooseBackend } from '../dist/backend/node/index.js';
import { kernelizedSoftmax, sphereKernels } from '../dist/heads/index.js';
import { softmaxCrossEntropy } from '../dist/losses/index.js';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3,4,5' },
    steps: { type: 'string', default: '600' },
    backend: { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
});
const SIZE = 2000;
const kernelized = (kernel) => (random) =>
  kernelizedSoftmax({ units: 2, inputShape: [2], temperature: 0.1, learnTemperature: true, random, ...kernel });
const heads = {
  'dot product': (random) =>
    tf.layers.dense({
      units: 2,
      inputShape: [2],
      useBias: false,
      kernelInitializer: tf.initializers.randomNormal({ seed: random.integer(2 ** 31) }),
    }),
  cosine: kernelized({ kernel: 'linear' }),
  'Gaussian, gamma 0.5': kernelized({ kernel: sphereKernels.gaussian({ gamma: 0.5 }) }),
  '(1 + t)^2': kernelized({ kernel: sphereKernels.polynomial({ degree: 2, offset: 1 }) }),
  't^2': kernelized({ kernel: sphereKernels.polynomial({ degree: 2 }) }),
  'learnt, degree 10': kernelized({ degree: 10 }),
};

await chooseBackend(options.backend);
const seeds = options.seeds.split(',').map(Number);
const results = {};
for (const [name, headOf] of Object.entries(heads)) {
  results[name] = [];
  for (const seed of seeds) results[name].push(await accuracy(headOf, randomStream(seed)));
  if (!options.json) console.log(`${name.padEnd(20)} ${results[name].map((value) => value.toFixed(3)).join('  ')}`);
}
if (options.json) console.log(JSON.stringify({ seeds, accuracy: results }));

/** Test accuracy after training. */
async function accuracy(headOf, random) {
  const [train, test] = ['train', 'test'].map((part) => quadrants(random.child(part)));
  const head = headOf(random.child('weights'));
  head.apply(train.x);
  const optimizer = tf.train.adam(0.05);
  const variables = head.trainableWeights.map((weight) => weight.read());
  for (let step = 0; step < Number(options.steps); step++) {
    optimizer.minimize(() => softmaxCrossEntropy(train.y, head.apply(train.x)), false, variables);
  }
  const hits = tf.tidy(() => tf.mean(tf.cast(tf.equal(tf.argMax(head.apply(test.x), 1), test.y), 'float32')));
  const [value] = await hits.data();
  tf.disposeVariables();
  return value;
}

/** Points of the circle; the class is the parity of the quadrant around an axis. */
function quadrants(random) {
  const angles = Array.from({ length: SIZE }, () => 2 * Math.PI * random.uniform());
  return {
    x: tf.tensor2d(angles.map((angle) => [Math.cos(angle), Math.sin(angle)])),
    y: tf.tensor1d(
      angles.map((angle) => Math.floor((angle + Math.PI / 4) / (Math.PI / 2)) % 2),
      'int32',
    ),
  };
}
