import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topClasses, topClassesByBlock, topScores } from '../../src/metrics/index.js';
import type { TopClassesOptions } from '../../src/metrics/index.js';
import { onEachBackend } from '../support/backends.js';
import { refusal } from '../support/errors.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** The best `k` of each row by a full sort, equal scores by id. */
function sortedIds(scores: readonly (readonly number[])[], k: number): number[] {
  return scores.flatMap((row) => [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k));
}

// Small whole numbers: their products are exact on every backend, and many are equal.
const small = fc.integer({ min: -2, max: 2 });
const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(small, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
const problem = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 }),
    dimension: fc.integer({ min: 1, max: 3 }),
    numClasses: fc.integer({ min: 1, max: 23 }),
    blockSize: fc.integer({ min: 1, max: 25 }),
  })
  .chain(({ rows, dimension, numClasses, blockSize }) =>
    fc.record({
      features: matrix(rows, dimension),
      kernel: matrix(dimension, numClasses),
      bias: fc.option(fc.array(small, { minLength: numClasses, maxLength: numClasses })),
      k: fc.integer({ min: 1, max: numClasses }),
      blockSize: fc.constant(blockSize),
    }),
  );

/** A vector that a product of matrices made, which webgl keeps packed. */
function ofProduct(values: number[]): tf.Tensor1D {
  return tf.tidy(() => tf.reshape(tf.matMul(tf.ones([1, 1]), tf.tensor2d([values])), [values.length]));
}

onEachBackend('topClasses', (test, backend) => {
  test('equals a full sort for every block size, equal scores and a shorter last block included', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async ({ features, kernel, bias, k, blockSize }) => {
        const [x, w, b] = [tf.tensor2d(features), tf.tensor2d(kernel), bias && ofProduct(bias)];
        const before = tf.memory().numTensors;
        const top = await topClasses(x, w, { k, blockSize, ...(b ? { bias: b } : {}) });
        expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
        tf.dispose([x, w, ...(b ? [b] : [])]);
        const scores = features.map((row) =>
          kernel[0]!.map((_, y) => row.reduce((sum, value, d) => sum + value * kernel[d]![y]!, bias?.[y] ?? 0)),
        );
        expect(Array.from(top.ids)).toEqual(sortedIds(scores, k));
        expect(top.k).toBe(k);
        expect(Array.from(top.scores)).toEqual(
          Array.from(top.ids, (id, i) => expect.closeTo(scores[Math.floor(i / k)]![id]!, 6) as number),
        );
      }),
      { numRuns: backend === 'cpu' ? 200 : 100 },
    );
  });

  test('does not depend on the block size for any scores', async () => {
    const x = tf.randomNormal<tf.Rank.R2>([4, 8], 0, 1, 'float32', 3);
    const w = tf.randomNormal<tf.Rank.R2>([8, 1000], 0, 1, 'float32', 4);
    const scores = (await tf.matMul(x, w).array()) as number[][];
    for (const blockSize of [7, 250, 999, 1000, 5000]) {
      expect(Array.from((await topClasses(x, w, { k: 10, blockSize })).ids)).toEqual(sortedIds(scores, 10));
    }
    expect(Array.from((await topClasses(x, w, { k: 10 })).ids)).toEqual(sortedIds(scores, 10));
  });

  test('never holds the scores of all classes', async () => {
    const [x, w] = [tf.ones<tf.Rank.R2>([4, 2]), tf.ones<tf.Rank.R2>([2, 64])];
    const widths: number[] = [];
    await topClassesByBlock(
      (start, end) => {
        widths.push(end - start);
        return tf.matMul(x, tf.slice(w, [0, start], [2, end - start]));
      },
      { numClasses: 64, k: 20, blockSize: 30 },
    );
    expect(widths).toEqual([30, 30, 4]);
  });

  test('leaves nothing behind when a score is refused', async () => {
    const [x, w] = [tf.tensor2d([[1], [1]]), tf.tensor2d([[1, Infinity, 3]])];
    const before = tf.memory().numTensors;
    await expect(topClasses(x, w, { k: 1, blockSize: 2 })).rejects.toThrow(
      refusal('InvalidArgumentError', 'topClasses: expected finite scores, got Infinity in row 0, class 1'),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  test('of a tensor, as of its rows', async () => {
    const rows = [
      [0.25, 0.5, 0.5],
      [3, -1, 3],
    ];
    const options = { numClasses: 3, k: 2 };
    expect(await topScores(tf.tensor2d(rows), options)).toEqual(await topScores(rows, options));
  });
});

describe('topScores', () => {
  it('refuses rows that do not fit', async () => {
    await expect(topScores([1, 2, 3, 4], { numClasses: 3, k: 1 })).rejects.toThrow(
      refusal('InvalidArgumentError', 'topScores: expected scores in rows of 3, got 4 numbers'),
    );
    await expect(topScores([[1, NaN]], { numClasses: 2, k: 1 })).rejects.toThrow(
      refusal('InvalidArgumentError', 'topScores: expected finite scores, got NaN in row 0, class 1'),
    );
  });

  it('equals a full sort', async () => {
    const scores = fc.integer({ min: 1, max: 12 }).chain((numClasses) => matrix(3, numClasses));
    await fc.assert(
      fc.asyncProperty(scores, fc.nat(11), async (rows, drawn) => {
        const numClasses = rows[0]!.length;
        const k = 1 + (drawn % numClasses);
        const { ids } = await topScores(rows, { numClasses, k });
        expect(Array.from(ids)).toEqual(sortedIds(rows, k));
      }),
    );
  });

  it('gives no row for no row', async () => {
    expect(await topScores([], { numClasses: 3, k: 1 })).toEqual({
      k: 1,
      ids: Int32Array.of(),
      scores: Float32Array.of(),
    });
  });
});

onEachBackend('topClasses refuses', (test) => {
  test('options that do not fit', async () => {
    const [x, w] = [tf.ones<tf.Rank.R2>([1, 2]), tf.ones<tf.Rank.R2>([2, 3])];
    const refuses = async (options: TopClassesOptions, message: string): Promise<void> => {
      const error = refusal('InvalidArgumentError', `topClasses: expected ${message}`);
      await expect(topClasses(x, w, options)).rejects.toThrow(error);
    };
    await refuses({ k: 4 }, 'k of at most 3, the number of classes, got 4');
    await refuses({ k: 0 }, 'k to be an integer of at least 1, got 0');
    await refuses({ k: 1, blockSize: 0.5 }, 'blockSize to be an integer of at least 1, got 0.5');
    await refuses({ k: 1, bias: tf.tensor1d([1]) }, 'bias of shape [3], got [1]');
  });

  test('shapes that do not fit', async () => {
    await expect(topClasses(tf.ones([1, 3]), tf.ones([2, 3]), { k: 1 })).rejects.toThrow(
      refusal('InvalidArgumentError', 'topClasses: expected kernel of shape [3, any], got [2, 3]'),
    );
    const twoRowsThenOne = (start: number, end: number): tf.Tensor2D => tf.ones([start === 0 ? 2 : 1, end - start]);
    await expect(topClassesByBlock(twoRowsThenOne, { numClasses: 4, k: 1, blockSize: 2 })).rejects.toThrow(
      refusal(
        'InvalidArgumentError',
        'topClassesByBlock: expected scores of classes 2 to 3 of shape [2, 2], got [1, 2]',
      ),
    );
  });
});
