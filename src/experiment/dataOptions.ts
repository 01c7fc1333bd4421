import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { holdsVectors } from '../data/node/index.js';
import type { PartialConfig, TrainConfig } from './config.js';
import { choices, defaultConfig, looksLikePath } from './options.js';

/** Options that say where your own data lie: those of a resumed run may have moved. */
const locations = ['data', 'features', 'labels', 'testData', 'testFeatures', 'testLabels', 'root'] as const;

/** Where data lie now. */
export type DataLocation = Partial<Pick<TrainConfig, 'dataDir' | (typeof locations)[number]>>;

/** Whether `data` is a path and not the name of a data set; a name wins over a folder that is called so. */
export function isOwnData(data: string): boolean {
  return !(choices.data as readonly string[]).includes(data);
}

/** Whether `data` names a data set, looks like a path, or is one. */
export function isDataSource(data: string): boolean {
  return !isOwnData(data) || looksLikePath(data) || existsSync(data);
}

/** The values of a layer, not checked yet, with every path of data absolute: a run goes on from any folder. */
export function absoluteData(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const absolute = { ...values };
  for (const key of locations) {
    const path = values[key];
    if (typeof path !== 'string' || path === '') continue;
    if (key !== 'data' || (isOwnData(path) && isDataSource(path))) absolute[key] = resolve(path);
  }
  return absolute;
}

/** What changes with the data of a layer unless it says otherwise. */
export function followData(inherited: TrainConfig, values: Readonly<Record<string, unknown>>): PartialConfig {
  const data = values['features'] ?? values['data'];
  const testData = values['testFeatures'] ?? values['testData'];
  const test =
    typeof testData === 'string' && testData !== inherited.testData
      ? { testData, testFeatures: null, testLabels: null }
      : {};
  if (typeof data !== 'string' || data === inherited.data) return test;
  const { features, labels, testFeatures, testLabels, root, labelColumn, imageSize, profile } = defaultConfig;
  const described = { features, labels, testData: null, testFeatures, testLabels, root, labelColumn, imageSize };
  const generated = { classes: null, exponent: null };
  if (isCutAlready(data)) {
    return { ...described, ...generated, profile: 'none', ...forVectors(inherited), ...test };
  }
  if (!isOwnData(data)) {
    const wasCut = !isOwnData(inherited.data) && !isCutAlready(inherited.data);
    return { ...described, ...generated, ...(wasCut ? {} : { profile }), ...test };
  }
  return {
    data,
    ...described,
    ...generated,
    dataDir: null,
    profile: 'none',
    ...(holdsVectors(data) ? forVectors(inherited) : {}),
    ...test,
  };
}

/** Vectors are not cropped and mirrored, and the default network is one for images. */
function forVectors({ model }: TrainConfig): PartialConfig {
  return { cropPadding: 0, flip: false, ...(model === defaultConfig.model ? { model: 'linear' } : {}) };
}

/** Whether the examples of a data set may carry several labels each. */
export function isMultiLabel(data: string): boolean {
  return data === 'delicious';
}

/** Whether data have a long tail of their own, which no profile is to cut. */
function isCutAlready(data: string): boolean {
  return data === 'zipf' || isMultiLabel(data);
}

/** The options of generated data, those left open at their defaults. */
export function resolveData({ data, classes, exponent }: TrainConfig): PartialConfig {
  return data === 'zipf' ? { classes: classes ?? 1000, exponent: exponent ?? 1 } : {};
}

type Refuse = (expected: string, got: string, hint?: string) => never;

/** Options of data that contradict each other, or would do nothing. */
export function checkData(config: TrainConfig, refuse: Refuse): void {
  const { data, dataDir, features, labels, testData, testFeatures, testLabels, root, imageSize } = config;
  checkTailed(config, refuse);
  if (!isOwnData(data)) {
    const own = { features, labels, testData, testFeatures, testLabels, root, imageSize };
    const [key] = Object.entries(own).find(([, value]) => value !== null) ?? [];
    if (key !== undefined) refuse(`${key} with your own data`, `data ${data}`, 'Give data a path');
    return;
  }
  if (dataDir !== null) refuse('dataDir with a data set by name', `data ${data}`, 'data is the path already');
  if (features !== null && features !== data) refuse('data or features', `data ${data} and features ${features}`);
  if (testFeatures !== null && testFeatures !== testData) {
    refuse('testData or testFeatures', `testData ${testData} and testFeatures ${testFeatures}`);
  }
  checkLabels('labels', data, labels, refuse);
  checkLabels('testLabels', testData, testLabels, refuse);
  if (root !== null && ![data, testData].some((path) => path !== null && ['.txt', '.csv'].includes(ending(path)))) {
    refuse('root with a list (.txt) or table (.csv) of paths', `data ${data}`);
  }
}

/** Options that only some data sets have a use for. */
function checkTailed(config: TrainConfig, refuse: Refuse): void {
  const { data, profile, classes, exponent, groupThresholds, subset } = config;
  if (isMultiLabel(data) && subset !== null) refuse('subset with data of one label an example', `data ${data}`);
  if (data !== 'zipf' && classes !== null) refuse('classes with the data zipf', `data ${data}`);
  if (data !== 'zipf' && exponent !== null) refuse('exponent with the data zipf', `data ${data}`);
  if (isCutAlready(data) && profile !== 'none') {
    refuse(`the profile none with ${data}`, profile, 'It has a long tail of its own');
  }
  const [head, tail] = groupThresholds;
  if (tail! > head!) refuse('groupThresholds that fall, head first', `[${head}, ${tail}]`);
}

/** Labels of their own have arrays, and nothing else. */
function checkLabels(key: string, data: string | null, labels: string | null, refuse: Refuse): void {
  const isArray = data !== null && ending(data) === '.npy';
  if (isArray && labels === null) refuse(`${key} for ${data}`, 'none', 'Name another .npy with them');
  if (!isArray && labels !== null) refuse(`${key} with .npy data`, data ?? 'no such data');
}

function ending(path: string): string {
  return extname(path).toLowerCase();
}

/** Where the data of a saved run lie now, as far as `flags` say so: a path may be another one, a name may not. */
export function movedData(saved: TrainConfig, flags: PartialConfig): DataLocation {
  const given = absoluteData(flags) as PartialConfig;
  const moved: Record<string, string> = {};
  for (const key of locations) {
    const path = given[key] ?? aliasOf(key, given);
    const before = saved[key];
    if (path === undefined || path === null || before === null) continue;
    if (isOwnData(path) && isOwnData(before)) moved[key] = path;
  }
  return moved;
}

/** `data` and `features` are one path, and so are those of the test data. */
function aliasOf(key: (typeof locations)[number], given: PartialConfig): string | null | undefined {
  const aliases = { data: 'features', features: 'data', testData: 'testFeatures', testFeatures: 'testData' } as const;
  return key in aliases ? given[aliases[key as keyof typeof aliases]] : undefined;
}

/** Those of `options` that say where data lie. */
export function dataLocation(options: DataLocation): DataLocation {
  const given = [...locations, 'dataDir' as const].filter((key) => options[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, options[key]]));
}
