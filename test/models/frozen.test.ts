import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { softmaxCrossEntropy } from '../../src/losses/index.js';
import {
  classifierFromModel,
  createModel,
  freezeBackbone,
  scaleClasses,
  type Classifier,
} from '../../src/models/index.js';
import { sgd } from '../../src/optimizers/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { digestOf } from './digest.js';

const make = (name = 'resnet8'): Classifier =>
  classifierFromModel(createModel(name, { inputShape: [6, 6, 3], numClasses: 4, random: randomStream(3) }));
const images = (): tf.Tensor => tf.randomNormal([5, 6, 6, 3], 0.5, 2, 'float32', 11);
const labels = (): tf.Tensor => tf.tensor1d([0, 1, 2, 3, 1], 'int32');

/** Weights of the layers before the head, the running averages among them. */
const backbone = ({ model, head }: Classifier): tf.Tensor[] =>
  model.layers.filter((layer) => !head.includes(layer)).flatMap((layer) => layer.getWeights());

function step(classifier: Classifier): Record<string, tf.Tensor> {
  const optimizer = sgd({ learningRate: 0.5, momentum: 0.9, weightDecay: 0.1 });
  const { grads } = tf.variableGrads(() => {
    const features = classifier.features(images(), { training: true });
    return softmaxCrossEntropy(labels(), classifier.logits(features, { training: true }), {}) as tf.Scalar;
  }, classifier.trainableVariables);
  optimizer.applyGradients(grads);
  optimizer.dispose();
  return grads;
}

onEachBackend('freezeBackbone', (test) => {
  for (const name of ['resnet8', 'mlp']) {
    test(`of ${name} trains the head and leaves every other bit, the running averages among them`, async () => {
      const classifier = make(name);
      const frozen = freezeBackbone(classifier);
      const before = await digestOf(backbone(classifier));
      const head = await digestOf(classifier.head.flatMap((layer) => layer.getWeights()));
      for (let i = 0; i < 3; i++) step(frozen);
      expect(await digestOf(backbone(classifier))).toBe(before);
      expect(await digestOf(classifier.head.flatMap((layer) => layer.getWeights()))).not.toBe(head);
      step(classifier);
      expect(await digestOf(backbone(classifier))).not.toBe(before);
      classifier.dispose();
    });
  }

  test('gives the gradients of the head on the features of evaluation', async () => {
    const classifier = make();
    const frozen = freezeBackbone(classifier);
    const features = classifier.features(images());
    const loss = (): tf.Scalar => softmaxCrossEntropy(labels(), classifier.logits(features), {}) as tf.Scalar;
    const expected = tf.variableGrads(loss, frozen.trainableVariables).grads;
    const actual = tf.variableGrads(() => {
      const own = frozen.features(images(), { training: true });
      return softmaxCrossEntropy(labels(), frozen.logits(own, { training: true }), {}) as tf.Scalar;
    }, frozen.trainableVariables).grads;
    expect(Object.keys(actual)).toEqual(frozen.trainableVariables.map(({ name }) => name));
    for (const [name, gradient] of Object.entries(expected)) {
      expect(await actual[name]!.data()).toEqual(await gradient.data());
    }
    classifier.dispose();
  });

  test('leaves nothing behind, and its dispose frees the model', () => {
    const before = tf.memory().numTensors;
    const frozen = freezeBackbone(make());
    const x = images();
    expectBalanced(() => frozen.features(x, { training: true }));
    expectBalanced(() => tf.tidy(() => Object.values(step(frozen))));
    x.dispose();
    frozen.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

onEachBackend('scaleClasses', (test) => {
  test('begins with the logits of the classifier, trains the scale and nothing else', async () => {
    const classifier = make();
    const scaled = scaleClasses(classifier);
    const x = images();
    const logits = (): tf.Tensor2D => scaled.logits(scaled.features(x));
    const plain = await classifier.logits(classifier.features(x)).data();
    expect(await logits().data()).toEqual(plain);
    const before = await digestOf(classifier.model.getWeights());
    const grads = step(scaled);
    expect(Object.values(grads).map(({ shape }) => shape)).toEqual([[4]]);
    expect(await digestOf(classifier.model.getWeights())).toBe(before);
    const factors = await scaled.trainableVariables[0]!.data();
    expect([...factors].every((factor) => factor !== 1)).toBe(true);
    expectClose(
      await logits().data(),
      [...plain].map((logit, i) => logit * factors[i % 4]!),
      VALUE_TOLERANCE,
    );
    expectClose(await (scaled.model.predict(x) as tf.Tensor).data(), [...(await logits().data())], VALUE_TOLERANCE);
    scaled.dispose();
  });

  test('leaves nothing behind, and its dispose frees the model', () => {
    const before = tf.memory().numTensors;
    const scaled = scaleClasses(make());
    const x = images();
    expectBalanced(() => tf.tidy(() => scaled.logits(scaled.features(x), { training: true })));
    x.dispose();
    scaled.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a frozen classifier', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('shares model, classes and head with the one it freezes', () => {
    const classifier = make();
    const frozen = freezeBackbone(classifier);
    expect([frozen.model, frozen.numClasses, frozen.head]).toEqual([classifier.model, 4, classifier.head]);
    expect(frozen.trainableVariables.map(({ shape }) => shape)).toEqual([[64, 4], [4]]);
    classifier.head[0]!.trainable = false;
    expect(frozen.trainableVariables).toEqual([]);
    classifier.dispose();
  });

  it('keeps no record of the backbone for a gradient that nobody takes', () => {
    const classifier = make();
    const x = images();
    const kept = (which: Classifier): number => {
      let alive = 0;
      tf.tidy(() => {
        tf.variableGrads(() => {
          const features = which.features(x);
          alive = tf.memory().numTensors;
          return tf.sum(which.logits(features));
        }, freezeBackbone(classifier).trainableVariables);
      });
      return alive;
    };
    expect(kept(freezeBackbone(classifier))).toBeLessThan(kept(classifier) - 20);
    classifier.dispose();
  });
});
