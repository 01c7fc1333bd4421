import { open } from 'node:fs/promises';
import { RunFolderError } from '../../core/index.js';
import { writeFileAtomic } from '../../core/node/index.js';
import { reportPage } from './page.js';
import { GENERATOR } from './shell.js';
import { findRuns } from './findRuns.js';

/** What {@link writeReport} did. */
export interface WrittenReport {
  /** File of the page. */
  readonly report: string;
  /** Runs on it. */
  readonly runs: number;
  /** Those of them that are finished. */
  readonly finished: number;
}

/**
 * Writes one page about runs.
 *
 * @param paths Run folders, or folders with run folders in them.
 * @param out The file; an earlier report there is replaced, anything else is not.
 * @throws RunFolderError If a path holds no run, a file of a run is damaged, or the page cannot be written.
 */
export async function writeReport(paths: readonly string[], out: string): Promise<WrittenReport> {
  await refuseForeign(out);
  const runs = findRuns(paths);
  const page = await reportPage(runs);
  try {
    await writeFileAtomic(out, page);
  } catch (error) {
    throw cannotWrite(out, error);
  }
  return { report: out, runs: runs.length, finished: runs.filter(({ report }) => report !== null).length };
}

/** A page of ours can be made again, whatever else lies there cannot. */
async function refuseForeign(out: string): Promise<void> {
  const start = await startOf(out);
  if (start === null || start.includes(`<meta name="generator" content="${GENERATOR} `)) return;
  const hint = 'Choose another --out, or move the file away';
  throw new RunFolderError(out, 'no file, or an earlier report', 'a file that longtail report did not write', hint);
}

/** The first characters of a file; `null` where there is none. */
async function startOf(path: string): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(1000) });
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannotWrite(path, error);
  }
}

function cannotWrite(out: string, error: unknown): RunFolderError {
  const { code, message } = error as NodeJS.ErrnoException;
  const hint = code === 'ENOENT' ? 'Make its folder first' : message;
  return new RunFolderError(out, 'a place where a file can be written', code ?? message, hint, { cause: error });
}
