import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { classPriorFrom, type ClassPrior, type RandomStream } from '../core/index.js';
import { classifierFromModel, freezeBackbone, scaleClasses, type Classifier } from '../models/index.js';
import { adamW, constantSchedule, cosineSchedule, sgd, stepSchedule, type Schedule } from '../optimizers/index.js';
import {
  restoreModel,
  restoreTables,
  type EmaTeacher,
  type Objective,
  type ScheduledOptimizer,
  type TrainState,
} from '../train/index.js';
import type { TrainConfig } from './config.js';
import type { RunData } from './data.js';
import { withHead } from './head.js';
import { isSampled } from './lossOptions.js';
import { scoredState, withTeacher } from './mixing.js';
import { makeModel } from './modelSource.js';
import { makeObjective, weightedLoss } from './objective.js';
import { sampledHead, type SampledHead } from './sampledHead.js';
import { isComputed } from './secondStage.js';

/** What a configuration makes to be trained. */
export interface Trainee {
  /** The configuration that made it. */
  readonly config: TrainConfig;
  /** What is trained and scored. */
  readonly classifier: Classifier;
  /** The model as the configuration names it, where the weights of another run go; its layers are the classifier's. */
  readonly network: Classifier;
  /** Prior of the training examples. */
  readonly classPrior: ClassPrior;
  /** What to minimise. */
  readonly objective: Objective;
  /** Applies the gradients. */
  readonly optimizer: ScheduledOptimizer;
  /** Learning rate by epoch. */
  readonly schedule: Schedule;
  /** The table that trains in place of the head of a sampled loss; `null` for the others. */
  readonly sampled: SampledHead | null;
  /** The averaged weights that are scored instead of those that train; `null` where a run scores the latter. */
  readonly teacher: EmaTeacher | null;
  /** Frees all of it. */
  dispose(): void;
}

/** The variables that training changes; in place of a table, the layer that takes its weights over. */
export function trainedVariables({ classifier, network, sampled }: Trainee): tf.Variable[] {
  return (sampled === null ? classifier : network).trainableVariables;
}

/** Puts the weights of a checkpoint that count into the model, and into the table of a sampled loss. */
export function restoreTrainee({ config, classifier, objective, sampled }: Trainee, state: TrainState): void {
  restoreModel(classifier, scoredState(config, state));
  restoreTables(objective, state);
  sampled?.toLayer();
}

/** Builds model, loss, optimizer and schedule. */
export async function makeTrainee(config: TrainConfig, data: RunData, random: RandomStream): Promise<Trainee> {
  const { inputShape, classCounts } = data;
  const model = await makeModel(config, {
    inputShape,
    numClasses: classCounts.length,
    random: random.child('weights'),
  });
  const network = splitModel(withHead(config, model, random.child('head')), config.featuresLayer);
  // A subset may have lost a class altogether: as if one example were left, so that priors and weights stay finite.
  const counted = config.subset === null ? classCounts : classCounts.map((count) => Math.max(count, 1));
  const classPrior = classPriorFrom(counted);
  const classes = { classCounts: counted, classPrior };
  const isTrained = !isComputed(config.classifier);
  const sampled = isTrained && isSampled(config.loss) ? await sampledHead(config, network, classes) : null;
  const classifier = sampled?.classifier ?? trainedPart(config, network);
  const optimizer = makeOptimizer(config);
  const labelled = sampled?.objective ?? makeObjective(config, classes);
  const consistency = withTeacher(config, {
    labelled,
    loss: () => weightedLoss(config, classes),
    student: classifier,
  });
  return {
    config,
    classifier,
    network,
    classPrior,
    optimizer,
    objective: consistency ?? labelled,
    sampled,
    teacher: config.scored === 'teacher' ? (consistency?.teacher ?? null) : null,
    schedule: makeSchedule(config),
    dispose() {
      consistency?.dispose();
      classifier.dispose();
      sampled?.dispose();
      classPrior.dispose();
      optimizer.dispose();
    },
  };
}

/** What of the network trains. */
function trainedPart({ freeze, classifier }: TrainConfig, network: Classifier): Classifier {
  if (classifier === 'scaled') return scaleClasses(network);
  return freeze === 'backbone' ? freezeBackbone(network) : network;
}

function splitModel(model: tfl.LayersModel, features: string | null): Classifier {
  try {
    return classifierFromModel(model, features === null ? {} : { features });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function makeOptimizer(config: TrainConfig): ScheduledOptimizer {
  const { learningRate, momentum, nesterov, weightDecay, l2, decay, velocity, optimizer } = config;
  const penalty = l2 > 0 ? { l2 } : { weightDecay };
  return optimizer === 'sgd'
    ? sgd({ learningRate, momentum, nesterov, velocity, decayed: decay, ...penalty })
    : adamW({ learningRate, weightDecay, decayed: decay });
}

function makeSchedule(config: TrainConfig): Schedule {
  const { learningRate: baseRate, warmupEpochs, milestones, decayFactor, epochs, schedule } = config;
  switch (schedule) {
    case 'constant':
      return constantSchedule({ baseRate, warmupEpochs });
    case 'cosine':
      return cosineSchedule({ baseRate, warmupEpochs, epochs });
    case 'step':
      return stepSchedule({ baseRate, warmupEpochs, milestones, factor: decayFactor });
  }
}
