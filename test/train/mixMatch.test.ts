import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawMixingPlan } from '../../src/mixup/index.js';
import { mixMatchObjective, viewsOf, type Batch, type StepContext } from '../../src/train/index.js';
import { onEachBackend, useBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { logSumExp, softmax } from '../support/reference.js';
import { clusterSource, smallMlp, toyRun, trained } from './support.js';

const B = 4;
const context: StepContext = { step: 1, epoch: 0.5, random: randomStream(17), schedule: () => 0.1 };
const rowsAt = (start: number, size: number): number[][] =>
  Array.from({ length: size }, (_, i) => [Math.sin(start + i), Math.cos(3 * (start + i))]);
const labels = [0, 2, 1, 2];

function batches(views = 2): Record<string, Batch> {
  const unlabelled = rowsAt(9, views * B);
  return {
    labelled: { inputs: tf.tensor2d(rowsAt(0, B)), targets: tf.tensor1d(labels, 'int32') },
    unlabelled: { inputs: tf.tensor2d(unlabelled), targets: tf.zeros([unlabelled.length], 'int32') },
  };
}

onEachBackend('mixMatchObjective', (test) => {
  for (const points of [1, 2, 3]) {
    test(`is the loss of its definition for ${points} points`, async () => {
      const classifier = smallMlp(randomStream(4));
      const objective = mixMatchObjective({ classifier, weight: 3, points });
      const logitsOf = async (rows: number[][]): Promise<number[][]> => {
        const logits = tf.tidy(() => classifier.logits(classifier.features(tf.tensor2d(rows))));
        const values = await logits.array();
        logits.dispose();
        return values;
      };
      const [labelled, unlabelled] = [rowsAt(0, B), rowsAt(9, 2 * B)];
      const said = (await logitsOf(unlabelled)).map((logits) => softmax(logits));
      const guesses = said.slice(0, B).map((first, b) => {
        const powers = first.map((p, c) => ((p + said[B + b]![c]!) / 2) ** 2);
        const total = powers.reduce((sum, p) => sum + p, 0);
        return powers.map((p) => p / total);
      });
      const pool = [...labelled, ...unlabelled];
      const targets = [...labels.map((y) => [0, 1, 2].map((c) => Number(c === y))), ...guesses, ...guesses];
      const random = context.random.child('mixing');
      const plan = drawMixingPlan({
        batchSize: 3 * B,
        points,
        alpha: 0.75,
        perExample: true,
        largestFirst: true,
        random,
      });
      const mix = (rows: number[][], b: number): number[] =>
        rows[b]!.map((_, j) =>
          Array.from({ length: points }, (_, k) => k).reduce(
            (sum, k) =>
              sum +
              plan.weights[plan.weights.length === points ? k : k * 3 * B + b]! *
                rows[plan.partners[k * 3 * B + b]!]![j]!,
            0,
          ),
        );
      const logits = await logitsOf(pool.map((_, b) => mix(pool, b)));
      const terms = logits.map((row, b) => {
        const wanted = mix(targets, b);
        if (b < B) return wanted.reduce((sum, q, c) => sum + q * (logSumExp(row) - row[c]!), 0) / B;
        return (3 * softmax(row).reduce((sum, p, c) => sum + (p - wanted[c]!) ** 2, 0)) / (2 * B * 3);
      });
      const given = batches();
      const value = tf.tidy(() => objective.loss(classifier, given, context));
      expectClose([...(await value.data())], [terms.reduce((sum, term) => sum + term, 0)], VALUE_TOLERANCE);
      tf.dispose([value, ...Object.values(given).flatMap(({ inputs, targets: ids }) => [inputs, ids])]);
      objective.dispose();
      classifier.dispose();
    });
  }

  test('takes no gradient through its guesses, and leaks nothing', async () => {
    const classifier = smallMlp(randomStream(4));
    const objective = mixMatchObjective({ classifier, weight: 1 });
    const given = batches();
    const step = () =>
      tf.variableGrads(() => objective.loss(classifier, given, context), classifier.trainableVariables);
    tf.dispose(Object.values(step().grads));
    const before = tf.memory().numTensors;
    const { value, grads } = tf.tidy(step);
    expect(tf.memory().numTensors).toBe(before + 1 + classifier.trainableVariables.length);
    tf.dispose([value, grads]);
    tf.dispose(Object.values(given).flatMap(({ inputs, targets }) => [inputs, targets]));
    objective.dispose();
    classifier.dispose();
  });
});

describe('mixMatchObjective', () => {
  it('trains, and its teacher follows', async () => {
    await useBackend('cpu');
    const run = toyRun({});
    const objective = mixMatchObjective({ classifier: run.classifier, weight: 1, decay: 0.5 });
    const data = { labelled: clusterSource(1), unlabelled: viewsOf(clusterSource(2), 2) };
    const { weights } = await trained({ ...run, objective, data });
    expect(weights.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(Object.keys(objective.state!())[0]).toBe('teacher/0');
    objective.dispose();
  });

  it('refuses an unlabelled batch without its views', async () => {
    await useBackend('cpu');
    const classifier = smallMlp(randomStream(4));
    const objective = mixMatchObjective({ classifier, weight: 1, views: 3 });
    const message =
      'mixMatchObjective: expected 3 views of each unlabelled example, got 8 rows. ' +
      'Make the unlabelled stream with viewsOf(source, views)';
    expect(() => tf.tidy(() => objective.loss(classifier, batches(), context))).toThrow(
      refusal('InvalidArgumentError', message),
    );
    objective.dispose();
    classifier.dispose();
  });
});

describe('viewsOf', () => {
  it('stacks views drawn apart, of sources in memory and on a disk', async () => {
    await useBackend('cpu');
    const base = (later: boolean) => ({
      size: 9,
      order: () => Int32Array.of(1, 2),
      batch: (indices: Int32Array, random = randomStream(0)) => {
        const batch = {
          inputs: tf.tensor2d(Array.from(indices, (i) => [i, random.uniform()])),
          targets: tf.tensor1d(indices, 'int32'),
        };
        return later ? Promise.resolve(batch) : batch;
      },
    });
    const before = tf.memory().numTensors;
    const [here, later] = await Promise.all(
      [false, true].map(async (isLater) => {
        const batch = await viewsOf(base(isLater), 2).batch(Int32Array.of(4, 7), randomStream(1));
        const values = [(await batch.inputs.array()) as number[][], [...(await batch.targets.data())]] as const;
        tf.dispose([batch.inputs, batch.targets]);
        return values;
      }),
    );
    expect(here).toEqual(later);
    expect(here![0].map(([index]) => index)).toEqual([4, 7, 4, 7]);
    expect(here![1]).toEqual([4, 7, 4, 7]);
    expect(new Set(here![0].map(([, draw]) => draw)).size).toBe(4);
    expect(tf.memory().numTensors).toBe(before);
    expect(viewsOf(base(false), 2).size).toBe(9);
  });
});
