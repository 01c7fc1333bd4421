import type { TrainConfig } from './config.js';

// This file imports nothing at run time: `longtail --help` shows it and must not wait for tfjs.

/** Values that an option with a fixed set of names may take. */
export const choices = {
  data: ['sample', 'cifar10', 'cifar100', 'mnist'],
  profile: ['exponential', 'step', 'none'],
  subset: ['first', 'random'],
  model: ['resnet8', 'resnet20', 'resnet32', 'resnet56', 'official-resnet', 'mlp'],
  loss: ['ce', 'logit-adjusted', 'balanced-softmax'],
  optimizer: ['sgd', 'adamw'],
  velocity: ['pytorch', 'keras'],
  decay: ['all', 'kernels', 'official'],
  schedule: ['constant', 'cosine', 'step'],
  normalization: ['standardized', 'centred'],
  sampler: ['shuffled', 'class-balanced'],
  backend: ['auto', 'tensorflow', 'wasm', 'cpu'],
} as const;

/** How an option is written on the command line. */
export type OptionKind = 'choice' | 'number' | 'numbers' | 'switch' | 'path';

/** What the help and the docs say of an option; its range is in the schema. */
export interface OptionDescription {
  readonly kind: OptionKind;
  readonly help: string;
}

/** Every option of a run: each is a flag of `longtail train` and a key of a config file. */
export const optionDescriptions = {
  data: { kind: 'choice', help: 'data set; "sample" comes with the repository' },
  dataDir: { kind: 'path', help: "the data set's own folder, or one that holds it by its usual name" },
  profile: { kind: 'choice', help: 'how class sizes fall from head to tail' },
  imbalance: { kind: 'number', help: 'largest over smallest class size' },
  maxPerClass: { kind: 'number', help: 'training examples of the largest class; default: all' },
  subset: { kind: 'choice', help: 'which examples of a class are kept: the first in order, or a seeded draw' },
  holdout: { kind: 'number', help: 'share of each class kept from training to choose checkpoint and tau' },
  model: { kind: 'choice', help: 'network' },
  loss: { kind: 'choice', help: 'training loss' },
  tau: { kind: 'number', help: 'strength of the logit adjustment in the loss; default 1' },
  labelSmoothing: { kind: 'number', help: 'share of the target spread over all classes' },
  optimizer: { kind: 'choice', help: 'optimizer' },
  learningRate: { kind: 'number', help: 'base learning rate, after warm-up' },
  momentum: { kind: 'number', help: 'momentum of sgd' },
  nesterov: { kind: 'switch', help: 'Nesterov momentum' },
  velocity: { kind: 'choice', help: 'learning rate outside the velocity (pytorch) or inside (keras)' },
  weightDecay: { kind: 'number', help: 'c of (c/2)||w||^2 (sgd), or decoupled (adamw)' },
  l2: { kind: 'number', help: 'c of c||w||^2, as in Keras; equals a weight decay of 2c' },
  decay: { kind: 'choice', help: 'weights that decay: all, kernels, or those of the official code' },
  clipNorm: { kind: 'number', help: 'largest global norm of the gradients; default: no limit' },
  schedule: { kind: 'choice', help: 'learning rate after warm-up' },
  warmupEpochs: { kind: 'number', help: 'epochs of linear warm-up from 0' },
  milestones: { kind: 'numbers', help: 'epochs at which the step schedule falls, as 160,180' },
  decayFactor: { kind: 'number', help: 'what the step schedule multiplies by at a milestone' },
  normalization: { kind: 'choice', help: 'per-channel statistics of the training images, or byte/255 - 0.5' },
  cropPadding: { kind: 'number', help: 'pixels of padding before a random crop' },
  flip: { kind: 'switch', help: 'random horizontal flips' },
  batchSize: { kind: 'number', help: 'examples per step' },
  epochs: { kind: 'number', help: 'passes over the training data' },
  sampler: { kind: 'choice', help: 'batch order' },
  evaluateEvery: { kind: 'number', help: 'epochs between evaluations; 0: every epoch with a hold-out, else about ten' },
  seed: { kind: 'number', help: 'seed of every random draw' },
  backend: { kind: 'choice', help: 'backend; auto takes the fastest at hand' },
  threads: { kind: 'number', help: 'threads of the native backend; default: all cores' },
} as const satisfies Record<string, OptionDescription>;

/** The only place where defaults of a run are written: logit adjustment on the bundled sample. */
export const defaultConfig: TrainConfig = {
  data: 'sample',
  dataDir: null,
  profile: 'exponential',
  imbalance: 100,
  maxPerClass: null,
  subset: 'first',
  holdout: 0,
  model: 'resnet8',
  loss: 'logit-adjusted',
  tau: null,
  labelSmoothing: 0,
  optimizer: 'sgd',
  learningRate: 0.1,
  momentum: 0.9,
  nesterov: true,
  velocity: 'pytorch',
  weightDecay: 2e-4,
  l2: 0,
  decay: 'all',
  clipNorm: null,
  schedule: 'cosine',
  warmupEpochs: 1,
  milestones: [],
  decayFactor: 0.1,
  normalization: 'standardized',
  cropPadding: 4,
  flip: true,
  batchSize: 128,
  epochs: 20,
  sampler: 'shuffled',
  evaluateEvery: 0,
  seed: 1,
  backend: 'auto',
  threads: null,
};
