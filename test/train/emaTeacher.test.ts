import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { emaFactor } from '../../src/mixup/index.js';
import type { Classifier } from '../../src/models/index.js';
import { emaTeacher, forEachScored, type EmaTeacher } from '../../src/train/index.js';
import { onEachBackend } from '../support/backends.js';
import { errorOf, refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { clusterSource, smallBatchNorm, smallMlp, weightsOf } from './support.js';

const averagesOf = (teacher: EmaTeacher): Promise<Float32Array[]> =>
  Promise.all(Object.values(teacher.state()).map(async (tensor) => (await tensor.data<'float32'>()).slice()));

/** Gives every weight of the student, running statistics included, other values. */
function disturb({ model }: Classifier, seed: number): void {
  const random = randomStream(seed);
  for (const weight of model.weights) {
    const { shape, size } = weight.read();
    // Positive, as a running variance is.
    const values = Float32Array.from({ length: size }, () => 0.2 + random.uniform());
    tf.tidy(() => void weight.write(tf.tensor(values, shape)));
  }
}

const predict = (classifier: Classifier, x: tf.Tensor, training = false): tf.Tensor2D =>
  tf.tidy(() => classifier.logits(classifier.features(x, { training }), { training }));
const points = (): tf.Tensor2D => tf.tensor2d([1, -2, 0.5, 0.25, -3, 1], [3, 2]);

onEachBackend('emaTeacher', (test) => {
  for (const [name, decay, rampUp] of [
    ['a ramp', 0.6, true],
    ['no ramp', 0.9, false],
  ] as const) {
    // prettier-ignore
    test(`is the running mean of all weights of its student, with ${name}`, async () => {
      const student = smallBatchNorm(randomStream(1));
      const teacher = emaTeacher(student, { decay, rampUp });
      let expected = (await weightsOf(student)).map((values) => [...values]);
      expect(await averagesOf(teacher)).toEqual(await weightsOf(student));
      for (let step = 0; step < 6; step++) {
        disturb(student, step);
        teacher.update(step);
        const m = rampUp ? emaFactor(step, decay) : decay;
        const now = await weightsOf(student);
        expected = expected.map((values, i) => values.map((value, j) => m * value + (1 - m) * now[i]![j]!));
        (await averagesOf(teacher)).forEach((values, i) => expectClose(values, expected[i]!, VALUE_TOLERANCE));
        if (m === 0) expect(await averagesOf(teacher)).toEqual(now);
      }
      expect(expected.length).toBe(8); // two dense layers, and scale, shift, mean and variance
      teacher.dispose();
      student.dispose();
    });
  }

  test('keeps a weight that does not change, bit for bit', async () => {
    const student = smallMlp(randomStream(1));
    const teacher = emaTeacher(student, { decay: 0.99 });
    for (let step = 0; step < 50; step++) teacher.update(step);
    expect(await averagesOf(teacher)).toEqual(await weightsOf(student));
    teacher.dispose();
    student.dispose();
  });

  test('predicts with the averages in evaluation mode, and the student keeps its own weights', async () => {
    const [student, x] = [smallBatchNorm(randomStream(1)), points()];
    const teacher = emaTeacher(student);
    const first = await predict(student, x).data();
    disturb(student, 7);
    const weights = await weightsOf(student);
    const own = await predict(student, x).data();
    for (const training of [false, true]) expect(await predict(teacher, x, training).data()).toEqual(first);
    expect(await weightsOf(student)).toEqual(weights);
    expect(await predict(student, x).data()).toEqual(own);
    const visited: number[] = [];
    await forEachScored(teacher, clusterSource(1, 0), ({ logits }) =>
      Promise.resolve(void visited.push(logits.shape[0])),
    );
    expect(visited).toEqual([72]);
    // What is thrown in the middle of a prediction changes nothing either.
    expect(() => teacher.features(tf.zeros([3, 5]))).toThrow();
    expect(await weightsOf(student)).toEqual(weights);
    teacher.overwriteStudent();
    expect(await predict(student, x).data()).toEqual(first);
    teacher.dispose();
    student.dispose();
  });

  test('sends no gradient to the student, whose own is what it is without a teacher', async () => {
    const [student, x] = [smallBatchNorm(randomStream(1)), points()];
    const teacher = emaTeacher(student);
    disturb(student, 3);
    const wanted = await predict(teacher, x).data();
    const gradients = async (target: () => tf.Tensor): Promise<Float32Array[]> => {
      const run = tf.variableGrads(() => {
        const own = student.logits(student.features(x)); // before and after the teacher speaks
        const difference = tf.sub(own, target());
        return tf.add(tf.sum(tf.square(difference)), tf.sum(student.logits(student.features(x))));
      }, student.trainableVariables);
      return Promise.all(student.trainableVariables.map(({ name }) => run.grads[name]!.data<'float32'>()));
    };
    const constant = await gradients(() => tf.tensor2d(wanted, [3, 3]));
    expect(await gradients(() => teacher.logits(teacher.features(x)))).toEqual(constant);
    expect(teacher.trainableVariables).toEqual([]);
    teacher.dispose();
    student.dispose();
  });

  test('gives its state and takes it back, and leaves nothing behind', async () => {
    const student = smallBatchNorm(randomStream(1));
    const before = tf.memory().numTensors;
    const [teacher, other] = [emaTeacher(student), emaTeacher(student)];
    disturb(student, 1);
    teacher.update(3);
    other.restore(teacher.state());
    expect(await averagesOf(other)).toEqual(await averagesOf(teacher));
    other.update(5);
    expect(await averagesOf(other)).not.toEqual(await averagesOf(teacher));
    const x = points();
    predict(teacher, x).dispose();
    x.dispose();
    const missing = await errorOf(() => teacher.restore({}));
    expect(missing.message).toBe('emaTeacher: expected 8 averaged weights, got none for 0');
    expect(missing.name).toBe('CheckpointError');
    const scalar = tf.scalar(1);
    const foreign = Object.fromEntries(Object.keys(teacher.state()).map((key) => [key, scalar]));
    expect(() => teacher.restore(foreign)).toThrow(
      refusal('InvalidArgumentError', 'emaTeacher: expected averaged weight 0 of shape [2, 8], got []'),
    );
    scalar.dispose();
    teacher.dispose();
    other.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => emaTeacher(student, { decay: 1.5 })).toThrow(
      refusal('InvalidArgumentError', 'emaTeacher: expected decay to be a finite number in 0..1, got 1.5'),
    );
    student.dispose();
  });
});
