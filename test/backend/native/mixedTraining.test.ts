import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../../src/core/index.js';
import { softmaxCrossEntropy } from '../../../src/losses/index.js';
import { cifarResNet } from '../../../src/models/index.js';
import { sgd } from '../../../src/optimizers/index.js';
import { inFloat32, nativeHandles, onBfloat16, operationsOf } from './onBfloat16.js';
import { normalTensor } from './onNative.js';

const BATCH = 16;

/** ResNet-8 with fixed weights, images and labels; a step returns the loss. */
function trainee() {
  const model = cifarResNet({ depth: 8, numClasses: 10, random: randomStream(7) });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const images = normalTensor('images', [BATCH, 32, 32, 3]);
  const labels = tf.tensor1d(
    Array.from({ length: BATCH }, (_, i) => i % 10),
    'int32',
  );
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
  const loss = (): tf.Scalar =>
    softmaxCrossEntropy(labels, model.apply(images, { training: true }) as tf.Tensor2D) as tf.Scalar;
  return {
    /** Loss and gradients. */
    gradients: () => tf.variableGrads(loss, variables),
    step: (): number => {
      const value = optimizer.minimize(loss, true, variables)!;
      const [number] = value.dataSync();
      value.dispose();
      return number!;
    },
    dispose: () => {
      optimizer.dispose();
      model.dispose();
      tf.dispose([images, labels]);
    },
  };
}

/** `|a - b| / |b|`, Euclidean, over all entries together. */
function relativeDistance(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): number {
  const norm = (x: readonly tf.Tensor[]): number => Math.hypot(...x.map((t) => tf.norm(t).dataSync()[0]!));
  return norm(a.map((t, i) => tf.sub(t, b[i]!))) / norm(b);
}

onBfloat16('a training step of ResNet-8', (test) => {
  // Two convolutions a stage; the stem, with 3 channels, and the classifier have too little to multiply.
  const PRODUCTS = 6;
  // To first order a product adds 2^-8 for each operand and for its result; they follow each other, forwards and back.
  const ROUNDING = 3 * 2 ** -8;

  test('runs its convolutions and their input gradients in bfloat16', () => {
    const { step, dispose } = trainee();
    const operations = operationsOf(step);
    dispose();
    const count = (name: string): number => operations.filter((other) => other === name).length;
    // Image, filter and dy of each.
    expect(count('Cast to 14')).toBe(3 * PRODUCTS);
  });

  test('has the loss and gradients of float32 but for the rounding of its products', () => {
    const { gradients, dispose } = trainee();
    const halved = gradients();
    const exact = inFloat32(gradients);
    dispose();
    const names = Object.keys(exact.grads);
    const of = (grads: tf.NamedTensorMap): tf.Tensor[] => names.map((name) => grads[name]!);
    expect(relativeDistance([halved.value], [exact.value])).toBeLessThanOrEqual(PRODUCTS * ROUNDING);
    const distance = relativeDistance(of(halved.grads), of(exact.grads));
    expect(distance).toBeLessThanOrEqual(2 * PRODUCTS * ROUNDING);
    expect(distance).toBeGreaterThan(0);
  });

  test('is one of many that reduce the loss as in float32', () => {
    const losses = (): number[] => {
      const { step, dispose } = trainee();
      const all = Array.from({ length: 6 }, step);
      dispose();
      return all;
    };
    const [halved, exact] = [losses(), inFloat32(losses)];
    expect(halved[5]).toBeLessThan(0.7 * halved[0]!);
    for (const [i, loss] of halved.entries()) {
      expect(Math.abs(loss - exact[i]!) / exact[i]!).toBeLessThanOrEqual(PRODUCTS * ROUNDING);
    }
  });

  test('keeps nothing when the model is gone', () => {
    const before = nativeHandles();
    const { step, dispose } = trainee();
    step();
    const between = nativeHandles();
    step();
    expect(nativeHandles()).toBe(between);
    dispose();
    expect(nativeHandles()).toBe(before);
  });
});
