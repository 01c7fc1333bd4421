import { resolve } from 'node:path';
import { type } from 'arktype';
import { ConfigError, didYouMean } from '../core/index.js';
import { absoluteData, checkData, followData, isDataSource, resolveData } from './dataOptions.js';
import { checkHead, followHead, resolveHead } from './headOptions.js';
import { checkLoss, followLoss, resolveLoss } from './lossOptions.js';
import { checkMixup, followMixup, resolveMixup } from './mixupOptions.js';
import { storedModel } from './modelSource.js';
import { choices, defaultConfig, type optionDescriptions } from './options.js';
import { checkSecondStage } from './secondStage.js';

// Every number has a largest value: infinity would not survive config.json.
const schema = type({
  '+': 'reject',
  data: type('string > 0').narrow((data, context) => isDataSource(data) || context.reject('a data source')),
  dataDir: 'string > 0 | null',
  features: 'string > 0 | null',
  labels: 'string > 0 | null',
  testData: 'string > 0 | null',
  testFeatures: 'string > 0 | null',
  testLabels: 'string > 0 | null',
  testShare: '0 < number < 1',
  root: 'string > 0 | null',
  labelColumn: 'string > 0',
  imageSize: '1 <= number.integer <= 4096 | null',
  classes: '2 <= number.integer <= 10000000 | null',
  exponent: '0 <= number <= 10 | null',
  groupThresholds: '(0 <= number <= 1000000000)[] == 2',
  profile: type.enumerated(...choices.profile),
  imbalance: '1 <= number <= 1000000',
  maxPerClass: '1 <= number.integer <= 100000000 | null',
  tailDraw: type.enumerated(...choices.tailDraw),
  holdout: '0 <= number < 1',
  subset: '0 < number < 1 | string > 0 | null',
  equalSteps: 'boolean',
  model: type.enumerated(...choices.model).or(/[./\\]/), // a path, as looksLikePath says
  hiddenUnits: '(1 <= number.integer <= 100000)[] >= 1 | null',
  featuresLayer: 'string > 0 | null',
  head: type.enumerated(...choices.head),
  temperature: '0 < number <= 1000 | null',
  learnTemperature: 'boolean',
  degree: '1 <= number.integer <= 100 | null',
  kernelGamma: '0 < number <= 100 | null',
  loss: type.enumerated(...choices.loss),
  tau: '0 <= number <= 100 | null',
  maxMargin: '0 <= number <= 100 | null',
  scale: '0 < number <= 1000 | null',
  gamma: '0 <= number <= 100 | null',
  beta: '0 <= number < 1 | null',
  threshold: '0 <= number <= 1 | null',
  drwEpoch: '0 <= number <= 100000 | null',
  labelSmoothing: '0 <= number < 1',
  negatives: type.enumerated(...choices.negatives, null),
  negativeCount: '1 <= number.integer <= 1000000 | null',
  weighting: type.enumerated(...choices.weighting, null),
  decoupledKind: type.enumerated(...choices.decoupledKind, null),
  rowOptimizer: type.enumerated(...choices.rowOptimizer, null),
  mixup: type.enumerated(...choices.mixup),
  mixing: type.enumerated(...choices.mixing, null),
  points: '1 <= number.integer <= 65536 | null',
  alpha: '0 < number <= 1000000 | null',
  equalStrength: 'boolean',
  zetaGamma: '0 <= number <= 100 | null',
  blockSize: '1 <= number.integer <= 65536 | null',
  perExample: 'boolean',
  largestFirst: 'boolean',
  within: type.enumerated(...choices.within, null),
  labelsPerClass: '1 <= number.integer <= 100000000 | null',
  consistencyWeight: '0 <= number <= 1000000 | null',
  consistencyRamp: '0 <= number <= 100000 | null',
  consistencyMix: type.enumerated(...choices.consistencyMix, null),
  sharpen: '0 < number <= 1 | null',
  teacherDecay: '0 <= number <= 1 | null',
  scored: type.enumerated(...choices.scored, null),
  linearity: 'boolean',
  optimizer: type.enumerated(...choices.optimizer),
  learningRate: '0 < number <= 1000',
  momentum: '0 <= number < 1',
  nesterov: 'boolean',
  velocity: type.enumerated(...choices.velocity),
  weightDecay: '0 <= number < 1',
  l2: '0 <= number < 1',
  decay: type.enumerated(...choices.decay),
  clipNorm: '0 < number <= 1000000 | null',
  schedule: type.enumerated(...choices.schedule),
  warmupEpochs: '0 <= number <= 100000',
  milestones: '(0 < number <= 100000)[]',
  decayFactor: '0 < number < 1',
  normalization: type.enumerated(...choices.normalization),
  cropPadding: '0 <= number.integer <= 16',
  flip: 'boolean',
  batchSize: '1 <= number.integer <= 65536',
  epochs: '1 <= number.integer <= 100000',
  sampler: type.enumerated(...choices.sampler),
  drsEpoch: '1 <= number.integer <= 100000 | null',
  init: 'string > 0 | null',
  freeze: type.enumerated(...choices.freeze),
  classifier: type.enumerated(...choices.classifier),
  normTau: '0 <= number <= 10 | null',
  evaluateEvery: '0 <= number.integer <= 100000',
  seed: '0 <= number.integer <= 9007199254740991',
  backend: type.enumerated(...choices.backend),
  threads: '1 <= number.integer <= 1024 | null',
  precision: type.enumerated(...choices.precision),
  replicas: "1 <= number.integer <= 1024 | 'auto'",
});

/** Everything that decides the numbers of a run; what `config.json` of a run folder holds. */
export type TrainConfig = typeof schema.infer;

/** A config file, a preset or the flags of a command: any part of a {@link TrainConfig}. */
export type PartialConfig = Partial<TrainConfig>;

// Schema and descriptions name the same options; either missing one does not compile.
type Same<A, B> = [A, B] extends [B, A] ? true : never;
true satisfies Same<keyof TrainConfig, keyof typeof optionDescriptions>;

/** Names of all options of a run. */
export const configKeys = Object.keys(defaultConfig) as (keyof TrainConfig)[];

/** A part of a configuration with the name that its errors carry: a file, a preset or the command line. */
export interface ConfigLayer {
  /** Where the values come from. */
  readonly source: string;
  /** The values, not checked yet. */
  readonly values: unknown;
}

/**
 * Merges layers over the defaults, later ones winning, and checks the result.
 *
 * What a layer leaves open follows what it sets: other `epochs` stretch an inherited warm-up, milestones and `drwEpoch`,
 * another `loss` drops the options of the inherited one, `mnist` turns an inherited flip off, because mirrored digits are
 * other signs, and your own data are not cut to a long tail. Paths of data are resolved against the current directory.
 *
 * @param layers Presets or files first, flags last.
 * @returns A complete configuration; the options of a loss are `null` exactly when it takes none.
 * @throws ConfigError Naming the source and the key, what was expected, and near misses.
 */
export function resolveConfig(layers: readonly ConfigLayer[]): TrainConfig {
  let config: TrainConfig = defaultConfig;
  for (const { source, values } of layers) {
    checkKeys(source, values);
    const given = absoluteData(values);
    config = parse(source, { ...config, ...follow(config, given), ...given });
  }
  checkTogether(layers.at(-1)?.source ?? 'configuration', config);
  return {
    ...config,
    model: storedModel(config.model),
    subset: typeof config.subset === 'string' ? resolve(config.subset) : config.subset,
    ...resolveData(config),
    ...resolveHead(config),
    ...resolveMixup(config),
    ...resolveLoss({ ...config, ...resolveHead(config) }),
  };
}

/** What changes with the options of a layer unless it says otherwise. */
function follow(inherited: TrainConfig, values: Readonly<Record<string, unknown>>): PartialConfig {
  const { epochs, loss, data, head, model } = values;
  const stretch = typeof epochs === 'number' ? epochs / inherited.epochs : 1;
  return {
    warmupEpochs: inherited.warmupEpochs * stretch,
    milestones: inherited.milestones.map((epoch) => epoch * stretch),
    ...followHead(inherited, head),
    ...followLoss(inherited, loss, stretch),
    ...followMixup(inherited, values, stretch),
    ...(model === undefined || model === 'mlp' ? {} : { hiddenUnits: null }),
    ...(data === 'mnist' ? { flip: false } : {}),
    ...followData(inherited, values),
  };
}

function checkKeys(source: string, values: unknown): asserts values is Record<string, unknown> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ConfigError(source, 'an object of options', Array.isArray(values) ? 'an array' : values);
  }
  for (const key of Object.keys(values)) {
    if ((configKeys as string[]).includes(key)) continue;
    throw new ConfigError(source, 'names of options', `"${key}"`, didYouMean(key, configKeys) ?? allOf(configKeys));
  }
}

function parse(source: string, values: unknown): TrainConfig {
  const parsed = schema(values);
  if (!(parsed instanceof type.errors)) return parsed;
  const [error] = parsed;
  const key = String(error!.path[0]);
  const named = (choices as Partial<Record<string, readonly string[]>>)[key];
  const { data, path } = error!;
  const hint = named && typeof data === 'string' ? didYouMean(data, named) : undefined;
  const expected = named ? `one of ${named.join(', ')}` : expectation(error!);
  const got = typeof data === 'number' ? data : JSON.stringify(data);
  throw new ConfigError(source, `${path.join('.')} to be ${expected}`, got, hint);
}

/** What arktype expected, on one line: it lists alternatives and joint conditions one below the other. */
function expectation(error: type.errors[number]): string {
  if (!('errors' in error)) return error.expected;
  const parts = (error.errors as (typeof error)[]).map(expectation).sort();
  return [...new Set(parts)].join(error.code === 'union' ? ' or ' : ' and ');
}

/** Rules that join two options: combinations that contradict each other, or whose effect nobody would expect. */
function checkTogether(source: string, config: TrainConfig): void {
  const refuse = (expected: string, got: string, hint?: string): never => {
    throw new ConfigError(source, expected, got, hint);
  };
  checkHead(config, refuse);
  checkLoss(config, refuse);
  checkMixup(config, refuse);
  if (config.hiddenUnits !== null && config.model !== 'mlp') {
    refuse('hiddenUnits with the model mlp', `hiddenUnits ${config.hiddenUnits.join(',')} with ${config.model}`);
  }
  if (config.l2 > 0 && config.weightDecay > 0) {
    const got = `weightDecay ${config.weightDecay} and l2 ${config.l2}`;
    refuse('weightDecay or l2, the other 0', got, 'l2 c equals weightDecay 2c');
  }
  if (config.optimizer === 'adamw' && config.l2 > 0) refuse('weightDecay with adamw', `l2 ${config.l2}`);
  const rising = config.milestones.every((epoch, i) => epoch > (config.milestones[i - 1] ?? 0));
  if (!rising) refuse('milestones that rise from above 0', `[${config.milestones.join(', ')}]`);
  const last = config.milestones.at(-1) ?? 0;
  if (config.schedule === 'step' && last >= config.epochs) {
    refuse(`milestones below epochs, ${config.epochs}`, `[${config.milestones.join(', ')}]`);
  }
  if (config.schedule === 'step' && last === 0) refuse('milestones with the step schedule', 'none');
  checkSecondStage(config, refuse);
  if (config.equalSteps && config.subset === null) {
    refuse('a subset with equalSteps', 'none', 'All examples take as many steps as they take');
  }
  checkData(config, refuse);
  if (config.warmupEpochs >= config.epochs && config.warmupEpochs > 0) {
    refuse(`warmupEpochs below epochs, ${config.epochs}`, String(config.warmupEpochs));
  }
}

function allOf(names: readonly string[]): string {
  return `The options are ${names.join(', ')}`;
}
