import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type } from 'arktype';
import { RunFolderError } from '../../core/index.js';
import { RunFolder, type EpochRecord } from '../runFolder.js';
import type { SweepRun } from '../sweep/readSweep.js';

const group = type({
  classes: 'number',
  support: 'number',
  balancedAccuracy: 'number',
  'ece?': 'number',
  'nll?': 'number',
  'brier?': 'number',
});
const bin = type({
  lower: 'number',
  upper: 'number',
  count: 'number',
  confidence: 'number|null',
  accuracy: 'number|null',
});
const rankingAt = type({
  k: 'number',
  precision: 'number',
  recall: 'number',
  balancedRecall: 'number',
  propensityPrecision: 'number | null',
});
const ranking = type({
  examples: 'number',
  at: rankingAt.array(),
  groups: type({ '[string]': type({ classes: 'number', at: rankingAt.array() }).or('null') }),
});
const scores = type({
  'tau?': 'number',
  examples: 'number > 0',
  accuracy: 'number',
  balancedAccuracy: 'number',
  perClassRecall: '(number | null)[]',
  support: 'number[]',
  groups: { head: group.or('null'), torso: group.or('null'), tail: group.or('null') },
  'ece?': 'number',
  'nll?': 'number',
  'brier?': 'number',
  'reliability?': bin.array(),
  'confusion?': 'number[][] | null',
  'ranking?': ranking,
});
const layer = type({
  layer: 'string',
  gapOverSpread: 'number | null',
  gapOverMean: 'number | null',
  cosineDistance: 'number | null',
  gap: 'number',
});
const report = type({
  dataset: 'string',
  classCounts: 'number[] > 1',
  'poolCounts?': 'number[] > 1 | null',
  'classNames?': 'string[]',
  'imagesPerSecond?': 'number | null',
  'chosenBy?': { 'checkpoint?': { name: 'string', epoch: 'number', split: 'string' }, 'tau?': 'string' },
  'linearity?': layer.array().or('null'),
  final: { raw: scores, '[string]': 'unknown' },
});
const config = type({ seed: 'number', '[string]': 'unknown' });

/** Scores of a finished run on the test set, as `report.json` holds them; what may be missing is optional. */
export type RecordedScores = typeof scores.infer;

/** The configuration of a run, as its folder or its sweep holds it. */
export type RecordedConfig = typeof config.infer;

/** A run as its folder tells it, finished or not. */
export interface RecordedRun {
  /** Name that tells the run from the others: its path below the folder that all of them lie in. */
  readonly name: string;
  /** What a sweep calls its method; `null` outside a sweep. */
  readonly method: string | null;
  /** `config.json`. */
  readonly config: RecordedConfig;
  /** Configuration of the run that `init` names; `null` for none, or where it is gone. */
  readonly initial: RecordedConfig | null;
  /** `environment.json`; not needed to draw anything, so it may be missing. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** The lines of `metrics.jsonl`. */
  readonly epochs: readonly EpochRecord[];
  /** `report.json`; `null` while the run is not finished. */
  readonly report: Omit<typeof report.infer, 'final'> | null;
  /** Scores on the test set by how the logits were treated: `raw`, `posthoc` and whatever else the run reports. */
  readonly scores: Readonly<Record<string, RecordedScores>>;
  /** Why a sweep could not finish the run; `null` if it did, or has not tried. */
  readonly failure: string | null;
}

/** Reads a run folder that is called `name`; a run of a sweep that has not begun has only what the sweep says of it. */
export function readRun(path: string, name: string, planned: SweepRun | null = null): RecordedRun {
  const begun = planned === null || RunFolder.holdsRun(path);
  const given = begun ? RunFolder.read(path).readConfig() : planned.config;
  const parsed = checked(join(path, 'config.json'), 'the configuration of a run', config(given));
  const { final, ...rest } = readReport(join(path, 'report.json')) ?? { final: null };
  return {
    name,
    method: planned?.method ?? null,
    config: parsed,
    initial: initialOf(parsed, planned),
    environment: (readJson(join(path, 'environment.json')) ?? {}) as Record<string, unknown>,
    epochs: begun ? RunFolder.read(path).readEpochs() : [],
    report: final === null ? null : (rest as RecordedRun['report']),
    scores: final ?? {},
    failure: planned?.status === 'failed' ? planned.failure : null,
  };
}

function initialOf({ init }: RecordedConfig, planned: SweepRun | null): RecordedConfig | null {
  if (typeof init !== 'string') return null;
  // In a sweep that was moved the path of the other run is an old one: its folder is beside that of this run.
  const path = planned?.after ? join(dirname(planned.run), planned.after) : init;
  const parsed = config(readJson(join(path, 'config.json')));
  return parsed instanceof type.errors ? null : parsed;
}

function readReport(path: string) {
  const json = readJson(path);
  if (json === null) return null;
  const read = checked(path, 'the report of a run', report(json));
  const final: Record<string, RecordedScores> = {};
  for (const [name, value] of Object.entries(read.final)) {
    const parsed = scores(value);
    if (parsed instanceof type.errors) continue; // something else than scores, of another version
    const numClasses = read.classCounts.length;
    const sizes = [parsed.perClassRecall.length, parsed.support.length, parsed.confusion?.length ?? numClasses];
    if (sizes.some((size) => size !== numClasses)) {
      const expected = `final.${name} of ${numClasses} classes, as classCounts`;
      throw new RunFolderError(path, expected, sizes.join(', '), 'The file is damaged: evaluate the run again');
    }
    final[name] = parsed;
  }
  return { ...read, final };
}

/** The JSON of a file, or `null` where there is none. */
function readJson(path: string): unknown {
  if (!statSync(path, { throwIfNoEntry: false })) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new RunFolderError(path, 'a readable JSON file', code ?? message, undefined, { cause: error });
  }
}

function checked<T>(path: string, expected: string, parsed: T | type.errors): T {
  if (!(parsed instanceof type.errors)) return parsed;
  const hint = 'The file is damaged: restore it from a copy, or leave this run out';
  throw new RunFolderError(path, expected, parsed[0]!.message, hint);
}
