import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, CheckpointError, checkShape, offTape } from '../core/index.js';
import { emaFactor } from '../mixup/index.js';
import type { Classifier } from '../models/index.js';

/** Options of {@link emaTeacher}. */
export interface EmaTeacherOptions {
  /** Factor m of the average in the end, in 0..1. Default 0.999. */
  readonly decay?: number;
  /** Start as a plain mean: $`m = min(1 - 1/(t + 1), decay)`$ at step t, see `emaFactor`. Default true; false takes `decay` at once. */
  readonly rampUp?: boolean;
}

/**
 * The averaged weights of a student, as a classifier: it predicts in evaluation mode, whatever `training` says, and no
 * gradient reaches it or the student. It shares the student's layers: `model` is the student's, with the student's weights.
 */
export interface EmaTeacher extends Classifier {
  /**
   * Moves the average to the student: $`theta' <- m theta' + (1 - m) theta`$.
   *
   * @param step Updates made before, t; `context.step` in an objective's `afterStep`.
   */
  update(step: number): void;
  /** Puts the averaged weights into the student for good: to save or to export what was averaged, after training. */
  overwriteStudent(): void;
  /** The averaged weights, live, for a checkpoint: `teacher/i` is that of weight i of the model. */
  state(): Readonly<Record<string, tf.Tensor>>;
  /**
   * Takes back what {@link EmaTeacher.state} gave; the tensors stay the caller's.
   *
   * @throws CheckpointError If a weight is missing.
   * @throws InvalidArgumentError If it has another shape.
   */
  restore(state: Readonly<Record<string, tf.Tensor>>): void;
  /** Frees the averaged weights, and nothing of the student. */
  dispose(): void;
}

/**
 * A teacher that follows a student as the running mean of its weights, running statistics of batch normalisation included:
 * $`theta' <- m theta' + (1 - m) theta`$.
 *
 * A prediction lends the averaged weights to the student's layers and takes them back before it returns; no value is copied.
 *
 * @param classifier The student; stays the caller's and must outlive the teacher.
 * @param options `decay`, `rampUp`.
 * @returns The teacher, equal to the student as it is now; the caller disposes it.
 * @throws InvalidArgumentError If `decay` is not in 0..1.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { classifierFromModel, mlp } from 'tfjs-longtail/models';
 * import { emaTeacher } from 'tfjs-longtail/train';
 * const student = classifierFromModel(mlp({ inputShape: [4], numClasses: 3, random: randomStream(1) }));
 * const teacher = emaTeacher(student, { decay: 0.9, rampUp: false });
 * const [kernel] = student.trainableVariables;
 * kernel?.assign(tf.zerosLike(kernel));
 * teacher.update(0);
 * const logits = tf.tidy(() => teacher.logits(teacher.features(tf.ones([2, 4]))));
 * console.log(logits.shape); // [ 2, 3 ]
 * ```
 * @see Tarvainen and Valpola, "Mean teachers are better role models", NeurIPS 2017.
 */
export function emaTeacher(classifier: Classifier, options: EmaTeacherOptions = {}): EmaTeacher {
  const { decay = 0.999, rampUp = true } = options;
  checkNumber(where, 'decay', decay, { min: 0, max: 1 });
  const { model, numClasses, head } = classifier;
  const student = model.weights.map((weight) => weight.read() as tf.Variable);
  const averages = tf.tidy(() => student.map((weight) => tf.variable(tf.clone(weight), false)));
  const lend = <T extends tf.Tensor>(forward: () => T): T => offTape(() => withValues(student, averages, forward));
  return {
    model,
    numClasses,
    head,
    trainableVariables: [],
    features: (x) => lend(() => classifier.features(x)),
    logits: (features) => lend(() => classifier.logits(features)),
    update(step) {
      const factor = rampUp ? emaFactor(step, decay) : decay;
      tf.tidy(() => averages.forEach((average, i) => average.assign(moved(average, student[i]!, factor))));
    },
    overwriteStudent: () => tf.tidy(() => student.forEach((weight, i) => weight.assign(tf.clone(averages[i]!)))),
    state: () => Object.fromEntries(averages.map((average, i) => [nameOf(i), average])),
    restore: (state) => restore(averages, state),
    dispose: () => tf.dispose(averages),
  };
}

const where = 'emaTeacher';

/** Name of an averaged weight; i counts the weights of the model. */
const nameOf = (i: number): string => `teacher/${i}`;

/** `a + (1 - m)(w - a)`: a weight that does not change, as of a frozen layer, is its own average, bit for bit. */
function moved(average: tf.Tensor, weight: tf.Tensor, factor: number): tf.Tensor {
  if (factor === 0 || weight.dtype !== 'float32') return tf.clone(weight);
  return tf.add(average, tf.mul(tf.sub(weight, average), 1 - factor));
}

function restore(averages: readonly tf.Variable[], state: Readonly<Record<string, tf.Tensor>>): void {
  averages.forEach((average, i) => {
    const saved = state[nameOf(i)];
    if (saved === undefined) throw new CheckpointError(where, `${averages.length} averaged weights`, `none for ${i}`);
    checkShape(where, `averaged weight ${i}`, saved, average.shape);
  });
  tf.tidy(() => averages.forEach((average, i) => average.assign(tf.clone(state[nameOf(i)]!))));
}

/** What `forward` returns while `variables` have other values; assignments move references. */
function withValues<T extends tf.Tensor>(
  variables: readonly tf.Variable[],
  values: readonly tf.Tensor[],
  forward: () => T,
): T {
  const own = variables.map((variable) => tf.clone(variable));
  variables.forEach((variable, i) => variable.assign(tf.clone(values[i]!)));
  try {
    return forward();
  } finally {
    variables.forEach((variable, i) => variable.assign(own[i]!));
  }
}
