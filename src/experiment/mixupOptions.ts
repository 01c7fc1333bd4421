import type { TrainConfig } from './config.js';
import { isMultiLabel } from './dataOptions.js';
import { isSampled } from './lossOptions.js';
import { isComputed } from './secondStage.js';

/** Options that only some ways of mixing take; `null` or off in the configuration of a run that mixes in another way. */
type MixupOption =
  | 'mixing'
  | 'points'
  | 'alpha'
  | 'equalStrength'
  | 'zetaGamma'
  | 'blockSize'
  | 'perExample'
  | 'largestFirst'
  | 'within';

/** Options that only runs with a teacher take. */
type TeacherOption = 'consistencyWeight' | 'consistencyRamp' | 'consistencyMix' | 'sharpen' | 'teacherDecay' | 'scored';

type MixupDefaults = Partial<Pick<TrainConfig, MixupOption>>;

/** Off by default wherever they are taken. */
const switches = ['equalStrength', 'perExample', 'largestFirst'] as const;

const taken: Readonly<Record<NonNullable<TrainConfig['mixing']>, MixupDefaults>> = {
  points: { points: 2, alpha: 1, equalStrength: false, perExample: false, largestFirst: false, within: 'any' },
  zeta: { points: null, zetaGamma: 2.8, within: 'any' },
  cutmix: { alpha: 1, perExample: false, within: 'any' },
  matched: { blockSize: 16, alpha: 1, perExample: false },
};

const mixupOptions: readonly MixupOption[] = [
  'mixing',
  ...(Object.values(taken).flatMap((defaults) => Object.keys(defaults)) as MixupOption[]),
].filter((option, i, all) => all.indexOf(option) === i) as MixupOption[];

const teacherOptions: readonly TeacherOption[] = [
  'consistencyWeight',
  'consistencyRamp',
  'consistencyMix',
  'sharpen',
  'teacherDecay',
  'scored',
];

/** What of mixing belongs to the training of one stage: a second stage starts without. */
export const mixupStageOptions = ['mixup', ...mixupOptions, ...teacherOptions] as const;

/** Whether labelled examples are mixed. */
export function mixesLabelled({ mixup }: Pick<TrainConfig, 'mixup'>): boolean {
  return mixup === 'supervised' || mixup === 'both';
}

/** Whether a run has a teacher, and unlabelled examples. */
export function isConsistent({ mixup }: Pick<TrainConfig, 'mixup'>): boolean {
  return mixup === 'consistency' || mixup === 'both' || mixup === 'mixmatch';
}

/** What the way of mixing takes, with its defaults. MixMatch is one way: every row has its own shares and keeps the largest. */
function takenBy({ mixup, mixing }: TrainConfig): MixupDefaults {
  return mixup === 'mixmatch' ? { points: 2, alpha: 0.75 } : taken[mixing ?? 'points'];
}

const off = (option: MixupOption | TeacherOption): null | false =>
  (switches as readonly string[]).includes(option) ? false : null;

/** What becomes of inherited options: those that another way of mixing does not take are dropped, a ramp stretches with the epochs. */
export function followMixup(
  inherited: TrainConfig,
  values: Readonly<Record<string, unknown>>,
  stretch: number,
): Partial<TrainConfig> {
  const { mixup = inherited.mixup, mixing = inherited.mixing } = values;
  const dropped = [
    ...(mixup === 'none' || mixing !== inherited.mixing ? mixupOptions : []),
    ...(mixup === 'none' || mixup === 'supervised' ? teacherOptions : []),
  ];
  const { consistencyRamp } = inherited;
  return {
    ...(consistencyRamp === null ? {} : { consistencyRamp: consistencyRamp * stretch }),
    ...Object.fromEntries(dropped.map((option) => [option, off(option)])),
  };
}

/** The options of mixing, those left open at their defaults. */
export function resolveMixup(config: TrainConfig): Partial<TrainConfig> {
  if (config.mixup === 'none') return {};
  const mixing = config.mixing ?? 'points';
  const defaults = { ...takenBy(config), mixing };
  if (mixing === 'zeta') defaults.points = config.batchSize; // the authors mix the whole batch
  const isMixMatch = config.mixup === 'mixmatch';
  const teacher = {
    consistencyWeight: isMixMatch ? 75 : 100,
    consistencyRamp: config.epochs / 4,
    consistencyMix: 'probabilities',
    sharpen: isMixMatch ? 0.5 : null,
    teacherDecay: 0.999,
    scored: 'teacher',
  } as const;
  const all: Partial<TrainConfig> = isConsistent(config) ? { ...defaults, ...teacher } : defaults;
  return Object.fromEntries(
    Object.entries(all).map(([option, value]) => [option, config[option as keyof TrainConfig] ?? value]),
  );
}

type Refuse = (expected: string, got: string, hint?: string) => never;

/** Throws, through `refuse`, where an option of mixing does not go with the others. */
export function checkMixup(config: TrainConfig, refuse: Refuse): void {
  checkLabelled(config, refuse);
  const isSet = (option: MixupOption | TeacherOption): boolean => config[option] !== off(option);
  for (const option of teacherOptions) {
    if (isConsistent(config) || !isSet(option)) continue;
    refuse(
      `${option} with the mixup consistency, both or mixmatch`,
      `${option} ${config[option]} with ${config.mixup}`,
    );
  }
  const mixing = config.mixing ?? 'points';
  for (const option of mixupOptions) {
    if (!isSet(option) || (config.mixup !== 'none' && (option === 'mixing' || option in takenBy(config)))) continue;
    if (config.mixup === 'none') {
      refuse(`${option} with a mixup`, `${option} ${config[option]} with none`, 'Add --mixup supervised');
    }
    if (config.mixup === 'mixmatch')
      refuse(`no ${option} with mixmatch`, String(config[option]), 'It mixes in its own way');
    const takers = Object.keys(taken).filter((name) => option in taken[name as keyof typeof taken]);
    refuse(`${option} only with the mixing ${takers.join(' or ')}`, `${option} ${config[option]} with ${mixing}`);
  }
  if (config.mixup === 'none') return;
  if (config.mixup === 'mixmatch' && (mixing !== 'points' || config.consistencyMix === 'logits')) {
    refuse('the mixing points, of probabilities, with mixmatch', mixing === 'points' ? 'logits' : mixing);
  }
  if (config.mixup === 'mixmatch' && config.drwEpoch !== null) {
    refuse('no drwEpoch with mixmatch', String(config.drwEpoch), 'Its labels are balanced');
  }
  checkCompany(config, refuse);
  checkSizes(config, refuse);
}

/** Few labels, and what the consistency needs of them. */
function checkLabelled({ labelsPerClass, mixup, data, sampler, drsEpoch }: TrainConfig, refuse: Refuse): void {
  if (labelsPerClass === null) {
    if (!isConsistent({ mixup })) return;
    const hint = 'Leave some labels out: --labels-per-class 10; all training examples are then the unlabelled stream';
    refuse(`unlabelled examples for the mixup ${mixup}`, 'labelsPerClass null', hint);
  }
  if (isMultiLabel(data)) refuse('labelsPerClass with data of one label an example', `data ${data}`);
  if (sampler !== 'shuffled') refuse('the sampler shuffled with labelsPerClass', sampler, 'The labels are balanced');
  if (drsEpoch !== null) refuse('no drsEpoch with labelsPerClass', String(drsEpoch), 'The labels are balanced');
}

/** What cannot be mixed. */
function checkCompany({ mixup, loss, data, freeze, classifier, within }: TrainConfig, refuse: Refuse): void {
  if (mixup === 'consistency' && within !== null && within !== 'any') {
    refuse('within any with the mixup consistency', within, 'Unlabelled examples have no classes');
  }
  if (isSampled(loss)) refuse(`mixup none with ${loss}`, mixup, 'A sampled loss takes one label an example');
  if (isMultiLabel(data)) refuse(`mixup none with ${data}`, mixup, 'Its batches are pairs of a point and a label');
  if (freeze !== 'none')
    refuse(`freeze none with the mixup ${mixup}`, freeze, 'Features that are fixed are not mixtures');
  if (isComputed(classifier)) refuse(`mixup none with the classifier ${classifier}`, mixup, 'Nothing is trained');
}

function checkSizes(config: TrainConfig, refuse: Refuse): void {
  const { points, blockSize, equalStrength, batchSize, replicas, consistencyRamp, epochs } = config;
  const share = replicas === 'auto' ? batchSize : batchSize / replicas;
  if (points !== null && points > share) refuse(`points of at most ${share}, the batch of a replica`, String(points));
  if (blockSize !== null && blockSize > share) refuse(`blockSize of at most ${share}, the batch`, String(blockSize));
  if (equalStrength && points !== null && points < 2) {
    refuse('at least 2 points with equalStrength', String(points), 'One point mixes nothing');
  }
  if (consistencyRamp !== null && consistencyRamp > epochs) {
    refuse(`consistencyRamp of at most epochs, ${epochs}`, String(consistencyRamp));
  }
}
