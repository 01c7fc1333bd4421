import * as tf from '@tensorflow/tfjs-core';
import { input, type OpCase } from './opCase.js';
import * as exact from './reference.js';

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

const map = (f: Unary) => (x: exact.Numbers) => Array.from(x, f);
const zip = (f: Binary) => (a: exact.Numbers, b: exact.Numbers) => Array.from(a, (value, i) => f(value, b[i]!));

/** An element-wise function of one argument. */
function unary(op: string, run: (x: tf.Tensor) => tf.Tensor, f: Unary, low = -1.5, high = 1.5): OpCase {
  return { op, inputs: [input('x', [3, 8], low, high)], run, reference: map(f) };
}

/** An element-wise function of two; the second in 0.5..2, so that it may divide. */
function binary(op: string, run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, f: Binary): OpCase {
  return { op, inputs: [input('a', [3, 8]), input('b', [3, 8], 0.5, 2)], run, reference: zip(f) };
}

/** Functions of single entries. */
export const elementwiseCases: readonly OpCase[] = [
  unary('relu', tf.relu, (x) => Math.max(0, x)),
  unary('step', tf.step, (x) => (x > 0 ? 1 : 0)),
  unary('exp', tf.exp, Math.exp),
  unary('log', tf.log, Math.log, 0.5, 3),
  unary('neg', tf.neg, (x) => -x),
  unary('square', tf.square, (x) => x * x),
  unary('sqrt', tf.sqrt, Math.sqrt, 0.5, 3),
  unary('rsqrt', tf.rsqrt, (x) => 1 / Math.sqrt(x), 0.5, 3),
  unary('sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  unary('abs', tf.abs, Math.abs),
  unary('tanh', tf.tanh, Math.tanh),
  { ...unary('acos', tf.acos, Math.acos, -0.9, 0.9), tolerance: 1e-3 },
  unary(
    'clipByValue',
    (x) => tf.clipByValue(x, -1, 1),
    (x) => Math.min(1, Math.max(-1, x)),
  ),
  binary('add', tf.add, (a, b) => a + b),
  binary('sub', tf.sub, (a, b) => a - b),
  binary('mul', tf.mul, (a, b) => a * b),
  binary('div', tf.div, (a, b) => a / b),
  binary('maximum', tf.maximum, Math.max),
  binary('minimum', tf.minimum, Math.min),
  binary(
    'addN',
    (a, b) => tf.addN([a, b, a]),
    (a, b) => a + b + a,
  ),
];

/** Broadcasting and reductions. */
export const rowCases: readonly OpCase[] = [
  {
    op: 'add a row',
    inputs: [input('x', [3, 4]), input('row', [4])],
    run: (x, row) => tf.add(x, row),
    reference: (x, row) => Array.from(x, (value, at) => value + row[at % 4]!),
  },
  {
    op: 'sum',
    inputs: [input('x', [3, 4])],
    run: (x) => tf.sum(x, 0),
    reference: (x) => exact.reduceRows(x, 4, exact.sum),
  },
  {
    op: 'mean',
    inputs: [input('x', [3, 4])],
    run: (x) => tf.mean(x, 0),
    reference: (x) => exact.reduceRows(x, 4, (column) => exact.sum(column) / 3),
  },
  {
    op: 'max',
    inputs: [input('x', [3, 4])],
    run: (x) => tf.max(x, 1),
    reference: (x) => exact.mapRows(x, 4, (row) => [Math.max(...row)]),
  },
  {
    op: 'argMax',
    inputs: [input('x', [3, 4])],
    differentiable: false,
    run: (x) => tf.argMax(x, 1),
    reference: (x) => exact.mapRows(x, 4, (row) => [row.indexOf(Math.max(...row))]),
  },
  {
    op: 'softmax',
    inputs: [input('logits', [3, 5])],
    run: (logits) => tf.softmax(logits),
    reference: (logits) => exact.mapRows(logits, 5, (row) => exact.logSoftmax(row).map(Math.exp)),
  },
  {
    op: 'logSoftmax',
    inputs: [input('logits', [3, 5])],
    run: (logits) => tf.logSoftmax(logits),
    reference: (logits) => exact.mapRows(logits, 5, exact.logSoftmax),
  },
];
