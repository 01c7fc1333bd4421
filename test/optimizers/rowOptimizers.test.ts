import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW, rowAdagrad, rowAdam, rowSgd, type RowOptimizer } from '../../src/optimizers/index.js';
import { refusal } from '../support/errors.js';
import { expectClose, VALUE_TOLERANCE } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();
beforeAll(() => tf.setBackend('cpu'));

const WIDTH = 3;
const ROWS = 5;
const RATE = 0.3;

/** One step: the rows that it touches and their gradients, row by row. */
type Step = Readonly<Record<number, readonly number[]>>;

const STEPS: readonly Step[] = [
  { 1: [0.5, -2, 0.01], 3: [1, 1, 1] },
  { 0: [3, 0, -0.5] },
  { 1: [-0.25, 1, 4], 0: [0.1, 0.2, 0.3], 4: [1e-4, -1e3, 0] },
  { 3: [0, -1, 2] },
];

const initial = (): Float32Array => Float32Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(i));

function run(optimizer: RowOptimizer, steps: readonly Step[] = STEPS, rate = RATE): Float32Array {
  const weights = initial();
  const state = optimizer.start(weights.length);
  for (const step of steps) {
    const rows = Int32Array.from(Object.keys(step), Number);
    const values = Float32Array.from(Array.from(rows, (row) => step[row]!).flat());
    state.update(weights, { rows, values, width: WIDTH }, rate);
  }
  return weights;
}

/** The history of one weight: the gradient of each step, `undefined` where its row was not touched. */
const historyOf = (weight: number): (number | undefined)[] =>
  STEPS.map((step) => step[Math.floor(weight / WIDTH)]?.[weight % WIDTH]);

/** Each weight by itself, in float64, from the formulas of the papers. */
const references: Readonly<Record<string, { optimizer: RowOptimizer; weightAfter: (weight: number) => number }>> = {
  sgd: {
    optimizer: rowSgd(),
    weightAfter: (weight) => historyOf(weight).reduce<number>((w, g = 0) => w - RATE * g, Math.sin(weight)),
  },
  adagrad: {
    optimizer: rowAdagrad({ initialAccumulator: 0.2, epsilon: 1e-3 }),
    weightAfter(weight) {
      let [w, squares] = [Math.sin(weight), 0.2];
      for (const g of historyOf(weight)) {
        if (g === undefined) continue;
        squares += g ** 2;
        w -= (RATE * g) / (Math.sqrt(squares) + 1e-3);
      }
      return w;
    },
  },
  adam: {
    optimizer: rowAdam({ beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
    weightAfter(weight) {
      let [w, mean, square] = [Math.sin(weight), 0, 0];
      historyOf(weight).forEach((g, step) => {
        if (g === undefined) return;
        mean = 0.8 * mean + 0.2 * g;
        square = 0.95 * square + 0.05 * g ** 2;
        const [m, v] = [mean / (1 - 0.8 ** (step + 1)), square / (1 - 0.95 ** (step + 1))];
        w -= (RATE * m) / (Math.sqrt(v) + 1e-3);
      });
      return w;
    },
  },
};

describe.each(Object.entries(references))('%s on rows', (name, { optimizer, weightAfter }) => {
  it('follows its formula in float64, weight by weight', () => {
    const expected = Array.from(initial(), (_, weight) => weightAfter(weight));
    expectClose(run(optimizer), expected, VALUE_TOLERANCE);
  });

  it('says its name', () => expect(optimizer.name).toBe(name));

  it('leaves weights and state of the other rows bit for bit', () => {
    const steps = fc.array(fc.uniqueArray(fc.nat(ROWS - 1), { maxLength: ROWS }), { maxLength: 5 });
    fc.assert(
      fc.property(steps, fc.nat(ROWS - 1), (touched, row) => {
        const weights = initial();
        const state = optimizer.start(weights.length);
        const before = structuredClone({ weights, ...state.arrays });
        for (const list of touched) {
          const rows = Int32Array.from(list.filter((other) => other !== row));
          const values = Float32Array.from({ length: rows.length * WIDTH }, (_, i) => Math.cos(i));
          state.update(weights, { rows, values, width: WIDTH }, RATE);
        }
        const after = { weights, ...state.arrays };
        for (const [key, array] of Object.entries(before)) {
          if (array.length !== weights.length) continue;
          const range = [row * WIDTH, (row + 1) * WIDTH] as const;
          expect(after[key as keyof typeof after].slice(...range)).toEqual(array.slice(...range));
        }
      }),
    );
  });

  it('keeps apart what it remembers of two tables', () => {
    const alone = run(optimizer);
    optimizer
      .start(ROWS * WIDTH)
      .update(initial(), { rows: Int32Array.of(1), values: Float32Array.of(9, 9, 9), width: WIDTH }, RATE);
    expect(run(optimizer)).toEqual(alone);
  });

  it('stands still at rate 0', () => expect(run(optimizer, STEPS, 0)).toEqual(initial()));
});

describe('what lazy Adam is', () => {
  const all: Step = Object.fromEntries(Array.from({ length: ROWS }, (_, row) => [row, [1, -0.5, 0.25 * row]]));

  it('dense Adam where every step touches every row', async () => {
    const steps = Array.from({ length: 6 }, (_, i) =>
      Object.fromEntries(Object.entries(all).map(([row, values]) => [row, values.map((g) => g * Math.cos(i))])),
    );
    const variable = tf.variable(tf.tensor2d(initial(), [ROWS, WIDTH]));
    const dense = adamW({ learningRate: RATE, weightDecay: 0 });
    for (const step of steps) {
      const gradient = tf.tensor2d(Array.from({ length: ROWS }, (_, row) => step[row]!));
      dense.applyGradients([{ name: variable.name, tensor: gradient }]);
    }
    expectClose(run(rowAdam(), steps), await variable.data(), VALUE_TOLERANCE);
  });

  it('counts all steps, those of other rows too: the first step of a late row is longer than the rate', () => {
    const firstStep = (idle: number): number => {
      const steps: Step[] = [...Array<Step>(idle).fill({ 0: [1, 1, 1] }), { 2: [5, 5, 5] }];
      return initial()[2 * WIDTH]! - run(rowAdam(), steps, 0.01)[2 * WIDTH]!;
    };
    expect(firstStep(0)).toBeCloseTo(0.01, 6);
    expect(firstStep(9)).toBeCloseTo((0.01 * (0.1 / (1 - 0.9 ** 10))) / Math.sqrt(0.001 / (1 - 0.999 ** 10)), 6);
    expect(firstStep(20_000)).toBeCloseTo((0.01 * 0.1) / Math.sqrt(0.001), 6);
  });

  it('counts a step without rows', () => {
    const state = rowAdam().start(WIDTH);
    state.update(new Float32Array(WIDTH), { rows: new Int32Array(), values: new Float32Array(), width: WIDTH }, RATE);
    expect(state.arrays['steps']).toEqual(Int32Array.of(1));
  });
});

it('Adagrad gives the numbers of ResourceSparseApplyAdagradV2 (TensorFlow 2.21.0, lr 0.3, epsilon 1e-3)', () => {
  const weights = Float32Array.of(0.5, -1, 2, 0.25, -0.75, 1.5);
  const state = rowAdagrad({ epsilon: 1e-3 }).start(weights.length);
  for (const [rows, values] of [
    [Int32Array.of(2, 0), Float32Array.of(1, -2, 0.5, 0)],
    [Int32Array.of(0), Float32Array.of(-3, 0.25)],
    [Int32Array.of(1, 0), Float32Array.of(10, -0.01, 1e-3, 4)],
  ] as const) {
    state.update(weights, { rows, values, width: 2 }, 0.3);
  }
  const golden = [0.541018784, -1.48400557, 1.70017982, 0.259452224, -1.03576636, 1.79617262];
  expectClose(weights, golden, VALUE_TOLERANCE);
  const squares = [9.35000134, 16.1625004, 100.099998, 0.100100003, 1.10000002, 4.0999999];
  expectClose(state.arrays['accumulator']!, squares, VALUE_TOLERANCE);
});

it('goes on from a copy of its state with the same numbers', () => {
  for (const { optimizer } of Object.values(references)) {
    const weights = run(optimizer, STEPS.slice(0, 2));
    const states = [optimizer.start(weights.length), optimizer.start(weights.length)] as const;
    const gradients = { rows: Int32Array.of(2, 0), values: Float32Array.of(1, 2, 3, 4, 5, 6), width: WIDTH };
    states[0].update(weights, gradients, RATE);
    for (const [name, values] of Object.entries(states[1].arrays)) values.set(states[0].arrays[name]!);
    const copy = weights.slice();
    states[0].update(weights, gradients, RATE);
    states[1].update(copy, gradients, RATE);
    expect(copy).toEqual(weights);
    expect(states[1].arrays).toEqual(states[0].arrays);
  }
});

it.each([
  [
    () => rowAdagrad({ initialAccumulator: -1 }),
    'rowAdagrad: expected initialAccumulator to be a finite number of at least 0, got -1',
  ],
  [() => rowAdagrad({ epsilon: 0 }), 'rowAdagrad: expected epsilon to be above 0, got 0'],
  [() => rowAdam({ beta1: 1 }), 'rowAdam: expected beta1 to be at least 0 and below 1, got 1'],
  [() => rowAdam({ beta2: -0.1 }), 'rowAdam: expected beta2 to be at least 0 and below 1, got -0.1'],
  [() => rowAdam({ epsilon: NaN }), 'rowAdam: expected epsilon to be above 0, got NaN'],
])('refuses an option out of range: %s', (make, message) => {
  expect(make).toThrow(refusal('InvalidArgumentError', message));
});
