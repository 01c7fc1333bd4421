import { basename } from 'node:path';
import { defaultConfig } from '../options.js';
import { fixed } from './format.js';
import type { RecordedConfig, RecordedRun, RecordedScores } from './records.js';

/** A configuration without what does not change what is learnt. */
export type MethodConfig = Readonly<Record<string, unknown>>;

/** Runs that differ in nothing but their seed. */
export interface Method {
  /** What sets the method apart from the others of the study, such as `logit-adjusted, tau 2`. */
  readonly label: string;
  /** Position in the study, from 0: decides colour and mark. */
  readonly slot: number;
  /** The configuration that the runs share, without seed and places. */
  readonly config: MethodConfig;
  /** Its runs. */
  readonly runs: readonly RecordedRun[];
}

/** The scores of one method under one treatment of its logits. */
export interface Series {
  /** Label of the method, with the treatment unless it is raw. */
  readonly label: string;
  /** The method. */
  readonly method: Method;
  /** `raw`, `posthoc`, or another key of `final` in `report.json`. */
  readonly treatment: string;
  /** One entry for each finished run. */
  readonly scored: readonly { readonly seed: number; readonly scores: RecordedScores }[];
}

/** Methods that were tested on the same examples and trained on the same class frequencies. */
export interface Study {
  /** Name of the data. */
  readonly title: string;
  /** All runs, finished or not. */
  readonly runs: readonly RecordedRun[];
  /** The methods, the baseline first. */
  readonly methods: readonly Method[];
  /** What was scored, by method and treatment; empty while no run is finished. */
  readonly series: readonly Series[];
  /** The raw scores that differences are taken against; `null` while the baseline has no finished run. */
  readonly baseline: Series | null;
  /** Training examples by class; empty while no run is finished. */
  readonly classCounts: readonly number[];
  /** Name of a class. */
  readonly className: (y: number) => string;
}

/** Sorts runs into studies, by what they were tested on. */
export function studiesOf(runs: readonly RecordedRun[]): Study[] {
  const finished = runs.filter(({ report }) => report !== null);
  const key = (run: RecordedRun): string =>
    JSON.stringify([run.report!.dataset, countsOf(run.report!), run.scores['raw']!.support]);
  // What a run that is not finished will be tested on is not recorded: it goes to the runs on data of the same name.
  const likely = (run: RecordedRun): string => {
    const twin = finished.find((other) => dataKey(other) === dataKey(run));
    return twin ? key(twin) : dataKey(run);
  };
  const studies = [...groupBy(runs, (run) => (run.report ? key(run) : likely(run))).values()].map(studyOf);
  const titles = studies.map(({ title }) => title);
  return studies.map((study, i) => ({ ...study, title: distinct(titles, i) }));
}

function dataKey({ config }: RecordedRun): string {
  const { data, profile, imbalance, maxPerClass } = config;
  return JSON.stringify([data, profile, imbalance, maxPerClass]);
}

function studyOf(runs: readonly RecordedRun[]): Study {
  const methods = methodsOf(runs);
  const series = methods.flatMap(seriesOf);
  const report = runs.find((run) => run.report)?.report;
  const names = report?.classNames;
  return {
    title: titleOf(runs[0]!, report?.dataset),
    runs,
    methods,
    series,
    baseline: series.find(({ method, treatment }) => method.slot === 0 && treatment === 'raw') ?? null,
    classCounts: report ? countsOf(report) : [],
    className: (y) => names?.[y] ?? `class ${y}`,
  };
}

/** Name of the data, as a report gives it or as far as the configuration tells, and what is held out of it. */
function titleOf({ config }: RecordedRun, dataset: string | undefined): string {
  const { data, profile, imbalance, holdout } = config;
  const cut = profile === 'none' || imbalance === undefined ? '' : ` (${shown(profile)}, ratio ${shown(imbalance)})`;
  const held = typeof holdout === 'number' && holdout > 0 ? `, ${fixed(100 * holdout, 0)} % held out` : '';
  return (dataset ?? shown(data) + cut) + held;
}

/** Plain cross-entropy leads, because the others are compared with it; else the order is that of the runs. */
function methodsOf(runs: readonly RecordedRun[]): Method[] {
  const groups = [...groupBy(runs, (run) => JSON.stringify(methodConfig(run))).values()];
  const all = groups.map((members) => ({ config: methodConfig(members[0]!), runs: members }));
  const lead = all.find(({ config }) => isPlain(config)) ?? all[0]!;
  const ordered = [lead, ...all.filter((method) => method !== lead)];
  const labels = labelsOf(ordered);
  return ordered.map((method, slot) => ({ ...method, slot, label: labels[slot]! }));
}

function isPlain({ loss, sampler, init }: MethodConfig): boolean {
  return loss === 'ce' && sampler === 'shuffled' && init === undefined;
}

/** Sorted by key; options that a run of an older version does not have are at their defaults. */
function methodConfig({ config, initial }: RecordedRun): MethodConfig {
  const full: Readonly<Record<string, unknown>> = { ...defaultConfig, ...config, init: initialName(config, initial) };
  const isIdle = (key: string): boolean =>
    key === 'seed' || key === 'dataDir' || (key === 'evaluateEvery' && full['holdout'] === 0); // only watches then
  const shared = Object.entries(full).filter(([key, value]) => !isIdle(key) && value !== null);
  return Object.fromEntries(shared.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a run starts from, the same for all seeds: the loss of that run and what else differs from its own, else its name. */
function initialName(config: RecordedConfig, initial: RecordedConfig | null): string | null {
  const { init, seed } = config;
  if (typeof init !== 'string') return null;
  if (initial === null) return basename(init).replaceAll(/\d+/g, (digits) => (Number(digits) === seed ? '*' : digits));
  // The options of a second stage are not those of a first one; only a third stage tells them.
  const own = initial['init'] ? [] : ['freeze', 'classifier', 'normTau'];
  const idle = ['seed', 'dataDir', 'loss', 'init', 'sampler', ...own];
  const differing = differingKeys([config, initial]).filter((key) => !idle.includes(key));
  const options = [...differing, ...(isSaid(initial, 'sampler') ? ['sampler'] : [])];
  const parts = [shown(initial['loss']), ...options.map((key) => `${spaced(key)} ${shown(initial[key])}`)];
  return parts.length === 1 ? parts[0]! : `(${parts.join(', ')})`;
}

/** The name in the sweep, else the loss; and where that leaves methods alike, the options in which they differ. */
function labelsOf(methods: readonly Pick<Method, 'config' | 'runs'>[]): string[] {
  const names = methods.map(({ config, runs }) => runs[0]!.method ?? shown(config['loss']));
  const labels = methods.map(({ config }, i) => {
    const alike = methods.filter((_, k) => names[k] === names[i]).map((method) => method.config);
    const differing = differingKeys(alike).filter((key) => isSaid(config, key));
    return [names[i]!, ...differing.map((key) => `${spaced(key)} ${shown(config[key])}`)].join(', ');
  });
  return labels.map((_, i) => distinct(labels, i));
}

/** What a run does by its nature; a name that told of it would be long and say nothing. */
const unsaid: MethodConfig = { sampler: 'shuffled', freeze: 'none', classifier: 'keep' };

function isSaid(config: MethodConfig, key: string): boolean {
  return config[key] !== undefined && config[key] !== unsaid[key];
}

/** Options in which configurations differ. */
export function differingKeys(configs: readonly MethodConfig[]): string[] {
  const keys = [...new Set(configs.flatMap((config) => Object.keys(config)))];
  return keys.filter((key) => new Set(configs.map((config) => JSON.stringify(config[key] ?? null))).size > 1);
}

/** A value of a configuration as people write it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `weightDecay` to `weight decay`. */
export function spaced(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A series to draw a method with where no finished run is needed. */
export function unscored(method: Method, treatment: 'raw' | 'posthoc' = 'raw'): Series {
  const label = treatment === 'raw' ? method.label : `${method.label}, post hoc`;
  return { label, method, treatment, scored: [] };
}

function seriesOf(method: Method): Series[] {
  const finished = method.runs.filter(({ report }) => report !== null);
  const treatments = [...new Set(finished.flatMap(({ scores }) => Object.keys(scores)))];
  return treatments.flatMap((treatment) => {
    const scored = finished.flatMap(({ config, report, scores }) => {
      const given = scores[treatment];
      // With tau 0 or a uniform prior the adjusted scores are the raw ones over again.
      const isNew = given !== undefined && !(treatment === 'posthoc' && (given.tau === 0 || isBalanced(report)));
      return isNew ? [{ seed: config.seed, scores: given }] : [];
    });
    const suffix = treatment === 'raw' ? '' : `, ${treatment === 'posthoc' ? 'post hoc' : spaced(treatment)}`;
    return scored.length === 0 ? [] : [{ label: method.label + suffix, method, treatment, scored }];
  });
}

/** Examples by class of the pool that runs take their subsets from; those they trained on where they took all. */
function countsOf({ poolCounts, classCounts }: NonNullable<RecordedRun['report']>): readonly number[] {
  return poolCounts ?? classCounts;
}

/** Whether all classes have equally many training examples. */
function isBalanced(report: RecordedRun['report']): boolean {
  return new Set(report?.classCounts).size === 1;
}

/** A name, numbered where an earlier one is the same. */
function distinct(names: readonly string[], i: number): string {
  return names.indexOf(names[i]!) === i ? names[i]! : `${names[i]!} (${i + 1})`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key)!.push(item);
  }
  return groups;
}
