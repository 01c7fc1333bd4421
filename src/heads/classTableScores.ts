import * as tf from '@tensorflow/tfjs-core';
import { refuseWrongWebgl, refuseSecondDerivative } from '../core/index.js';
import { ownGradient, sharedGradient, type PendingGradient } from './classTableGradients.js';
import type { DistinctIds } from './classTableRows.js';

/** Rows of a table for one score. */
export interface ScoredIds extends DistinctIds {
  /** Class id of each entry, copied from the caller's. */
  readonly ids: Int32Array;
  /** Weights of the distinct rows, `[R, W]` row by row; W is D, or D + 1 with a bias. */
  readonly packed: Float32Array;
}

/** What a score needs besides the features. */
export interface ScoreRequest {
  readonly where: string;
  readonly scored: ScoredIds;
  /** Every example has rows of its own, as many as there are ids an example. */
  readonly perExample: boolean;
  /** A variable that connects the logits with the tape even where no gradient flows to the features. */
  readonly anchor: tf.Variable;
  /** Called by the backward pass. */
  onGradient(pending: PendingGradient): void;
}

const firstOnly = 'Scores of a table have first derivatives only: take their gradient outside any other gradient';

/**
 * Logits of rows, `[B, S]`: `x_b . w_s`, with the bias as one more weight of a feature that is always 1.
 *
 * The rows are constants of the forward pass; the backward pass hands out their gradient instead of returning it.
 */
export function scoreRows(features: tf.Tensor2D, request: ScoreRequest): tf.Tensor2D {
  const { where, scored, anchor, onGradient } = request;
  refuseWrongWebgl(where);
  const { multiply, gradient } = request.perExample ? own : shared;
  const score = tf.customGrad((...args) => {
    const [x, , save] = args as unknown as [tf.Tensor2D, tf.Tensor, tf.GradSaveFunc];
    const width = scored.packed.length / scored.rows.length;
    const entries = entryRows(scored, width);
    const augmented = width > x.shape[1] ? tf.concat2d([x, tf.ones([x.shape[0], 1])], 1) : x;
    save([augmented, entries]);
    return {
      value: multiply.forward(augmented, entries),
      gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
        refuseSecondDerivative(where, firstOnly);
        const [input, rows] = saved as [tf.Tensor2D, tf.Tensor2D];
        onGradient(gradient(scored.ids, dy, input));
        const back = multiply.backward(dy, rows);
        return [tf.slice(back, [0, 0], x.shape), tf.zerosLike(anchor)];
      },
    };
  });
  return score(features, anchor);
}

/** A row for each entry, `[S, W]`. */
function entryRows({ rows, places, packed }: ScoredIds, width: number): tf.Tensor2D {
  const distinct = tf.tensor2d(packed, [rows.length, width]);
  return rows.length === places.length ? distinct : tf.gather(distinct, tf.tensor1d(places, 'int32'));
}

/** One product with rows that all examples share. */
const shared = {
  multiply: {
    forward: (x: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D => tf.matMul(x, rows, false, true),
    backward: (dy: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D => tf.matMul(dy, rows),
  },
  gradient: sharedGradient,
};

/** A product of each example with its own rows; with one row each they are cheaper number by number. */
const own = {
  multiply: {
    forward(x: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
      const [size, width] = x.shape;
      if (rows.shape[0] === size) return tf.sum(tf.mul(x, rows), 1, true);
      const products = tf.matMul(tf.reshape<tf.Rank.R3>(rows, [size, -1, width]), tf.reshape(x, [size, width, 1]));
      return tf.reshape(products, [size, -1]);
    },
    backward(dy: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
      const [size, each] = dy.shape;
      if (each === 1) return tf.mul(dy, rows);
      const products = tf.matMul(tf.reshape<tf.Rank.R3>(dy, [size, 1, each]), tf.reshape(rows, [size, each, -1]));
      return tf.reshape(products, [size, -1]);
    },
  },
  gradient: ownGradient,
};
