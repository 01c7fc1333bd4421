import { classPriorFrom, type ClassPrior, type RandomStream } from '../core/index.js';
import { balancedSoftmaxCrossEntropy, logitAdjustedCrossEntropy, softmaxCrossEntropy } from '../losses/index.js';
import { classifierFromModel, createModel, type Classifier } from '../models/index.js';
import { adamW, constantSchedule, cosineSchedule, sgd, stepSchedule, type Schedule } from '../optimizers/index.js';
import { supervised, type BoundLoss, type Objective, type ScheduledOptimizer } from '../train/index.js';
import type { TrainConfig } from './config.js';
import type { RunData } from './data.js';

/** What a configuration makes to be trained. */
export interface Trainee {
  /** The model. */
  readonly classifier: Classifier;
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
export function makeTrainee(config: TrainConfig, data: RunData, random: RandomStream): Trainee {
  const { imageShape, classCounts } = data;
  const model = createModel(config.model, {
    inputShape: imageShape,
    numClasses: classCounts.length,
    random: random.child('weights'),
  });
  const classifier = classifierFromModel(model);
  const classPrior = classPriorFrom(classCounts);
  const optimizer = makeOptimizer(config);
  return {
    classifier,
    classPrior,
    optimizer,
    objective: supervised(makeLoss(config, classPrior)),
    schedule: makeSchedule(config),
    dispose() {
      classifier.dispose();
      classPrior.dispose();
      optimizer.dispose();
    },
  };
}

/** The loss of a configuration with its options bound. */
export function makeLoss({ loss, tau, labelSmoothing }: TrainConfig, classPrior: ClassPrior): BoundLoss {
  switch (loss) {
    case 'ce':
      return (targets, logits) => softmaxCrossEntropy(targets, logits, { labelSmoothing });
    case 'logit-adjusted':
      return (targets, logits) =>
        logitAdjustedCrossEntropy(targets, logits, { classPrior, tau: tau ?? 1, labelSmoothing });
    case 'balanced-softmax':
      return (targets, logits) => balancedSoftmaxCrossEntropy(targets, logits, { classPrior, labelSmoothing });
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
