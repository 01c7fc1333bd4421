/** Ten steps of a small network through `fit`: operands that the backend itself has made, step after step. */
import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../src/core/index.js';
import { forCompile, logitAdjustedCrossEntropy } from '../../src/losses/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, GRADIENT_TOLERANCE } from '../support/numeric.js';
import { logSumExp, oneHotRows, softmax } from '../support/reference.js';

const STEPS = 10;
const RATE = 0.5;
// Odd sizes everywhere: 3 features, 5 hidden units, 3 classes, 7 examples.
const labels = [0, 0, 0, 0, 1, 1, 2];
const classCounts = [70, 20, 10];
const random = randomStream(3);
const normals = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(random.normal())));
const x = normals(labels.length, 3);
const hidden = normals(3, 5);
const output = normals(5, 3);

type Matrix = number[][];
const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => transpose(b).map((column) => row.reduce((sum, value, k) => sum + value * column[k]!, 0)));
const zip = (a: Matrix, b: Matrix, f: (p: number, q: number) => number): Matrix =>
  a.map((row, i) => row.map((value, j) => f(value, b[i]![j]!)));

/** Losses before each step, and the weights after the last, in float64. */
function reference(): { losses: number[]; weights: number[] } {
  const offsets = classCounts.map((count) => Math.log(count / 100));
  const targets = oneHotRows(labels, 3);
  let [first, second] = [hidden, output];
  const losses = Array.from({ length: STEPS }, () => {
    const activations = product(x, first).map((row) => row.map(Math.tanh));
    const scores = product(activations, second).map((row) => row.map((value, y) => value + offsets[y]!));
    const dScores = zip(scores.map(softmax), targets, (p, q) => (p - q) / labels.length);
    const dHidden = zip(product(dScores, transpose(second)), activations, (d, a) => d * (1 - a * a));
    second = zip(second, product(transpose(activations), dScores), (w, d) => w - RATE * d);
    first = zip(first, product(transpose(x), dHidden), (w, d) => w - RATE * d);
    return scores.reduce((sum, row, i) => sum + (logSumExp(row) - row[labels[i]!]!) / labels.length, 0);
  });
  return { losses, weights: [...first.flat(), ...second.flat()] };
}

onEachBackend('forCompile and fit', (test) => {
  test('ten steps of gradient descent have the values of float64', async () => {
    const dense = { useBias: false, activation: 'tanh' } as const;
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ ...dense, units: 5, inputShape: [3], weights: [tf.tensor2d(hidden)] }),
        tf.layers.dense({ ...dense, units: 3, activation: 'linear', weights: [tf.tensor2d(output)] }),
      ],
    });
    const loss = forCompile(logitAdjustedCrossEntropy, { classCounts });
    model.compile({ optimizer: tf.train.sgd(RATE), loss });
    const targets = tf.tensor2d(oneHotRows(labels, 3));
    const options = { epochs: STEPS, batchSize: labels.length, shuffle: false, verbose: 0 } as const;
    const { history } = await model.fit(tf.tensor2d(x), targets, options);
    const weights = await Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));
    model.dispose();
    const expected = reference();
    expectClose(history['loss'] as number[], expected.losses, GRADIENT_TOLERANCE);
    expectClose(weights.flat(), expected.weights, GRADIENT_TOLERANCE);
  });
});
