import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import * as losses from '../../src/losses/index.js';
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

const logits2 = [
  [0, 1],
  [2, -3],
];
const ids2 = (values: number[]): tf.Tensor => tf.tensor1d(values, 'int32');
const sumHint = 'Give counts as classCounts or through classPriorFrom, which normalise them';

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
    [
      'a prior that does not sum to 1',
      adjusted({ classPrior: [7, 2, 1] }),
      'logitAdjustedCrossEntropy: expected classPrior to sum to 1, got 10. ' + sumHint,
    ],
    [
      'a target prior that does not sum to 1',
      adjusted({ classCounts: [7, 2, 1], targetPrior: [0.5, 0.25, 0.5] }),
      'logitAdjustedCrossEntropy: expected targetPrior to sum to 1, got 1.25. ' + sumHint,
    ],
    [
      'weights of other classes',
      () => losses.weightedCrossEntropy(ids, logits, { classWeights: [1, 2] }),
      'weightedCrossEntropy: expected classWeights of shape [3], got [2]',
    ],
    [
      'a negative weight',
      () => losses.pairwiseMarginCrossEntropy(ids, logits, { margins: {}, weights: [1, -1, 1] }),
      'pairwiseMarginCrossEntropy: expected weights[1] to be a finite number of at least 0, got -1',
    ],
    [
      'margins of other classes',
      () => losses.pairwiseMarginCrossEntropy(ids, logits, { margins: { negative: [1] } }),
      'pairwiseMarginCrossEntropy: expected margins.negative of shape [3], got [1]',
    ],
    [
      'a matrix of other classes',
      () => losses.pairwiseMarginCrossEntropy(ids, logits, { margins: [[0, 1, 2]] }),
      'pairwiseMarginCrossEntropy: expected margins of shape [3, 3], got [1, 3]',
    ],
    [
      'a matrix with a short row',
      () =>
        losses.pairwiseMarginCrossEntropy(ids, logits, {
          margins: [
            [0, 1, 2],
            [1, 0],
            [0, 0, 0],
          ],
        }),
      'pairwiseMarginCrossEntropy: expected 3 margins in row 1, got 2',
    ],
    [
      'an infinite margin in a matrix',
      () =>
        losses.pairwiseMarginCrossEntropy(ids, logits, {
          margins: [
            [0, -Infinity, 2],
            [1, 0, 1],
            [0, 0, 0],
          ],
        }),
      'pairwiseMarginCrossEntropy: expected margins[0][1] to be a finite number, got -Infinity',
    ],
    [
      'a margin that is not a number',
      () => losses.pairwiseMarginCrossEntropy(ids, logits, { margins: { positive: [0, Number.NaN, 0] } }),
      'pairwiseMarginCrossEntropy: expected margins.positive[1] to be finite, got NaN',
    ],
    [
      'an infinite positive margin',
      () => losses.pairwiseMarginCrossEntropy(ids, logits, { margins: { positive: [0, 0, -Infinity] } }),
      'pairwiseMarginCrossEntropy: expected margins.positive[2] to be finite, got -Infinity',
    ],
    [
      'a negative margin of +Infinity',
      () => losses.pairwiseMarginCrossEntropy(ids, logits, { margins: { negative: [0, 0, Infinity] } }),
      'pairwiseMarginCrossEntropy: expected margins.negative[2] to be finite or -Infinity, got Infinity',
    ],
    [
      'a negative largest margin',
      () => losses.ldamCrossEntropy(ids, logits, { classCounts: [3, 2, 1], maxMargin: -0.5 }),
      'ldamCrossEntropy: expected maxMargin to be a finite number of at least 0, got -0.5',
    ],
    [
      'tau and threshold',
      () => losses.equalizedCrossEntropy(ids, logits, { classCounts: [3, 2, 1], tau: 1, threshold: 0.1 }),
      'equalizedCrossEntropy: expected either tau or threshold, got both',
    ],
    [
      'a delta of 0',
      () => losses.consistentCrossEntropy(ids, logits, { classCounts: [3, 2, 1], delta: [1, 0, 1] }),
      'consistentCrossEntropy: expected delta[1] to be above 0, got 0',
    ],
    [
      'a negative gamma',
      () => losses.vectorScalingCrossEntropy(ids, logits, { classCounts: [3, 2, 1], gamma: -1 }),
      'vectorScalingCrossEntropy: expected gamma to be a finite number of at least 0, got -1',
    ],
    [
      'gamma as text',
      () => losses.focalCrossEntropy(ids, logits, { gamma: '2' as unknown as number }),
      'focalCrossEntropy: expected gamma to be a finite number of at least 0, got 2',
    ],
    [
      'a label that every example carries',
      () => losses.sigmoidCrossEntropy(ids, logits, { labelPrior: [0.1, 1, 0.5] }),
      'sigmoidCrossEntropy: expected labelPrior[1] to be above 0 and below 1, got 1',
    ],
    [
      'a label prior of other classes',
      () => losses.sigmoidCrossEntropy(ids, logits, { labelPrior: [0.1, 0.5] }),
      'sigmoidCrossEntropy: expected labelPrior of shape [3], got [2]',
    ],
    [
      'a label twice in one row',
      () => losses.multiHot([[0], [2, 1, 2]], 3),
      'multiHot: expected distinct labels in labels[1], got 2 twice',
    ],
    [
      'a label of no class',
      () => losses.multiHot([[0, 3]], 3),
      'multiHot: expected labels[0][1] to be an integer in 0..2, got 3',
    ],
  ])('%s', (_, call, message) => {
    const before = tf.memory().numTensors;
    expect(call).toThrow(refusal('InvalidArgumentError', message));
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('weights refuse what is not a count or a beta', () => {
  const beta = (value: number) => () => losses.effectiveNumberWeights([3, 2, 1], { beta: value });
  const range = 'effectiveNumberWeights: expected beta to be at least 0 and below 1, got ';
  expect(beta(1)).toThrow(refusal('InvalidArgumentError', `${range}1`));
  expect(beta(Number.NaN)).toThrow(refusal('InvalidArgumentError', `${range}NaN`));
  expect(() => losses.inverseFrequencyWeights([3, 0])).toThrow(
    refusal(
      'InvalidArgumentError',
      'inverseFrequencyWeights: expected every entry of classCounts to be positive, got 0 for class 1. ' +
        'Drop the class, or use classPriorFrom(counts, { floor })',
    ),
  );
});

describe('checkLossInputs', () => {
  const check = (targets: tf.Tensor, x: number[][]) => losses.checkLossInputs(targets, tf.tensor2d(x));
  const rows = tf.tensor2d([
    [1, 0],
    [Number.NaN, -1],
  ]);

  it('passes what a loss can take', async () => {
    await expect(check(tf.tensor1d([1, -1], 'int32'), logits2)).resolves.toBeUndefined();
    await expect(
      check(
        tf.tensor2d([
          [0.5, 0.5],
          [-1, 1],
        ]),
        logits2,
      ),
    ).resolves.toBeUndefined();
  });

  it.each([
    ['a label of no class', ids2([0, 2]), logits2, 'expected targets[1] to be in 0..1, or -1 (ignored), got 2'],
    [
      'a logit that is not a number',
      ids2([0, 1]),
      [
        [0, 1],
        [Number.NaN, 1],
      ],
      'expected finite logits, got NaN in row 1, class 0',
    ],
    [
      'an infinite logit',
      ids2([0, 1]),
      [
        [0, -Infinity],
        [0, 1],
      ],
      'expected finite logits, got -Infinity in row 0, class 1',
    ],
    ['a target that is not a number', rows, logits2, 'expected finite targets, got NaN in row 1, class 0'],
  ])('rejects %s', async (_, targets, x, message) => {
    await expect(check(targets, x)).rejects.toThrow(refusal('InvalidArgumentError', `checkLossInputs: ${message}`));
  });
});
