import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedRun, RecordedScores } from '../../../src/experiment/report/records.js';
import { classificationMetrics, groupClasses } from '../../../src/metrics/index.js';
import { randomStream } from '../../../src/core/index.js';
import { defaultConfig } from '../../../src/experiment/options.js';

/** Training images of the ten classes of {@link madeScores}. */
export const classCounts = [500, 299, 179, 107, 64, 38, 23, 13, 8, 5];

/** Scores of a made-up classifier: the right class wins by `strength`, plus noise; real metrics of invented logits. */
export async function madeScores(seed: number, strength: number, counts = classCounts): Promise<RecordedScores> {
  const random = randomStream(seed);
  const numClasses = counts.length;
  const metrics = classificationMetrics({ numClasses, groups: groupClasses(counts) });
  const labels = Array.from({ length: 6 * numClasses }, (_, i) => i % numClasses);
  const logits = labels.map((label) =>
    counts.map((count, y) => Math.log(count) + (y === label ? strength : 0) + random.integer(1000) / 250),
  );
  await metrics.update(labels, logits);
  return JSON.parse(JSON.stringify(metrics.result())) as RecordedScores;
}

/** An object without some of its keys, as a file of an older version may lack them. */
export function without<T extends object>(object: T, ...keys: string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T;
}

/** What of a made-up run is not as usual. */
export interface MadeRun {
  readonly name?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly strength?: number;
  readonly tau?: number;
  readonly counts?: readonly number[];
  readonly classNames?: readonly string[];
  readonly isFinished?: boolean;
  readonly epochs?: number;
}

/** A run with the files of a folder, without the folder: cross-entropy of seed 1, four epochs, tested on ten classes. */
export async function madeRun(made: MadeRun = {}): Promise<RecordedRun> {
  const { strength = 2, tau = 1, isFinished = true, epochs = 4 } = made;
  const counts = [...(made.counts ?? classCounts)];
  const config = { ...defaultConfig, loss: 'ce', seed: 1, epochs, ...made.config };
  const seed = 10 * config.seed;
  const raw = await madeScores(seed, strength, counts);
  const posthoc = { ...(await madeScores(seed + 1, tau === 0 ? strength : strength + 1, counts)), tau };
  return {
    name: made.name ?? `${config.loss}-${config.seed}`,
    method: null,
    config,
    initial: null,
    environment: { backend: 'cpu', tfjs: '4.22.0', threads: null, started: '2026-01-02T03:04:05.000Z', git: null },
    epochs: Array.from({ length: isFinished ? epochs : 2 }, (_, index) => ({
      epoch: index + 1,
      step: 9 * (index + 1),
      loss: 2 / (index + 1) + config.seed / 100,
      learningRate: 0.1,
      imagesPerSecond: 1000,
      testBalancedAccuracy: 0.1 * (index + 1),
      testPosthocBalancedAccuracy: 0.1 * (index + 1) + (tau === 0 ? 0 : 0.05),
      testLoss: 3 / (index + 1),
    })),
    report: isFinished
      ? {
          dataset: 'sample (exponential, ratio 100)',
          classCounts: counts,
          ...(made.classNames ? { classNames: [...made.classNames] } : {}),
          imagesPerSecond: 1234.5,
          chosenBy: { checkpoint: { name: 'last', epoch: epochs, split: 'none' }, tau: 'fixed' },
        }
      : null,
    scores: isFinished ? { raw, posthoc } : {},
    failure: null,
  };
}

/** Cross-entropy and logit adjustment, `seeds` seeds of each. */
export async function madeRuns(seeds = [1, 2, 3]): Promise<RecordedRun[]> {
  const both = await Promise.all(
    seeds.map(async (seed) => [
      await madeRun({ config: { seed } }),
      await madeRun({ config: { seed, loss: 'logit-adjusted', tau: 1 }, strength: 3, tau: 0 }),
    ]),
  );
  return [...both.map(([plain]) => plain!), ...both.map(([, adjusted]) => adjusted!)];
}

/** Writes the folder of a run. */
export function writeRun(path: string, { config, environment, epochs, report, scores }: RecordedRun): void {
  mkdirSync(path, { recursive: true });
  const json = (file: string, value: unknown): void => writeFileSync(join(path, file), JSON.stringify(value));
  json('config.json', config);
  json('environment.json', environment);
  writeFileSync(join(path, 'metrics.jsonl'), epochs.map((record) => `${JSON.stringify(record)}\n`).join(''));
  if (report !== null) json('report.json', { ...report, final: scores });
}
