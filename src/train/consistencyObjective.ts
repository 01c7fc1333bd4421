import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf, InvalidArgumentError } from '../core/index.js';
import { mixInputs, mixupConsistency, type MixupConsistencyOptions } from '../mixup/index.js';
import type { Classifier } from '../models/index.js';
import { batchMixer, type BatchMixer, type BatchMixingOptions } from './batchMixer.js';
import { emaTeacher, type EmaTeacher, type EmaTeacherOptions } from './emaTeacher.js';
import type { Batch, Objective, StepContext } from './objective.js';
import { stepWeight, type StepWeight } from './stepWeight.js';

/** Options of {@link consistencyObjective}. */
export interface ConsistencyObjectiveOptions
  extends Omit<BatchMixingOptions, 'within'>, Pick<MixupConsistencyOptions, 'mix' | 'sharpen'>, EmaTeacherOptions {
  /** The student; stays the caller's. The same that is trained. */
  readonly classifier: Classifier;
  /** The term with labels, over the stream `labelled`: `supervised(loss)`, `mixupObjective(...)`, or one of yours. */
  readonly supervised: Objective;
  /**
   * Weight w of the term without labels, at least 0: a number, or one for each step, such as `({ epoch }) => 100 * sigmoidRamp(epoch, 100)`.
   * Where it is 0 the unlabelled batch is not looked at.
   */
  readonly weight: StepWeight;
  /** Which stream's pass is an epoch, for schedules and ramps. Default `'labelled'`. */
  readonly epochOf?: 'labelled' | 'unlabelled';
}

/** An objective with a teacher. */
export interface ConsistencyObjective extends Objective {
  /** The averaged student, a classifier of its own: often the better one to evaluate. */
  readonly teacher: EmaTeacher;
  /** Frees the teacher and what the supervised term holds. */
  dispose(): void;
}

/**
 * Interpolation consistency with K points: $`L = L_labelled + w(t) / (B C) sum_b ||p(u~_b) - q~_b||^2`$, where $`q~_b`$ mixes what an averaged
 * teacher says of the unlabelled points as $`u~_b`$ mixes the points.
 *
 * The plan of a step comes from the random stream of the step, and the teacher moves after each update only, by the same
 * numbers in every replica: runs resume bit for bit, and replicas need nothing special. Targets of the unlabelled stream are not read.
 *
 * @param options The student, the term with labels, the weight; teacher, mixing and what is mixed.
 * @returns An objective over the streams `labelled` and `unlabelled`; the caller disposes it.
 * @throws InvalidArgumentError If an option is out of its range, `supervised` reads `unlabelled` itself, or, in a step, another
 *   classifier is trained.
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { randomStream } from 'tfjs-longtail';
 * import { softmaxCrossEntropy } from 'tfjs-longtail/losses';
 * import { sigmoidRamp } from 'tfjs-longtail/mixup';
 * import { classifierFromModel, mlp } from 'tfjs-longtail/models';
 * import { consistencyObjective, supervised } from 'tfjs-longtail/train';
 * const classifier = classifierFromModel(mlp({ inputShape: [4], numClasses: 3, random: randomStream(1) }));
 * const objective = consistencyObjective({
 *   classifier,
 *   supervised: supervised(softmaxCrossEntropy),
 *   weight: ({ epoch }) => 100 * sigmoidRamp(epoch, 100),
 *   points: 3,
 * });
 * console.log(objective.streams); // [ 'labelled', 'unlabelled' ]
 * objective.dispose();
 * ```
 * @see Verma et al., "Interpolation consistency training for semi-supervised learning", 2019, for two points.
 * @see Chaudhry et al., "When does mixup promote local linearity in learned representations?", 2022.
 */
export function consistencyObjective(options: ConsistencyObjectiveOptions): ConsistencyObjective {
  const { classifier, supervised, weight, epochOf = 'labelled', mix, sharpen, decay, rampUp, ...mixing } = options;
  const streams = streamsOf(supervised, epochOf);
  const weightOf = stepWeight(where, weight);
  const mixer = batchMixer(where, mixing);
  const teacher = emaTeacher(classifier, {
    ...(decay !== undefined && { decay }),
    ...(rampUp !== undefined && { rampUp }),
  });
  const settings = { ...(mix && { mix }), ...(sharpen !== undefined && { sharpen }) };
  return {
    streams,
    teacher,
    ...(supervised.tables && { tables: supervised.tables }),
    async prepare(student, batches, context) {
      await supervised.prepare?.(student, batches, context);
      await mixer.prepare(batches['unlabelled']!, randomOf(context));
    },
    loss(student, batches, context) {
      checkStudent(student, teacher);
      const labelledLoss = supervised.loss(student, batches, context);
      const factor = weightOf(context);
      if (factor === 0) return labelledLoss;
      const term = consistency(student, teacher, batches['unlabelled']!, mixer, context, settings);
      return tf.add(labelledLoss, tf.mul(term, factor));
    },
    afterStep(student, context) {
      supervised.afterStep?.(student, context);
      teacher.update(context.step);
    },
    beforeSave: () => supervised.beforeSave?.(),
    state: () => ({ ...teacher.state(), ...prefixed('supervised/', supervised.state?.() ?? {}) }),
    restore(state) {
      teacher.restore(state);
      supervised.restore?.(under('supervised/', state));
    },
    dispose() {
      teacher.dispose();
      supervised.dispose?.();
    },
  };
}

const where = 'consistencyObjective';
const randomOf = ({ random }: StepContext) => random.child('mixing of the unlabelled');

function consistency(
  student: Classifier,
  teacher: EmaTeacher,
  batch: Batch,
  mixer: BatchMixer,
  context: StepContext,
  settings: Pick<MixupConsistencyOptions, 'mix' | 'sharpen'>,
): tf.Tensor {
  const plan = mixer.plan(batch, randomOf(context));
  const said = teacher.logits(teacher.features(batch.inputs));
  const mixed = student.features(mixInputs(batch.inputs, plan), { training: true });
  const logits = student.logits(mixed, { training: true });
  return mixupConsistency(settings.mix === 'logits' ? said : tf.softmax(said), logits, { plan, ...settings });
}

function streamsOf({ streams }: Objective, epochOf: 'labelled' | 'unlabelled'): string[] {
  checkOneOf(where, 'epochOf', epochOf, ['labelled', 'unlabelled']);
  if (streams.includes('unlabelled')) {
    const expected = 'a supervised objective that does not read the stream "unlabelled"';
    throw new InvalidArgumentError(where, expected, streams.join(', '));
  }
  return epochOf === 'labelled' ? [...streams, 'unlabelled'] : ['unlabelled', ...streams];
}

function checkStudent(student: Classifier, teacher: EmaTeacher): void {
  if (student.model === teacher.model) return;
  const expected = `to train the classifier it was made for, "${teacher.model.name}"`;
  throw new InvalidArgumentError(where, expected, `"${student.model.name}"`);
}

type State = Readonly<Record<string, tf.Tensor>>;

const prefixed = (prefix: string, state: State): State =>
  Object.fromEntries(Object.entries(state).map(([name, tensor]) => [prefix + name, tensor]));

const under = (prefix: string, state: State): State =>
  Object.fromEntries(
    Object.entries(state).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
