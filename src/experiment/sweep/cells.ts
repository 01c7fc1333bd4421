import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError, didYouMean } from '../../core/index.js';
import { configKeys, resolveConfig, type ConfigLayer, type TrainConfig } from '../config.js';
import { inheritInitial, ownOptions } from '../initialize.js';
import { presets } from '../options.js';
import { isPreset, loadConfigLayer } from '../presets.js';
import { folderNames, labelOf } from './names.js';

/** One run of a sweep: a method, a value of every list of the grid, and the configuration that they make. */
export interface SweepCell {
  /** Name of its folder. */
  readonly name: string;
  /** Name of the method; `null` in a sweep without methods. */
  readonly method: string | null;
  /** Its values of the grid, by option. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Name of the run of this sweep whose weights it starts from; `null` for none. */
  readonly after: string | null;
  /** Its options; where it starts from a run of the sweep, `init` is relative to the folder of the sweep. */
  readonly config: TrainConfig;
}

/** A method as it is written; `after` names the method that `init: { "method": ... }` refers to. */
interface Method {
  readonly method: string | null;
  readonly after: string | null;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A cell before its configuration is resolved. */
type Draft = Method & Pick<SweepCell, 'values'>;

// The bits of a run depend on its threads: one number for all, whatever runs beside it.
const ownDefaults: ConfigLayer = { source: 'sweep', values: { threads: 1 } };

/** The runs of the sweep in a JSON file; see {@link planSweep}. */
export function loadSweep(path: string): SweepCell[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const expected = code === undefined ? 'valid JSON' : 'a readable config file';
    throw new ConfigError(path, expected, code ?? message, undefined, { cause: error });
  }
  return planSweep(path, json, dirname(path));
}

/**
 * The runs of a sweep, every one resolved and checked: methods x lists of the grid, the last list varying fastest.
 *
 * @param source What errors call the sweep.
 * @param json `{ base?, grid?, methods? }`.
 * @param folder Where a relative path of `base` begins.
 * @throws ConfigError Naming the run whose configuration is not valid, or two that are the same.
 */
export function planSweep(source: string, json: unknown, folder = '.'): SweepCell[] {
  const sweep = asObject(source, 'an object with methods or a grid', json);
  checkNames(source, 'base, grid and methods', Object.keys(sweep), ['base', 'grid', 'methods']);
  const { base, grid, methods } = sweep;
  if (grid === undefined && methods === undefined) throw new ConfigError(source, 'methods or a grid', 'neither');
  const layers = [ownDefaults, ...baseLayers(source, base, folder)];
  const lists = gridOf(source, grid);
  const drafts = parseMethods(source, methods).flatMap((method) => cross(source, method, lists));
  const cells = resolveDrafts(source, layers, drafts);
  checkDistinct(source, cells);
  return cells;
}

function resolveDrafts(source: string, layers: readonly ConfigLayer[], drafts: readonly Draft[]): SweepCell[] {
  const names = folderNames(drafts);
  const cells: SweepCell[] = [];
  for (const [k, { method, values, options, after }] of drafts.entries()) {
    const own = { source: `${source}, run "${labelOf({ method, values })}"`, values: options };
    // Methods have the same grid in the same order, and the one to start from is listed before.
    const start = cells.find((cell) => after !== null && cell.method === after && sameValues(cell.values, values));
    const config = start
      ? resolveConfig([...layers, inheritedFrom(start), { ...own, values: { ...options, init: `runs/${start.name}` } }])
      : resolveConfig(inheritInitial([...layers, own]));
    cells.push({ name: names[k]!, method, values, after: start?.name ?? null, config });
  }
  return cells;
}

/** What a second stage leaves open is as in the run that it starts from. */
function inheritedFrom({ name, config }: SweepCell): ConfigLayer {
  const values: Partial<TrainConfig> = { ...config };
  for (const option of ownOptions) delete values[option];
  return { source: name, values };
}

function baseLayers(source: string, base: unknown, folder: string): ConfigLayer[] {
  if (base === undefined) return [];
  if (typeof base !== 'string') return [{ source: `${source}, base`, values: base }];
  if (isPreset(base)) return [loadConfigLayer(base)];
  if (base.endsWith('.json')) return [loadConfigLayer(resolve(folder, base))];
  const hint = didYouMean(base, presets) ?? `The presets are ${presets.join(', ')}`;
  const expected = 'base to be options, the name of a preset or a path that ends in .json';
  throw new ConfigError(source, expected, `"${base}"`, hint);
}

function parseMethods(source: string, methods: unknown): Method[] {
  if (methods === undefined) return [{ method: null, after: null, options: {} }];
  const parsed: Method[] = [];
  for (const [k, entry] of asList(source, 'methods', methods).entries()) {
    const where = `${source}, methods[${k}]`;
    const { name, ...options } = asObject(where, 'an object with a name', entry);
    if (typeof name !== 'string' || name.trim() === '') throw new ConfigError(where, 'a name', JSON.stringify(name));
    const before = parsed.map(({ method }) => method!);
    if (before.includes(name)) throw new ConfigError(source, 'methods with different names', `"${name}" twice`);
    parsed.push({ method: name, ...withoutReference(where, options, before) });
  }
  return parsed;
}

/** Takes `init: { "method": NAME }` out of the options. */
function withoutReference(
  where: string,
  options: Record<string, unknown>,
  before: readonly string[],
): Pick<Method, 'after' | 'options'> {
  const { init, ...rest } = options;
  if (typeof init !== 'object' || init === null) return { after: null, options };
  const { method: name } = init as { method?: unknown };
  if (before.includes(name as string)) return { after: name as string, options: rest };
  const hint = didYouMean(name, before);
  throw new ConfigError(where, 'init.method to be a method listed before this one', JSON.stringify(name), hint);
}

function gridOf(source: string, grid: unknown): [string, readonly unknown[]][] {
  const lists = Object.entries(asObject(source, 'grid to be an object of lists', grid ?? {}));
  checkNames(
    `${source}, grid`,
    'names of options',
    lists.map(([key]) => key),
    configKeys,
  );
  return lists.map(([key, list]) => [key, asList(source, `grid.${key}`, list)]);
}

/** A method with every combination of the lists. */
function cross(source: string, method: Method, grid: readonly [string, readonly unknown[]][]): Draft[] {
  const both = grid.find(([key]) => key in method.options || (key === 'init' && method.after !== null));
  if (both) {
    const got = `it in both, the grid and "${method.method}"`;
    throw new ConfigError(source, `${both[0]} in the grid or in a method`, got, 'Leave it out of one of them');
  }
  const combinations = grid.reduce<Record<string, unknown>[]>(
    (rows, [key, list]) => rows.flatMap((row) => list.map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
  return combinations.map((values) => ({ ...method, values, options: { ...method.options, ...values } }));
}

function checkDistinct(source: string, cells: readonly SweepCell[]): void {
  const seen = new Map<string, number>();
  cells.forEach((cell, k) => {
    const key = JSON.stringify(configKeys.map((name) => cell.config[name]));
    const first = seen.get(key);
    if (first === undefined) return void seen.set(key, k);
    const describe = (index: number): string => `run ${index + 1} ("${labelOf(cells[index]!)}")`;
    const got = `${describe(first)} and ${describe(k)} with the same configuration`;
    throw new ConfigError(source, 'runs that differ', got, 'Drop one of them, or change an option of it');
  });
}

function sameValues(a: SweepCell['values'], b: SweepCell['values']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function asObject(where: string, expected: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigError(where, expected, JSON.stringify(value));
}

function asList(source: string, name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value as readonly unknown[];
  throw new ConfigError(source, `${name} to be a list of at least one entry`, JSON.stringify(value));
}

function checkNames(source: string, expected: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ConfigError(source, expected, `"${unknown}"`, didYouMean(unknown, known));
}
