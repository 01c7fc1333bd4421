import * as tf from '@tensorflow/tfjs-core';
import { checkNumber, InvalidArgumentError, offTape } from '../core/index.js';
import { softmaxCrossEntropy } from '../losses/index.js';
import {
  drawMixingPlan,
  mixInputs,
  mixMatchPreset,
  mixTargets,
  sharpen,
  type MixingPlanOptions,
  type MixupCrossEntropyOptions,
} from '../mixup/index.js';
import type { Classifier } from '../models/index.js';
import type { ConsistencyObjective } from './consistencyObjective.js';
import { emaTeacher, type EmaTeacherOptions } from './emaTeacher.js';
import type { Batch } from './objective.js';
import { stepWeight, type StepWeight } from './stepWeight.js';

/** Options of {@link mixMatchObjective}. */
export interface MixMatchObjectiveOptions extends EmaTeacherOptions, Pick<MixingPlanOptions, 'points' | 'alpha'> {
  /** The student; stays the caller's. The same that is trained. */
  readonly classifier: Classifier;
  /** Weight of the unlabelled half, at least 0: a number, or one for each step. */
  readonly weight: StepWeight;
  /** Loss of the labelled half, with its options bound; it takes distributions. Default: `softmaxCrossEntropy`. */
  readonly loss?: MixupCrossEntropyOptions['loss'];
  /** Views of each unlabelled example in a batch, as {@link viewsOf} makes them. Default 2. */
  readonly views?: number;
  /** Temperature that sharpens the guessed labels, above 0. Default 0.5. */
  readonly sharpen?: number;
}

/**
 * MixMatch, with K points: labels are guessed for unlabelled examples, and everything is mixed with everything.
 *
 * $`q_u`$ is the sharpened mean of the student's predictions on the views of u, without a gradient. The labelled examples with their
 * labels and all views with $`q_u`$ make one pool, of which every row is mixed with K - 1 others and keeps the largest share. Then
 * $`L = mean L(y~, f(x~)) over labelled rows + w(t) mean ||softmax(f(u~)) - q~||^2 / C over the others`$.
 *
 * The student guesses in evaluation mode, so that its running statistics see mixtures only; the public code guesses in training mode.
 * The averaged weights are those to evaluate.
 *
 * @param options The student and the weight; loss, views, sharpening, mixing, averaging.
 * @returns An objective over the streams `labelled` and `unlabelled`; the caller disposes it.
 * @throws InvalidArgumentError If an option is out of its range or, in a step, the unlabelled batch has not the views.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { linearRamp, mixMatchPreset } from 'tfjs-longtail/mixup';
 * import { classifierFromModel, mlp } from 'tfjs-longtail/models';
 * import { mixMatchObjective } from 'tfjs-longtail/train';
 * const classifier = classifierFromModel(mlp({ inputShape: [4], numClasses: 3, random: randomStream(1) }));
 * const { consistencyWeight, rampImages, batchSize } = mixMatchPreset;
 * const objective = mixMatchObjective({
 *   classifier,
 *   weight: ({ step }) => consistencyWeight * linearRamp(step * batchSize, rampImages),
 * });
 * console.log(objective.streams); // [ 'labelled', 'unlabelled' ]
 * objective.dispose();
 * ```
 * @see Berthelot et al., "MixMatch: a holistic approach to semi-supervised learning", NeurIPS 2019, algorithm 1.
 */
export function mixMatchObjective(options: MixMatchObjectiveOptions): ConsistencyObjective {
  const { classifier, weight, loss = softmaxCrossEntropy, views = 2, decay, rampUp } = options;
  const { points = mixMatchPreset.plan.points, alpha = mixMatchPreset.plan.alpha } = options;
  const { sharpen: temperature = mixMatchPreset.sharpen } = options;
  checkNumber(where, 'views', views, { min: 1, integer: true });
  const weightOf = stepWeight(where, weight);
  const teacher = emaTeacher(classifier, {
    ...(decay !== undefined && { decay }),
    ...(rampUp !== undefined && { rampUp }),
  });
  return {
    streams: ['labelled', 'unlabelled'],
    teacher,
    loss(student, batches, context) {
      const [labelled, unlabelled] = [batches['labelled']!, batches['unlabelled']!];
      const size = labelled.inputs.shape[0];
      checkViews(unlabelled, views);
      const guessed = offTape(() => guess(student, unlabelled, views, temperature));
      const inputs = tf.concat([labelled.inputs, unlabelled.inputs]);
      const targets = tf.concat([
        rows(labelled.targets, student.numClasses),
        ...Array<tf.Tensor2D>(views).fill(guessed),
      ]);
      const random = context.random.child('mixing');
      const batchSize = inputs.shape[0];
      const plan = drawMixingPlan({ ...mixMatchPreset.plan, points, alpha, batchSize, random });
      const features = student.features(mixInputs(inputs, plan), { training: true });
      const logits = student.logits(features, { training: true });
      const mixed = mixTargets(targets, plan);
      const supervised = loss(head(mixed, size), head(logits, size), { reduction: 'mean' });
      const error = tf.sub(tf.softmax(tail(logits, size)), tail(mixed, size));
      return tf.add(supervised, tf.mul(tf.mean(tf.square(error)), weightOf(context)));
    },
    afterStep: (_, { step }) => teacher.update(step),
    state: () => teacher.state(),
    restore: (state) => teacher.restore(state),
    dispose: () => teacher.dispose(),
  };
}

const where = 'mixMatchObjective';

/** The sharpened mean prediction of the views of each example, `[B, C]`. */
function guess(student: Classifier, { inputs }: Batch, views: number, temperature: number): tf.Tensor2D {
  const probabilities = tf.softmax(student.logits(student.features(inputs)));
  return sharpen(tf.mean(tf.stack(tf.split(probabilities, views)), 0), temperature);
}

// Cast, because the wasm backend writes integers whatever dtype it is asked for.
const rows = (targets: tf.Tensor, numClasses: number): tf.Tensor2D =>
  targets.rank === 2 ? (targets as tf.Tensor2D) : tf.cast(tf.oneHot(targets, numClasses) as tf.Tensor2D, 'float32');

const head = (x: tf.Tensor2D, size: number): tf.Tensor2D => tf.slice2d(x, [0, 0], [size, -1]);
const tail = (x: tf.Tensor2D, size: number): tf.Tensor2D => tf.slice2d(x, [size, 0], [-1, -1]);

function checkViews({ inputs }: Batch, views: number): void {
  if (inputs.shape[0] % views === 0) return;
  const hint = 'Make the unlabelled stream with viewsOf(source, views)';
  throw new InvalidArgumentError(where, `${views} views of each unlabelled example`, `${inputs.shape[0]} rows`, hint);
}
