import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../../src/losses/index.js';
import { drawMixingPlan, matchMixingPlan, sigmoidRamp, type MixingPlan } from '../../src/mixup/index.js';
import type { Classifier } from '../../src/models/index.js';
import {
  consistencyObjective,
  mixupObjective,
  supervised,
  train,
  type Batch,
  type ConsistencyObjectiveOptions,
  type Objective,
  type StepContext,
  type TrainOptions,
} from '../../src/train/index.js';
import { TrainingStep } from '../../src/train/step.js';
import { onEachBackend } from '../support/backends.js';
import { errorOf } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { logSumExp, oneHotRows, softmax, softmaxLoss } from '../support/reference.js';
import { mixedRows } from '../mixup/reference.js';
import { clusters, clusterSource, memoryCheckpoints, smallBatchNorm, smallMlp, toyRun, trained, weightsOf } from './support.js'; // prettier-ignore

const B = 6;
const { points, labels } = clusters();
const rowsFrom = (start: number): number[][] =>
  Array.from({ length: B }, (_, i) => [points[2 * (start + i)]!, points[2 * (start + i) + 1]!]);
const ids = [...labels.subarray(0, B)];
const batchFrom = (start: number): Batch => ({
  inputs: tf.tensor2d(rowsFrom(start)),
  targets: tf.tensor1d(ids, 'int32'),
  labels: Int32Array.from(ids),
});
const batches = (): Record<string, Batch> => ({ labelled: batchFrom(0), unlabelled: batchFrom(30) });
const context = (epoch = 0.5): StepContext => ({ step: 2, epoch, random: randomStream(17), schedule: () => 0.1 });

/** Logits of the 2-8-3 network in float64. */
function logitsOf(weights: readonly Float32Array[], rows: readonly (readonly number[])[]): number[][] {
  const dense = (h: readonly number[], kernel: Float32Array, bias: Float32Array): number[] =>
    Array.from(bias, (b, j) => h.reduce((sum, value, i) => sum + value * kernel[i * bias.length + j]!, b));
  return rows.map((row) => {
    const hidden = dense(row, weights[0]!, weights[1]!).map((value) => Math.max(0, value));
    return dense(hidden, weights[2]!, weights[3]!);
  });
}

/** The student moves away from the teacher that copied it. */
function disturb({ trainableVariables }: Classifier): void {
  const random = randomStream(8);
  for (const variable of trainableVariables) {
    const noise = Float32Array.from({ length: variable.size }, () => 0.5 * random.normal());
    variable.assign(tf.add(variable, tf.tensor(noise, variable.shape)));
  }
}

const cross = supervised(softmaxCrossEntropy);
const streams = () => ({ labelled: clusterSource(1), unlabelled: clusterSource(2) });

onEachBackend('mixupObjective', (test) => {
  test('is the loss of mixtures, in float64', async () => {
    const classifier = smallMlp(randomStream(1));
    const classCounts = [70, 20, 10];
    const objective = mixupObjective({
      points: 3,
      alpha: 0.7,
      perExample: true,
      loss: (targets, f, options) => logitAdjustedCrossEntropy(targets, f, { classCounts, ...options }),
    });
    const random = context().random.child('mixing');
    const plan = drawMixingPlan({ batchSize: B, points: 3, alpha: 0.7, perExample: true, random });
    const f = logitsOf(await weightsOf(classifier), mixedRows(rowsFrom(0), plan));
    const offsets = classCounts.map((count) => Math.log(count / 100));
    const expected = softmaxLoss(mixedRows(oneHotRows(ids, 3), plan), f, { offsets });
    expectClose(await objective.loss(classifier, batches(), context()).data(), expected, VALUE_TOLERANCE);
    classifier.dispose();
  });

  test('of one point is supervised training, bit for bit', async () => {
    const plain = await trained(toyRun({ objective: cross }));
    for (const mix of ['targets', 'losses'] as const) {
      const one = await trained(toyRun({ objective: mixupObjective({ points: 1, mix }) }));
      expect(one.weights).toEqual(plain.weights);
    }
    const two = await trained(toyRun({ objective: mixupObjective({}) }));
    expect(two.weights).not.toEqual(plain.weights);
  });

  test('takes partners of the same class, and plans that have to be awaited', async () => {
    const classifier = smallMlp(randomStream(1));
    const lossOf = async (plan: MixingPlan): Promise<number[]> => {
      const f = logitsOf(await weightsOf(classifier), mixedRows(rowsFrom(0), plan));
      return softmaxLoss(mixedRows(oneHotRows(ids, 3), plan), f);
    };
    const random = () => context().random.child('mixing');
    const ofClass = mixupObjective({ within: 'class' });
    const plan = drawMixingPlan({ batchSize: B, within: 'class', labels: ids, random: random() });
    expectClose(await ofClass.loss(classifier, batches(), context()).data(), await lossOf(plan), VALUE_TOLERANCE);

    const matching = mixupObjective({
      plan: ({ inputs }, stream) => matchMixingPlan(inputs, { blockSize: 3, random: stream }),
    });
    const { message } = await errorOf(() => matching.loss(classifier, batches(), context()));
    expect(message).toBe(
      'mixupObjective: expected a plan of this step, got none. Await prepare before each call of loss',
    );
    await matching.prepare!(classifier, batches(), context());
    const matched = await matchMixingPlan(tf.tensor2d(rowsFrom(0)), { blockSize: 3, random: random() });
    expectClose(await matching.loss(classifier, batches(), context()).data(), await lossOf(matched), VALUE_TOLERANCE);
    const { steps } = await trained(toyRun({ objective: matching }));
    expect(steps).toBe(12);
    classifier.dispose();
  });

  test('refuses what does not fit', async () => {
    const [classifier, { labelled }] = [smallMlp(randomStream(1)), batches()];
    const unnamed = { labelled: { inputs: labelled!.inputs, targets: labelled!.targets } };
    const cases: [() => unknown, string][] = [
      [
        () => mixupObjective({ within: 'across' }).loss(classifier, unnamed, context()),
        "mixupObjective: expected batches with labels with within: 'across', got none. " +
          'Let `batch` of the source give the class ids as an Int32Array beside the targets',
      ],
      [
        () => mixupObjective({ points: 7 }).loss(classifier, unnamed, context()),
        'drawMixingPlan: expected points of at most batchSize, 6, got 7. ' +
          'Mix fewer points, or leave out a last, smaller batch',
      ],
      [
        () => mixupObjective({ points: 2, plan: () => drawMixingPlan({ batchSize: B, random: randomStream(1) }) }),
        'mixupObjective: expected no option of mixing beside plan, got points',
      ],
    ];
    for (const [work, message] of cases) expect((await errorOf(work)).message).toBe(message);
    classifier.dispose();
  });
});

onEachBackend('consistencyObjective', (test) => {
  const make = (classifier: Classifier, changes: Partial<ConsistencyObjectiveOptions> = {}) =>
    consistencyObjective({ classifier, supervised: cross, weight: 3, ...changes });

  for (const mix of ['probabilities', 'logits'] as const) {
    test(`is the labelled loss and the weighted consistency, in float64: ${mix}`, async () => {
      const classifier = smallMlp(randomStream(1));
      const temperature = 0.5;
      const weight = ({ epoch }: StepContext): number => 10 * sigmoidRamp(epoch, 2);
      const mixing = { points: 3, alpha: 0.5, perExample: true };
      const objective = make(classifier, { ...mixing, mix, sharpen: temperature, weight });
      const ofTeacher = logitsOf(await weightsOf(classifier), rowsFrom(30));
      disturb(classifier);
      const weights = await weightsOf(classifier);
      const random = context().random.child('mixing of the unlabelled');
      const plan = drawMixingPlan({ batchSize: B, ...mixing, random });
      const sharp = (z: readonly number[]): number[] => softmax(z.map((value) => value / temperature));
      const q = mix === 'logits' ? mixedRows(ofTeacher, plan).map(sharp) : mixedRows(ofTeacher.map(sharp), plan);
      const errors = logitsOf(weights, mixedRows(rowsFrom(30), plan)).map((f, b) =>
        softmax(f).reduce((sum, p, c) => sum + (p - q[b]![c]!) ** 2, 0),
      );
      const labelled = logitsOf(weights, rowsFrom(0)).reduce((sum, f, b) => sum + logSumExp(f) - f[ids[b]!]!, 0) / B;
      const ramp = 10 * Math.exp(-5 * (1 - 0.5 / 2) ** 2);
      const expected = labelled + (ramp * errors.reduce((sum, error) => sum + error, 0)) / (B * 3);
      expectClose(await objective.loss(classifier, batches(), context()).data(), [expected], VALUE_TOLERANCE);
      objective.dispose();
      classifier.dispose();
    });
  }

  test('without a weight is the supervised term, bit for bit, also one with K points', async () => {
    for (const term of [cross, mixupObjective({ points: 3 })]) {
      const plain = await trained(toyRun({ objective: term }));
      const classifier = smallMlp(randomStream(5));
      const objective = make(classifier, { supervised: term, weight: 0 });
      const both = await trained(toyRun({ classifier, objective, data: streams() }));
      objective.dispose();
      expect(both.weights).toEqual(plain.weights);
    }
  });

  test('moves its teacher once after each step', async () => {
    const classifier = smallMlp(randomStream(5));
    const objective = make(classifier, { decay: 0 });
    const options = toyRun({ classifier, objective, data: streams(), epochs: 1 });
    await train(options);
    const averages = await Promise.all(Object.values(objective.teacher.state()).map((tensor) => tensor.data()));
    expect(averages).toEqual(await weightsOf(classifier));
    objective.dispose();
    classifier.dispose();
    options.optimizer.dispose();
  });

  test('counts epochs by the stream that is named', async () => {
    const classifier = smallMlp(randomStream(5));
    const data = { labelled: clusterSource(1), unlabelled: { ...clusterSource(2), size: 36, order: () => Int32Array.from({ length: 36 }, (_, i) => i) } }; // prettier-ignore
    for (const [epochOf, steps] of [
      ['labelled', 4],
      ['unlabelled', 2],
    ] as const) {
      // prettier-ignore
      const objective = make(classifier, { epochOf });
      expect((await train(toyRun({ classifier, objective, data, epochs: 1 }))).steps).toBe(steps);
      objective.dispose();
    }
    classifier.dispose();
  });

  for (const [name, makeModel] of Object.entries({ mlp: smallMlp, 'batch norm': smallBatchNorm })) {
    test(`goes on bit for bit after an interruption, the teacher included: ${name}`, async () => {
      const run = async (stops: readonly number[]): Promise<unknown> => {
        const checkpoints = memoryCheckpoints();
        const losses: number[] = [];
        let seed = 5;
        for (const stop of [...stops, Infinity]) {
          // Each new process has other initial weights, which the checkpoint must replace.
          const classifier = makeModel(randomStream(seed++));
          const controller = new AbortController();
          const objective = make(classifier, { supervised: mixupObjective({ points: 3 }), decay: 0.9, points: 4 });
          const onBatchEnd = (_: number, logs?: { readonly loss?: number }): void => {
            if (losses.push(logs!.loss!) === stop) controller.abort();
          };
          const options = toyRun({ classifier, objective, data: streams(), checkpoints });
          const { stopped } = await train({ ...options, signal: controller.signal, callbacks: [{ onBatchEnd }] });
          const averages = await Promise.all(Object.values(objective.state!()).map((tensor) => tensor.data()));
          const outcome = { losses, weights: await weightsOf(classifier), averages };
          objective.dispose();
          classifier.dispose();
          options.optimizer.dispose();
          if (stopped === 'completed') return outcome;
        }
        throw new Error('it never completed');
      };
      const whole = await run([]);
      expect(await run([1, 6, 7])).toEqual(whole);
    });
  }

  test('leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const parts = toyRun({ data: streams(), epochs: 1, checkpoints: memoryCheckpoints() });
    parts.classifier.dispose();
    const classifier = smallBatchNorm(randomStream(5));
    const objective = make(classifier, { supervised: mixupObjective({}), perExample: true });
    await trained({ ...parts, classifier, objective });
    objective.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('has the same teacher in every replica', async () => {
    const exchange = barrier(2);
    const team = [0, 1].map((index) => {
      const classifier = smallBatchNorm(randomStream(5));
      const objective = make(classifier, { decay: 0.5, points: 3 });
      const parts = toyRun({ classifier, objective, data: streams() });
      return { ...parts, objective, classifier, step: new TrainingStep(parts, parts, { index, count: 2 }) };
    });
    for (let step = 0; step < 3; step++) {
      await Promise.all(
        team.map(async ({ step: own }) => own.apply(step, (await own.differentiate(step, exchange)).gradients)),
      );
    }
    const states = await Promise.all(
      team.map(({ objective }) => Promise.all(Object.values(objective.state!()).map((tensor) => tensor.data()))),
    );
    expect(states[1]).toEqual(states[0]);
    for (const { step, objective, classifier, optimizer } of team) {
      await step.dispose();
      objective.dispose();
      classifier.dispose();
      optimizer.dispose();
    }
  });

  test('refuses what does not fit', async () => {
    const [classifier, other] = [smallMlp(randomStream(1)), smallBatchNorm(randomStream(2))];
    const objective = make(classifier);
    const reader: Objective = { ...cross, streams: ['labelled', 'unlabelled'] };
    const options = (changes: Partial<TrainOptions>): TrainOptions => toyRun({ classifier, objective, ...changes });
    const cases: [() => unknown, RegExp | string][] = [
      [() => make(classifier, { weight: -1 }), 'consistencyObjective: expected weight to be a finite number of at least 0, got -1'], // prettier-ignore
      [
        () => make(classifier, { weight: () => NaN }).loss(classifier, batches(), context()),
        'consistencyObjective: expected weight to be a finite number of at least 0, got NaN',
      ],
      [
        () => make(classifier, { supervised: reader }),
        'consistencyObjective: expected a supervised objective that does not read the stream "unlabelled", ' +
          'got labelled, unlabelled',
      ],
      [
        () => make(classifier, { epochOf: 'unlabeled' as 'unlabelled' }),
        'consistencyObjective: expected epochOf to be one of labelled, unlabelled, got unlabeled. ' +
          'Did you mean "unlabelled" or "labelled"?',
      ],
      [
        () => objective.loss(other, batches(), context()),
        `consistencyObjective: expected to train the classifier it was made for, "mlp", got "${other.model.name}"`,
      ],
      [
        () => train(options({ data: { labelled: clusterSource(1) } })),
        'train: expected data for the stream "unlabelled", got none',
      ],
    ];
    for (const [work, message] of cases) expect((await errorOf(work)).message).toBe(message);
    objective.dispose();
    classifier.dispose();
    other.dispose();
  });
});

/** The mean over replicas in one thread: the last to come computes it for all. */
function barrier(count: number): { average(values: Float32Array): Promise<Float32Array> } {
  let waiting: { values: Float32Array; resolve: (mean: Float32Array) => void }[] = [];
  return {
    average: (values) =>
      new Promise((resolve) => {
        waiting.push({ values, resolve });
        if (waiting.length < count) return;
        const mean = values.map((_, i) => waiting.reduce((sum, own) => sum + own.values[i]! / count, 0));
        for (const { resolve: go } of waiting) go(mean.slice());
        waiting = [];
      }),
  };
}
