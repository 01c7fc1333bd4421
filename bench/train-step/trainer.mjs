// One tfjs contender: the training step of a network, repeated on request. Arguments: NAME BATCH NETWORK.
import * as tf from '@tensorflow/tfjs';
import { softmaxCrossEntropy } from '../../dist/losses/index.js';
import { sgd } from '../../dist/optimizers/index.js';
import { serve } from './lineProtocol.mjs';
import { networks } from './networks.mjs';

const [name, batch, network] = process.argv.slice(2);

const prepare = {
  async ours() {
    await (await import('../../dist/backend/node/index.js')).prepareBackend('tensorflow');
    return 'tensorflow';
  },
  async stock() {
    await (await import('../../dist/backend/node/load.js')).loadNative('bench');
    return 'tensorflow';
  },
  async 'wasm-ours'() {
    await (await import('../../dist/backend/node/index.js')).prepareBackend('wasm');
    return 'wasm';
  },
  async 'wasm-stock'() {
    await import('@tensorflow/tfjs-backend-wasm');
    (await import('./naiveFilterGradient.mjs')).registerNaiveFilterGradient();
    return 'wasm';
  },
};

/** The step: forward, loss, backward, update with momentum, and the loss read. */
export async function makeStep(backend, size, network = 'resnet32') {
  await tf.setBackend(backend);
  const model = networks[network]();
  const variables = model.trainableWeights.map((weight) => weight.read());
  const images = tf.randomNormal([size, 32, 32, 3], 0, 1, 'float32', 2);
  const labels = tf.tensor1d(Int32Array.from({ length: size }, (_, i) => i % 10));
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  const loss = () => softmaxCrossEntropy(labels, model.apply(images, { training: true }));
  const step = () => {
    const value = optimizer.minimize(loss, true, variables);
    const [number] = value.dataSync();
    value.dispose();
    return number;
  };
  return { step, parameters: variables.reduce((sum, { size: entries }) => sum + entries, 0) };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { step, parameters } = await makeStep(await prepare[name](), Number(batch), network);
  await serve({ parameters, version: `tfjs ${tf.version_core}` }, step);
}
