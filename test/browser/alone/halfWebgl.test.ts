/** A page of its own, in which webgl has textures of float16 only, as on many phones. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../src/backend/index.js';
import { softmaxCrossEntropy } from '../../../src/losses/index.js';
import { refusal } from '../../support/errors.js';

const refused = (where: string): Error =>
  refusal(
    'BackendError',
    `${where}: expected webgl in float32, got float16 textures. ` +
      "This device renders no more: take chooseBackend('wasm') or 'cpu' of tfjs-longtail/backend",
  );

describe('webgl with float16 textures [webgl]', () => {
  it('is refused, chosen here or elsewhere', async () => {
    tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
    await expect(chooseBackend('webgl')).rejects.toThrow(refused('chooseBackend'));
    await tf.setBackend('webgl');
    const labels = tf.tensor1d([0], 'int32');
    expect(() => softmaxCrossEntropy(labels, tf.zeros([1, 3]))).toThrow(refused('softmaxCrossEntropy'));
  });
});
