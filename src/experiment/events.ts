import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { summaryWriter, type SummaryWriter } from '../backend/node/index.js';
import type { EpochRecord } from './runFolder.js';
import type { Scores } from './scoring.js';

/** The curves of a run for TensorBoard. A failure to write them is told once and never ends the run. */
export interface RunEvents {
  /** Adds the numbers of an epoch, at the step of that number. */
  epoch(record: EpochRecord): void;
  /** Adds the scores of the finished run. */
  final(scores: Scores, epoch: number): void;
  /** Frees the file. */
  close(): void;
}

/**
 * Opens `events/` of a run where the native backend computes it; elsewhere nothing is written.
 *
 * TensorBoard shows what an event file holds, also points that a resumed run repeats. So the folder is made anew from the
 * epochs that `metrics.jsonl` has kept: the curves have each epoch once, whenever the run was killed.
 *
 * @param run Folder of the run.
 * @param epochs Its epochs so far.
 * @param onNote Told of a failure.
 */
export async function openEvents(
  run: string,
  epochs: readonly EpochRecord[],
  onNote: (message: string) => void,
): Promise<RunEvents> {
  const folder = join(run, 'events');
  let writer: SummaryWriter | null = null;
  const attempt = (work: (writer: SummaryWriter) => void): void => {
    try {
      if (writer !== null) work(writer);
    } catch (error) {
      const failed = writer;
      writer = null;
      closeQuietly(failed);
      onNote(`${folder}: TensorBoard events end here (${reasonOf(error)})`);
    }
  };
  const write = (points: readonly Point[], step: number): void =>
    attempt((open) => {
      for (const [tag, value] of points) open.scalar(tag, value, step);
      open.flush();
    });
  try {
    await rm(folder, { recursive: true, force: true });
    writer = await summaryWriter(folder);
  } catch (error) {
    onNote(`${folder}: no TensorBoard events (${reasonOf(error)})`);
  }
  for (const record of epochs) write(pointsOf(record), record.epoch);
  return {
    epoch: (record) => write(pointsOf(record), record.epoch),
    final: (scores, epoch) => write(finalPoints(scores), epoch),
    close: () => attempt((open) => open.close()),
  };
}

/** What could not be written is told already. */
function closeQuietly(writer: SummaryWriter | null): void {
  try {
    writer?.close();
  } catch {
    // The file could not be written, so that its last points are lost.
  }
}

/** TensorFlow's messages have several lines. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replaceAll(/\s+/g, ' ');
}

type Point = readonly [tag: string, value: number];

/** `loss` becomes `train/loss`, `holdoutBalancedAccuracy` becomes `holdout/balancedAccuracy`: TensorBoard groups by folder. */
function pointsOf(record: EpochRecord): Point[] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (name === 'epoch' || name === 'step' || typeof value !== 'number') return [];
    const [, split = 'train', rest = name] = /^(holdout|test)([A-Z]\w*)$/.exec(name) ?? [];
    return [[`${split}/${rest[0]!.toLowerCase()}${rest.slice(1)}`, value]] satisfies Point[];
  });
}

function finalPoints({ raw, posthoc }: Scores): Point[] {
  const names = ['balancedAccuracy', 'accuracy', 'nll', 'brier', 'ece'] as const;
  const groups = ['head', 'torso', 'tail'] as const;
  return Object.entries({ raw, posthoc }).flatMap(([kind, scores]) => [
    ...names.map((name): Point => [`final/${kind}/${name}`, scores[name]]),
    ...groups.flatMap((group): Point[] => {
      const score = scores.groups[group];
      return score === null ? [] : [[`final/${kind}/${group}BalancedAccuracy`, score.balancedAccuracy]];
    }),
  ]);
}
