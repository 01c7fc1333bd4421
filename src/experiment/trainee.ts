import type * as tfl from '@tensorflow/tfjs-layers';
import { classPriorFrom, type ClassPrior, type RandomStream } from '../core/index.js';
import { classifierFromModel, freezeBackbone, scaleClasses, type Classifier } from '../models/index.js';
import { adamW, constantSchedule, cosineSchedule, sgd, stepSchedule, type Schedule } from '../optimizers/index.js';
import type { Objective, ScheduledOptimizer } from '../train/index.js';
import type { TrainConfig } from './config.js';
import type { RunData } from './data.js';
import { makeModel } from './modelSource.js';
import { makeObjective } from './objective.js';

/** What a configuration makes to be trained. */
export interface Trainee {
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
  /** Frees all of it. */
  dispose(): void;
}

/** Builds model, loss, optimizer and schedule. */
export async function makeTrainee(config: TrainConfig, data: RunData, random: RandomStream): Promise<Trainee> {
  const { inputShape, classCounts } = data;
  const model = await makeModel(config.model, {
    inputShape,
    numClasses: classCounts.length,
    random: random.child('weights'),
  });
  const network = splitModel(model, config.featuresLayer);
  const classifier = trainedPart(config, network);
  const classPrior = classPriorFrom(classCounts);
  const optimizer = makeOptimizer(config);
  return {
    classifier,
    network,
    classPrior,
    optimizer,
    objective: makeObjective(config, { classCounts, classPrior }),
    schedule: makeSchedule(config),
    dispose() {
      classifier.dispose();
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
