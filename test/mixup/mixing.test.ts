import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { drawMixingPlan, mixInputs, mixTargets, type PointPlan } from '../../src/mixup/index.js';
import { expectBalanced, onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';
import { oneHotRows } from '../support/reference.js';
import { mixedRows, planOf, transposedRows } from './reference.js';

seedProperties();

const [B, D, C] = [7, 5, 4];
const random = randomStream(4);
const rowsOf = (columns: number): number[][] =>
  Array.from({ length: B }, () => Array.from({ length: columns }, () => random.normal()));
const x = rowsOf(D);
const labels = [0, 1, 2, 3, 1, 0, 1];
const tensor = (rows: number[][]): tf.Tensor2D => tf.tensor2d(rows, [rows.length, rows[0]!.length]);

const draw = (options: object): PointPlan => drawMixingPlan({ batchSize: B, random, labels, ...options });
const plans: [string, PointPlan][] = [
  ['two points', draw({})],
  ['three points', draw({ points: 3 })],
  ['shares of each example', draw({ points: 4, perExample: true })],
  ['shifts', draw({ points: 3, partners: 'shift', perExample: true })],
  ['classes', draw({ points: 3, within: 'class', perExample: true })],
  ['the whole batch', draw({ points: B, weights: { zeta: 2.8 } })],
  ['partners that repeat', planOf([[...Array(B).keys()], [3, 3, 3, 0, 0, 1, 6]], [0.25, 0.75])],
  [
    'partners that repeat, shares of each example',
    draw({ points: 3, labels: [0, 0, 0, 0, 0, 1, 2], within: 'across', perExample: true }),
  ],
];

/** The plan with its points in reverse order. */
function reversed(plan: PointPlan): PointPlan {
  const order = [...Array(plan.points).keys()].reverse();
  const width = plan.weights.length / plan.points;
  return {
    ...plan,
    partners: Int32Array.from(order.flatMap((k) => [...plan.partners.subarray(k * B, (k + 1) * B)])),
    weights: Float32Array.from(order.flatMap((k) => [...plan.weights.subarray(k * width, (k + 1) * width)])),
  };
}

onEachBackend('mixInputs', (test) => {
  for (const [name, plan] of plans) {
    test(`mixes as the definition says: ${name}`, async () => {
      expectClose(await mixInputs(tensor(x), plan).data(), mixedRows(x, plan).flat(), VALUE_TOLERANCE);
    });

    test(`has the transposed mixture as its gradient: ${name}`, async () => {
      const upstream = rowsOf(D);
      const gradient = tf.grad((input) => tf.sum(tf.mul(mixInputs(input, plan), tensor(upstream))))(tensor(x));
      expectClose(await gradient.data(), transposedRows(upstream, plan).flat(), GRADIENT_TOLERANCE);
    });

    test(`can be differentiated twice: ${name}`, async () => {
      // f = 1/2 |A x|^2 has the gradient A' A x; <v, A' A x> has the gradient A' A v.
      const v = rowsOf(D);
      const half = (input: tf.Tensor): tf.Tensor => tf.div(tf.sum(tf.square(mixInputs(input, plan))), 2);
      const second = tf.grad((input) => tf.sum(tf.mul(tf.grad(half)(input), tensor(v))))(tensor(x));
      expectClose(await second.data(), transposedRows(mixedRows(v, plan), plan).flat(), GRADIENT_TOLERANCE);
    });

    test(`does not depend on the order of the points: ${name}`, async () => {
      const forwards = await mixInputs(tensor(x), plan).data();
      expectClose(await mixInputs(tensor(x), reversed(plan)).data(), forwards, VALUE_TOLERANCE);
    });

    test(`commutes with affine maps: ${name}`, async () => {
      const kernel = tensor(rowsOf(D).slice(0, D));
      const map = (input: tf.Tensor2D): tf.Tensor2D => tf.add(tf.matMul(input, kernel), 3);
      const after = await map(mixInputs(tensor(x), plan)).data();
      expectClose(await mixInputs(map(tensor(x)), plan).data(), after, VALUE_TOLERANCE);
    });

    test(`leaves nothing behind: ${name}`, () => {
      const input = tensor(x);
      expectBalanced(() => mixInputs(input, plan));
      expectBalanced(() => tf.grad((f) => tf.sum(mixInputs(f, plan)))(input));
    });
  }

  test('mixes images, sequences and vectors alike', async () => {
    const plan = plans[2]![1];
    const flat = rowsOf(12);
    const expected = mixedRows(flat, plan).flat();
    for (const shape of [
      [B, 12],
      [B, 3, 4],
      [B, 2, 3, 2],
      [B, 1, 2, 2, 3],
    ]) {
      const mixed = mixInputs(tf.tensor(flat.flat(), shape), plan);
      expect(mixed.shape).toEqual(shape);
      expectClose(await mixed.data(), expected, VALUE_TOLERANCE);
    }
    const column = flat.map((row) => [row[0]!]);
    expectClose(await mixInputs(tf.tensor1d(column.flat()), plan).data(), mixedRows(column, plan).flat(), 1e-5);
  });

  test('A1', async () => {
    const plan = planOf(
      [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
      ],
      [0.5, 0.3, 0.2],
    );
    const mixed = mixInputs(
      tf.tensor2d([
        [1, 0],
        [0, 1],
        [-1, 2],
      ]),
      plan,
    );
    expectClose((await mixed.data()).slice(0, 2), [0.3, 0.7], VALUE_TOLERANCE);
    const targets = mixTargets(tf.tensor1d([0, 1, 1], 'int32'), plan, { numClasses: 2 });
    expectClose((await targets.data()).slice(0, 2), [0.5, 0.5], VALUE_TOLERANCE);
  });

  test('A13: gives the batch back bit for bit where nothing is mixed', async () => {
    const odd = Float32Array.of(-0, 1e-45, NaN, Infinity, 3.4e38, 1 / 3);
    const bits = new Uint32Array(odd.buffer);
    const own = [0, 1, 2];
    for (const plan of [
      drawMixingPlan({ batchSize: 3, points: 1, random }),
      drawMixingPlan({ batchSize: 3, points: 1, random, perExample: true, strength: 0.1 }),
      planOf([own, [1, 2, 0]], [1, 0]),
      planOf(
        [own, [1, 2, 0]],
        [
          [1, 1, 1],
          [0, 0, 0],
        ],
      ),
    ]) {
      const input = tf.tensor2d(odd, [3, 2]);
      const mixed = mixInputs(input, plan);
      const values = (await mixed.data()) as Float32Array;
      expect(new Uint32Array(values.slice().buffer)).toEqual(bits);
      input.dispose();
      expect(await mixed.data()).toEqual(values);
    }
  });
});

onEachBackend('mixTargets', (test) => {
  const classes = oneHotRows(labels, C);
  for (const [name, plan] of plans) {
    test(`mixes class ids as one-hot rows: ${name}`, async () => {
      const ids = tf.tensor1d(labels, 'int32');
      const expected = mixedRows(classes, plan).flat();
      expectClose(await mixTargets(ids, plan, { numClasses: C }).data(), expected, VALUE_TOLERANCE);
      expectClose(await mixTargets(tensor(classes), plan).data(), expected, VALUE_TOLERANCE);
      expectBalanced(() => mixTargets(ids, plan, { numClasses: C }));
    });
  }

  test('leaves out the share of an id without a class', async () => {
    const plan = plans[2]![1];
    const ids = [0, -1, 2, C, 1, 0, -5];
    const mixed = mixTargets(tf.tensor1d(ids, 'int32'), plan, { numClasses: C });
    expectClose(await mixed.data(), mixedRows(oneHotRows(ids, C), plan).flat(), VALUE_TOLERANCE);
  });

  test('takes one-hot rows of any dtype', async () => {
    const ids = tf.tensor1d(labels, 'int32');
    const mixed = mixTargets(tf.oneHot(ids, C), plans[0]![1]);
    expect(mixed.dtype).toBe('float32');
    expectClose(await mixed.data(), mixedRows(classes, plans[0]![1]).flat(), VALUE_TOLERANCE);
  });

  test('A13: gives one-hot rows where nothing is mixed', async () => {
    const plan = drawMixingPlan({ batchSize: B, points: 1, random });
    const mixed = mixTargets(tf.tensor1d(labels, 'int32'), plan, { numClasses: C });
    expect([...(await mixed.data())]).toEqual(classes.flat());
  });
});

/** `h(sum l x) - sum l h(x)` of three points. */
async function jensenGap(h: (x: tf.Tensor) => tf.Tensor, points: number[]): Promise<number> {
  const plan = planOf(
    [
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
    ],
    [0.5, 0.3, 0.2],
  );
  const inputs = tf.tensor1d(points);
  const gap = tf.sub(h(mixInputs(inputs, plan)), mixInputs(h(inputs), plan));
  return (await gap.data())[0]!;
}

onEachBackend('what mixing shows of a map', (test) => {
  test('A2: its Jensen gaps', async () => {
    expect(await jensenGap(tf.square, [0, 1, 3])).toBeCloseTo(-1.29, 5);
    expect(await jensenGap(tf.relu, [-2, 1, 3])).toBeCloseTo(-0.9, 5);
  });

  test('mixes any values by any plan as the definition says', async () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    const sizes = fc.record({ rows: fc.integer({ min: 2, max: 6 }), columns: fc.integer({ min: 1, max: 4 }) });
    const batches = sizes.chain(({ rows, columns }) =>
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
    );
    await fc.assert(
      fc.asyncProperty(batches, fc.integer(), fc.boolean(), async (batch, seed, perExample) => {
        const stream = randomStream(seed);
        const plan = drawMixingPlan({ batchSize: batch.length, points: 2, alpha: 0.4, perExample, random: stream });
        const input = tensor(batch);
        const mixed = mixInputs(input, plan);
        // Values up to 100 that may cancel.
        const error = tf.max(tf.abs(tf.sub(mixed, tensor(mixedRows(batch, plan)))));
        expect((await error.data())[0]).toBeLessThan(100 * VALUE_TOLERANCE);
        tf.dispose([input, mixed, error]);
      }),
      { numRuns: 60 },
    );
  });
});
