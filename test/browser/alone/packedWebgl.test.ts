/** A page of its own, in which webgl starts as TensorFlow.js starts it: with packed textures. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../src/backend/index.js';
import { randomStream } from '../../../src/core/index.js';
import { adjustLogits, kernelizedSoftmax } from '../../../src/heads/index.js';
import { forCompile, logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../../src/losses/index.js';
import { drawMixingPlan, mixInputs } from '../../../src/mixup/index.js';
import { refusal } from '../../support/errors.js';

const got =
  'expected webgl with WEBGL_PACK off, got packed textures, with which its matMul is wrong where the inner dimension is odd. ' +
  "Call tf.env().set('WEBGL_PACK', false), or chooseBackend('webgl') of tfjs-longtail/backend, before TensorFlow.js computes anything";

describe('webgl as TensorFlow.js starts it [webgl]', () => {
  beforeAll(async () => {
    await tf.setBackend('webgl');
    tf.env().set('WEBGL_CPU_FORWARD', false); // small inputs too go through the shaders
  });

  it('multiplies wrongly; once it does not, nothing needs to be refused any more', async () => {
    const ones = tf.exp<tf.Tensor2D>(tf.zeros([1, 3])); // made there: beyond the edge of what is uploaded lie zeros
    expect([...(await tf.matMul(ones, ones, false, true).data())]).toEqual([4]);
  });

  it('is refused by the first loss, head and step of training', async () => {
    expect(() => softmaxCrossEntropy(tf.tensor1d([0], 'int32'), tf.zeros([1, 3]))).toThrow(
      refusal('BackendError', `softmaxCrossEntropy: ${got}`),
    );
    const layer = kernelizedSoftmax({ units: 3, inputShape: [2] });
    expect(() => layer.apply(tf.ones([1, 2]))).toThrow(refusal('BackendError', `kernelizedSoftmax: ${got}`));
    const logits = tf.zeros<tf.Rank.R2>([2, 3]);
    expect(() => adjustLogits(logits, { classCounts: [3, 2, 1] })).toThrow(
      refusal('BackendError', `adjustLogits: ${got}`),
    );
    const plan = drawMixingPlan({ batchSize: 2, points: 2, alpha: 1, random: randomStream(1) });
    expect(() => mixInputs(logits, plan)).toThrow(refusal('BackendError', `mixInputs: ${got}`));
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: forCompile(logitAdjustedCrossEntropy, { classCounts: [3, 2, 1] }) });
    const fit = model.fit(tf.ones([2, 2]), tf.oneHot(tf.tensor1d([0, 1], 'int32'), 3), { verbose: 0 });
    await expect(fit).rejects.toThrow(refusal('BackendError', `logitAdjustedCrossEntropy: ${got}`));
  });

  it('is too late to mend', async () => {
    await expect(chooseBackend('webgl')).rejects.toThrow(
      refusal(
        'BackendError',
        'chooseBackend: expected webgl with unpacked textures, got one in use with packed textures. ' +
          'Call chooseBackend before TensorFlow.js computes anything',
      ),
    );
  });
});
