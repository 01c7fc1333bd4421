import type { TrainConfig } from './config.js';
import { isMultiLabel } from './dataOptions.js';

/** Options that only some losses take; `null` in the configuration of a run whose loss takes another. */
type LossOption =
  | 'tau'
  | 'maxMargin'
  | 'scale'
  | 'gamma'
  | 'beta'
  | 'threshold'
  | 'drwEpoch'
  | 'negatives'
  | 'negativeCount'
  | 'weighting'
  | 'decoupledKind'
  | 'rowOptimizer';

type LossDefaults = Partial<Pick<TrainConfig, LossOption>>;

const sampled: LossDefaults = {
  negatives: 'class-prior',
  negativeCount: 256,
  weighting: 'importance',
  rowOptimizer: 'adagrad',
  tau: null,
};

/** Whether a loss sees the labels and a sample of the other classes only. */
export function isSampled(loss: TrainConfig['loss']): boolean {
  return loss === 'sampled-softmax' || loss === 'sampled-decoupled';
}

/** What each loss takes, with its defaults; `null` is an option that is off by default. */
const taken: Readonly<Record<TrainConfig['loss'], LossDefaults>> = {
  ce: {},
  'logit-adjusted': { tau: 1 },
  'balanced-softmax': {},
  'weighted-ce': { drwEpoch: null },
  'class-balanced': { beta: 0.9999, drwEpoch: null },
  ldam: { maxMargin: 0.5, scale: 1, beta: null, drwEpoch: null },
  equalized: { tau: 1, threshold: null },
  'vector-scaling': { gamma: 0.3, tau: 1 },
  focal: { gamma: 2 },
  sigmoid: {},
  'sampled-softmax': sampled,
  'sampled-decoupled': { ...sampled, decoupledKind: 'logistic' },
};

const names = Object.keys(taken) as TrainConfig['loss'][];
const options = [...new Set(names.flatMap((loss) => Object.keys(taken[loss])))] as LossOption[];

/** `beta` of the weights of a deferred loss that has none before. */
const DEFERRED_BETA = 0.9999;

/** What becomes of inherited options: another loss drops them, other epochs stretch the one that is an epoch. */
export function followLoss(inherited: TrainConfig, loss: unknown, stretch: number): LossDefaults {
  const changes = loss !== undefined && loss !== inherited.loss;
  if (changes) return Object.fromEntries(options.map((option) => [option, null]));
  return { drwEpoch: inherited.drwEpoch === null ? null : inherited.drwEpoch * stretch };
}

/** The options of the loss, those left open at their defaults. */
export function resolveLoss(config: TrainConfig): LossDefaults {
  const defaults = { ...taken[config.loss] };
  if (config.loss === 'equalized' && config.threshold !== null) defaults.tau = null;
  if (config.loss === 'ldam' && config.drwEpoch !== null) defaults.beta = DEFERRED_BETA;
  if (config.loss === 'ldam' && config.head !== 'dense') defaults.scale = 1 / config.temperature!;
  if (isSampled(config.loss) && config.weighting === 'logit-adjusted') defaults.tau = 1;
  if (config.negatives === 'within-batch') defaults.negativeCount = config.batchSize;
  return Object.fromEntries(options.map((option) => [option, config[option] ?? defaults[option] ?? null]));
}

type Refuse = (expected: string, got: string, hint?: string) => never;

/** Throws, through `refuse`, where an option does not go with the loss. */
export function checkLoss(config: TrainConfig, refuse: Refuse): void {
  const { loss, tau, threshold, beta, drwEpoch, drsEpoch, epochs, sampler, data, freeze } = config;
  for (const option of options) {
    if (config[option] === null || option in taken[loss]) continue;
    const takers = names.filter((name) => option in taken[name]);
    const where = takers.length === 1 ? `the loss ${takers[0]}` : `the losses ${takers.join(', ')}`;
    const hint =
      option === 'tau' && loss === 'ce' ? 'With a hold-out the post-hoc tau of ce is tuned there' : undefined;
    refuse(`${option} only with ${where}`, `${option} ${config[option]} with ${loss}`, hint);
  }
  if (tau !== null && threshold !== null) refuse('tau or threshold', `tau ${tau} and threshold ${threshold}`);
  if (loss === 'ldam' && beta !== null && drwEpoch === null) {
    refuse('beta of ldam only with drwEpoch', `beta ${beta}`, 'It makes the weights from that epoch on');
  }
  if (drwEpoch !== null && drwEpoch >= epochs) refuse(`drwEpoch below epochs, ${epochs}`, String(drwEpoch));
  if (sampler === 'class-balanced' && !['ce', 'focal'].includes(loss)) {
    const hint = 'Class-balanced batches already have a uniform prior: use ce';
    refuse('a loss without prior under class-balanced batches', loss, hint);
  }
  if (loss === 'sigmoid' && isMultiLabel(data) && freeze !== 'none') {
    const hint = 'Features are made of pairs of a point and a label: train the head with ce';
    refuse('freeze none with sigmoid on multi-label data', freeze, hint);
  }
  if (drsEpoch !== null) checkResampling(config, refuse);
  if (isSampled(loss)) checkSampled(config, refuse);
}

function checkResampling({ loss, sampler, drsEpoch, epochs }: TrainConfig, refuse: Refuse): void {
  if (drsEpoch! >= epochs) refuse(`drsEpoch below epochs, ${epochs}`, String(drsEpoch));
  if (sampler !== 'shuffled') refuse('the sampler shuffled before drsEpoch', sampler);
  if (['ce', 'focal', 'ldam'].includes(loss)) return;
  const hint = 'Class-balanced batches have a uniform prior: set loss to ce, focal or ldam';
  refuse('a loss without prior with drsEpoch', loss, hint);
}

function checkSampled(config: TrainConfig, refuse: Refuse): void {
  const { loss, weighting, tau, negatives, negativeCount, batchSize } = config;
  const { labelSmoothing, clipNorm, freeze, replicas } = config;
  if (tau !== null && weighting !== 'logit-adjusted') {
    refuse('tau only with the weighting logit-adjusted', `tau ${tau} with ${weighting ?? 'importance'}`);
  }
  if (negatives === 'within-batch' && negativeCount !== null && negativeCount > batchSize) {
    const hint = 'The labels of the other examples are the negatives: leave negativeCount out for all of them';
    refuse(`negativeCount of at most ${batchSize}, the batch, within-batch`, String(negativeCount), hint);
  }
  if (negatives === 'model-based' && loss === 'sampled-softmax' && weighting === 'relative') {
    refuse('another weighting than relative for model-based negatives', 'relative', 'Its loss has no gradient');
  }
  if (negatives === 'within-batch' && batchSize < 2) {
    refuse('a batchSize of at least 2 for negatives within the batch', String(batchSize));
  }
  if (clipNorm !== null) refuse(`no clipNorm with ${loss}`, String(clipNorm), 'It would not reach the class weights');
  if (labelSmoothing > 0) refuse(`labelSmoothing 0 with ${loss}`, String(labelSmoothing));
  if (freeze !== 'none') refuse(`freeze none with ${loss}`, freeze, 'Train the classifier of frozen features with ce');
  if (replicas !== 1) refuse(`replicas 1 with ${loss}`, String(replicas), 'The class weights are one table');
}
