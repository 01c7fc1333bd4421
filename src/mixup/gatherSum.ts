import * as tf from '@tensorflow/tfjs-core';
import { inverseOf, isIdentity, type Term } from './plan.js';

/**
 * `y_b = sum_k w_kb x_{pi_k(b)}` over the rows of `x`: K gathers and sums.
 *
 * It and its transpose are each other's gradients, so both can be differentiated as often as one likes.
 */
export function gatherSum<T extends tf.Tensor>(x: T, terms: readonly Term[]): T {
  const apply = tf.customGrad((input) => ({
    value: sumOf(terms, (term) => gathered(input as tf.Tensor, term)),
    gradFunc: (dy) => scatterSum(dy, terms),
  }));
  return apply(x) as T;
}

/** The transpose: `x_i = sum over k and b with pi_k(b) = i of w_kb y_b`. */
function scatterSum(y: tf.Tensor, terms: readonly Term[]): tf.Tensor {
  const apply = tf.customGrad((input) => ({
    value: sumOf(terms, (term) => scattered(input as tf.Tensor, term)),
    gradFunc: (dx) => gatherSum(dx, terms),
  }));
  return apply(y);
}

/** Frees each part as soon as it is added: at most three of them are there at a time. */
function sumOf(terms: readonly Term[], part: (term: Term) => tf.Tensor): tf.Tensor {
  let sum: tf.Tensor | undefined;
  for (const term of terms) {
    const addend = part(term);
    const total = sum === undefined ? addend : tf.add(sum, addend);
    if (sum !== undefined) tf.dispose([sum, addend]);
    sum = total;
  }
  return sum!;
}

/** `w_b x_{pi(b)}`; without arithmetic where every share is 1, so that nothing is rounded. */
function gathered(x: tf.Tensor, { partners, weights }: Term): tf.Tensor {
  const rows = isIdentity(partners) ? tf.clone(x) : tf.gather(x, tf.tensor1d(partners.slice(), 'int32'));
  return weighted(rows, weights);
}

function scattered(y: tf.Tensor, { partners, weights }: Term): tf.Tensor {
  const inverse = inverseOf(partners);
  if (inverse) {
    const moved = weights.length === 1 ? weights : Float32Array.from(inverse, (b) => weights[b]!);
    return gathered(y, { partners: inverse, weights: moved });
  }
  const rows = weighted(tf.clone(y), weights);
  const places = tf.tensor2d(partners.slice(), [partners.length, 1], 'int32');
  return tf.scatterND(places, rows, y.shape);
}

/** Rows times their weights; `rows` is used up. */
function weighted(rows: tf.Tensor, weights: Float32Array): tf.Tensor {
  if (weights.every((weight) => weight === 1)) return rows;
  const column = rows.shape.map((_, axis) => (axis === 0 ? weights.length : 1));
  const factor = weights.length === 1 ? tf.scalar(weights[0]!) : tf.tensor(weights.slice(), column);
  const product = tf.mul(rows, factor);
  rows.dispose();
  return product;
}
