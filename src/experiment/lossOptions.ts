import type { TrainConfig } from './config.js';

/** Options that only some losses take; `null` in the configuration of a run whose loss takes another. */
type LossOption = 'tau' | 'maxMargin' | 'scale' | 'gamma' | 'beta' | 'threshold' | 'drwEpoch';

type LossDefaults = Partial<Pick<TrainConfig, LossOption>>;

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
  return Object.fromEntries(options.map((option) => [option, config[option] ?? defaults[option] ?? null]));
}

/** Throws, through `refuse`, where an option does not go with the loss. */
export function checkLoss(config: TrainConfig, refuse: (expected: string, got: string, hint?: string) => never): void {
  const { loss, tau, threshold, beta, drwEpoch, epochs, sampler } = config;
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
}
