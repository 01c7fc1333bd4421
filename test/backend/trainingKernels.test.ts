import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { trainingKernels } from '../../src/backend/index.js';
import { acceleratedKernels, aliasKernels } from '../../src/backend/selfcheck/kernels.js';
import { randomStream } from '../../src/core/index.js';
import { logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { createModel, modelNames } from '../../src/models/index.js';
import { adamW, clipByGlobalNorm, sgd } from '../../src/optimizers/index.js';
import { onEachBackend } from '../support/backends.js';

type Loss = (targets: tf.Tensor, logits: tf.Tensor2D) => tf.Tensor;

const classCounts = [5, 2, 1];
const losses: readonly Loss[] = [
  (targets, logits) => softmaxCrossEntropy(targets, logits),
  (targets, logits) => softmaxCrossEntropy(targets, logits, { labelSmoothing: 0.1, exampleWeights: tf.ones([2]) }),
  (targets, logits) => softmaxCrossEntropy(targets, logits, { classMask: tf.tensor1d([1, 1, 0]) }),
  (targets, logits) => logitAdjustedCrossEntropy(targets, logits, { classCounts }),
];
const optimizers = [
  () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
  () => sgd({ learningRate: 0.1, momentum: 0.9, velocity: 'keras' }),
  () => adamW({ weightDecay: 1e-2 }),
] as const;

/** Names of the kernels that one training step and one prediction run. */
async function kernelsOf(
  model: tf.LayersModel,
  loss: Loss,
  targets: tf.Tensor,
  makeOptimizer: () => tf.Optimizer,
): Promise<Set<string>> {
  const optimizer = makeOptimizer();
  const x = tf.ones([2, ...(model.inputs[0]!.shape.slice(1) as number[])]);
  const { kernelNames } = await tf.profile(() =>
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() =>
        tf.sum<tf.Scalar>(loss(targets, model.apply(x, { training: true }) as tf.Tensor2D)),
      );
      optimizer.applyGradients(clipByGlobalNorm(grads, 1).gradients);
      return model.predict(x) as tf.Tensor;
    }),
  );
  optimizer.dispose();
  return new Set(kernelNames);
}

/** What has a name in a profile but is no kernel: an operation with its own gradient appears under its scope. */
function isKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

onEachBackend('trainingKernels', (test) => {
  const known = new Set([...trainingKernels, ...acceleratedKernels, ...aliasKernels]);
  const random = randomStream(1);
  const expectKnown = (used: Set<string>): void => {
    expect([...used].filter((name) => isKernel(name) && !known.has(name))).toEqual([]);
  };

  for (const name of modelNames) {
    test(`has every kernel of ${name}`, async () => {
      const model = createModel(name, { inputShape: [4, 4, 3], numClasses: 3, random });
      const used = await kernelsOf(model, losses[0]!, tf.tensor1d([0, 2], 'int32'), optimizers[0]);
      expect(used.has('BatchMatMul')).toBe(true);
      expectKnown(used);
      model.dispose();
    });
  }

  test('has every kernel of the losses and optimizers', async () => {
    const model = createModel('mlp', { inputShape: [4, 4, 3], numClasses: 3, random });
    for (const targets of [
      tf.tensor1d([0, -1], 'int32'),
      tf.tensor2d([
        [0.5, 0.5, 0],
        [0, 0, 1],
      ]),
    ]) {
      for (const loss of losses) {
        for (const optimizer of optimizers) expectKnown(await kernelsOf(model, loss, targets, optimizer));
      }
    }
    model.dispose();
  });
});
