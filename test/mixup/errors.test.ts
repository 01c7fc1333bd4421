import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import {
  drawCutMixPlan,
  drawMixingPlan,
  emaFactor,
  equalStrengthAlpha,
  linearRamp,
  matchMixingPlan,
  mixingStrength,
  mixInputs,
  mixTargets,
  mixupConsistency,
  mixupCrossEntropy,
  sharpen,
  sigmoidRamp,
  zetaWeights,
} from '../../src/mixup/index.js';
import { refusal } from '../support/errors.js';
import { planOf } from './reference.js';

const random = randomStream(1);
/** Draws with options that the types may not allow. */
const draw = (options: object) => () => drawMixingPlan({ batchSize: 4, random, ...options });
const cut = (options: object) => () => drawCutMixPlan({ batchSize: 4, height: 8, width: 6, random, ...options });

const plan = drawMixingPlan({ batchSize: 4, random });
const boxes = drawCutMixPlan({ batchSize: 4, height: 8, width: 6, random });
const own = [0, 1, 2, 3];
const ids = tf.tensor1d(own, 'int32');
const logits = tf.zeros<tf.Rank.R2>([4, 3]);
const cross =
  (options: object, targets: tf.Tensor = ids, f: tf.Tensor = logits) =>
  () =>
    mixupCrossEntropy(targets, f as tf.Tensor2D, { plan, ...options });
const consistency =
  (options: object, teacher: tf.Tensor = logits, f: tf.Tensor = logits) =>
  () =>
    mixupConsistency(teacher as tf.Tensor2D, f as tf.Tensor2D, { plan, ...options });

const smaller = 'Draw a plan for each batch size';
const asIds = "Make them with tf.tensor1d(ids, 'int32')";

const cases: [string, () => unknown, string][] = [
  [
    'more points than examples',
    draw({ points: 5 }),
    'drawMixingPlan: expected points of at most batchSize, 4, got 5. ' +
      'Mix fewer points, or leave out a last, smaller batch',
  ],
  ['no points', draw({ points: 0 }), 'drawMixingPlan: expected points to be an integer of at least 1, got 0'],
  ['half a point', draw({ points: 1.5 }), 'drawMixingPlan: expected points to be an integer of at least 1, got 1.5'],
  ['no batch', draw({ batchSize: 0 }), 'drawMixingPlan: expected batchSize to be an integer of at least 1, got 0'],
  ['alpha 0', draw({ alpha: 0 }), 'drawMixingPlan: expected alpha to be positive and finite, got 0'],
  ['negative alpha', draw({ alpha: -1 }), 'drawMixingPlan: expected alpha to be positive and finite, got -1'],
  [
    'infinite alpha',
    draw({ alpha: Infinity }),
    'drawMixingPlan: expected alpha to be positive and finite, got Infinity',
  ],
  [
    'NaN for alpha',
    draw({ alpha: NaN, points: 1 }),
    'drawMixingPlan: expected alpha to be positive and finite, got NaN',
  ],
  ['two strengths', draw({ alpha: 1, strength: 0.2 }), 'drawMixingPlan: expected one of alpha and strength, got both'],
  [
    'more strength than equal shares have',
    draw({ strength: 0.5 }),
    'drawMixingPlan: expected strength above 0 and below 0.5 for 2 points, got 0.5. ' +
      'Equal shares have the strength 1 - 1 / points',
  ],
  [
    'zeta shares that are to be drawn',
    draw({ weights: { zeta: 2.8 }, alpha: 1 }),
    'drawMixingPlan: expected zeta shares, which are not drawn, alone, got alpha as well',
  ],
  [
    'a negative exponent',
    draw({ weights: { zeta: -1 } }),
    'drawMixingPlan: expected weights.zeta to be a finite number of at least 0, got -1',
  ],
  [
    'unknown shares',
    draw({ weights: 'zeta' }),
    `drawMixingPlan: expected weights to be 'dirichlet' or { zeta: gamma }, got "zeta"`,
  ],
  [
    'unknown partners',
    draw({ partners: 'shft' }),
    'drawMixingPlan: expected partners to be one of permutation, shift, got shft. Did you mean "shift"?',
  ],
  [
    'an unknown group',
    draw({ within: 'clas' }),
    'drawMixingPlan: expected within to be one of any, class, across, got clas. Did you mean "class"?',
  ],
  [
    'partners of a class without labels',
    draw({ within: 'class' }),
    "drawMixingPlan: expected labels with within: 'class', got none. Give the class ids of the batch",
  ],
  [
    'labels of another batch',
    draw({ within: 'across', labels: [0, 1] }),
    'drawMixingPlan: expected labels of length 4, got 2',
  ],
  [
    'labels that are no ids',
    draw({ within: 'class', labels: [0, 1, -1, 0] }),
    'drawMixingPlan: expected labels[2] to be an integer in 0..2147483647, got -1',
  ],
  [
    'partners across one class',
    draw({ within: 'across', labels: [2, 2, 2, 2] }),
    "drawMixingPlan: expected labels of at least 2 classes with within: 'across', got one class",
  ],
  [
    'CutMix of one image',
    cut({ batchSize: 1 }),
    'drawCutMixPlan: expected batchSize to be an integer of at least 2, got 1',
  ],
  ['CutMix without rows', cut({ height: 0 }), 'drawCutMixPlan: expected height to be an integer of at least 1, got 0'],
  [
    'CutMix without columns',
    cut({ width: 0.5 }),
    'drawCutMixPlan: expected width to be an integer of at least 1, got 0.5',
  ],
  ['CutMix with alpha 0', cut({ alpha: 0 }), 'drawCutMixPlan: expected alpha to be positive and finite, got 0'],
  [
    'CutMix of a class without labels',
    cut({ within: 'across' }),
    "drawCutMixPlan: expected labels with within: 'across', got none. Give the class ids of the batch",
  ],
  [
    'CutMix on vectors',
    () => mixInputs(tf.zeros([4, 48]), boxes),
    'mixInputs: expected x of shape [4, 8, 6, any] for this CutMix plan, got [4, 48]',
  ],
  [
    'CutMix on images of another size',
    () => mixInputs(tf.zeros([4, 6, 8, 1]), boxes),
    'mixInputs: expected x of shape [4, 8, 6, any] for this CutMix plan, got [4, 6, 8, 1]',
  ],
  [
    'boxes of another batch',
    () => mixInputs(tf.zeros([4, 8, 6, 1]), { ...boxes, boxes: new Int32Array(8) }),
    'mixInputs: expected plan.boxes of length 4 or 4 x 4, got 8',
  ],
  [
    'a box outside the image',
    () => mixInputs(tf.zeros([4, 8, 6, 1]), { ...boxes, boxes: Int32Array.of(0, 0, 8, 7) }),
    'mixInputs: expected plan.boxes as top, left, bottom, right inside 8 x 6, got 0, 0, 8, 7',
  ],
  [
    'inputs of another batch',
    () => mixInputs(tf.zeros([3, 2]), plan),
    `mixInputs: expected x of a batch of 4, as in the plan, got 3. ${smaller}`,
  ],
  [
    'a scalar',
    () => mixInputs(tf.scalar(1), plan),
    `mixInputs: expected x of a batch of 4, as in the plan, got a scalar. ${smaller}`,
  ],
  ['bytes', () => mixInputs(tf.zeros([4, 2], 'int32'), plan), 'mixInputs: expected x of dtype float32, got int32'],
  [
    'a plan without some partners',
    () => mixInputs(logits, { ...plan, partners: new Int32Array(7) }),
    'mixInputs: expected plan.partners of length 2 x 4, got 7',
  ],
  [
    'a plan with a share too many',
    () => mixInputs(logits, { ...plan, weights: Float32Array.of(0.5, 0.25, 0.25) }),
    'mixInputs: expected plan.weights of length 2 or 2 x 4, got 3',
  ],
  [
    'a partner outside the batch',
    () => mixInputs(logits, planOf([own, [1, 2, 4, 0]], [0.5, 0.5])),
    'mixInputs: expected plan.partners[6] in 0..3, got 4',
  ],
  [
    'shares that do not sum to 1',
    () => mixInputs(logits, planOf([own, own], [0.5, 0.25])),
    'mixInputs: expected plan.weights to sum to 1, got 0.75',
  ],
  [
    'shares of a mixture that are NaN',
    () =>
      mixTargets(
        logits,
        planOf(
          [own, own],
          [
            [1, 1, 1, NaN],
            [0, 0, 0, 0],
          ],
        ),
      ),
    'mixTargets: expected the plan.weights of mixture 3 to sum to 1, got NaN',
  ],
  [
    'ids without the number of classes',
    () => mixTargets(ids, plan),
    'mixTargets: expected numClasses with class ids, got none. Or give one-hot rows, [B, C]',
  ],
  [
    'float ids',
    () => mixTargets(tf.zeros([4]), plan, { numClasses: 3 }),
    `mixTargets: expected class ids of dtype int32, got float32. ${asIds}`,
  ],
  [
    'targets of another batch',
    () => mixTargets(tf.tensor1d([0], 'int32'), plan, { numClasses: 3 }),
    `mixTargets: expected targets of a batch of 4, as in the plan, got 1. ${smaller}`,
  ],
  [
    'targets over other classes',
    () => mixTargets(logits, plan, { numClasses: 5 }),
    'mixTargets: expected targets of 5 classes, got [4, 3]',
  ],
  [
    'targets of rank 3',
    () => mixTargets(tf.zeros([4, 2, 3]), plan),
    'mixTargets: expected targets of shape [B] or [B, C], got [4, 2, 3]',
  ],
  [
    'no classes',
    () => mixTargets(ids, plan, { numClasses: 0 }),
    'mixTargets: expected numClasses to be an integer of at least 1, got 0',
  ],
  [
    'logits of another batch',
    cross({}, ids, tf.zeros([3, 3])),
    `mixupCrossEntropy: expected logits of a batch of 4, as in the plan, got 3. ${smaller}`,
  ],
  [
    'ids of another batch',
    cross({}, tf.tensor1d([0, 1], 'int32')),
    `mixupCrossEntropy: expected targets of a batch of 4, as in the plan, got 2. ${smaller}`,
  ],
  ['flat logits', cross({}, ids, tf.zeros([4])), 'mixupCrossEntropy: expected logits of shape [any, any], got [4]'],
  [
    'an unknown form',
    cross({ mix: 'logits' }),
    'mixupCrossEntropy: expected mix to be one of targets, losses, got logits',
  ],
  [
    'an unknown reduction',
    cross({ reduction: 'men' }),
    'mixupCrossEntropy: expected reduction to be one of mean, sum, none, got men. Did you mean "mean"?',
  ],
  [
    'a loss that is always a mean',
    cross({ mix: 'losses', loss: () => tf.scalar(1) }),
    "mixupCrossEntropy: expected loss to give [4] values with reduction: 'none', got []",
  ],
  [
    'a teacher of other classes',
    consistency({}, tf.zeros([4, 2])),
    'mixupConsistency: expected teacher of shape [4, 3], got [4, 2]',
  ],
  [
    'ids for a teacher',
    consistency({}, tf.zeros([4, 3], 'int32')),
    'mixupConsistency: expected teacher of dtype float32, got int32',
  ],
  [
    'integer logits',
    consistency({}, logits, tf.zeros([4, 3], 'int32')),
    'mixupConsistency: expected mixedLogits of dtype float32, got int32',
  ],
  [
    'a student of another batch',
    consistency({}, logits, tf.zeros([2, 3])),
    `mixupConsistency: expected mixedLogits of a batch of 4, as in the plan, got 2. ${smaller}`,
  ],
  [
    'an unknown mixture',
    consistency({ mix: 'logit' }),
    'mixupConsistency: expected mix to be one of probabilities, logits, got logit. Did you mean "logits"?',
  ],
  [
    'a temperature of 0',
    consistency({ sharpen: 0 }),
    'mixupConsistency: expected sharpen to be positive and finite, got 0',
  ],
  ['sharpening at -1', () => sharpen(logits, -1), 'sharpen: expected temperature to be positive and finite, got -1'],
  [
    'sharpening a vector',
    () => sharpen(tf.zeros([3]) as never, 1),
    'sharpen: expected probabilities of shape [any, any], got [3]',
  ],
  [
    'neither strength',
    () => equalStrengthAlpha({ points: 3 }),
    'equalStrengthAlpha: expected one of alphaOfPair and strength, got neither',
  ],
  [
    'both strengths',
    () => equalStrengthAlpha({ points: 3, alphaOfPair: 1, strength: 0.3 }),
    'equalStrengthAlpha: expected one of alphaOfPair and strength, got both',
  ],
  [
    'the strength of one point',
    () => equalStrengthAlpha({ points: 1, alphaOfPair: 1 }),
    'equalStrengthAlpha: expected points to be an integer of at least 2, got 1',
  ],
  [
    'a pair that is not mixed',
    () => equalStrengthAlpha({ points: 3, alphaOfPair: 0 }),
    'equalStrengthAlpha: expected alphaOfPair to be positive and finite, got 0',
  ],
  [
    'no strength',
    () => equalStrengthAlpha({ points: 4, strength: 0 }),
    'equalStrengthAlpha: expected strength above 0 and below 0.75 for 4 points, got 0. ' +
      'Equal shares have the strength 1 - 1 / points',
  ],
  [
    'the strength of alpha 0',
    () => mixingStrength({ points: 2, alpha: 0 }),
    'mixingStrength: expected alpha to be positive and finite, got 0',
  ],
  [
    'zeta shares of nobody',
    () => zetaWeights(0, 2),
    'zetaWeights: expected points to be an integer of at least 1, got 0',
  ],
  [
    'rising zeta shares',
    () => zetaWeights(3, -2),
    'zetaWeights: expected gamma to be a finite number of at least 0, got -2',
  ],
  ['a ramp backwards', () => sigmoidRamp(-1, 5), 'sigmoidRamp: expected t to be a finite number of at least 0, got -1'],
  ['a ramp of no length', () => linearRamp(1, 0), 'linearRamp: expected length to be positive, got 0'],
  ['half a step', () => emaFactor(0.5), 'emaFactor: expected step to be an integer of at least 0, got 0.5'],
  ['a limit above 1', () => emaFactor(1, 2), 'emaFactor: expected limit to be a finite number in 0..1, got 2'],
];

describe('mixing refuses', () => {
  it.each(cases)('%s', (_, make, message) => {
    expect(make).toThrow(refusal('InvalidArgumentError', message));
  });

  it.each([
    ['a scalar', tf.scalar(1), 1, 'matchMixingPlan: expected x with a batch axis, got a scalar'],
    ['a block of none', logits, 0, 'matchMixingPlan: expected blockSize to be an integer in 1..4, got 0'],
    ['a block larger than the batch', logits, 5, 'matchMixingPlan: expected blockSize to be an integer in 1..4, got 5'],
  ])('to match %s', async (_, x, blockSize, message) => {
    await expect(matchMixingPlan(x, { blockSize, random })).rejects.toThrow(refusal('InvalidArgumentError', message));
  });
});
