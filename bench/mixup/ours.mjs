// Our contender: mixInputs by a plan drawn before, as the peers' share is. Arguments: POINTS batch|example BATCH SIDE.
//
// Operations of the native backend have run when they return, as those of torch have, so no value is read.
import * as tf from '@tensorflow/tfjs';
import { prepareBackend } from '../../dist/backend/node/index.js';
import { randomStream } from '../../dist/index.js';
import { drawMixingPlan, mixInputs } from '../../dist/mixup/index.js';
import { serve } from '../train-step/lineProtocol.mjs';

const [points, granularity, batch, side] = process.argv.slice(2);
await prepareBackend('tensorflow');
await tf.setBackend('tensorflow');

// A freed block just below malloc's largest threshold: from then on it keeps memory, as in any program that trains.
tf.tidy(() => tf.neg(tf.zeros([7 * 2 ** 20])).dispose());

const batchSize = Number(batch);
const images = tf.randomUniform([batchSize, Number(side), Number(side), 3], 0, 1, 'float32', 1);
const plan = drawMixingPlan({
  batchSize,
  points: Number(points),
  perExample: granularity === 'example',
  partners: 'shift',
  random: randomStream(1),
});
await serve({ version: `tfjs ${tf.version_core}` }, () => mixInputs(images, plan).dispose());
