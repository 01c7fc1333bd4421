/** A page of its own, in which webgl has textures of float16 only, as on many phones. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { chooseBackend } from '../../../src/backend/index.js';
import { logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../../src/losses/index.js';
import { expectClose } from '../../support/numeric.js';
import { logSumExp } from '../../support/reference.js';

/** Eleven significant bits, over a few operations. */
const tolerance = 5e-3;

describe('webgl with float16 textures [webgl]', () => {
  beforeAll(async () => {
    tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
    await chooseBackend('webgl');
  });

  it('has the losses to its precision', async () => {
    const scores = [
      [1, 0.5, -0.25],
      [-2, 3, 0.75],
    ];
    const labels = [2, 0];
    const offsets = [0.7, 0.2, 0.1].map(Math.log);
    const expected = (shifted: number[][]): number[] => shifted.map((row, i) => logSumExp(row) - row[labels[i]!]!);
    const [targets, logits] = [tf.tensor1d(labels, 'int32'), tf.tensor2d(scores)];
    const plain = softmaxCrossEntropy(targets, logits, { reduction: 'none' });
    expectClose(await plain.data(), expected(scores), tolerance);
    const options = { classCounts: [70, 20, 10], reduction: 'none' } as const;
    const adjusted = logitAdjustedCrossEntropy(targets, logits, options);
    const shifted = scores.map((row) => row.map((value, y) => value + offsets[y]!));
    expectClose(await adjusted.data(), expected(shifted), tolerance);
  });
});
