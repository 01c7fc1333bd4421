import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { constantSchedule, sgd } from '../../src/optimizers/index.js';
import {
  captureState,
  restoreModel,
  train,
  type TrainLogs,
  type TrainOptions,
  type TrainState,
} from '../../src/train/index.js';
import { refusal } from '../support/errors.js';
import { memoryCheckpoints, optimizers, smallBatchNorm, smallMlp, toyRun, trained, weightsOf } from './support.js';

beforeAll(() => tf.setBackend('cpu'));

const fails = async (changes: Partial<TrainOptions>, name: string, message: string | RegExp): Promise<void> => {
  await expect(trained(toyRun(changes))).rejects.toThrow(refusal(name, message));
};

describe('train refuses', () => {
  it.each([
    [{ epochs: 0 }, 'train: expected epochs to be an integer of at least 1, got 0'],
    [{ epochs: 1.5 }, 'train: expected epochs to be an integer of at least 1, got 1.5'],
    [{ batchSize: 0 }, 'train: expected batchSize to be an integer of at least 1, got 0'],
    [{ clipNorm: 0 }, 'train: expected clipNorm to be a finite number of at least 5e-324, got 0'],
    [{ clipNorm: Infinity }, 'train: expected clipNorm to be a finite number of at least 5e-324, got Infinity'],
    [{ data: {} }, 'train: expected data for the stream "labelled", got none'],
    [
      { batchSize: 73 },
      'train: expected at most 72 examples per batch, as many as the stream "labelled" has, got batchSize 73. ' +
        'Lower batchSize',
    ],
    [
      { objective: { streams: [], loss: () => tf.scalar(0) } },
      'train: expected an objective that reads at least one stream, got 0',
    ],
  ])('%o', (changes, message) => fails(changes, 'InvalidArgumentError', message));
});

describe('a loss that is not finite', () => {
  /** The usual objective, its loss replaced by `value` at one step. */
  const failingAt = (step: number, value: number): TrainOptions['objective'] => {
    const { objective } = toyRun();
    return {
      ...objective,
      loss(classifier, batches, context) {
        const loss = objective.loss(classifier, batches, context);
        return context.step === step ? tf.mul(loss, value) : loss;
      },
    };
  };

  it.each([NaN, Infinity, -Infinity])(
    'of %d stops the run with the step, and keeps the state before it',
    async (value) => {
      const checkpoints = memoryCheckpoints();
      const classifier = smallMlp(randomStream(5));
      let before: Float32Array[] = [];
      const callbacks = [{ onBatchEnd: async () => void (before = await weightsOf(classifier)) }];
      const message =
        `step 6 (epoch 2): expected a finite loss, got ${value}. ` +
        'The learning rate was 0.1: lower it, lengthen the warm-up or set clipNorm';
      await fails({ classifier, checkpoints, callbacks, objective: failingAt(6, value) }, 'DivergenceError', message);
      expect(checkpoints.saved).toEqual(['last', 'diverged']);
      expect((await checkpoints.load('last'))!.position).toMatchObject({ epoch: 1, step: 4 });
      const diverged = (await checkpoints.load('diverged'))!;
      expect(diverged.position).toMatchObject({ epoch: 1, stepInEpoch: 2, step: 6 });
      const saved = diverged.tensors.filter(({ name }) => name.startsWith('weight/')).map(({ values }) => values);
      expect(saved).toEqual(before);
    },
  );

  it('at the first step leaves no checkpoint to go on with', async () => {
    const checkpoints = memoryCheckpoints();
    const message = /^step 0 \(epoch 1\): expected a finite loss, got NaN\. /;
    await fails({ checkpoints, objective: failingAt(0, NaN) }, 'DivergenceError', message);
    expect(checkpoints.saved).toEqual(['diverged']);
  });

  it('does not let weights that the last step of an epoch has ruined replace the checkpoint before', async () => {
    const checkpoints = memoryCheckpoints();
    // Finite losses throughout; step 7, the last of epoch 2, takes the weights out of range.
    const schedule = (epoch: number): number => (epoch === 1.75 ? 3e38 : 1e-3);
    const optimizer = sgd({ learningRate: 1e-3, weightDecay: 10 });
    const message =
      'step 7 (epoch 2): expected finite values in weight/0/kernel, got NaN or Infinity. ' +
      'The learning rate was 3e+38: lower it, lengthen the warm-up or set clipNorm';
    const evaluated: number[] = [];
    const evaluate = (epoch: number): Promise<TrainLogs> => Promise.resolve({ scored: evaluated.push(epoch) });
    await fails({ checkpoints, schedule, optimizer, evaluate }, 'DivergenceError', message);
    expect(evaluated).toEqual([0]);
    expect(checkpoints.saved).toEqual(['last', 'diverged']);
    expect((await checkpoints.load('last'))!.position).toMatchObject({ epoch: 1, step: 4 });
  });
});

describe('a checkpoint that does not fit', () => {
  /** The state after one epoch of the toy run. */
  async function savedState(changes: Partial<TrainOptions> = {}): Promise<TrainState> {
    const checkpoints = memoryCheckpoints();
    await trained(toyRun({ epochs: 1, checkpoints, ...changes }));
    return (await checkpoints.load('last'))!;
  }

  async function refused(state: TrainState, changes: Partial<TrainOptions>, message: string | RegExp): Promise<void> {
    const checkpoints = memoryCheckpoints();
    await checkpoints.save('last', state);
    await fails({ checkpoints, ...changes }, 'CheckpointError', message);
    expect(checkpoints.saved).toEqual(['last']); // nothing was overwritten
  }

  it('because it has another seed', async () => {
    const state = await savedState();
    const [now, then] = [randomStream(10).state().seed, randomStream(9).state().seed];
    const message = `checkpoint: expected seed state ${now}, got ${then}. It was written with another seed`;
    await refused(state, { random: randomStream(10) }, message);
  });

  it('because it is of another model', async () => {
    const state = await savedState();
    await refused(
      state,
      { classifier: smallBatchNorm(randomStream(1)) },
      'checkpoint: expected weight/2/gamma as float32 [8], got none. ' +
        'It was written by another model or with other settings',
    );
    const wider = { ...state.tensors[0]!, shape: [4, 4] };
    await refused(
      { ...state, tensors: [wider, ...state.tensors.slice(1)] },
      {},
      'checkpoint: expected weight/0/kernel as float32 [2, 8], got float32 [4, 4]. ' +
        'It was written by another model or with other settings',
    );
    const integers = { ...state.tensors[0]!, dtype: 'int32' as const, values: new Int32Array(16) };
    await refused(
      { ...state, tensors: [integers, ...state.tensors.slice(1)] },
      {},
      'checkpoint: expected weight/0/kernel as float32 [2, 8], got int32 [2, 8]. ' +
        'It was written by another model or with other settings',
    );
    await refused(
      { ...state, tensors: [...state.tensors, { ...state.tensors[0]!, name: 'weight/9/more' }] },
      {},
      'checkpoint: expected the tensors of this model only, got weight/9/more. It was written by another model',
    );
  });

  it('because it has another batch size', async () => {
    const message =
      'checkpoint: expected epochs of 9 steps, got step 4 of epoch 2 at its step 0. ' +
      'It was written with another batch size or other data';
    await refused(await savedState(), { batchSize: 8 }, message);
  });

  it('because it has the state of another optimizer', async () => {
    const message =
      /^checkpoint: expected the state of this optimizer and objective, got adamW: expected a weight named \.\.\.\/gradient, got .*velocity\. It was written with other settings$/;
    await refused(await savedState(), { optimizer: optimizers.adamW() }, message);
  });

  it('because its objective refuses its state', async () => {
    const { objective } = toyRun();
    const restore = (): void => {
      throw new Error('no teacher');
    };
    await refused(
      await savedState(),
      { objective: { ...objective, restore } },
      'checkpoint: expected the state of this optimizer and objective, got no teacher. It was written with other settings',
    );
  });

  it('leaves no tensor behind', async () => {
    const state = await savedState();
    const options = toyRun({ checkpoints: memoryCheckpoints(), optimizer: optimizers.adamW() });
    await options.checkpoints!.save('last', state);
    const before = tf.memory().numTensors;
    await expect(train(options)).rejects.toThrow('It was written with other settings');
    expect(tf.memory().numTensors).toBe(before);
    options.classifier.dispose();
  });
});

describe('captureState and restoreModel', () => {
  it('copy the weights: later steps do not change a state, and a state does not change with the model', async () => {
    const options = toyRun({ epochs: 1 });
    const position = { epoch: 0, stepInEpoch: 0, step: 0, lossSum: 0 };
    const state = await captureState(options, position);
    const before = await weightsOf(options.classifier);
    await train({ ...options, schedule: constantSchedule({ baseRate: 0.1 }) });
    const after = await weightsOf(options.classifier);
    expect(after).not.toEqual(before);
    expect(state.tensors.map(({ values }) => values).slice(0, before.length)).toEqual(before);
    restoreModel(options.classifier, state);
    expect(await weightsOf(options.classifier)).toEqual(before);
    options.classifier.dispose();
    options.optimizer.dispose();
  });

  it('leave no tensor behind', async () => {
    const options = toyRun({ epochs: 1 });
    await train(options);
    const before = tf.memory().numTensors;
    const state = await captureState(options, { epoch: 0, stepInEpoch: 0, step: 0, lossSum: 0 });
    restoreModel(options.classifier, state);
    expect(tf.memory().numTensors).toBe(before);
    options.classifier.dispose();
    options.optimizer.dispose();
  });
});
