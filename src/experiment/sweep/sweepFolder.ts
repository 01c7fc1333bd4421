import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { type } from 'arktype';
import { ConfigError, RunFolderError } from '../../core/index.js';
import { writeFileAtomic } from '../../core/node/index.js';
import { configKeys, resolveConfig, type TrainConfig } from '../config.js';
import { resumedConfig } from '../run.js';
import type { RunReport } from '../runReport.js';
import { makeFolder, RunFolder } from '../runFolder.js';
import { isComputed } from '../secondStage.js';
import type { SweepCell } from './cells.js';

const record = type({
  format: '1',
  runs: type({
    name: /^[\w+-][\w.+-]*$/,
    method: 'string | null',
    values: 'object',
    after: 'string | null',
    config: 'object',
  }).array(),
});

// What a reader of a report relies on; a report cut off or damaged lacks it.
const reportShape = type({
  epochs: 'number.integer >= 0',
  imagesPerSecond: 'number | null',
  final: { raw: { balancedAccuracy: 'number' }, posthoc: { balancedAccuracy: 'number', tau: 'number' } },
});

/** How far a run is. */
export type SweepRunState =
  | { readonly status: 'finished'; readonly report: RunReport }
  | { readonly status: 'failed'; readonly failure: string }
  | { readonly status: 'begun' | 'waiting' };

/** A sweep on disk: `sweep.json`, and per run a folder in `runs/`, a file in `configs/` and one in `logs/`. */
export class SweepFolder {
  private constructor(
    /** Path of the folder. */
    readonly path: string,
    /** Every run of the sweep, in order. */
    readonly cells: readonly SweepCell[],
  ) {}

  /**
   * Makes the folder of a sweep, or opens it to go on.
   *
   * @throws ConfigError If the folder holds another sweep.
   * @throws RunFolderError If it holds something else, or cannot be made.
   */
  static open(path: string, cells: readonly SweepCell[]): SweepFolder {
    const folder = new SweepFolder(path, cells);
    try {
      if (!SweepFolder.holdsSweep(path)) createRecord(path, cells);
      for (const name of ['runs', 'configs', 'logs']) makeFolder(join(path, name));
    } catch (error) {
      throw asFolderError(path, error);
    }
    folder.#checkSame(SweepFolder.read(path).cells);
    return folder;
  }

  /**
   * Looks at a sweep without working on it.
   *
   * @throws RunFolderError If there is none, or `sweep.json` is damaged.
   */
  static read(path: string): SweepFolder {
    const file = join(path, 'sweep.json');
    if (!existsSync(file)) {
      const got = existsSync(path) ? 'no sweep.json' : 'no such folder';
      throw new RunFolderError(path, 'the folder of a sweep', got, 'longtail sweep makes one');
    }
    const parsed = record(readJson(file));
    if (parsed instanceof type.errors) {
      const hint = 'The file is damaged: restore it from a copy, or start a new sweep';
      throw new RunFolderError(file, 'the record of a sweep', parsed[0]!.message, hint);
    }
    const cells = parsed.runs.map(({ values, config, ...rest }): SweepCell => ({
      ...rest,
      values: values as SweepCell['values'],
      config: resolveConfig([{ source: `${file}, ${rest.name}`, values: config }]),
    }));
    return new SweepFolder(path, cells);
  }

  /** Whether `path` holds a sweep. */
  static holdsSweep(path: string): boolean {
    return existsSync(join(path, 'sweep.json'));
  }

  /** Folder of a run. */
  runOf({ name }: SweepCell): string {
    return join(this.path, 'runs', name);
  }

  /** What a run printed. */
  logOf({ name }: SweepCell): string {
    return join(this.path, 'logs', `${name}.log`);
  }

  /** Writes the configuration of a run to a file; `longtail train` reads it. */
  async writeConfig(cell: SweepCell): Promise<string> {
    const path = join(this.path, 'configs', `${cell.name}.json`);
    const config = cell.after === null ? cell.config : { ...cell.config, init: join(this.path, cell.config.init!) };
    await this.#write(path, `${JSON.stringify(config, null, 2)}\n`);
    return path;
  }

  /** How far a run is. */
  stateOf(cell: SweepCell): SweepRunState {
    const run = this.runOf(cell);
    const report = readReport(join(run, 'report.json'), cell.config);
    if (report !== null) return { status: 'finished', report };
    const failure = (readJson(this.#failureOf(cell)) as { failure?: unknown } | null)?.failure;
    if (typeof failure === 'string') return { status: 'failed', failure };
    return { status: RunFolder.holdsRun(run) ? 'begun' : 'waiting' };
  }

  /** Epochs that a run has recorded; 0 where they cannot be read, which is for the run itself to say. */
  epochsOf(cell: SweepCell): number {
    try {
      return RunFolder.read(this.runOf(cell)).readEpochs().length;
    } catch {
      return 0;
    }
  }

  /** Notes why a run failed. */
  async recordFailure(cell: SweepCell, failure: string): Promise<void> {
    const at = new Date().toISOString();
    await this.#write(this.#failureOf(cell), `${JSON.stringify({ failure, at })}\n`);
  }

  /** Forgets that a run failed: it is tried again. */
  forgetFailure(cell: SweepCell): void {
    rmSync(this.#failureOf(cell), { force: true });
  }

  /** @throws ConfigError If the folder of a run holds a run with another configuration than the sweep says. */
  checkRun(cell: SweepCell): void {
    const run = this.runOf(cell);
    if (!RunFolder.holdsRun(run)) return;
    const found = resumedConfig(run, {});
    const own = cell.after === null ? found : { ...found, init: cell.config.init }; // its path is that of this folder
    const differing = differingOptions(cell.config, own);
    if (differing.length === 0) return;
    const hint = 'Another run was put there: move it away, or choose another --out';
    const text = (config: TrainConfig): string =>
      differing.map((key) => `${key} ${JSON.stringify(config[key])}`).join(', ');
    throw new ConfigError(run, `the run of this sweep with ${text(cell.config)}`, text(found), hint);
  }

  async #write(path: string, text: string): Promise<void> {
    try {
      makeFolder(dirname(path));
      await writeFileAtomic(path, text);
    } catch (error) {
      throw asFolderError(path, error);
    }
  }

  #failureOf({ name }: SweepCell): string {
    return join(this.path, 'failures', `${name}.json`);
  }

  /** Refuses another sweep; data may have moved, as with a run that is resumed. */
  #checkSame(recorded: readonly SweepCell[]): void {
    const got = differenceOf(recorded, this.cells);
    if (got === null) return;
    const hint = 'A sweep goes on as it began: choose another --out';
    throw new ConfigError(join(this.path, 'sweep.json'), 'the sweep that the folder was made for', got, hint);
  }
}

/** The first difference between two sweeps in words; `null` if there is none. */
function differenceOf(recorded: readonly SweepCell[], asked: readonly SweepCell[]): string | null {
  for (const [k, now] of asked.entries()) {
    const before = recorded[k];
    if (before?.name !== now.name) return `one whose run ${k + 1} is ${now.name}, not ${before?.name ?? 'left out'}`;
    const text = (key: keyof TrainConfig): string =>
      `${key} ${JSON.stringify(now.config[key])} (not ${JSON.stringify(before.config[key])})`;
    const differing = differingOptions(now.config, before.config).map(text);
    if (differing.length > 0) return `one where ${now.name} has ${differing.join(', ')}`;
  }
  return recorded.length > asked.length ? `one of ${asked.length} runs, not ${recorded.length}` : null;
}

/** The options that decide the numbers of a run and differ; the folder of the data does not, it may move. */
function differingOptions(a: TrainConfig, b: TrainConfig): (keyof TrainConfig)[] {
  const decides = (key: keyof TrainConfig): boolean =>
    key !== 'dataDir' && !(key === 'replicas' && a.replicas === 'auto'); // a run records the number that it took
  return configKeys.filter((key) => decides(key) && JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** Writes `sweep.json` unless another process is quicker: two shards begin at the same moment. */
function createRecord(path: string, cells: readonly SweepCell[]): void {
  makeFolder(path);
  const foreign = readdirSync(path).filter((name) => name !== 'sweep.json' && !name.endsWith('.tmp'));
  if (foreign.length > 0 && !SweepFolder.holdsSweep(path)) {
    const hint = 'Choose another --out';
    throw new RunFolderError(path, 'a new folder or that of a sweep', `one with ${foreign[0]} in it`, hint);
  }
  const aside = join(path, `sweep.json.${hostname()}-${process.pid}.tmp`);
  try {
    writeFileSync(aside, `${JSON.stringify({ format: 1, runs: cells }, null, 2)}\n`, { flush: true });
    linkSync(aside, join(path, 'sweep.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readReport(path: string, { epochs, classifier }: TrainConfig): RunReport | null {
  const json = readJson(path);
  const parsed = reportShape(json);
  if (parsed instanceof type.errors) return null;
  return parsed.epochs === (isComputed(classifier) ? 0 : epochs) ? (json as RunReport) : null;
}

/** What a JSON file holds; `null` if it is absent or damaged. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function asFolderError(path: string, error: unknown): Error {
  if (error instanceof RunFolderError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new RunFolderError(path, 'a place where a sweep can be kept', code ?? message, message, { cause: error });
}
