import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError } from '../core/index.js';
import { gatherSum } from './gatherSum.js';
import { checkBatch, termsOf, type MixingPlan, type Term } from './plan.js';

/** Options of {@link mixTargets}. */
export interface MixTargetsOptions {
  /** Number of classes C; needed for class ids. */
  readonly numClasses?: number;
}

/**
 * Mixes targets as {@link mixInputs} mixes inputs: $`y~_b = sum_k l_bk y_{pi_k(b)}`$, with class ids as one-hot rows.
 *
 * An id outside `0..C-1`, such as -1, has no class: its share is missing from the row, as it would be from the sum of the
 * losses.
 *
 * @param targets Class ids, `[B]` int32; or class distributions, `[B, C]`.
 * @param plan From {@link drawMixingPlan}, {@link matchMixingPlan} or {@link drawCutMixPlan}.
 * @param options Number of classes.
 * @returns Class distributions, `[B, C]` float32.
 * @throws InvalidArgumentError If a shape or dtype does not fit, or ids come without `numClasses`.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { mixTargets } from 'tfjs-longtail/mixup';
 * const partners = Int32Array.of(0, 1, 1, 0);
 * const plan = { kind: 'points', batchSize: 2, points: 2, partners, weights: Float32Array.of(0.75, 0.25) } as const;
 * const mixed = mixTargets(tf.tensor1d([0, 2], 'int32'), plan, { numClasses: 3 });
 * console.log(Array.from(await mixed.data())); // [ 0.75, 0, 0.25, 0.25, 0, 0.75 ]
 * ```
 */
export function mixTargets(targets: tf.Tensor, plan: MixingPlan, options: MixTargetsOptions = {}): tf.Tensor2D {
  const where = 'mixTargets';
  checkBatch(where, 'targets', targets.shape[0], plan);
  const terms = termsOf(where, plan);
  const numClasses = resolveNumClasses(where, targets, options);
  return tf.tidy(() =>
    targets.rank === 1
      ? ofIds(targets as tf.Tensor1D, terms, numClasses)
      : gatherSum(tf.cast(targets as tf.Tensor2D, 'float32'), terms),
  );
}

function resolveNumClasses(where: string, targets: tf.Tensor, { numClasses }: MixTargetsOptions): number {
  const classes = targets.rank === 2 ? targets.shape[1]! : numClasses;
  if (targets.rank > 2) {
    throw new InvalidArgumentError(where, 'targets of shape [B] or [B, C]', `[${targets.shape.join(', ')}]`);
  }
  if (targets.rank === 1 && targets.dtype !== 'int32') {
    const hint = "Make them with tf.tensor1d(ids, 'int32')";
    throw new InvalidArgumentError(where, 'class ids of dtype int32', targets.dtype, hint);
  }
  if (classes === undefined) {
    throw new InvalidArgumentError(where, 'numClasses with class ids', 'none', 'Or give one-hot rows, [B, C]');
  }
  checkNumber(where, 'numClasses', numClasses ?? classes, { min: 1, integer: true });
  if (numClasses === undefined || numClasses === classes) return classes;
  throw new InvalidArgumentError(where, `targets of ${numClasses} classes`, `[${targets.shape.join(', ')}]`);
}

/** Adds each share where its class stands: one pass over `[B, C]`, whatever K. */
function ofIds(ids: tf.Tensor1D, terms: readonly Term[], numClasses: number): tf.Tensor2D {
  const rows = ids.size;
  const count = terms.length * rows;
  const entries = <A extends Int32Array | Float32Array>(out: A, value: (term: Term, b: number) => number): A => {
    terms.forEach((term, k) => term.partners.forEach((_, b) => (out[k * rows + b] = value(term, b))));
    return out;
  };
  const partners = entries(new Int32Array(count), (term, b) => term.partners[b]!);
  const places = entries(new Int32Array(count), (_, b) => b);
  const shares = entries(new Float32Array(count), ({ weights }, b) => weights[weights.length === 1 ? 0 : b]!);
  const labels = tf.gather(ids, tf.tensor1d(partners, 'int32'));
  // Not clipByValue: on the wasm backend it reads int32 as float32.
  const inside = tf.minimum(tf.maximum(labels, tf.scalar(0, 'int32')), tf.scalar(numClasses - 1, 'int32'));
  const known = tf.mul(tf.tensor1d(shares), tf.cast(tf.equal(inside, labels), 'float32'));
  return tf.scatterND(tf.stack([tf.tensor1d(places, 'int32'), inside], 1), known, [rows, numClasses]);
}
