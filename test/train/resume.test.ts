import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { softmaxCrossEntropy } from '../../src/losses/index.js';
import type { Classifier } from '../../src/models/index.js';
import { train, type Objective, type TrainLogs, type TrainOptions } from '../../src/train/index.js';
import { onEachBackend } from '../support/backends.js';
import { seedProperties } from '../support/properties.js';
import {
  clusterSource,
  memoryCheckpoints,
  optimizers,
  smallBatchNorm,
  smallMlp,
  toyRun,
  weightsOf,
} from './support.js';

seedProperties();

const STEPS = 12; // of toyRun, 4 an epoch

/**
 * Consistency with an averaged teacher: two streams, noise from the stream of the step, and tensors of its own that a
 * checkpoint has to keep.
 */
function meanTeacher(classifier: Classifier): Objective & { dispose(): void } {
  const teacher = classifier.trainableVariables.map((variable) => tf.variable(tf.clone(variable), false));
  return {
    streams: ['labelled', 'unlabelled'],
    loss(student, { labelled, unlabelled }, { random, epoch }) {
      const logits = (x: tf.Tensor): tf.Tensor2D =>
        student.logits(student.features(x, { training: true }), { training: true });
      const { shape, size } = unlabelled!.inputs;
      const noise = tf.tensor(
        Float32Array.from({ length: size }, () => 0.1 * random.normal()),
        shape,
      );
      const difference = tf.sub(logits(tf.add(unlabelled!.inputs, noise)), logits(unlabelled!.inputs));
      const pull = tf.addN(student.trainableVariables.map((w, i) => tf.sum(tf.square(tf.sub(w, teacher[i]!)))));
      const supervised = softmaxCrossEntropy(labelled!.targets, logits(labelled!.inputs));
      return tf.addN([
        supervised,
        tf.mul(tf.mean(tf.square(difference)), 0.1 * epoch),
        tf.mul(pull, 0.01),
      ]) as tf.Scalar;
    },
    afterStep(student) {
      student.trainableVariables.forEach((w, i) =>
        teacher[i]!.assign(tf.add(tf.mul(teacher[i]!, 0.9), tf.mul(w, 0.1))),
      );
    },
    state: () => Object.fromEntries(teacher.map((tensor, i) => [`teacher ${i}`, tensor])),
    restore: (state) => teacher.forEach((tensor, i) => tensor.assign(state[`teacher ${i}`]!)),
    dispose: () => tf.dispose(teacher),
  };
}

/** What a run is judged by: everything it tells and everything it leaves. */
interface Outcome {
  readonly steps: TrainLogs[];
  readonly epochs: TrainLogs[];
  readonly weights: Float32Array[];
  readonly objective: Float32Array[];
}

/** Runs to the end, stopped after each of the steps `stops` and gone on with by fresh objects, as a new process would. */
async function runWithStops(make: () => TrainOptions, stops: readonly number[]): Promise<Outcome> {
  const checkpoints = memoryCheckpoints();
  const steps: TrainLogs[] = [];
  const epochs: TrainLogs[] = [];
  for (const stop of [...stops, Infinity]) {
    const controller = new AbortController();
    const options = make();
    const result = await train({
      ...options,
      checkpoints,
      signal: controller.signal,
      evaluate: async (epoch) => ({ epoch, first: (await weightsOf(options.classifier))[0]![0]! }),
      callbacks: [
        {
          onBatchEnd: (_, logs) => {
            steps.push(logs!);
            if (steps.length === stop) controller.abort();
          },
          onEpochEnd: (_, logs) => void epochs.push({ ...logs, imagesPerSecond: 0 }), // the only number of the clock
        },
      ],
    });
    const state = await Promise.all(Object.values(options.objective.state?.() ?? {}).map((tensor) => tensor.data()));
    const outcome = { steps, epochs, weights: await weightsOf(options.classifier), objective: state as Float32Array[] };
    options.objective.dispose?.();
    options.classifier.dispose();
    options.optimizer.dispose();
    if (result.stopped === 'completed') return outcome;
    expect(result.steps).toBe(stop);
  }
  throw new Error('it never completed');
}

const objectives = {
  supervised: (classifier: Classifier) => toyRun({ classifier }).objective,
  'mean teacher over two streams': meanTeacher,
};

onEachBackend('a run that was stopped and gone on with', (test) => {
  for (const [optimizerName, makeOptimizer] of Object.entries(optimizers)) {
    for (const [modelName, makeModel] of Object.entries({ 'batch norm': smallBatchNorm, mlp: smallMlp })) {
      const objectiveName = modelName === 'mlp' ? 'mean teacher over two streams' : 'supervised';
      test(`equals one that was not: ${optimizerName}, ${modelName}, ${objectiveName}`, async () => {
        const make = (initial: number): TrainOptions => {
          const classifier = makeModel(randomStream(initial));
          const data = { labelled: clusterSource(1), unlabelled: clusterSource(2) };
          const objective = objectives[objectiveName](classifier);
          return toyRun({ classifier, data, objective, optimizer: makeOptimizer(), clipNorm: 1 });
        };
        const whole = await runWithStops(() => make(5), []);
        expect([whole.steps.length, whole.epochs.length]).toEqual([STEPS, 3]);
        const stops = fc.uniqueArray(fc.integer({ min: 1, max: STEPS - 1 }), { minLength: 1, maxLength: 4 });
        await fc.assert(
          fc.asyncProperty(stops, async (at) => {
            // Each new process has other initial weights, which the checkpoint must replace.
            let initial = 5;
            const stopped = await runWithStops(
              () => make(initial++),
              at.toSorted((a, b) => a - b),
            );
            expect(stopped).toEqual(whole);
          }),
          { numRuns: 6 },
        );
      });
    }
  }

  test('loses no step to a kill: the steps after the last checkpoint are done again, with the same numbers', async () => {
    // A kill leaves the checkpoint of an earlier epoch, whatever was done since then.
    const make = (): TrainOptions => toyRun({ classifier: smallBatchNorm(randomStream(5)) });
    const whole = await runWithStops(make, []);
    for (const killAt of [2, 5, 8, 11]) {
      const checkpoints = memoryCheckpoints();
      let steps = 0;
      const killed = make();
      const kill = { onBatchEnd: () => (++steps === killAt ? Promise.reject(new Error('killed')) : undefined) };
      await expect(train({ ...killed, checkpoints, callbacks: [kill] })).rejects.toThrow('killed');
      const again = make();
      await train({ ...again, checkpoints });
      expect(await weightsOf(again.classifier)).toEqual(whole.weights);
      for (const { classifier, optimizer } of [killed, again]) {
        classifier.dispose();
        optimizer.dispose();
      }
    }
  });
});
