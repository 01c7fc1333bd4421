import { join } from 'node:path';
import type { WrittenReport } from './writeReport.js';

/**
 * Writes one page about runs. The drawing is loaded with the first call: training must not wait for it.
 *
 * @param paths Run folders, folders of sweeps, or folders with such folders in them.
 * @param out The file; an earlier report there is replaced, anything else is not.
 * @throws RunFolderError If a path holds no run, a file of a run is damaged, or the page cannot be written.
 */
export async function writeReport(paths: readonly string[], out: string): Promise<WrittenReport> {
  const { writeReport: write } = await import('./writeReport.js');
  return write(paths, out);
}

/** Writes `report.html` of a finished run; a failure is told and loses nothing, because the run has its numbers. */
export async function drawRun(run: string, onNote: (message: string) => void): Promise<void> {
  const out = join(run, 'report.html');
  try {
    await writeReport([run], out);
  } catch (error) {
    onNote(`no report.html: ${(error as Error).message}. longtail report ${run} --out ${out} tries again`);
  }
}
