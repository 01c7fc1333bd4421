import type * as tf from '@tensorflow/tfjs-core';
import { closedForm, type ClosedForm } from './closedForm.js';
import { leaveOneOut } from './leaveOneOut.js';
import { isSeparable, marginMatrix, marginVectors, moveByMatrix, moveBySeparable } from './margins.js';
import type { MarginMatrix, SeparableMargins } from './margins.js';
import { matrixMargin } from './matrixMargin.js';
import { offsetCrossEntropy } from './offsetCrossEntropy.js';
import type { SoftmaxLossOptions } from './offsetCrossEntropy.js';
import { checkTargets, denseTargets } from './targets.js';
import type { DenseTargets, LabelRows } from './targets.js';

/** Options of the margin losses, the class weights as a tensor `[C]`. */
interface MarginLossOptions extends SoftmaxLossOptions {
  readonly classWeights?: tf.Tensor1D | undefined;
}

/** What a kind of margins does with either kind of targets. */
interface MarginKind {
  /** The scores whose softmax has the margins of each row's own class id. */
  forIds(x: tf.Tensor2D, labels: LabelRows): tf.Tensor2D;
  /** The loss of distributions. */
  forDistributions(x: tf.Tensor2D, targets: DenseTargets): ClosedForm;
}

/**
 * `sum_y a_y log(1 + sum_{y' != y} exp(Delta_{yy'} + f_{y'} - f_y))`, inside the caller's `tf.tidy`.
 *
 * The margins of one class id are offsets of its row, so class ids are {@link offsetCrossEntropy}; only distributions, and
 * class ids that label smoothing turns into them, need the losses of several classes in one row.
 */
export function marginCrossEntropy(
  where: string,
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  margins: SeparableMargins | MarginMatrix,
  options: MarginLossOptions,
): tf.Tensor {
  checkTargets(where, targets, logits);
  const { classWeights, labelSmoothing = 0 } = options;
  const kind = resolve(where, margins, logits.shape[1], options);
  if (targets.rank === 1 && labelSmoothing === 0) {
    const shift = (x: tf.Tensor2D, labels: LabelRows | undefined): tf.Tensor2D => kind.forIds(x, labels!);
    return offsetCrossEntropy(where, targets, logits, { shift, classWeights }, options);
  }
  return closedForm(where, logits, options, (x) =>
    kind.forDistributions(x, denseTargets(where, targets, logits.shape[1], options)),
  );
}

function resolve(
  where: string,
  margins: SeparableMargins | MarginMatrix,
  numClasses: number,
  options: MarginLossOptions,
): MarginKind {
  if (isSeparable(margins)) {
    const vectors = marginVectors(where, margins, numClasses);
    return {
      forIds: (x, labels) => moveBySeparable(x, labels, vectors),
      forDistributions: (x, targets) => leaveOneOut(where, x, vectors, targets, options),
    };
  }
  const matrix = marginMatrix(where, margins, numClasses);
  return {
    forIds: (x, labels) => moveByMatrix(x, labels, matrix),
    forDistributions: (x, targets) => matrixMargin(where, x, matrix, targets, options),
  };
}
