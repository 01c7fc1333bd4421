import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { positivePairs, sampledDecoupledLoss, sampledSoftmaxCrossEntropy } from '../../src/losses/index.js';
import type { SampledLossOptions } from '../../src/losses/index.js';
import { refusal } from '../support/errors.js';

describe('a sampled loss refuses', () => {
  const [f, g] = [tf.zeros<tf.Rank.R1>([4]), tf.zeros<tf.Rank.R2>([4, 3])];
  const softmax = (options: SampledLossOptions, a: tf.Tensor = f, b: tf.Tensor = g) => {
    return () => sampledSoftmaxCrossEntropy(a as tf.Tensor1D, b as tf.Tensor2D, options);
  };

  it.each<[string, () => tf.Tensor, string]>([
    [
      'labels as columns',
      softmax({}, tf.zeros([4, 1])),
      'sampledSoftmaxCrossEntropy: expected positiveLogits of shape [any], got [4, 1]',
    ],
    [
      'integer scores',
      softmax({}, tf.zeros([4], 'int32')),
      'sampledSoftmaxCrossEntropy: expected positiveLogits of dtype float32, got int32',
    ],
    [
      'negatives of another batch',
      softmax({}, f, tf.zeros([3, 3])),
      'sampledSoftmaxCrossEntropy: expected negativeLogits of shape [4, any], got [3, 3]',
    ],
    [
      'integer negatives',
      softmax({}, f, tf.zeros([4, 3], 'int32')),
      'sampledSoftmaxCrossEntropy: expected negativeLogits of dtype float32, got int32',
    ],
    [
      'no negatives',
      softmax({}, f, tf.zeros([4, 0])),
      'sampledSoftmaxCrossEntropy: expected at least one negative for each example, got none',
    ],
    [
      'too few weights',
      softmax({ logWeights: [0, 0] }),
      'sampledSoftmaxCrossEntropy: expected logWeights of shape [4, 3] or [3], got 2 numbers',
    ],
    [
      'hits of another shape',
      softmax({ accidentalHits: tf.zeros([3, 4]) }),
      'sampledSoftmaxCrossEntropy: expected accidentalHits of shape [4, 3] or [3], got [3, 4]',
    ],
    [
      'an infinite weight',
      softmax({ logWeights: [0, Infinity, 0] }),
      'sampledSoftmaxCrossEntropy: expected logWeights[1] to be finite or -Infinity, got Infinity',
    ],
    [
      'a weight that is not a number',
      softmax({ logWeights: [0, 0, Number.NaN] }),
      'sampledSoftmaxCrossEntropy: expected logWeights[2] to be finite or -Infinity, got NaN',
    ],
    [
      'an unknown reduction',
      softmax({ reduction: 'average' as 'mean' }),
      'sampledSoftmaxCrossEntropy: expected reduction to be one of mean, sum, none, got average',
    ],
    [
      'example weights of another batch',
      softmax({ exampleWeights: [1] }),
      'sampledSoftmaxCrossEntropy: expected exampleWeights of shape [4], got [1]',
    ],
    [
      'an unknown kind',
      () => sampledDecoupledLoss(f, g, { kind: 'logstic' as 'logistic' }),
      'sampledDecoupledLoss: expected kind to be one of logistic, hinge, contrastive, got logstic. Did you mean "logistic"?',
    ],
    [
      'a margin without a use',
      () => sampledDecoupledLoss(f, g, { margin: 0.5 }),
      "sampledDecoupledLoss: expected margin with kind 'contrastive' only, got it with 'logistic'",
    ],
    [
      'a margin that no cosine passes',
      () => sampledDecoupledLoss(f, g, { kind: 'contrastive', margin: 2 }),
      'sampledDecoupledLoss: expected margin to be a finite number in -1..1, got 2',
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(refusal('InvalidArgumentError', message));
  });
});

describe('positivePairs', () => {
  it('takes the labels of each example in their order, and skips examples without any', () => {
    const { examples, labels, shares } = positivePairs([[], [4, 0, 2], [], [2], Int32Array.of(1, 3)], 5);
    expect([...examples]).toEqual([1, 1, 1, 3, 4, 4]);
    expect([...labels]).toEqual([4, 0, 2, 2, 1, 3]);
    expect([...shares]).toEqual([...Float32Array.of(1 / 3, 1 / 3, 1 / 3, 1, 0.5, 0.5)]);
    expect(positivePairs([[], []], 5).labels).toHaveLength(0);
  });

  it.each<[string, number[][], number, string]>([
    ['a label out of range', [[0], [1, 5]], 5, 'positivePairs: expected labels[1][1] to be an integer in 0..4, got 5'],
    ['half a label', [[0.5]], 5, 'positivePairs: expected labels[0][0] to be an integer in 0..4, got 0.5'],
    ['a label twice', [[0], [3, 1, 3]], 5, 'positivePairs: expected distinct labels in labels[1], got 3 twice'],
    ['no classes', [[0]], 0, 'positivePairs: expected numClasses to be an integer of at least 1, got 0'],
  ])('refuses %s', (_name, lists, numClasses, message) => {
    expect(() => positivePairs(lists, numClasses)).toThrow(refusal('InvalidArgumentError', message));
  });
});
