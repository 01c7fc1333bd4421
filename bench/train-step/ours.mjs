// Our contender: the loop of tfjs-longtail/train, steps taken on request.
// Arguments: NETWORK BATCH BACKEND REPLICAS PRECISION.
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { chooseBackend } from '../../dist/backend/node/index.js';
import { train } from '../../dist/train/index.js';
import { workerReplicas } from '../../dist/train/node/index.js';
import { serve } from './lineProtocol.mjs';
import makeParts from './parts.mjs';

const [network, batch, backend, count, precision] = process.argv.slice(2);
const replicas = Number(count);
const threads =
  backend === 'tensorflow' ? { threads: Math.max(1, Math.floor(os.availableParallelism() / replicas)) } : {};
await chooseBackend(backend, { ...threads, ...(precision === 'float32' ? {} : { precision }) });

const settings = { network };
const parts = makeParts(settings);
const parameters = parts.classifier.trainableVariables.reduce((sum, { size }) => sum + size, 0);

/** Resolves when the next step may begin; the loop waits for it before each. */
let permit = deferred();
let done = deferred();
function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}
const callbacks = [
  {
    onBatchBegin: () => permit.promise,
    onBatchEnd(_, { loss }) {
      permit = deferred();
      done.resolve(loss);
    },
  },
];
void train({
  ...parts,
  callbacks,
  epochs: 1,
  batchSize: Number(batch),
  ...(replicas > 1
    ? { replicas: workerReplicas({ count: replicas, module: new URL('./parts.mjs', import.meta.url), settings }) }
    : {}),
});
await serve({ parameters, version: `tfjs ${tf.version_core}, replicas ${replicas}, ${precision}` }, async () => {
  done = deferred();
  permit.resolve();
  return done.promise;
});
process.exit(0);
