import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawCutMixPlan, drawMixingPlan, mixupConsistency, sharpen } from '../../src/mixup/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { centralDifference, expectPrinted, softmax } from '../support/reference.js';
import { mixedRows, planOf } from './reference.js';

const [B, C] = [5, 4];
const random = randomStream(31);
const rows = (): number[][] => Array.from({ length: B }, () => Array.from({ length: C }, () => 2 * random.normal()));
const logits = rows();
const teacherLogits = rows();
const teacher = teacherLogits.map(softmax);
const plan = drawMixingPlan({ batchSize: B, points: 3, perExample: true, random });

const sharpened = (p: readonly number[], temperature: number): number[] => {
  const powers = p.map((value) => value ** (1 / temperature));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
};

/** What the student is asked for, from the definition. */
function target(mix: 'probabilities' | 'logits', temperature: number): number[][] {
  if (mix === 'probabilities')
    return mixedRows(
      teacher.map((p) => sharpened(p, temperature)),
      plan,
    );
  return mixedRows(teacherLogits, plan).map((z) => softmax(z.map((value) => value / temperature)));
}

const lossOfRow = (f: readonly number[], q: readonly number[]): number =>
  softmax(f).reduce((sum, p, c) => sum + (p - q[c]!) ** 2, 0) / f.length;

function gradientOf(q: number[][]): number[] {
  return logits.flatMap((f, b) =>
    f.map((_, c) =>
      centralDifference((step) =>
        lossOfRow(
          f.map((z, i) => (i === c ? z + step : z)),
          q[b]!,
        ),
      ),
    ),
  );
}

onEachBackend('mixupConsistency', (test) => {
  const f = (): tf.Tensor2D => tf.tensor2d(logits);

  for (const mix of ['probabilities', 'logits'] as const) {
    for (const temperature of [1, 0.5]) {
      const q = target(mix, temperature);
      const given = (): tf.Tensor2D => tf.tensor2d(mix === 'logits' ? teacherLogits : teacher);
      const options = { plan, mix, sharpen: temperature };

      test(`is the squared error over classes and batch: ${mix}, T = ${temperature}`, async () => {
        const each = logits.map((row, b) => lossOfRow(row, q[b]!));
        const sum = each.reduce((total, value) => total + value, 0);
        const value = (reduction: 'none' | 'sum' | 'mean') =>
          mixupConsistency(given(), f(), { ...options, reduction }).data();
        expectClose(await value('none'), each, VALUE_TOLERANCE);
        expectClose(await value('sum'), [sum], VALUE_TOLERANCE);
        expectClose(await value('mean'), [sum / B], VALUE_TOLERANCE);
        expectClose(await mixupConsistency(given(), f(), options).data(), [sum / B], VALUE_TOLERANCE);
      });

      test(`has its gradient in closed form: ${mix}, T = ${temperature}`, async () => {
        const expected = gradientOf(q);
        const gradient = (reduction: 'none' | 'sum' | 'mean', factors: number[]): tf.Tensor =>
          tf.grad((x) =>
            tf.sum(
              tf.mul(mixupConsistency(given(), x as tf.Tensor2D, { ...options, reduction }), tf.tensor1d(factors)),
            ),
          )(f());
        expectClose(await gradient('sum', [1]).data(), expected, GRADIENT_TOLERANCE);
        expectClose(
          await gradient('mean', [3]).data(),
          expected.map((g) => (3 * g) / B),
          GRADIENT_TOLERANCE,
        );
        const factors = logits.map((_, b) => b - 1.5);
        const weighted = expected.map((g, i) => g * factors[Math.floor(i / C)]!);
        expectClose(await gradient('none', factors).data(), weighted, GRADIENT_TOLERANCE);
      });

      test(`leaves nothing behind: ${mix}, T = ${temperature}`, () => {
        const [labels, x] = [given(), f()];
        expectBalanced(() => mixupConsistency(labels, x, options));
        expectBalanced(() => tf.grad((z) => mixupConsistency(labels, z as tf.Tensor2D, options))(x));
      });
    }
  }

  test('sends no gradient to the teacher', async () => {
    const slopes = tf.grads((x, z) =>
      // The product keeps the teacher on the tape, with a slope of 0.
      tf.add(mixupConsistency(tf.softmax(z as tf.Tensor2D), x as tf.Tensor2D, { plan }), tf.mul(0, tf.sum(z))),
    )([f(), tf.tensor2d(teacherLogits)]);
    expect([...(await slopes[1]!.data())]).toEqual(Array(B * C).fill(0));
  });

  test('is finite for logits of any size', async () => {
    const huge = tf.tensor2d(logits.map((row) => row.map((value) => value * 1e30)));
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor2D) => mixupConsistency(tf.tensor2d(teacher), x, { plan }))(
      huge,
    );
    for (const number of [...(await value.data()), ...(await grad.data())]) expect(Number.isFinite(number)).toBe(true);
  });

  test('is 0, with a gradient of 0, for a student that is the mixed teacher', async () => {
    const wanted = tf.tensor2d(target('probabilities', 1).map((q) => q.map(Math.log)));
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor2D) => mixupConsistency(tf.tensor2d(teacher), x, { plan }))(
      wanted,
    );
    expect((await value.data())[0]).toBeLessThan(1e-12);
    expectClose(await grad.data(), Array(B * C).fill(0), 1e-7);
  });

  test('takes a CutMix plan, whose shares are those of the area', async () => {
    const boxes = drawCutMixPlan({ batchSize: B, height: 4, width: 4, perExample: true, random });
    const q = mixedRows(teacher, boxes);
    const each = logits.map((row, b) => lossOfRow(row, q[b]!));
    const loss = mixupConsistency(tf.tensor2d(teacher), f(), { plan: boxes, reduction: 'none' });
    expectClose(await loss.data(), each, VALUE_TOLERANCE);
  });

  test('A8: mixing logits is not mixing probabilities', async () => {
    const two = planOf(
      [
        [0, 1],
        [1, 0],
      ],
      [0.7, 0.3],
    );
    const z = [
      [4, 0, 0],
      [0, 1, 0],
    ];
    const probabilities = mixedRows(z.map(softmax), two)[0]!;
    expectPrinted(probabilities, '.738847, .185203, .075950');
    const mixedLogits = mixedRows(z, two);
    expectPrinted(softmax(mixedLogits[0]!), '.874971, .071822, .053207');
    // A student whose logits are the mixed ones pleases the one and not the other.
    const student = tf.tensor2d(mixedLogits);
    const loss = mixupConsistency(tf.softmax(tf.tensor2d(z)), student, { plan: two, reduction: 'none' });
    expect((await loss.data())[0]).toBeCloseTo(0.010634, 6);
    const same = mixupConsistency(tf.tensor2d(z), student, { plan: two, mix: 'logits', reduction: 'none' });
    expect((await same.data())[0]).toBeLessThan(1e-12);
  });

  test('refuses a gradient inside another one', () => {
    const labels = tf.tensor2d(teacher);
    const loss = (x: tf.Tensor): tf.Tensor => mixupConsistency(labels, x as tf.Tensor2D, { plan });
    expect(() => tf.grad((x) => tf.sum(tf.grad(loss)(x)))(f())).toThrow(
      refusal(
        'InvalidArgumentError',
        'mixupConsistency: expected to be differentiated once, got a gradient inside another one. ' +
          'The loss has first derivatives only: take its gradient outside any other gradient',
      ),
    );
  });
});

onEachBackend('sharpen', (test) => {
  test('A9', async () => {
    expectPrinted(sharpened([0.6, 0.3, 0.1], 0.5), '.782609, .195652, .021739');
    const sharp = await sharpen(tf.tensor2d([[0.6, 0.3, 0.1]]), 0.5).data();
    expectClose(sharp, sharpened([0.6, 0.3, 0.1], 0.5), VALUE_TOLERANCE);
  });

  test('is the softmax of the logits over T, and normalises at 1', async () => {
    for (const temperature of [0.1, 0.5, 1, 4]) {
      const expected = teacherLogits.flatMap((z) => softmax(z.map((value) => value / temperature)));
      const halves = tf.mul<tf.Tensor2D>(tf.tensor2d(teacher), 0.5);
      expectClose(await sharpen(halves, temperature).data(), expected, VALUE_TOLERANCE);
    }
  });

  test('keeps zeros, and rows of them, and goes to the largest entry', async () => {
    const p = tf.tensor2d([
      [0.5, 0.5, 0],
      [0, 0, 0],
      [0.5, 0.3, 0.2],
    ]);
    expectClose(await sharpen(p, 1e-3).data(), [0.5, 0.5, 0, 0, 0, 0, 1, 0, 0], VALUE_TOLERANCE);
    expectBalanced(() => sharpen(p, 0.5));
  });
});
