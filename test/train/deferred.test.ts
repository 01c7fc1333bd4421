import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { softmaxCrossEntropy, weightedCrossEntropy } from '../../src/losses/index.js';
import { deferred, supervised, train } from '../../src/train/index.js';
import type { BoundLoss } from '../../src/train/index.js';
import { refusal } from '../support/errors.js';
import { memoryCheckpoints, toyRun, trained } from './support.js';

const classWeights = [1, 3, 9];
const before: BoundLoss = (targets, logits) => softmaxCrossEntropy(targets, logits);
const after: BoundLoss = (targets, logits) => weightedCrossEntropy(targets, logits, { classWeights });

/** The loss of each step, by which of the two it was. */
function recording(fromEpoch: number): { taken: string[]; objective: ReturnType<typeof deferred> } {
  const taken: string[] = [];
  const note =
    (name: string, loss: BoundLoss): BoundLoss =>
    (targets, logits) => {
      taken.push(name);
      return loss(targets, logits);
    };
  return { taken, objective: deferred({ before: note('before', before), after: note('after', after), fromEpoch }) };
}

it('switches at the epoch, at the step within it when it has a fraction', async () => {
  await tf.setBackend('cpu');
  for (const [fromEpoch, early] of [
    [0, 0],
    [1, 4],
    [1.5, 6],
    [3, 12],
  ] as const) {
    const { taken, objective } = recording(fromEpoch);
    await trained(toyRun({ objective }));
    expect(taken).toEqual(Array.from({ length: 12 }, (_, step) => (step < early ? 'before' : 'after')));
  }
});

it('is the one loss before every epoch of the run, the other from epoch 0', async () => {
  await tf.setBackend('cpu');
  const weights = async (objective: ReturnType<typeof deferred>) => (await trained(toyRun({ objective }))).weights;
  expect(await weights(deferred({ before, after, fromEpoch: 3 }))).toEqual(await weights(supervised(before)));
  expect(await weights(deferred({ before, after, fromEpoch: 0 }))).toEqual(await weights(supervised(after)));
});

it('a resumed run goes on with the loss of its epoch', async () => {
  await tf.setBackend('cpu');
  const objective = deferred({ before, after, fromEpoch: 1 });
  const whole = await trained(toyRun({ objective }));
  const checkpoints = memoryCheckpoints();
  const first = toyRun({ objective, checkpoints, epochs: 1 });
  await train(first);
  first.classifier.dispose();
  first.optimizer.dispose();
  const resumed = await trained(toyRun({ objective, checkpoints }));
  expect(resumed.weights).toEqual(whole.weights);
});

it('refuses an epoch that is none', () => {
  const message = 'deferred: expected fromEpoch to be a finite number of at least 0, got -1';
  expect(() => deferred({ before, after, fromEpoch: -1 })).toThrow(refusal('InvalidArgumentError', message));
});
