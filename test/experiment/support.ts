import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  resolveConfig,
  runTraining,
  type PartialConfig,
  type RunEvent,
  type RunOutcome,
  type RunReport,
} from '../../src/experiment/index.js';
import { freshFolder, keptFolder } from '../support/folders.js';
import { sharedTinyMnist, tinyOptions } from '../support/tinyData.js';

/** A configuration on the tiny data. */
export const tinyConfig = (changes: PartialConfig = {}) =>
  resolveConfig([{ source: 'test', values: { ...tinyOptions(sharedTinyMnist()), ...changes } }]);

/** A path for a run that does not exist yet. */
export const freshRun = (): string => join(freshFolder(), 'run');

/** Runs a tiny configuration to its report, with the epochs it recorded. */
export async function reportOf(changes: PartialConfig = {}, out = freshRun()): Promise<RunReport> {
  const outcome = await runTraining({ config: tinyConfig(changes), out });
  if (outcome.stopped === 'interrupted') throw new Error('interrupted');
  return outcome.report;
}

/** A finished run of the tiny configuration that several test files look at; they do not change its folder. */
export const finishedRun = (): Promise<RunReport> => (finished ??= reportOf({}, join(keptFolder(), 'run')));
let finished: Promise<RunReport> | undefined;

/** Begins a run, or goes on with it, and stops it after `steps` steps of this process. */
export async function interrupt(
  steps: number,
  options: Omit<Parameters<typeof runTraining>[0], 'signal' | 'onEvent'>,
): Promise<RunOutcome> {
  const controller = new AbortController();
  let left = steps;
  const onEvent = ({ type }: RunEvent): void => {
    if (type === 'step' && --left === 0) controller.abort();
  };
  return runTraining({ ...options, signal: controller.signal, onEvent });
}

/** The lines of `metrics.jsonl`, without the one number of the clock. */
export function epochsOf(run: string): Record<string, unknown>[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => withoutClock(JSON.parse(line) as Record<string, unknown>));
}

/** A report or a line without what differs between equal runs: the speed and the folder. */
export function withoutClock<T extends object>(record: T): Record<string, unknown> {
  const clock = ['imagesPerSecond', 'run'];
  return Object.fromEntries(Object.entries(record).filter(([name]) => !clock.includes(name)));
}
