import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, checkShape, InvalidArgumentError } from '../core/index.js';
import { vector } from './options.js';
import { LOWEST } from './offsetCrossEntropy.js';
import { overwriteAt } from './targets.js';
import type { LabelRows } from './targets.js';

/**
 * Margins $`Delta_{y y'}`$ that are a sum, $`positive_y + negative_{y'}`$ for `y' != y`; in nats, finite but for a negative one
 * of `-Infinity`, which takes the class out of the negatives. Each defaults to 0.
 */
export interface SeparableMargins {
  /** The part that depends on the target class y, length C: larger asks more of its examples. */
  readonly positive?: tf.Tensor1D | ArrayLike<number>;
  /** The part that depends on the other class y', length C: smaller lets it compete less. */
  readonly negative?: tf.Tensor1D | ArrayLike<number>;
}

/** Margins in nats, row y for the target class y, column y' for the other one, `[C, C]`; the diagonal is not read. */
export type MarginMatrix = tf.Tensor2D | readonly (readonly number[])[];

/** Separable margins on the device. */
export interface MarginVectors {
  readonly positive: tf.Tensor1D | undefined;
  readonly negative: tf.Tensor1D | undefined;
}

/** Separable margins as float32 tensors `[C]`; those given as numbers are checked. */
export function marginVectors(where: string, margins: SeparableMargins, numClasses: number): MarginVectors {
  const { positive, negative } = margins;
  return {
    positive: positive && vector(where, 'margins.positive', checked(where, 'positive', positive), numClasses),
    negative: negative && vector(where, 'margins.negative', checked(where, 'negative', negative), numClasses),
  };
}

function checked(
  where: string,
  part: keyof SeparableMargins,
  margins: tf.Tensor1D | ArrayLike<number>,
): tf.Tensor1D | Float32Array {
  if (margins instanceof tf.Tensor) return margins;
  return Float32Array.from(margins, (margin, y) => {
    // No infinity goes to the device, where it would become NaN.
    if (part === 'negative' && margin === -Infinity) return LOWEST;
    if (Number.isFinite(margin)) return margin;
    const expected = `margins.${part}[${y}] to be finite${part === 'negative' ? ' or -Infinity' : ''}`;
    throw new InvalidArgumentError(where, expected, margin);
  });
}

/** A full matrix of margins as a float32 tensor `[C, C]`; one given as numbers is checked. */
export function marginMatrix(where: string, margins: MarginMatrix, numClasses: number): tf.Tensor2D {
  const tensor = margins instanceof tf.Tensor ? margins : matrixOf(where, margins, numClasses);
  checkShape(where, 'margins', tensor, [numClasses, numClasses]);
  return tf.cast(tensor, 'float32');
}

function matrixOf(where: string, margins: readonly (readonly number[])[], numClasses: number): tf.Tensor2D {
  margins.forEach((row, y) => {
    if (row.length !== numClasses) {
      throw new InvalidArgumentError(where, `${numClasses} margins in row ${y}`, row.length);
    }
    row.forEach((margin, other) => {
      if (other !== y) checkNumber(where, `margins[${y}][${other}]`, margin);
    });
  });
  // The diagonal is not read, but what is not finite would not stay out of the products.
  const values = margins.flatMap((row, y) => row.map((margin, other) => (other === y ? 0 : margin)));
  return tf.tensor2d(values, [margins.length, numClasses]);
}

/** Whether `margins` are separable. */
export function isSeparable(margins: SeparableMargins | MarginMatrix): margins is SeparableMargins {
  return !(margins instanceof tf.Tensor) && !Array.isArray(margins);
}

/** `f + negative`; never below {@link LOWEST}. */
export function withNegative(f: tf.Tensor2D, { negative }: MarginVectors): tf.Tensor2D {
  return negative === undefined ? f : tf.maximum(tf.add(f, negative), LOWEST);
}

/** `f_{y'} + negative_{y'}`, and `f_y - positive_y` for the row's own class y: its softmax has the separable margin. */
export function moveBySeparable(f: tf.Tensor2D, { positions, ids }: LabelRows, vectors: MarginVectors): tf.Tensor2D {
  const own = tf.gatherND(f, positions);
  const moved = vectors.positive === undefined ? own : tf.sub(own, tf.gather(vectors.positive, ids));
  const others = vectors.negative === undefined ? tf.add<tf.Tensor2D>(f, 0) : withNegative(f, vectors);
  return overwriteAt(others, positions, moved);
}

/** `f_{y'} + Delta_{y y'}`, and `f_y` for the row's own class y. */
export function moveByMatrix(f: tf.Tensor2D, { positions, ids }: LabelRows, matrix: tf.Tensor2D): tf.Tensor2D {
  return overwriteAt(tf.add(f, tf.gather(matrix, ids)), positions, tf.gatherND(f, positions));
}
