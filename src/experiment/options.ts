import type { TrainConfig } from './config.js';

// This file imports nothing at run time: `longtail --help` shows it and must not wait for tfjs.

/** Values that an option with a fixed set of names may take. */
export const choices = {
  data: ['sample', 'cifar10', 'cifar100', 'mnist', 'delicious', 'zipf'],
  profile: ['exponential', 'step', 'none'],
  subset: ['first', 'random'],
  model: ['resnet8', 'resnet20', 'resnet32', 'resnet56', 'official-resnet', 'mlp', 'linear'],
  head: ['dense', 'cosine', 'rbf', 'learned'],
  loss: [
    'ce',
    'logit-adjusted',
    'balanced-softmax',
    'weighted-ce',
    'class-balanced',
    'ldam',
    'equalized',
    'vector-scaling',
    'focal',
    'sigmoid',
    'sampled-softmax',
    'sampled-decoupled',
  ],
  negatives: ['uniform', 'within-batch', 'class-prior', 'log-uniform', 'model-based'],
  weighting: ['importance', 'constant', 'relative', 'logit-adjusted'],
  decoupledKind: ['logistic', 'hinge'],
  rowOptimizer: ['adagrad', 'adam', 'sgd'],
  optimizer: ['sgd', 'adamw'],
  velocity: ['pytorch', 'keras'],
  decay: ['all', 'kernels', 'official'],
  schedule: ['constant', 'cosine', 'step'],
  normalization: ['standardized', 'centred'],
  sampler: ['shuffled', 'class-balanced'],
  freeze: ['none', 'backbone'],
  classifier: ['keep', 'reset', 'scaled', 'tau-norm', 'nearest-class-mean'],
  backend: ['auto', 'tensorflow', 'wasm', 'cpu'],
  precision: ['float32', 'bfloat16'],
} as const;

/** Parts of the data of a run that can be scored. */
export const splits = ['test', 'holdout', 'train'] as const;

/** How an option is written on the command line. */
export type OptionKind = 'choice' | 'number' | 'number-or-auto' | 'numbers' | 'switch' | 'path' | 'name';

/** What the help and the docs say of an option; its range is in the schema. */
export interface OptionDescription {
  readonly kind: OptionKind;
  readonly help: string;
  /** Whether a path is accepted besides the choices; see {@link looksLikePath}. */
  readonly orPath?: boolean;
}

/** Whether a value is a path and not a name: no name has a dot or a slash. */
export function looksLikePath(value: unknown): value is string {
  return typeof value === 'string' && /[./\\]/.test(value);
}

/** Every option of a run: each is a flag of `longtail train` and a key of a config file. */
export const optionDescriptions = {
  data: {
    kind: 'choice',
    orPath: true,
    help: 'data set, or the path of your own: a folder of class folders, or a .txt list, .csv, .parquet or .npy',
  },
  dataDir: { kind: 'path', help: "the data set's own folder, or one that holds it by its usual name" },
  features: { kind: 'path', help: 'the same as --data, for feature vectors' },
  labels: { kind: 'path', help: 'labels of .npy data: another .npy' },
  testData: { kind: 'path', help: 'test data of your own; default: test/ or val/ of the folder, else --test-share' },
  testFeatures: { kind: 'path', help: 'the same as --test-data, for feature vectors' },
  testLabels: { kind: 'path', help: 'labels of .npy test data' },
  testShare: { kind: 'number', help: 'share of each class of your own data to test on, where there is no test data' },
  root: { kind: 'path', help: 'folder that the paths in a list or table start from; default: its own' },
  labelColumn: { kind: 'name', help: 'column with the labels in CSV and Parquet' },
  imageSize: { kind: 'number', help: 'side that image files are scaled to; default: the size that all of them have' },
  classes: { kind: 'number', help: 'classes of the generated data zipf; default 1000' },
  exponent: { kind: 'number', help: 'of zipf: class k has a share proportional to 1 / k^exponent; default 1' },
  groupThresholds: {
    kind: 'numbers',
    help: 'training examples above which a class is head, and below which it is tail, as 100,20',
  },
  profile: { kind: 'choice', help: 'how class sizes fall from head to tail' },
  imbalance: { kind: 'number', help: 'largest over smallest class size' },
  maxPerClass: { kind: 'number', help: 'training examples of the largest class; default: all' },
  subset: { kind: 'choice', help: 'which examples of a class are kept: the first in order, or a seeded draw' },
  holdout: { kind: 'number', help: 'share of each class kept from training to choose checkpoint and tau' },
  model: { kind: 'choice', orPath: true, help: 'network, or the path of your own: model.json, or a module (.js)' },
  featuresLayer: {
    kind: 'name',
    help: 'layer of your own model that gives the features; default: what feeds the last dense',
  },
  head: {
    kind: 'choice',
    help: 'last layer: dense, or a softmax over the cosine, a Gaussian of it, or a kernel that is learnt',
  },
  temperature: { kind: 'number', help: 'what a head other than dense divides its kernel by; default 0.0625' },
  learnTemperature: { kind: 'switch', help: 'train the temperature of the head' },
  degree: { kind: 'number', help: 'highest power of the learned kernel; default 10' },
  kernelGamma: { kind: 'number', help: 'gamma of the rbf kernel, exp(-gamma ||u - v||^2); default 0.5' },
  loss: { kind: 'choice', help: 'training loss' },
  tau: {
    kind: 'number',
    help: 'strength of the prior in logit-adjusted, equalized, vector-scaling and that weighting; default 1',
  },
  maxMargin: { kind: 'number', help: 'margin of the rarest class in ldam; default 0.5' },
  scale: {
    kind: 'number',
    help: 'factor of the margins of ldam; default 1 on the raw logits of a dense head, else 1 / temperature',
  },
  gamma: {
    kind: 'number',
    help: 'exponent of focal, default 2, or of the logit factors of vector-scaling, default 0.3',
  },
  beta: { kind: 'number', help: 'of the weights of class-balanced, and of ldam with --drw-epoch; default 0.9999' },
  threshold: { kind: 'number', help: 'prior below which equalized drops a class from the negatives, instead of tau' },
  drwEpoch: {
    kind: 'number',
    help: 'epoch from which weighted-ce, class-balanced and ldam weigh the classes; default: from the start, ldam never',
  },
  negatives: {
    kind: 'choice',
    help: 'where sampled-softmax and sampled-decoupled draw negatives from; default class-prior',
  },
  negativeCount: {
    kind: 'number',
    help: 'negatives of a step, shared by its batch, or of each example where model-based; default 256',
  },
  weighting: {
    kind: 'choice',
    help: 'what negatives weigh: to estimate the plain loss (importance) or the balanced one, 1, or relative to the label',
  },
  decoupledKind: { kind: 'choice', help: 'margin loss of sampled-decoupled; default logistic' },
  rowOptimizer: {
    kind: 'choice',
    help: 'optimizer of the class weights of the sampled losses, at the same learning rate; default adagrad',
  },
  labelSmoothing: { kind: 'number', help: 'share of the target spread over all classes' },
  optimizer: { kind: 'choice', help: 'optimizer' },
  learningRate: { kind: 'number', help: 'base learning rate, after warm-up' },
  momentum: { kind: 'number', help: 'momentum of sgd' },
  nesterov: { kind: 'switch', help: 'Nesterov momentum' },
  velocity: { kind: 'choice', help: 'learning rate outside the velocity (pytorch) or inside (keras)' },
  weightDecay: { kind: 'number', help: 'c of (c/2)||w||^2 (sgd), or decoupled (adamw)' },
  l2: { kind: 'number', help: 'c of c||w||^2, as in Keras; equals a weight decay of 2c' },
  decay: { kind: 'choice', help: 'weights that decay: all, kernels, or those of the official code' },
  clipNorm: {
    kind: 'number',
    help: 'largest global norm of the gradients; default: no limit; not with sampled losses',
  },
  schedule: { kind: 'choice', help: 'learning rate after warm-up' },
  warmupEpochs: { kind: 'number', help: 'epochs of linear warm-up from 0' },
  milestones: { kind: 'numbers', help: 'epochs at which the step schedule falls, as 160,180' },
  decayFactor: { kind: 'number', help: 'what the step schedule multiplies by at a milestone' },
  normalization: {
    kind: 'choice',
    help: 'per-channel (images) or per-feature statistics of the training data, or byte/255 - 0.5',
  },
  cropPadding: { kind: 'number', help: 'pixels of padding before a random crop' },
  flip: { kind: 'switch', help: 'random horizontal flips' },
  batchSize: { kind: 'number', help: 'examples per step' },
  epochs: { kind: 'number', help: 'passes over the training data' },
  sampler: { kind: 'choice', help: 'batch order' },
  drsEpoch: {
    kind: 'number',
    help: 'epoch from which batches are class-balanced (deferred re-sampling); default: never',
  },
  init: { kind: 'path', help: 'folder of a run to start from: its weights, and every option that is left open' },
  freeze: { kind: 'choice', help: 'part of the network that keeps the weights of --init' },
  classifier: { kind: 'choice', help: 'head after --init: trained on, trained anew, scaled by class, or computed' },
  normTau: { kind: 'number', help: 'exponent of tau-norm; default: tuned on the hold-out, or 1 without one' },
  evaluateEvery: { kind: 'number', help: 'epochs between evaluations; 0: every epoch with a hold-out, else about ten' },
  seed: { kind: 'number', help: 'seed of every random draw' },
  backend: { kind: 'choice', help: 'backend; auto takes the fastest at hand' },
  threads: { kind: 'number', help: 'threads of the native backend; default: all cores, shared by the replicas' },
  precision: { kind: 'choice', help: 'what the native backend computes convolutions and matrix products in' },
  replicas: {
    kind: 'number-or-auto',
    help: 'copies of the model, a thread each, that share every batch; auto: as many as cores and batch allow',
  },
} as const satisfies Record<string, OptionDescription>;

/** The only place where defaults of a run are written: logit adjustment on the bundled sample. */
export const defaultConfig: TrainConfig = {
  data: 'sample',
  dataDir: null,
  features: null,
  labels: null,
  testData: null,
  testFeatures: null,
  testLabels: null,
  testShare: 0.2,
  root: null,
  labelColumn: 'label',
  imageSize: null,
  classes: null,
  exponent: null,
  groupThresholds: [100, 20],
  profile: 'exponential',
  imbalance: 100,
  maxPerClass: null,
  subset: 'first',
  holdout: 0,
  model: 'resnet8',
  featuresLayer: null,
  head: 'dense',
  temperature: null,
  learnTemperature: false,
  degree: null,
  kernelGamma: null,
  loss: 'logit-adjusted',
  tau: null,
  maxMargin: null,
  scale: null,
  gamma: null,
  beta: null,
  threshold: null,
  drwEpoch: null,
  negatives: null,
  negativeCount: null,
  weighting: null,
  decoupledKind: null,
  rowOptimizer: null,
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
  drsEpoch: null,
  init: null,
  freeze: 'none',
  classifier: 'keep',
  normTau: null,
  evaluateEvery: 0,
  seed: 1,
  backend: 'auto',
  threads: null,
  precision: 'float32',
  replicas: 1,
};
