import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { refusal } from '../support/errors.js';

const ids = tf.tensor1d([0, 1], 'int32');
const logits = tf.zeros<tf.Rank.R2>([2, 3]);

const plain = (options: object, targets: tf.Tensor = ids, x: tf.Tensor = logits): (() => tf.Tensor) => {
  return () => softmaxCrossEntropy(targets, x as tf.Tensor2D, options);
};
const adjusted = (options: object): (() => tf.Tensor) => {
  return () => logitAdjustedCrossEntropy(ids, logits, options);
};

describe('a loss refuses', () => {
  it.each([
    [
      'one row of logits',
      plain({}, ids, tf.zeros([3])),
      'softmaxCrossEntropy: expected logits of shape [any, any], got [3]',
    ],
    [
      'integer logits',
      plain({}, ids, tf.zeros([2, 3], 'int32')),
      'softmaxCrossEntropy: expected logits of dtype float32, got int32',
    ],
    [
      'targets of another batch',
      plain({}, tf.tensor1d([0, 1, 2], 'int32')),
      'softmaxCrossEntropy: expected targets of shape [2] or [2, 3], got [3]',
    ],
    [
      'distributions over other classes',
      plain({}, tf.zeros([2, 4])),
      'softmaxCrossEntropy: expected targets of shape [2] or [2, 3], got [2, 4]',
    ],
    [
      'float class ids',
      plain({}, tf.tensor1d([0, 1])),
      'softmaxCrossEntropy: expected class ids of dtype int32, got float32. ' +
        "Make them with tf.tensor1d(ids, 'int32')",
    ],
    [
      'an unknown reduction',
      plain({ reduction: 'men' }),
      'softmaxCrossEntropy: expected reduction to be one of mean, sum, none, got men. Did you mean "mean"?',
    ],
    [
      'weights of another batch',
      plain({ exampleWeights: [1] }),
      'softmaxCrossEntropy: expected exampleWeights of shape [2], got [1]',
    ],
    [
      'a mask over other classes',
      plain({ classMask: tf.ones([2]) }),
      'softmaxCrossEntropy: expected classMask of shape [3], got [2]',
    ],
    [
      'smoothing above 1',
      plain({ labelSmoothing: 1.5 }),
      'softmaxCrossEntropy: expected labelSmoothing to be a finite number in 0..1, got 1.5',
    ],
    [
      'no statistics',
      adjusted({}),
      'logitAdjustedCrossEntropy: expected either classCounts or classPrior, got neither',
    ],
    [
      'both statistics',
      adjusted({ classCounts: [1, 1, 1], classPrior: [1, 1, 1] }),
      'logitAdjustedCrossEntropy: expected either classCounts or classPrior, got both',
    ],
    [
      'counts of other classes',
      adjusted({ classCounts: [1, 2] }),
      'logitAdjustedCrossEntropy: expected classCounts of length 3, got 2',
    ],
    [
      'a class without examples',
      adjusted({ classCounts: [5, 0, 1] }),
      'logitAdjustedCrossEntropy: expected every entry of classCounts to be positive, got 0 for class 1. ' +
        'Drop the class, or use classPriorFrom(counts, { floor })',
    ],
    [
      'a negative tau',
      adjusted({ classCounts: [3, 2, 1], tau: -1 }),
      'logitAdjustedCrossEntropy: expected tau to be a finite number of at least 0, got -1',
    ],
    [
      'a target prior of other classes',
      adjusted({ classCounts: [3, 2, 1], targetPrior: [1, 1] }),
      'logitAdjustedCrossEntropy: expected targetPrior of length 3, got 2',
    ],
  ])('%s', (_, call, message) => {
    const before = tf.memory().numTensors;
    expect(call).toThrow(refusal('InvalidArgumentError', message));
    expect(tf.memory().numTensors).toBe(before);
  });
});
