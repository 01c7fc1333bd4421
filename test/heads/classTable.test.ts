import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/index.js';
import { classTable, type ClassTable, type ClassTableOptions } from '../../src/heads/index.js';
import { rowAdagrad, rowAdam, rowSgd } from '../../src/optimizers/index.js';
import { onEachBackend } from '../support/backends.js';
import { errorOf, refusal } from '../support/errors.js';
import { expectClose, FINITE_DIFFERENCE_TOLERANCE, GRADIENT_TOLERANCE, numericGradient } from '../support/numeric.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

const [C, D, B] = [7, 3, 4];

const tableOf = (changes: Partial<ClassTableOptions> = {}): ClassTable =>
  classTable({ classes: C, dimension: D, optimizer: rowSgd(), random: randomStream(1), ...changes });

const featureRows = Array.from({ length: B }, (_, b) => Array.from({ length: D }, (_, d) => Math.cos(b * D + d)));

/** The weights of a class, the bias last. */
function rowOf(table: ClassTable, id: number): number[] {
  const { shape, values } = table.state()['weights']!;
  return Array.from(values.slice(id * shape[1]!, (id + 1) * shape[1]!));
}

const dot = (x: readonly number[], row: readonly number[]): number =>
  row.reduce((sum, w, d) => sum + w * (x[d] ?? 1), 0); // the feature of the bias is 1

/** Differentiates `loss` with respect to `features` and the table; the gradient of the features. */
async function differentiate(
  table: ClassTable,
  loss: (x: tf.Tensor2D) => tf.Tensor,
  features: number[][] = featureRows,
): Promise<Float32Array> {
  const x = tf.variable(tf.tensor2d(features));
  const { grads } = tf.variableGrads(() => tf.sum(loss(x)), [x, table.anchor]);
  return (await grads[x.name]!.data<'float32'>()).slice();
}

/** What a step of plain descent at rate 1 took off the weights: their gradient. */
async function gradientOf(table: ClassTable, apply: () => Promise<unknown>): Promise<number[]> {
  const { values } = table.state()['weights']!;
  const before = values.slice();
  await apply();
  return Array.from(before, (w, i) => w - values[i]!);
}

/** Factors that tell every logit apart. */
const factors = (size: number): number[] => Array.from({ length: size }, (_, i) => 1 + 0.1 * i);

const shared = [5, 0, 5, 2];
const own = [5, 0, 1, 1, 6, 5, 2, 2];

onEachBackend('a class table', (test) => {
  for (const bias of [false, true]) {
    const given = bias ? 'with a bias' : 'without a bias';

    test(`gives the logits of its rows, ${given}`, async () => {
      const table = tableOf({ bias });
      if (bias) table.state()['weights']!.values.forEach((_, i, all) => (all[i] = Math.sin(i)));
      const x = tf.tensor2d(featureRows);
      const scores = (ids: readonly number[], idOf: (b: number, s: number) => number): number[] =>
        featureRows.flatMap((row, b) => ids.map((_, s) => dot(row, rowOf(table, idOf(b, s)))));
      const wanted = {
        shared: scores(shared, (_, s) => shared[s]!),
        own: scores([0, 0], (b, s) => own[2 * b + s]!),
        pairs: scores([0], (b) => own[b]!),
      };
      const logits = table.score(x, shared);
      expect(logits.shape).toEqual([B, 4]);
      expectClose(await logits.data(), wanted.shared, 1e-5);
      const each = table.score(x, Int32Array.from(own), { perExample: true });
      expect(each.shape).toEqual([B, 2]);
      expectClose(await each.data(), wanted.own, 1e-5);
      const pairs = table.scorePairs(x, own.slice(0, B));
      expect(pairs.shape).toEqual([B]);
      expectClose(await pairs.data(), wanted.pairs, 1e-5);
    });

    test(`sums the gradients of every entry of a class, ${given}`, async () => {
      const cases: [(table: ClassTable, x: tf.Tensor2D) => tf.Tensor, (b: number) => number[]][] = [
        [(table, x) => table.score(x, shared), () => shared],
        [(table, x) => table.score(x, own, { perExample: true }), (b) => own.slice(2 * b, 2 * b + 2)],
        [(table, x) => table.scorePairs(x, shared), (b) => [shared[b]!]],
      ];
      for (const [score, idsOf] of cases) {
        const table = tableOf({ bias });
        const each = idsOf(0).length;
        const dy = factors(B * each);
        const weights = Array.from({ length: C }, (_, id) => rowOf(table, id));
        const slope = await differentiate(table, (x) => {
          const logits = score(table, x);
          return tf.mul(logits, tf.tensor(dy, logits.shape));
        });
        const found = await gradientOf(table, () => table.applyGradients({ learningRate: 1 }));
        const width = weights[0]!.length;
        const expected = new Array<number>(C * width).fill(0);
        const slopes = new Array<number>(B * D).fill(0);
        featureRows.forEach((row, b) =>
          idsOf(b).forEach((id, s) => {
            for (let d = 0; d < width; d++) expected[id * width + d]! += dy[b * each + s]! * (row[d] ?? 1);
            for (let d = 0; d < D; d++) slopes[b * D + d]! += dy[b * each + s]! * weights[id]![d]!;
          }),
        );
        expectClose(found, expected, GRADIENT_TOLERANCE);
        expectClose(slope, slopes, GRADIENT_TOLERANCE);
      }
    });
  }

  test('has the gradient of finite differences through a loss that is not linear', async () => {
    const table = tableOf({ bias: true });
    const loss = (x: tf.Tensor2D): tf.Tensor =>
      tf.add(tf.sum(tf.square(table.score(x, shared))), tf.sum(tf.tanh(table.scorePairs(x, [1, 5, 5, 0]))));
    const { values } = table.state()['weights']!;
    const start = (values as Float32Array).slice();
    const x = tf.tensor2d(featureRows);
    const numeric = await numericGradient(async (weights) => {
      values.set(weights);
      return (await loss(x).data())[0]!;
    }, start);
    values.set(start);
    await differentiate(table, loss);
    const found = await gradientOf(table, () => table.applyGradients({ learningRate: 1 }));
    expectClose(found, numeric, FINITE_DIFFERENCE_TOLERANCE);
  });

  test('is reached through the anchor alone, where no gradient flows to the features', async () => {
    const table = tableOf();
    const x = tf.tensor2d(featureRows);
    for (const variables of [undefined, [table.anchor]]) {
      const optimizer = tf.train.sgd(0.5);
      optimizer.minimize(() => tf.sum(table.score(x, [3])), false, variables);
      const found = await gradientOf(table, () => table.applyGradients({ learningRate: 1 }));
      const expected = [0, 1, 2].map((d) => featureRows.reduce((sum, row) => sum + row[d]!, 0));
      expectClose(found.slice(3 * D, 4 * D), expected, GRADIENT_TOLERANCE);
      expect(await table.anchor.data()).toEqual(Float32Array.of(0));
    }
  });

  test('leaves the other rows and their state bit for bit', async () => {
    for (const optimizer of [rowSgd(), rowAdagrad(), rowAdam()]) {
      const table = tableOf({ optimizer, bias: true });
      const before = structuredClone(table.state());
      await differentiate(table, (x) =>
        tf.concat([tf.reshape(table.score(x, shared), [-1]), table.scorePairs(x, own.slice(0, B))]),
      );
      await table.applyGradients({ learningRate: 0.1 });
      const touched = new Set([...shared, ...own.slice(0, B)]);
      for (const [name, { values, shape }] of Object.entries(table.state())) {
        if (shape.length < 2) continue;
        for (let id = 0; id < C; id++) {
          const range = [id * (D + 1), (id + 1) * (D + 1)] as const;
          const [now, then] = [values.slice(...range), before[name]!.values.slice(...range)];
          if (touched.has(id)) expect(now).not.toEqual(then);
          else expect(now).toEqual(then);
        }
      }
    }
  });

  test('keeps no tensor: when the backward pass runs, when it does not, and when a step is thrown away', async () => {
    const table = tableOf({ bias: true, optimizer: rowAdam() });
    const x = tf.variable(tf.tensor2d(featureRows));
    const step = (): tf.Tensor =>
      tf.tidy(() => {
        const loss = (): tf.Scalar =>
          tf.add(tf.sum(table.score(x, shared)), tf.sum(table.score(x, own, { perExample: true })));
        return tf.variableGrads(loss, [x, table.anchor]).value;
      });
    const before = tf.memory().numTensors;
    step().dispose();
    await table.applyGradients({ learningRate: 0.1 });
    expect(tf.memory().numTensors, 'after a step').toBe(before);
    table.score(x, shared).dispose();
    table.scorePairs(x, own.slice(0, B)).dispose();
    expect(tf.memory().numTensors, 'after scores without a tape').toBe(before);
    tf.tidy(() => {
      const unused = (): tf.Scalar => {
        table.score(x, shared);
        return tf.sum(x);
      };
      tf.variableGrads(unused, [x]);
    });
    expect(tf.memory().numTensors, 'after a score that the loss does not use').toBe(before);
    step().dispose();
    step().dispose();
    table.discardGradients();
    expect(tf.memory().numTensors, 'after gradients were discarded').toBe(before);
    expect((await errorOf(() => table.applyGradients({ learningRate: 1 }))).name).toBe('InvalidArgumentError');
    step().dispose();
    table.dispose();
    expect(tf.memory().numTensors, 'after dispose, which takes the anchor too').toBe(before - 1);
  });

  test('adds up the gradients of several backward passes', async () => {
    const [once, twice] = [tableOf(), tableOf()];
    for (const table of [twice, twice, once]) await differentiate(table, (x) => table.score(x, shared));
    await once.applyGradients({ learningRate: 0.2 });
    await twice.applyGradients({ learningRate: 0.1 });
    expectClose(twice.state()['weights']!.values, once.state()['weights']!.values, 1e-6);
  });

  test('refuses a second derivative, which would be 0 without a word', async () => {
    const table = tableOf();
    const inner = (x: tf.Tensor): tf.Tensor => tf.grad((y) => tf.sum(table.score(y as tf.Tensor2D, shared)))(x);
    const error = await errorOf(() => tf.grad((x) => tf.sum(inner(x)))(tf.tensor2d(featureRows)));
    expect(error.message).toBe(
      'classTable.score: expected to be differentiated once, got a gradient inside another one. Scores of a table have first ' +
        'derivatives only: take their gradient outside any other gradient',
    );
  });

  test('becomes a dense layer with the same logits', async () => {
    for (const bias of [false, true]) {
      const table = tableOf({ classes: 200, bias });
      table.state()['weights']!.values.forEach((_, i, all) => (all[i] = Math.sin(i)));
      const x = tf.tensor2d(featureRows);
      const { kernel, bias: offsets } = table.toDense();
      expect([kernel.shape, offsets.shape]).toEqual([[D, 200], [200]]);
      const dense = tf.add(tf.matMul(x, kernel), offsets);
      const all = Array.from({ length: 200 }, (_, id) => id);
      expectClose(await dense.data(), await table.score(x, all).data(), 1e-5);
    }
  });
});

describe('duplicates', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('summed are the same as entries that are scored apart, whatever the ids', async () => {
    const gradientFor = async (ids: readonly number[], dy: readonly number[]): Promise<number[]> => {
      const table = tableOf({ bias: true });
      await differentiate(table, (x) => tf.mul(table.score(x, ids), tf.tensor1d([...dy])));
      return gradientOf(table, () => table.applyGradients({ learningRate: 1 }));
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(C - 1), { minLength: 1, maxLength: 12 }), async (ids) => {
        const dy = factors(ids.length);
        const apart = await Promise.all(ids.map((id, s) => gradientFor([id], [dy[s]!])));
        const summed = apart[0]!.map((_, i) => apart.reduce((sum, gradient) => sum + gradient[i]!, 0));
        expectClose(await gradientFor(ids, dy), summed, GRADIENT_TOLERANCE);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the state of a table', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('is live, and goes on in another table with the same numbers', async () => {
    for (const optimizer of [rowSgd(), rowAdagrad(), rowAdam()]) {
      const [first, second] = [tableOf({ optimizer }), tableOf({ optimizer, random: randomStream(2) })];
      const step = async (table: ClassTable): Promise<void> => {
        await differentiate(table, (x) => table.score(x, shared));
        await table.applyGradients({ learningRate: 0.1 });
      };
      await step(first);
      second.restore(structuredClone(first.state()));
      await step(first);
      await step(second);
      expect(second.state()).toEqual(first.state());
      first.state()['weights']!.values[0] = 42;
      expect(rowOf(first, 0)[0]).toBe(42);
      expect(rowOf(second, 0)[0]).not.toBe(42);
    }
  });

  it('begins within 1 / sqrt(D) of 0, or at 0, the biases at 0', () => {
    const { shape, values } = classTable({
      classes: 500,
      dimension: 4,
      bias: true,
      optimizer: rowSgd(),
      random: randomStream(3),
    }).state()['weights']!;
    expect(shape).toEqual([500, 5]);
    const weights = values.filter((_, i) => i % 5 < 4);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(Math.max(...weights)).toBeGreaterThan(0.45);
    expect(Math.min(...weights)).toBeLessThan(-0.45);
    expect(values.filter((_, i) => i % 5 === 4).every((bias) => bias === 0)).toBe(true);
    const zeros = classTable({ classes: 5, dimension: 2, optimizer: rowSgd() }).state()['weights']!;
    expect(zeros.values).toEqual(new Float32Array(10));
  });
});

describe('a class table refuses', () => {
  let x: tf.Tensor2D;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    x = tf.tensor2d(featureRows);
  });
  const cases: Record<string, [() => unknown, string]> = {
    'too few classes': [
      () => tableOf({ classes: 1 }),
      'classTable: expected classes to be an integer of at least 2, got 1',
    ],
    'no features': [
      () => tableOf({ dimension: 0 }),
      'classTable: expected dimension to be an integer of at least 1, got 0',
    ],
    'more than an array can hold': [
      () => classTable({ classes: 2 ** 40, dimension: 64, optimizer: rowSgd() }),
      'classTable: expected arrays that this runtime can allocate, got 1099511627776 x 64 weights. Take fewer classes, a smaller ' +
        'dimension or an optimizer with less state',
    ],
    'features of another width': [
      () => tableOf({ dimension: 5 }).score(x, [0]),
      'classTable.score: expected features of shape [any, 5], got [4, 3]',
    ],
    'features that are integers': [
      () => tableOf().score(tf.cast(x, 'int32'), [0]),
      'classTable.score: expected features of dtype float32, got int32',
    ],
    'an id out of range': [
      () => tableOf().score(x, [0, 6, 7]),
      'classTable.score: expected ids[2] to be an integer in 0..6, got 7',
    ],
    'a negative id': [
      () => tableOf().score(x, [-1]),
      'classTable.score: expected ids[0] to be an integer in 0..6, got -1',
    ],
    'an id that is no integer': [
      () => tableOf().scorePairs(x, [0, 1, 1.5, 2]),
      'classTable.scorePairs: expected ids[2] to be an integer in 0..6, got 1.5',
    ],
    'no ids': [
      () => tableOf().score(x, []),
      'classTable.score: expected ids.length to be a finite number of at least 1, got 0',
    ],
    'ids that the examples cannot share equally': [
      () => tableOf().score(x, [0, 1, 2], { perExample: true }),
      'classTable.score: expected as many ids for each of 4 examples, got 3',
    ],
    'another number of pairs': [
      () => tableOf().scorePairs(x, [0, 1]),
      'classTable.scorePairs: expected features of shape [2, 3], got [4, 3]',
    ],
    'to apply without a gradient': [
      () => tableOf().applyGradients({ learningRate: 1 }),
      'classTable.applyGradients: expected a gradient of the rows since the last step, got none. Score within the function that is ' +
        'differentiated, and apply once after its gradient',
    ],
    'a rate that is negative': [
      () => tableOf().applyGradients({ learningRate: -1 }),
      'classTable.applyGradients: expected learningRate to be a finite number of at least 0, got -1',
    ],
    'the state of another shape': [
      () => tableOf().restore(tableOf({ classes: 9 }).state()),
      'classTable.restore: expected weights as float32 [7, 3], got float32 [9, 3]',
    ],
    'the state of another optimizer': [
      () => tableOf().restore(tableOf({ optimizer: rowAdagrad() }).state()),
      'classTable.restore: expected accumulator as none, got float32 [7, 3]',
    ],
    'a state without the optimizer': [
      () => tableOf({ optimizer: rowAdam() }).restore(tableOf().state()),
      'classTable.restore: expected mean as float32 [7, 3], got none',
    ],
  };
  it.each(Object.entries(cases))('%s', async (_, [call, message]) => {
    expect(await errorOf(call)).toEqual(refusal('InvalidArgumentError', message));
  });

  it('but is as it was after an id that is out of range', async () => {
    const table = tableOf();
    expect(() => table.score(x, [2, 3, 99])).toThrow();
    expectClose(
      await table.score(x, [2, 3]).data(),
      featureRows.flatMap((row) => [2, 3].map((id) => dot(row, rowOf(table, id)))),
      1e-5,
    );
  });
});
