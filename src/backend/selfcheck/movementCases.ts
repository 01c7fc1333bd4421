import * as tf from '@tensorflow/tfjs-core';
import { input, type OpCase } from './opCase.js';

/** An operation that only moves entries: `places` says, for each entry of the output, which one of the input it is. */
function moving(op: string, shape: readonly number[], places: readonly (number | null)[], run: OpCase['run']): OpCase {
  return { op, inputs: [input('x', shape)], run, reference: (x) => places.map((at) => (at === null ? 0 : x[at]!)) };
}

/** One that nothing is differentiated through: tfjs has no gradient of it. */
function constant(...args: Parameters<typeof moving>): OpCase {
  return { ...moving(...args), differentiable: false };
}

/** The last place of the second row and the middle of the first, in `[2, 3]`. */
function places(): tf.Tensor2D {
  return tf.tensor2d(
    [
      [1, 2],
      [0, 1],
    ],
    [2, 2],
    'int32',
  );
}

const o = null; // reads as a zero in the tables below

/** Copies, permutations and zeros. */
// prettier-ignore
export const movementCases: readonly OpCase[] = [
  moving('transpose', [2, 2, 3], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11], (x) => tf.transpose(x, [2, 0, 1])),
  moving('pad', [2, 2], [o, o, o, 0, 1, o, 2, 3, o], (x) => tf.pad(x, [[1, 0], [0, 1]])),
  moving('slice', [3, 4], [5, 6, 9, 10], (x) => tf.slice(x, [1, 1], [2, 2])),
  moving('split and concat', [2, 4], [2, 3, 0, 1, 6, 7, 4, 5], (x) => tf.concat(tf.split(x, 2, 1).toReversed(), 1)),
  moving('unstack and stack', [2, 3], [0, 3, 1, 4, 2, 5], (x) => tf.stack(tf.unstack(x), 1)),
  moving('tile', [2, 2], [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3], (x) => tf.tile(x, [2, 2])),
  moving('zerosLike', [2, 2], [o, o, o, o], (x) => tf.zerosLike(x)),
  moving('stack', [2, 2], [0, 0, 1, 1, 2, 2, 3, 3], (x) => tf.stack([x, x], 2)),
  constant('gatherND', [2, 3], [5, 1], (x) => tf.gatherND(x, places())),
  constant('tensorScatterUpdate', [2, 3], [0, o, 2, 3, 4, o], (x) => tf.tensorScatterUpdate(x, places(), tf.zeros([2]))),
  { op: 'fill', inputs: [], run: () => tf.fill([3], 2), reference: () => [2, 2, 2] },
  { op: 'range', inputs: [], run: () => tf.range(0, 12, 4, 'int32'), reference: () => [0, 4, 8] },
  moving('oneHot', [3, 2], [o, 1, 2, o, o, o], (x) => tf.mul(x, tf.oneHot(tf.tensor1d([1, 0, -1], 'int32'), 2))),
];

/** A comparison of -1, 0 and 1 with 0. */
function comparison(op: string, run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, f: (a: number) => boolean): OpCase {
  return {
    op,
    inputs: [],
    run: () => tf.cast(run(tf.tensor1d([-1, 0, 1]), tf.tensor1d([0, 0, 0])), 'float32'),
    reference: () => [-1, 0, 1].map((a) => Number(f(a))),
  };
}

/** Masks: how they are made, joined and used. */
export const maskCases: readonly OpCase[] = [
  comparison('greater', tf.greater, (a) => a > 0),
  comparison('greaterEqual', tf.greaterEqual, (a) => a >= 0),
  comparison('equal', tf.equal, (a) => a === 0),
  comparison('notEqual', tf.notEqual, (a) => a !== 0),
  { op: 'isNaN', inputs: [], run: () => tf.isNaN(tf.tensor1d([0, NaN])), reference: () => [0, 1] },
  {
    op: 'logicalAnd',
    inputs: [],
    run: () => {
      const mask = (...entries: boolean[]): tf.Tensor => tf.tensor1d(entries, 'bool');
      return tf.logicalAnd(mask(true, true, false, false), mask(true, false, true, false));
    },
    reference: () => [1, 0, 0, 0],
  },
  {
    op: 'where',
    inputs: [input('a', [3]), input('b', [3])],
    run: (a, b) => tf.where(tf.tensor1d([true, false, true], 'bool'), a, b),
    reference: (a, b) => [a[0]!, b[1]!, a[2]!],
  },
  {
    op: 'cast to int32',
    inputs: [input('x', [8], -4, 4)],
    differentiable: false,
    run: (x) => tf.cast(x, 'int32'),
    reference: (x) => Array.from(x, Math.trunc),
  },
];
