import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { constantSchedule, sgd } from '../../src/optimizers/index.js';
import { scoreExamples, train, type TrainCallback, type TrainLogs } from '../../src/train/index.js';
import { onEachBackend } from '../support/backends.js';
import {
  clusterSource,
  memoryCheckpoints,
  optimizers,
  smallBatchNorm,
  smallMlp,
  toyRun,
  trained,
  weightsOf,
} from './support.js';

/** A callback that writes down what it is told. */
function recorder(): TrainCallback & { readonly calls: string[]; readonly epochs: TrainLogs[] } {
  const calls: string[] = [];
  const epochs: TrainLogs[] = [];
  return {
    calls,
    epochs,
    onTrainBegin: () => void calls.push('train begins'),
    onEpochBegin: (epoch) => void calls.push(`epoch ${epoch} begins`),
    onBatchEnd: (batch, logs) => void calls.push(`batch ${batch}: ${Object.keys(logs!).join()}`),
    onEpochEnd: (epoch, logs) => {
      calls.push(`epoch ${epoch} ends: ${Object.keys(logs!).join()}`);
      epochs.push(logs!);
    },
    onTrainEnd: () => void calls.push('train ends'),
  };
}

onEachBackend('train', (test) => {
  for (const [name, makeOptimizer] of Object.entries(optimizers)) {
    test(`with ${name} learns to tell the clusters`, async () => {
      const options = toyRun({
        optimizer: makeOptimizer(),
        epochs: 20,
        schedule: constantSchedule({ baseRate: 0.05 }),
      });
      const seen = recorder();
      const result = await train({ ...options, callbacks: [seen] });
      expect(result).toMatchObject({ stopped: 'completed', epochs: 20, steps: 80 });
      expect(result.imagesPerSecond).toBeGreaterThan(0);
      const fresh = await scoreExamples(options.classifier, clusterSource(2));
      const right = fresh.labels.filter((label, row) => {
        const [a, b, c] = fresh.logits.subarray(3 * row, 3 * row + 3);
        return [a, b, c].indexOf(Math.max(a!, b!, c!)) === label;
      });
      expect(right.length / fresh.labels.length).toBeGreaterThan(0.95);
      expect(seen.epochs.at(-1)!['loss']).toBeLessThan(0.2 * seen.epochs[0]!['loss']!);
      options.classifier.dispose();
      options.optimizer.dispose();
    });
  }

  test('gives the same weights and logs for the same seed, others for another', async () => {
    const run = async (seed: number): Promise<unknown> => {
      const seen = recorder();
      const options = toyRun({
        random: randomStream(seed),
        callbacks: [seen],
        classifier: smallBatchNorm(randomStream(5)),
      });
      const { weights } = await trained(options);
      return { weights, losses: seen.epochs.map((logs) => logs['loss']) };
    };
    const first = await run(9);
    expect(await run(9)).toEqual(first);
    expect(await run(10)).not.toEqual(first);
  });

  test('the loss of an epoch is the mean of its steps, the rate that of the last step', async () => {
    const steps: TrainLogs[] = [];
    const epochs: TrainLogs[] = [];
    const schedule = (epoch: number): number => 0.01 + epoch / 100;
    await trained(
      toyRun({
        schedule,
        callbacks: [
          { onBatchEnd: (_, logs) => void steps.push(logs!), onEpochEnd: (_, logs) => void epochs.push(logs!) },
        ],
      }),
    );
    expect(steps.map((logs) => logs['learningRate'])).toEqual(Array.from({ length: 12 }, (_, s) => schedule(s / 4)));
    epochs.forEach((logs, epoch) => {
      const losses = steps.slice(4 * epoch, 4 * epoch + 4).map((step) => step['loss']!);
      expect(logs['loss']).toBe(losses.reduce((sum, loss) => sum + loss, 0) / 4);
      expect(logs['learningRate']).toBe(schedule(epoch + 0.75));
    });
  });

  test('calls the callbacks in order, with what the evaluation adds', async () => {
    const seen = recorder();
    const checkpoints = memoryCheckpoints();
    const evaluate = (epoch: number): Promise<TrainLogs> => {
      seen.calls.push(`evaluate ${epoch}`);
      return Promise.resolve({ accuracy: epoch });
    };
    const savedAtEpochEnd: number[] = [];
    const counter = { onEpochEnd: () => void savedAtEpochEnd.push(checkpoints.saved.length) };
    await trained(toyRun({ epochs: 2, callbacks: [seen, counter], evaluate, checkpoints }));
    const epoch = (index: number): string[] => [
      `epoch ${index} begins`,
      ...[0, 1, 2, 3].map((batch) => `batch ${batch}: loss,learningRate`),
      `evaluate ${index}`,
      `epoch ${index} ends: loss,learningRate,imagesPerSecond,accuracy`,
    ];
    expect(seen.calls).toEqual(['train begins', ...epoch(0), ...epoch(1), 'train ends']);
    expect(seen.epochs.map((logs) => logs['accuracy'])).toEqual([0, 1]);
    expect(savedAtEpochEnd).toEqual([0, 1]);
    expect(checkpoints.saved).toEqual(['last', 'last']);
  });

  test('stops when tf.callbacks.earlyStopping says so, and trains on when called again', async () => {
    const stopping = tf.callbacks.earlyStopping({ monitor: 'validationLoss', patience: 2 });
    const evaluate = (epoch: number): Promise<TrainLogs> => Promise.resolve({ validationLoss: Math.max(1, 3 - epoch) });
    const checkpoints = memoryCheckpoints();
    for (const makeClassifier of [smallMlp, smallBatchNorm]) {
      const options = toyRun({ classifier: makeClassifier(randomStream(1)), epochs: 10, evaluate });
      // 3, 2, 1, then two epochs without an improvement.
      const stopped = await train({ ...options, checkpoints, callbacks: [stopping] });
      expect(stopped).toMatchObject({ stopped: 'by-callback', epochs: 5, steps: 20 });
      expect((await checkpoints.load('last'))!.position).toEqual({ epoch: 5, stepInEpoch: 0, step: 20, lossSum: 0 });
      const goesOn = await train({ ...options, epochs: 7, checkpoints });
      expect(goesOn).toMatchObject({ stopped: 'completed', epochs: 7, steps: 28 });
      checkpoints.clear();
      options.classifier.dispose();
      options.optimizer.dispose();
    }
  });

  test('finishes the step under way when the signal is aborted, and keeps a checkpoint', async () => {
    const controller = new AbortController();
    const checkpoints = memoryCheckpoints();
    const seen = recorder();
    const stopAt: TrainCallback = {
      onBatchEnd: (batch) => (seen.calls.includes('epoch 1 begins') && batch === 2 ? controller.abort() : undefined),
    };
    const options = toyRun({ checkpoints, signal: controller.signal, callbacks: [seen, stopAt] });
    const { weights, ...result } = await trained(options);
    expect(result).toMatchObject({ stopped: 'interrupted', epochs: 1, steps: 7 });
    expect(seen.calls.slice(-2)).toEqual(['batch 2: loss,learningRate', 'train ends']);
    const state = (await checkpoints.load('last'))!;
    expect(state.position).toMatchObject({ epoch: 1, stepInEpoch: 3, step: 7 });
    const saved = state.tensors.filter(({ name }) => name.startsWith('weight/')).map(({ values }) => values);
    expect(saved).toEqual(weights);
  });

  test('aborted from the start takes no step', async () => {
    const checkpoints = memoryCheckpoints();
    const options = toyRun({ checkpoints, signal: AbortSignal.abort() });
    const before = await weightsOf(options.classifier);
    expect(await trained(options)).toEqual({
      stopped: 'interrupted',
      epochs: 0,
      steps: 0,
      imagesPerSecond: null,
      weights: before,
    });
    expect((await checkpoints.load('last'))!.position).toEqual({ epoch: 0, stepInEpoch: 0, step: 0, lossSum: 0 });
  });

  test('without checkpoints an aborted run simply ends', async () => {
    const result = await trained(toyRun({ signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ stopped: 'interrupted', steps: 0 });
  });

  test('clipNorm bounds the length of a step of plain gradient descent', async () => {
    const stepLength = async (clipNorm?: number): Promise<number> => {
      const options = toyRun({
        optimizer: sgd({ learningRate: 1 }),
        schedule: constantSchedule({ baseRate: 1 }),
        epochs: 1,
        batchSize: 72, // one step
        ...(clipNorm === undefined ? {} : { clipNorm }),
      });
      const before = (await weightsOf(options.classifier)).flatMap((values) => [...values]);
      const after = (await trained(options)).weights.flatMap((values) => [...values]);
      return Math.hypot(...after.map((value, i) => value - before[i]!));
    };
    const free = await stepLength();
    expect(free).toBeGreaterThan(0.2);
    expect(await stepLength(0.01)).toBeCloseTo(0.01, 6);
    expect(await stepLength(2 * free)).toBeCloseTo(free, 6);
  });

  test('leaves no tensor behind, whether it ends, is interrupted, resumes or fails', async () => {
    const classifier = smallBatchNorm(randomStream(1));
    const optimizer = optimizers['sgd with momentum']();
    const options = toyRun({ classifier, optimizer, epochs: 1 });
    await train(options); // the optimizer makes its slots once
    const before = tf.memory().numTensors;
    await train({ ...options, clipNorm: 1, checkpoints: memoryCheckpoints(), evaluate: () => Promise.resolve({}) });
    expect(tf.memory().numTensors, 'after a run').toBe(before);

    const checkpoints = memoryCheckpoints();
    await train({ ...options, checkpoints, signal: AbortSignal.abort() });
    await train({ ...options, checkpoints });
    expect(tf.memory().numTensors, 'after a resumed run').toBe(before);

    const fails: TrainCallback = { onBatchEnd: () => Promise.reject(new Error('full')) };
    await expect(train({ ...options, callbacks: [fails] })).rejects.toThrow('full');
    const { loss } = options.objective;
    for (const [broken, message] of [
      [(): tf.Scalar => tf.scalar(1), 'Cannot find a connection between any variable'],
      [(...given: Parameters<typeof loss>) => tf.mul(loss(...given), NaN), 'expected a finite loss, got NaN'],
    ] as const) {
      const objective = { ...options.objective, loss: broken as typeof loss };
      await expect(train({ ...options, objective })).rejects.toThrow(message);
    }
    expect(tf.memory().numTensors, 'after failures').toBe(before);
    classifier.dispose();
    optimizer.dispose();
  });
});
