import type { SweepCell } from './cells.js';
import { SweepFolder, type SweepRunState } from './sweepFolder.js';

/** A run of a sweep on disk. */
export type SweepRun = SweepCell & SweepRunState & { readonly run: string };

/**
 * The runs of a sweep, in the order of its configuration, finished or not.
 *
 * @param path Folder of the sweep.
 * @returns Each with its folder `run`, its `status`, and its `report` if it is finished.
 * @throws RunFolderError If there is no sweep in the folder, or its record is damaged.
 */
export function readSweep(path: string): SweepRun[] {
  const folder = SweepFolder.read(path);
  return folder.cells.map((cell) => ({ ...cell, run: folder.runOf(cell), ...folder.stateOf(cell) }));
}
