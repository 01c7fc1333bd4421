import * as tf from '@tensorflow/tfjs-core';
import { checkDtype, checkOneOf, checkShape, refuseWrongWebgl, refuseSecondDerivative } from '../core/index.js';
import type { Reduction } from '../losses/index.js';
import { gatherSum } from './gatherSum.js';
import { checkBatch, termsOf, type MixingPlan, type Term } from './plan.js';
import { checkTemperature, sharpen as sharpened } from './sharpen.js';

/** Options of {@link mixupConsistency}. */
export interface MixupConsistencyOptions {
  /** The plan by which the inputs of `mixedLogits` were mixed. */
  readonly plan: MixingPlan;
  /**
   * What `teacher` is and what is mixed: `'probabilities'` (default, the formula of the paper), or `'logits'`, of which the
   * softmax is taken afterwards (the paper's code). They differ.
   */
  readonly mix?: 'probabilities' | 'logits';
  /** Temperature at which the teacher is sharpened before mixing, above 0; MixMatch: 0.5. Default 1: not at all. */
  readonly sharpen?: number;
  /** `'mean'` over the batch (default), `'sum'`, or `'none'` for `[B]` values. */
  readonly reduction?: Reduction;
}

/**
 * Asks of a mixture what a teacher says of its points: $`L_b = 1/C sum_c (softmax(f(x~_b))_c - q~_bc)^2`$, $`q~_b = sum_k l_bk q_{pi_k(b)}`$.
 *
 * It needs no labels. The gradient is $`2/C p (d - sum_j p_j d_j)`$ with $`p`$ the softmax and $`d = p - q~`$; none flows to the teacher.
 *
 * @param teacher Of the unmixed inputs, `[B, C]` float32: class distributions, or logits with `mix: 'logits'`. Constants.
 * @param mixedLogits Raw scores of the mixed inputs, `[B, C]` float32.
 * @param options The plan, what is mixed, sharpening, reduction.
 * @returns Scalar, or `[B]` with `reduction: 'none'`; in 0..2/C.
 * @throws InvalidArgumentError If a shape, dtype or option does not fit.
 * @throws InvalidArgumentError If its gradient is taken inside another one: the loss has first derivatives only.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { mixupConsistency } from 'tfjs-longtail/mixup';
 * const partners = Int32Array.of(0, 1, 1, 0);
 * const plan = { kind: 'points', batchSize: 2, points: 2, partners, weights: Float32Array.of(0.75, 0.25) } as const;
 * const teacher = tf.tensor2d([[1, 0], [0, 1]]);
 * const loss = mixupConsistency(teacher, tf.zeros<tf.Rank.R2>([2, 2]), { plan });
 * console.log(await loss.data()); // Float32Array(1) [ 0.0625 ]
 * ```
 * @see Verma et al., "Interpolation consistency training for semi-supervised learning", 2019, for K = 2.
 */
export function mixupConsistency(
  teacher: tf.Tensor2D,
  mixedLogits: tf.Tensor2D,
  options: MixupConsistencyOptions,
): tf.Tensor {
  const where = 'mixupConsistency';
  refuseWrongWebgl(where);
  const { plan, mix = 'probabilities', sharpen = 1, reduction = 'mean' } = options;
  checkOneOf(where, 'mix', mix, ['probabilities', 'logits']);
  checkOneOf(where, 'reduction', reduction, ['mean', 'sum', 'none']);
  checkTemperature(where, 'sharpen', sharpen);
  checkShape(where, 'mixedLogits', mixedLogits, [null, null]);
  checkDtype(where, 'mixedLogits', mixedLogits, 'float32');
  checkBatch(where, 'mixedLogits', mixedLogits.shape[0], plan);
  checkShape(where, 'teacher', teacher, mixedLogits.shape);
  checkDtype(where, 'teacher', teacher, 'float32');
  const terms = termsOf(where, plan);
  // The targets are made inside customGrad, where nothing reaches the tape.
  const target = (): tf.Tensor2D => mixedTarget(teacher, terms, mix, sharpen);
  return tf.tidy(() => squaredError(where, mixedLogits, target, reduction));
}

function mixedTarget(teacher: tf.Tensor2D, terms: readonly Term[], mix: string, temperature: number): tf.Tensor2D {
  if (mix === 'logits') return tf.softmax(tf.div(gatherSum(teacher, terms), temperature));
  return gatherSum(temperature === 1 ? teacher : sharpened(teacher, temperature), terms);
}

function squaredError(where: string, logits: tf.Tensor2D, target: () => tf.Tensor2D, reduction: Reduction): tf.Tensor {
  const [rows, numClasses] = logits.shape;
  const divisor = reduction === 'mean' ? numClasses * rows : numClasses;
  const loss = tf.customGrad((f, save) => {
    const p = tf.softmax(f as tf.Tensor2D);
    const d = tf.sub(p, target());
    (save as tf.GradSaveFunc)([p, d]);
    const squares = tf.square(d);
    return {
      value: tf.div(reduction === 'none' ? tf.sum(squares, 1) : tf.sum(squares), divisor),
      gradFunc: (dy, saved) => {
        refuseSecondDerivative(where);
        const [probabilities, difference] = saved as [tf.Tensor, tf.Tensor];
        const mean = tf.sum(tf.mul(probabilities, difference), 1, true);
        const upstream = tf.mul(reduction === 'none' ? tf.reshape(dy, [-1, 1]) : dy, 2 / divisor);
        return tf.mul(tf.mul(probabilities, tf.sub(difference, mean)), upstream);
      },
    };
  });
  return loss(logits);
}
