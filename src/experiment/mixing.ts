import type * as tf from '@tensorflow/tfjs-core';
import type { Reduction } from '../losses/index.js';
import { drawCutMixPlan, equalStrengthAlpha, linearRamp, matchMixingPlan, sigmoidRamp } from '../mixup/index.js';
import type { Classifier } from '../models/index.js';
import {
  consistencyObjective,
  mixMatchObjective,
  mixupObjective,
  supervised,
  viewsOf,
  type BatchMixingOptions,
  type ConsistencyObjective,
  type ExampleSource,
  type Objective,
  type StepContext,
  type TrainState,
} from '../train/index.js';
import type { TrainConfig } from './config.js';
import { isConsistent, mixesLabelled } from './mixupOptions.js';

/** A loss with its options bound but the reduction, `'mean'` where it is left out. */
export type ReducibleLoss = (
  targets: tf.Tensor,
  logits: tf.Tensor2D,
  options?: { readonly reduction?: Reduction },
) => tf.Tensor;

/** The term with labels: the loss of mixtures where the configuration mixes labelled examples. */
export function mixed(config: TrainConfig, loss: ReducibleLoss): Objective {
  if (!mixesLabelled(config)) return supervised(loss);
  return mixupObjective({ loss, ...mixingOf(config, 'labelled') });
}

/** Views of an unlabelled example in a batch of MixMatch. */
const VIEWS = 2;

/** The unlabelled stream as the configuration looks at it. */
export function unlabelledViews({ mixup }: TrainConfig, source: ExampleSource): ExampleSource {
  return mixup === 'mixmatch' ? viewsOf(source, VIEWS) : source;
}

/** What a teacher is put beside. */
export interface LabelledTerm {
  /** The objective of the labelled stream, which may mix. */
  readonly labelled: Objective;
  /** Its loss, for what mixes itself. */
  readonly loss: () => ReducibleLoss;
  /** What is trained. */
  readonly student: Classifier;
}

/** The terms with and without labels, of a configuration with a teacher; `null` for one without. */
export function withTeacher(
  config: TrainConfig,
  { labelled, loss, student }: LabelledTerm,
): ConsistencyObjective | null {
  if (!isConsistent(config)) return null;
  const { mixup, points, alpha, consistencyWeight, consistencyRamp, consistencyMix, sharpen, teacherDecay } = config;
  const ramp = mixup === 'mixmatch' ? linearRamp : sigmoidRamp;
  const weight = ({ epoch }: StepContext): number =>
    consistencyWeight! * (consistencyRamp === 0 ? 1 : ramp(epoch, consistencyRamp!));
  const teacher = { classifier: student, weight, decay: teacherDecay!, ...(sharpen === null ? {} : { sharpen }) };
  if (mixup === 'mixmatch') {
    return mixMatchObjective({ ...teacher, loss: loss(), points: points!, alpha: alpha!, views: VIEWS });
  }
  return consistencyObjective({
    ...teacher,
    supervised: labelled,
    mix: consistencyMix!,
    ...mixingOf(config, 'unlabelled'),
  });
}

/** How the batches of a stream are mixed. */
function mixingOf(config: TrainConfig, stream: 'labelled' | 'unlabelled'): BatchMixingOptions {
  const { points, zetaGamma, blockSize, perExample, largestFirst } = config;
  const alpha = config.alpha ?? 1;
  const within = stream === 'labelled' ? (config.within ?? 'any') : 'any';
  switch (config.mixing!) {
    case 'points': {
      const strength = config.equalStrength ? equalStrengthAlpha({ points: points!, alphaOfPair: alpha }) : alpha;
      return { points: points!, alpha: strength, perExample, largestFirst, within };
    }
    case 'zeta':
      return { points: points!, weights: { zeta: zetaGamma! }, within };
    case 'cutmix':
      return {
        plan: ({ inputs, labels }, random) => {
          const [batchSize, height, width] = inputs.shape as [number, number, number];
          const classes = within === 'any' ? {} : { within, labels: labels! };
          return drawCutMixPlan({ batchSize, height, width, alpha, perExample, random, ...classes });
        },
      };
    case 'matched':
      return {
        plan: ({ inputs }, random) => matchMixingPlan(inputs, { blockSize: blockSize!, alpha, perExample, random }),
      };
  }
}

/**
 * The state of a run as it is scored and exported: the averaged weights in place of the student's where its teacher is what counts.
 * The teacher keeps its averages in the order of the model's weights.
 */
export function scoredState({ scored }: Pick<TrainConfig, 'scored'>, state: TrainState): TrainState {
  if (scored !== 'teacher') return state;
  const averages = new Map(state.tensors.map(({ name, values }) => [name, values]));
  const tensors = state.tensors.map((record) => {
    const [kind, index] = record.name.split('/');
    const values = kind === 'weight' ? averages.get(`objective/teacher/${index}`) : undefined;
    return values === undefined ? record : { ...record, values };
  });
  return { ...state, tensors };
}
