import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { RunFolderError } from '../../core/index.js';
import { RunFolder } from '../runFolder.js';
import { readSweep, type SweepRun } from '../sweep/readSweep.js';
import { SweepFolder } from '../sweep/sweepFolder.js';
import { readRun, type RecordedRun } from './records.js';

/** How deep a folder is searched for runs. */
const DEPTH = 4;

/** A run folder, and what the sweep that it belongs to says of it. */
interface Found {
  readonly path: string;
  readonly planned: SweepRun | null;
}

/**
 * Reads run folders, those of sweeps, and those below a folder that holds runs.
 *
 * @param paths Run folders, folders of sweeps, or folders with such folders in them.
 * @returns The runs in the order of `paths`, below a folder by name, those of a sweep in its order; each once.
 * @throws RunFolderError If a path holds no run, or a file of a run is damaged.
 */
export function findRuns(paths: readonly string[]): RecordedRun[] {
  const found = new Map(paths.flatMap(runsIn).map((run) => [realPath(run.path), run]));
  const parent = commonParent([...found.keys()]);
  return [...found].map(([real, { path, planned }]) => readRun(path, relative(parent, real), planned));
}

/** The path without links; a run that has not begun has no folder yet. */
function realPath(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })) return realpathSync(path);
  return join(realPath(dirname(resolve(path))), basename(path));
}

function commonParent(paths: readonly string[]): string {
  let parent = dirname(paths[0]!);
  while (!paths.every((path) => path.startsWith(parent === sep ? sep : parent + sep))) parent = dirname(parent);
  return parent;
}

function runsIn(path: string): Found[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const found = isFolder ? runsBelow(path, DEPTH) : [];
  if (found.length > 0) return found;
  const got = isFolder ? 'no config.json in it or below' : 'no such folder';
  throw new RunFolderError(path, 'the folder of a run, or a folder of runs', got, 'longtail train makes one');
}

function runsBelow(path: string, depth: number): Found[] {
  if (RunFolder.holdsRun(path)) return [{ path, planned: null }];
  if (SweepFolder.holdsSweep(path)) return readSweep(path).map((planned) => ({ path: planned.run, planned }));
  if (depth === 0) return [];
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort(new Intl.Collator('en', { numeric: true }).compare);
  return names.flatMap((name) => runsBelow(join(path, name), depth - 1));
}
